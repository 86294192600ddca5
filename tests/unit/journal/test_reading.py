"""How things stand, read from the file itself: the same as by all that is remembered."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from sync.domain.fees import Fee, FeeState
from sync.domain.ledger import open_fees
from sync.domain.lifecycle import Duty, DutyKind, State
from sync.domain.plain import how_it_stands
from sync.domain.sessions import SessionKey
from sync.journal import reading
from sync.journal.reading import standing_by
from sync.journal.store import SqliteJournal
from sync.ports import Entry
from tests.unit.builders import NOW, at, raincheck, session
from tests.unit.journal.older import SINCE_VERSION_5
from tests.unit.journal.test_files import HALF_WRITTEN, on_disk, running

SEAL = "5ea1"


def other(number: int, **more):
    original = session(key=SessionKey(f"other-{number}"))
    return raincheck(**{"id": f"id{number:03}", "original": original} | more)


def every_kind():
    """Yield a record for each way in which it can stand."""
    duties = [(), *((Duty(kind, SessionKey("s")),) for kind in DutyKind)]
    slots = [(None, None), (at("2026-12-01T10:00"), SessionKey("new"))]
    ways = product(State, (False, True), slots, duties)
    for number, (state, confirmed, (slot, new), owed) in enumerate(ways):
        if slot is not None or state is not State.WRITTEN:
            more = {"state": state, "confirmed": confirmed, "slot": slot, "replacement": new}
            yield other(number, **more, duties=owed)


def fee(amount: str, state: FeeState):
    return Fee(Decimal(amount), "GBP", state, "no-show", at=NOW)


@pytest.fixture
def state(tmp_path):
    path = tmp_path / "state.db"
    with SqliteJournal.opened(path) as journal:
        journal.record({}, [raincheck()], [Entry(raincheck().id, NOW, "p1", "planned", "tag")])
        journal.seal(SEAL)
    return path


def test_what_is_open_and_what_is_over(tmp_path):
    """In whatever way a raincheck stands, it is told or counted as by its record."""
    every = tuple(every_kind())
    with SqliteJournal.opened(tmp_path / "state.db") as journal:
        journal.record({}, every, [Entry(one.id, NOW, "p1", "seen", one.id) for one in every])
        found = journal.standing()
        is_open = [one for one in journal.every_raincheck() if how_it_stands(one) is not None]
    assert list(found.open) == is_open
    assert {id_: [entry.why for entry in story] for id_, story in found.stories.items()} == {
        one.id: [one.id] for one in is_open
    }
    over = [one.state for one in every if one not in is_open]
    assert found.withdrawn == over.count(State.WITHDRAWN) > 0
    assert found.done == len(over) - found.withdrawn > 0


def test_fees_that_wait_for_a_word(tmp_path):
    """Those that cost something and were not decided, as the ledger itself counts them."""
    amounts = product(("0.00", "0", "0.01", "80.00"), FeeState)
    charged = [other(n, fee=fee(*each)) for n, each in enumerate(amounts)]
    with SqliteJournal.opened(tmp_path / "state.db") as journal:
        journal.record({}, charged, [])
        assert journal.standing().fees == open_fees(journal.fees()) == 2
        journal.decide(["id006"], FeeState.WAIVED)
        assert journal.standing().fees == open_fees(journal.fees()) == 1


def test_nothing_that_is_over_is_read(state):
    """Every query finds its way by an index, so a long history costs nothing."""
    with closing(sqlite3.connect(state)) as connection:
        connection.row_factory = sqlite3.Row
        asked: list[tuple[str, object]] = []

        def ask(query, values):
            asked.append((query, values))
            return connection.execute(query, values).fetchall()

        reading.standing(ask)
        plans = [
            row["detail"]
            for query, values in asked
            if "FROM fees" not in query
            for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", values)
        ]
    scans = [plan for plan in plans if plan.startswith("SCAN") and "USING" not in plan]
    assert len(plans) > 3
    assert scans == []


def test_only_by_its_own_seal(state):
    """Another seal, none, another version and no file at all are nothing to go by."""
    before = on_disk(state.parent)
    found = standing_by(SEAL, state)
    assert found is not None
    assert found.open == (raincheck(),)
    assert [entry.why for entry in found.stories[raincheck().id]] == ["tag"]
    assert standing_by("5ea2", state) is None
    assert standing_by(SEAL, state.with_name("none.db")) is None
    assert standing_by(SEAL, state.parent) is None
    assert on_disk(state.parent) == before
    state.write_bytes(b"no database at all\n" * 99)
    assert standing_by(SEAL, state) is None


def test_a_damaged_file_is_left_to_others(state):
    """What turns out to be unreadable on the way is nothing to go by, and no end with a trace."""
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("ALTER TABLE story RENAME TO lost")
    assert standing_by(SEAL, state) is None


def test_a_seal_is_written_once(state):
    """What stands there already is not written again; the next one replaces it."""
    before = state.read_bytes()  # SQLite counts changes in it
    with SqliteJournal.opened(state) as journal:
        journal.seal(SEAL)
    assert state.read_bytes() == before
    for seal in ("5ea2", ""):
        with SqliteJournal.opened(state) as journal:
            journal.seal(seal)
        assert standing_by(SEAL, state) is None
    before = state.read_bytes()
    with SqliteJournal.opened(state) as journal:
        journal.seal("")
    assert state.read_bytes() == before


def test_an_older_file_is_read_and_not_touched(state):
    """One of the version before is copied to be read: it stays as it is, without a seal."""
    with closing(sqlite3.connect(state)) as connection:
        for since in (
            *SINCE_VERSION_5,
            "PRAGMA user_version = 5",
        ):
            connection.execute(since)
    before = on_disk(state.parent)
    assert standing_by(SEAL, state) is None
    with SqliteJournal.read(state) as journal:
        assert journal.standing().open == (raincheck(),)
    assert on_disk(state.parent) == before
    with SqliteJournal.opened(state) as journal:
        assert journal.standing().open == (raincheck(),)
        journal.seal(SEAL)
    assert standing_by(SEAL, state) is not None


def test_a_reader_sees_one_state(state):
    """Beside a writer in the middle of a transaction, and for as long as it looks."""
    with closing(sqlite3.connect(state, isolation_level=None, timeout=0)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE rainchecks SET state = 'withdrawn'")
        assert standing_by(SEAL, state).open == (raincheck(),)
        with SqliteJournal.read(state) as journal:
            assert journal.every_raincheck() == (raincheck(),)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                writer.execute("COMMIT")
            assert journal.standing().open == (raincheck(),)
        writer.execute("COMMIT")
        assert standing_by(SEAL, state).withdrawn == 1
        with SqliteJournal.read(state) as journal:
            assert journal.every_raincheck() == (replace(raincheck(), state=State.WITHDRAWN),)


def test_a_reader_is_never_a_writer(state):
    """The file is opened for reading alone, and copied for nothing."""
    before = on_disk(state.parent)
    with SqliteJournal.read(state) as journal, pytest.raises(sqlite3.Error):
        journal._connection.execute("UPDATE rainchecks SET state = 'withdrawn'")
    assert on_disk(state.parent) == before


def test_what_a_kill_left_is_left_to_others(state):
    """With half a transaction beside it, the file is nothing to go by, and stays as it is."""
    with running(HALF_WRITTEN, state):
        pass
    before = on_disk(state.parent)
    assert len(before) == 2
    assert standing_by(SEAL, state) is None
    assert on_disk(state.parent) == before
    with SqliteJournal.read(state) as journal:
        assert journal.standing().open == (raincheck(),)
    assert standing_by(SEAL, state).open == (raincheck(),)
