"""What dry runs and locks leave on disk, and what a kill leaves behind."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.domain.lifecycle import State
from sync.errors import BusyError, JournalError
from sync.journal.lock import one_writer
from sync.journal.store import SqliteJournal
from sync.ports import Entry
from tests.unit.builders import NOW, raincheck

ROOT = Path(__file__).parents[3]

HALF_WRITTEN = """
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA cache_size = 1")
c.execute("BEGIN IMMEDIATE")
c.execute("UPDATE rainchecks SET state = 'withdrawn'")
c.executemany("INSERT INTO calendars VALUES (?, ?)", ((str(n), "x" * 500) for n in range(2000)))
print("half", flush=True)
time.sleep(60)
"""
HOLDING = """
import sys, time
from pathlib import Path
from sync.journal.lock import one_writer
with one_writer(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def running(script: str, path: Path):
    """Run *script* until it says that it is there; it is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert process.stdout.readline()
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


@pytest.fixture
def state(tmp_path):
    path = tmp_path / "state.db"
    with SqliteJournal.opened(path) as journal:
        journal.record({}, [raincheck()], [])
    return path


def on_disk(folder: Path):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_copy_in_memory_touches_nothing(state):
    """It can be read and written, and the file and its folder stay as they were."""
    before = on_disk(state.parent)
    with SqliteJournal.in_memory_copy(state) as journal:
        assert journal.rainchecks() == (raincheck(),)
        entry = Entry(raincheck().id, NOW, "p1", "written", "")
        journal.advance(raincheck(state=State.WRITTEN), entry)
        assert journal.rainchecks() == (raincheck(state=State.WRITTEN),)
        assert on_disk(state.parent) == before
    assert on_disk(state.parent) == before


def test_a_copy_of_nothing_makes_nothing(tmp_path):
    """Without a state file a dry run begins with an empty one, in memory, and makes no folder."""
    path = tmp_path / "none" / "state.db"
    with SqliteJournal.in_memory_copy(path) as journal:
        journal.record({}, [raincheck()], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "way", [SqliteJournal.in_memory_copy, SqliteJournal.read, SqliteJournal.opened]
)
def test_half_a_transaction_never_happened(state, way):
    """After a kill in the middle of a write, what was there before is there again."""
    with running(HALF_WRITTEN, state):
        pass
    assert state.with_name("state.db-journal").stat().st_size > 0
    with way(state) as journal:
        assert journal.rainchecks() == (raincheck(),)
        assert journal.cursor("0") is None


def test_one_writer_at_a_time(state):
    """The second is told who works there, nothing is changed, and the lock can be had again."""
    told = pytest.raises(BusyError, match=f"process {os.getpid()}")
    with one_writer(state), told, one_writer(state):
        pass
    with one_writer(state):
        pass
    assert (state.with_name("state.db.lock").stat().st_mode & 0o777) == 0o600


def test_the_lock_goes_with_its_holder(state):
    """However the other process ends, the lock is free after it."""
    with running(HOLDING, state) as holder, pytest.raises(BusyError) as told, one_writer(state):
        pass
    assert f"process {holder.pid}" in str(told.value)
    with one_writer(state):
        pass


def test_the_folder_is_made(tmp_path):
    """A first run finds no folder; one that cannot be made is an error of the journal."""
    with one_writer(tmp_path / "a" / "b" / "state.db"):
        assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(JournalError), one_writer(tmp_path / "file" / "state.db"):
        pass


@contextmanager
def locked_out(folder):
    """Take the rights on *folder* away, those of root as well."""
    folder.chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)
        folder.chmod(0o700)


@pytest.mark.parametrize(
    "way", [SqliteJournal.in_memory_copy, SqliteJournal.read, SqliteJournal.opened, one_writer]
)
def test_a_state_that_is_not_ours_says_what_to_do(tmp_path, way):
    """The state of the system's service is readable for root alone."""
    folder = tmp_path / "private"
    folder.mkdir()
    with locked_out(folder), pytest.raises(JournalError, match="run it with sudo"):
        way(folder / "raincheck" / "state.db").__enter__()
