"""One writer at a time: a lock that the kernel drops however the process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.errors import BusyError, JournalError
from sync.journal.file import why


@contextmanager
def one_writer(state: Path) -> Iterator[None]:
    """Hold the lock beside the *state* file; it holds this process's number for a person to see.

    Raises:
        BusyError: another pass works on the same state.
        JournalError: the folder cannot be written.
    """
    try:
        state.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(state.with_name(state.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JournalError(f"{state.parent}: cannot keep state here: {why(error)}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise BusyError(
                f"another raincheck (process {holder}) is working on {state}; nothing was done"
            ) from error
        except OSError as error:
            raise JournalError(f"{state.parent}: cannot lock here: {error.strerror}") from error
        _sign(handle, state)
        yield
    finally:
        os.close(handle)


def _sign(handle: int, state: Path) -> None:
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
    except OSError as error:
        raise JournalError(f"{state.parent}: cannot keep state here: {error.strerror}") from error
