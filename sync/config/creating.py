"""Writing down a first configuration and its secrets: for the owner alone, and over nothing."""

import importlib
import os
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

KEYRING = "raincheck"
NAMES_MAX = 100


def created(path: Path, content: str) -> None:
    """Write *content* into a new file that only its owner can read, folders included.

    Raises:
        FileExistsError: something stands there already; it is left as it is.
        OSError: it cannot be written; then nothing is there.
    """
    _make_folder(path.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def created_beside(folder: Path, name: str, content: str) -> Path:
    """Write *content* as `created` does, under *name* or the next free one, and return where.

    Raises:
        OSError: it cannot be written.
    """
    for number in range(1, NAMES_MAX + 1):
        path = folder / _numbered(name, number)
        try:
            created(path, content)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{folder / name} and {NAMES_MAX} names like it are taken")


def has_keyring() -> bool:
    """Return whether the package that speaks with the desktop's keyring is installed."""
    return find_spec("keyring") is not None


def kept_in_keyring(username: str, password: str) -> str | None:
    """Return the service under which the keyring now holds *password*; None: it does not take it.

    What it holds already is left as it is: the next free name is taken.
    """
    keyring = importlib.import_module("keyring")
    errors = importlib.import_module("keyring.errors")
    try:
        for number in range(1, NAMES_MAX + 1):
            service = KEYRING if number == 1 else f"{KEYRING}-{number}"
            if keyring.get_password(service, username) is None:
                keyring.set_password(service, username, password)
                return service
    except errors.KeyringError:
        return None
    return None


def _numbered(name: str, number: int) -> str:
    """Return "home.password" as "home-2.password"."""
    stem, dot, rest = name.partition(".")
    return name if number == 1 else f"{stem}-{number}{dot}{rest}"


def _make_folder(folder: Path) -> None:
    """Make *folder* and those above it; what is new is the owner's alone."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
