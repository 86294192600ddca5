"""Passwords, from wherever the configuration says they are. None is ever put into a message."""

import importlib
import shlex
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from sync.config.model import Config
from sync.config.places import resolved
from sync.config.tables import GoogleAccount, Login
from sync.errors import ConfigError, Problem

SECRET_BYTES_MAX = 10_000
COMMAND_TIMEOUT_S = 60.0
"""Long enough for a person to unlock a password manager."""

READABLE_BY_OTHERS = 0o077


def password_of(login: Login, *, directory: Path, environ: Mapping[str, str]) -> str:
    """Return the password of *login*, read anew; empty if it has no username.

    Args:
        login: An account, or ``[mail]``.
        directory: Where relative paths start, and where commands run.
        environ: For ``password_env``, ``$CREDENTIALS_DIRECTORY``, and what commands see.

    Raises:
        ConfigError: it cannot be had, or is empty; names the key.
    """
    if login.password is not None:
        return _checked(login, "password", login.password.get_secret_value())
    if login.password_file is not None:
        return _checked(login, "password_file", _from_file(login, directory, environ))
    if login.password_env is not None:
        return _checked(login, "password_env", environ.get(login.password_env, ""))
    if login.password_command is not None:
        return _checked(login, "password_command", _from_command(login, directory, environ))
    if login.password_keyring is not None:
        return _checked(login, "password_keyring", _from_keyring(login))
    return ""


def warnings_of(config: Config, path: Path, *, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is unwise about *config*, which stands in *path*: one sentence each."""
    warnings = []
    handed_over = environ.get("CREDENTIALS_DIRECTORY")
    logins = [each for each in (*config.accounts, config.mail) if isinstance(each, Login)]
    if any(login.password is not None for login in logins) and _is_readable_by_others(
        path, handed_over
    ):
        warnings.append(
            f"{path} holds a password and other users of this machine can read it: "
            "chmod 600, or better, use password_file."
        )
    for name in _secret_files(config):
        file = resolved(name, directory=path.parent, environ={})
        if _is_readable_by_others(file, handed_over):
            warnings.append(f"{file} can be read by other users of this machine: chmod 600.")
    if not config.practice.emails:
        warnings.append("practice.emails is empty: sessions with an organizer are not acted on.")
    if not config.hours_of().weekly:
        warnings.append("hours: no day is open, so nothing can be rescheduled.")
    return tuple(warnings)


def secret_path(name: str, *, directory: Path, environ: Mapping[str, str]) -> Path:
    """Return where the secret file *name* is, systemd's copy of it first."""
    path = resolved(name, directory=directory, environ=environ)
    if environ.get("CREDENTIALS_DIRECTORY"):
        credentials = Path(environ["CREDENTIALS_DIRECTORY"])
        copies = (credentials / credential_of(name), credentials / path.name)
        path = next((copy for copy in copies if copy.is_file()), path)
    return path


def credential_of(name: str) -> str:
    """Return what systemd's copy of the secret file *name* is called in a unit of ours.

    Two files in different folders may have one name, and systemd takes few characters: so it is
    made from the whole of what the configuration says, and tells nothing of it.
    """
    return f"secret-{sha256(name.encode()).hexdigest()[:16]}"


def _secret_files(config: Config) -> tuple[str, ...]:
    """Return every file with a secret in it that *config* names, each once."""
    google = [each for each in config.accounts if isinstance(each, GoogleAccount)]
    logins = [each for each in (*config.accounts, config.mail) if isinstance(each, Login)]
    named = [each.password_file for each in logins]
    named += [file for each in google for file in (each.credentials_file, each.token_file)]
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _is_readable_by_others(path: Path, handed_over: str | None) -> bool:
    """Return whether other users can read *path*; not what systemd has handed to us alone.

    It grants that by an access list, whose mask the mode shows as rights of the group.
    """
    if handed_over and path.is_relative_to(handed_over):
        return False
    try:
        return bool(path.stat().st_mode & READABLE_BY_OTHERS)
    except OSError:
        return False


def _from_file(login: Login, directory: Path, environ: Mapping[str, str]) -> str:
    """Return what is in the file, systemd's copy of it first."""
    path = secret_path(login.password_file or "", directory=directory, environ=environ)
    try:
        with path.open("rb") as file:
            return file.read(SECRET_BYTES_MAX).decode()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise _failed(login, "password_file", f"cannot read {path}: {reason}") from None


def _from_command(login: Login, directory: Path, environ: Mapping[str, str]) -> str:
    """Return the first line that the command prints. Its complaints go to our own stderr."""
    command = login.password_command or ()
    try:
        words = shlex.split(command) if isinstance(command, str) else list(command)
        done = subprocess.run(  # noqa: S603  the user's own command, and no shell reads it
            words, cwd=directory, env=dict(environ), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, timeout=COMMAND_TIMEOUT_S, check=False,
        )  # fmt: skip
        output = done.stdout.decode()
    except subprocess.TimeoutExpired:
        message = f"the command did not end within {COMMAND_TIMEOUT_S:.0f} s"
        raise _failed(login, "password_command", message) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "check its quotes, and that it prints text"
        raise _failed(login, "password_command", f"cannot run the command: {reason}") from None
    if done.returncode != 0:
        message = f"the command failed with exit code {done.returncode}"
        raise _failed(login, "password_command", message)
    return output.partition("\n")[0]


def _from_keyring(login: Login) -> str:
    """Return what the desktop's keyring holds for the service and the username."""
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        message = "needs the package keyring: pip install keyring, or pipx inject raincheck keyring"
        raise _failed(login, "password_keyring", message) from None
    try:
        return keyring.get_password(login.password_keyring, login.username) or ""
    except errors.KeyringError as error:
        message = f"the keyring does not answer ({type(error).__name__})"
        raise _failed(login, "password_keyring", message) from None


def _checked(login: Login, key: str, secret: str) -> str:
    """Return *secret* without the newline at its end, or raise if nothing sensible is left."""
    secret = secret.rstrip("\r\n")
    if not secret:
        raise _failed(login, key, "the password is empty or not there")
    if not secret.isprintable():
        raise _failed(login, key, "the password is more than one line, or holds control characters")
    return secret


def _failed(login: Login, key: str, message: str) -> ConfigError:
    file, where = login.origin
    return ConfigError(file, (Problem(f"{where}.{key}" if where else key, message),))
