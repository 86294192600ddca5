"""The state file itself: opening it, copying it, and bringing its schema up to date."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sync.errors import JournalError

VERSION = 6
"""PRAGMA user_version of the schema this program writes."""


def why(error: OSError) -> str:
    """Return what *error* says, and what to do about a file that is not ours."""
    denied = isinstance(error, PermissionError)
    return f"{error.strerror}; run it with sudo" if denied else str(error.strerror)


def connected(address: str) -> sqlite3.Connection:
    """Return a connection to the file at *address*, a URI."""
    connection = sqlite3.connect(
        address, uri=True, isolation_level=None, timeout=10, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    try:
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def snapshot(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the file at *path* for reading: all of it as it is at this moment, whoever writes.

    None where it has to be copied to be read, or cannot be: it is not there, it is of another
    version, a crash left it half written. Nobody can write before it is closed, so be quick.
    """
    connection = _held_still(path)
    try:
        yield connection
    finally:
        if connection is not None:
            connection.close()


def _held_still(path: Path) -> sqlite3.Connection | None:
    """Return a connection within a transaction for reading; see `snapshot`."""
    try:
        connection = connected(f"{path.absolute().as_uri()}?mode=ro")
    except (sqlite3.Error, OSError):
        return None
    try:
        connection.execute("BEGIN")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        version = None
    if version == VERSION:
        return connection
    connection.close()
    return None


def copied_into(path: Path, into: sqlite3.Connection) -> None:
    """Copy the file at *path*, without touching it unless a crash left it half written."""
    try:
        _copied_as("ro", path, into)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise
        _copied_as("rw", path, into)


def _copied_as(mode: str, path: Path, into: sqlite3.Connection) -> None:
    with closing(connected(f"{path.absolute().as_uri()}?mode={mode}")) as source:
        source.backup(into)


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the schema to `VERSION`; a newer one is refused, an empty file gets it whole."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise JournalError(
            f"the state file is of version {version}, newer than this raincheck knows"
            f" ({VERSION}); install the newer raincheck again"
        )
    if version == 0:
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise JournalError("this is another program's file; [state] path must name our own")
        _run_script(connection, "schema.sql", VERSION)
        return
    for step in range(version + 1, VERSION + 1):
        _run_script(connection, f"migrations/{step}.sql", step)


def _run_script(connection: sqlite3.Connection, name: str, version: int) -> None:
    from importlib import resources  # for a change of the schema alone: it takes its time

    script = resources.files("sync.journal").joinpath(name).read_text("utf-8")
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {version};\nCOMMIT;"
        )
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
