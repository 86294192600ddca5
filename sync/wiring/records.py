"""What is remembered, for reading and for a person's decisions: the state file alone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sync.config.model import Config
from sync.journal.lock import one_writer
from sync.journal.store import SqliteJournal


@contextmanager
def remembered(config: Config, *, environ: Mapping[str, str]) -> Iterator[SqliteJournal]:
    """Open what is remembered, for reading; creates nothing and waits for no pass.

    No pass can write before it is closed: print, and ask calendars, after that.

    Raises:
        JournalError: the state file cannot be read.
    """
    with SqliteJournal.read(config.state_path(environ)) as journal:
        yield journal


@contextmanager
def decided(config: Config, *, environ: Mapping[str, str]) -> Iterator[SqliteJournal]:
    """Open what is remembered, to write down a person's decisions.

    Raises:
        BusyError: a pass works on the same state.
        JournalError: the state file cannot be used.
    """
    path = config.state_path(environ)
    with one_writer(path), SqliteJournal.opened(path) as journal:
        yield journal
