"""The demo's temporary folder, and how it goes again whatever happens."""

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

FOLDER_PREFIX = "raincheck-demo-"


class DemoError(Exception):
    """The demo cannot go on; the message is for the user."""


def made_folder() -> Path:
    """Return a new folder that only its owner can read."""
    return Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))


def remove(folder: Path) -> None:
    """Remove *folder* with all it holds; nothing that `made_folder` did not make."""
    if folder.name.startswith(FOLDER_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def write_secret(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back signals that would end us; those that came meanwhile are dropped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = [signal.SIGINT, signal.SIGTERM]
    if os.name == "posix":
        held.append(signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in held}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
