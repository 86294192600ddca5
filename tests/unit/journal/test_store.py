"""What the state file keeps, and that it keeps all of it or nothing."""

import sqlite3
import stat
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given

from sync.domain.lifecycle import OPEN, State
from sync.domain.sessions import AllDay, Kind, SessionKey, Timed
from sync.errors import JournalError
from sync.journal import codec
from sync.journal.file import VERSION
from sync.journal.store import SqliteJournal
from sync.ports import ChangeSet, Entry, Lost, Scan, Seen
from tests.property.strategies import RAINCHECKS, SESSIONS
from tests.unit.builders import NOW, at, raincheck, session
from tests.unit.journal.older import SINCE_VERSION_5


@pytest.fixture
def journal(tmp_path):
    with SqliteJournal.opened(tmp_path / "state.db") as opened:
        yield opened


def changes(scan=Scan.INCREMENTAL, removed=(), cursor="c1", **revisions) -> ChangeSet:
    return ChangeSet((), revisions, frozenset(removed), cursor, scan)


def entry(one=None, what="seen", moment=NOW) -> Entry:
    return Entry((one or raincheck()).id, moment, "p1", what, "tag: internet")


def other(number: int, **more):
    original = session(key=SessionKey(f"other-{number}"))
    return raincheck(**{"id": f"id{number}", "original": original} | more)


def exact(when):
    """Return what `==` overlooks: the side of a fold, and the zone."""
    if isinstance(when, Timed):
        return when.span, when.zone, when.start.fold, when.end.fold
    return when


@given(RAINCHECKS)
def test_a_raincheck_comes_back_as_it_was(one):
    """Every field survives, with any letters, on both sides of a fold of the clock."""
    with SqliteJournal.in_memory_copy(Path("not-there.db")) as journal:
        journal.record({}, [one], [])
        (back,) = journal.rainchecks([one.id])
    for field in fields(one):
        assert getattr(back, field.name) == getattr(one, field.name), field.name
    for field in fields(one.original):
        if field.name != "when":
            assert getattr(back.original, field.name) == getattr(one.original, field.name)
    assert exact(back.original.when) == exact(one.original.when)
    assert exact(back.slot) == exact(one.slot)


@given(SESSIONS)
def test_a_session_comes_back_as_it_was(one):
    """The copy of a session is the session."""
    back = codec.session_from_text(codec.session_to_text(one))
    assert back == one
    assert exact(back.when) == exact(one.when)


def test_nothing_is_there_at_first(journal):
    """No cursor, no revisions, no rainchecks, no story."""
    assert journal.cursor("sessions") is None
    assert journal.known("sessions")(None) == {}
    assert journal.known("sessions")(["a"]) == {}
    assert journal.rainchecks() == ()
    assert journal.rainchecks([]) == ()
    assert journal.story("x") == ()


def test_looks_are_remembered(journal):
    """An incremental look adds and removes, a full one replaces; calendars do not mix."""
    journal.record({"one": changes(a="1", b="1"), "two": changes(a="9")}, [], [])
    journal.record({"one": changes(removed=["b"], cursor="c2", c="1", a="2")}, [], [])
    assert journal.known("one")(None) == {"a": "2", "c": "1"}
    assert journal.known("one")(["a", "b", "zz"]) == {"a": "2"}
    journal.record({"one": changes(scan=Scan.FULL, cursor="c3", d="1")}, [], [])
    assert journal.known("one")(None) == {"d": "1"}
    assert journal.known("two")(None) == {"a": "9"}
    assert (journal.cursor("one"), journal.cursor("two")) == ("c3", "c1")


def test_many_resources_are_asked_for_in_pieces(journal):
    """More names than one statement takes, some of them twice, are answered once each."""
    names = {f"r{number}": "1" for number in range(1_201)}
    journal.record({"one": changes(**names)}, [], [])
    assert journal.known("one")([*names, *names]) == names
    many = [other(number) for number in range(501)]
    journal.record({}, many, [])
    ids = [one.id for one in many]
    assert sorted(one.id for one in journal.rainchecks(ids + ids)) == sorted(ids)


@pytest.mark.parametrize(
    "broken",
    [
        [raincheck(), other(1, attempt=0)],
        [raincheck(), raincheck(id="another")],
        [raincheck(), other(1, state=State.WRITTEN, slot=None)],
    ],
    ids=["a check", "one session twice", "written without a time"],
)
def test_record_is_all_or_nothing(journal, broken):
    """When a row in the middle is refused, neither cursor nor revision nor promise is there."""
    with pytest.raises(JournalError):
        journal.record({"one": changes(a="1")}, broken, [])
    assert journal.cursor("one") is None
    assert journal.known("one")(None) == {}
    assert journal.rainchecks() == ()
    journal.record({"one": changes(a="1")}, [raincheck()], [entry()])
    assert journal.cursor("one") == "c1"


def test_a_story_needs_a_raincheck(journal):
    """The last row failing undoes the first as well."""
    with pytest.raises(JournalError):
        journal.record({"one": changes(a="1")}, [raincheck()], [entry(other(7))])
    assert (journal.cursor("one"), journal.rainchecks(), journal.story("id7")) == (None, (), ())


def test_advance_is_all_or_nothing(journal):
    """A refused revision undoes the new state and its entry."""
    journal.record({}, [raincheck()], [])
    written = raincheck(state=State.WRITTEN)
    with pytest.raises(JournalError):
        journal.advance(written, entry(what="written"), [Seen("one", "r", None)])
    assert journal.rainchecks() == (raincheck(),)
    assert journal.story(raincheck().id) == ()
    journal.advance(written, entry(what="written"), [Seen("one", "r", "2")])
    assert journal.rainchecks() == (written,)
    assert journal.known("one")(None) == {"r": "2"}


def test_a_crash_in_between_leaves_nothing(journal):
    """Also an interruption from outside SQLite undoes what was begun."""

    def interrupted():
        yield raincheck()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        journal.record({"one": changes(a="1")}, interrupted(), [])
    assert journal.cursor("one") is None
    assert journal.rainchecks() == ()


def test_one_session_has_one_raincheck(journal):
    """The file itself refuses a second, for single sessions and for instances."""
    for key in (SessionKey("a"), SessionKey("a", "20261123T100000Z")):
        one = raincheck(id=f"x{key.recurrence_id}", original=session(key=key))
        journal.record({}, [one], [])
        with pytest.raises(JournalError):
            journal.record({}, [replace(one, id="another")], [])


def test_open_ones_are_given_in_order(journal):
    """By the time they were noticed, then by id; ended ones only by name."""
    later = NOW.replace(hour=10)
    states = {one: other(n, state=one) for n, one in enumerate(State)}
    journal.record({}, list(states.values()), [])
    assert {one.state for one in journal.rainchecks()} == OPEN
    assert journal.rainchecks([states[State.SETTLED].id]) == (states[State.SETTLED],)
    journal.record({}, [replace(states[State.SETTLING], noticed=later)], [])
    ids = [one.id for one in journal.rainchecks()]
    assert ids == [*sorted(set(ids) - {ids[-1]}), states[State.SETTLING].id]


def test_they_are_found_by_resource(journal):
    """Open or not, by where the replacement stands."""
    there = other(1, state=State.SETTLED, resource="/r.ics")
    journal.record({}, [there, other(2, resource="/s.ics"), other(3)], [])
    assert journal.rainchecks_at(["/r.ics", "/x"]) == (there,)
    assert journal.rainchecks_at([]) == ()


def test_a_story_is_told_in_order(journal):
    """Entries come back as written, oldest first, also when the clock went back."""
    told = [entry(what="seen"), entry(what="planned", moment=datetime(2020, 1, 1, tzinfo=UTC))]
    journal.record({}, [raincheck(), other(1)], [*told, entry(other(1))])
    assert journal.story(raincheck().id) == tuple(told)


def test_the_file_is_private_and_stays(tmp_path):
    """Only its owner reads it, and it is there again after closing."""
    path = tmp_path / "state.db"
    with SqliteJournal.opened(path) as journal:
        journal.record({"one": changes(a="1")}, [raincheck(slot=at("2026-10-25T01:30"))], [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["state.db"]
    with SqliteJournal.opened(path) as journal:
        assert journal.cursor("one") == "c1"
        assert journal.rainchecks() == (raincheck(slot=at("2026-10-25T01:30")),)


WAYS = [SqliteJournal.opened, SqliteJournal.in_memory_copy, SqliteJournal.read]


@pytest.mark.parametrize("way", WAYS)
def test_a_newer_file_is_left_alone(tmp_path, way):
    """It is refused in words that tell what to do, and not changed."""
    path = tmp_path / "state.db"
    with SqliteJournal.opened(path):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="newer"), way(path):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_is_no_state_is_left_alone(tmp_path, way):
    """Garbage, and another program's database, are refused and not changed."""
    garbage, foreign = tmp_path / "garbage", tmp_path / "foreign"
    garbage.write_bytes(b"no database at all\n" * 99)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    for path in (garbage, foreign):
        before = path.read_bytes()
        with pytest.raises(JournalError), way(path):
            pass
        assert path.read_bytes() == before


def test_a_place_that_cannot_hold_it(tmp_path):
    """A folder, or a folder that is not there, is an error of the journal."""
    for path in (tmp_path, tmp_path / "none" / "state.db"):
        with pytest.raises(JournalError), SqliteJournal.opened(path):
            pass


def kept(journal, calendar="one", resources=("a", "b", "s")):
    return [copy.title for copy in journal.copies(calendar, resources)]


def copy_of(resource, title="", recurrence=None, **more):
    key = SessionKey(f"uid-{resource}", recurrence)
    return session(key=key, resource=resource, title=title or resource, **more)


def test_copies_are_kept_until_their_resource_is_gone(journal):
    """A changed resource's replace the old ones; removed and lost ones go; calendars do not mix."""
    series = copy_of("s", "series", kind=Kind.SERIES)
    one = copy_of("s", "own", "20261124T100000Z", kind=Kind.INSTANCE)
    first = changes(a="1", b="1", s="1")
    journal.record({"one": replace(first, copies=(copy_of("a"), series, one))}, [], [])
    journal.record({"two": replace(changes(a="1"), copies=(copy_of("a", "two"),))}, [], [])
    assert journal.copies("one", ["s", "a"]) == (copy_of("a"), series, one)
    journal.record({"one": replace(changes(s="2"), copies=(series,))}, [], [])
    assert kept(journal) == ["a", "series"]
    journal.record({"one": replace(changes(b="2"), copies=(copy_of("b"),))}, [], [])
    gone = Lost("b", "s", "20261124T100000Z", NOW)
    journal.record({"one": replace(changes(b="3", removed=["a"]), lost=(gone,))}, [], [])
    assert kept(journal) == ["series"]
    assert kept(journal, "two") == ["two"]


def test_the_newer_copy_of_a_session_is_kept(journal):
    """A second copy under the same key, in one look as in the next, replaces the first."""
    old = copy_of("a", when=at("2026-11-25T10:00"))
    new = copy_of("a", when=at("2026-11-26T10:00"))
    journal.record({"one": replace(changes(a="1"), copies=(old, new))}, [], [])
    assert journal.copies("one", ["a"]) == (new,)
    journal.record({"one": replace(changes(a="2"), copies=(old,))}, [], [])
    assert journal.copies("one", ["a"]) == (old,)


def test_a_pause_is_kept_until_it_is_lifted(journal):
    """One for each account, the latest word counts, and the time comes back aware."""
    assert journal.paused("work") is None
    journal.pause("work", NOW)
    journal.pause("work", NOW + timedelta(hours=6))
    assert journal.paused("work") == NOW + timedelta(hours=6)
    assert journal.paused("home") is None
    journal.pause("work", None)
    assert journal.paused("work") is None


def test_a_full_look_drops_the_copies_of_what_is_not_there(journal):
    """What a full look does not name is gone; what it names unchanged keeps its copy."""
    both = replace(changes(a="1", b="1"), copies=(copy_of("a"), copy_of("b")))
    journal.record({"one": both}, [], [])
    journal.record({"one": changes(scan=Scan.FULL, b="1")}, [], [])
    assert kept(journal) == ["b"]


def test_copies_of_what_is_long_over_are_forgotten(journal):
    """Before the moment asked for, and only then; series are kept."""
    whole = copy_of("b", when=AllDay(date(2026, 11, 24), date(2026, 11, 25)))
    series = copy_of("s", kind=Kind.SERIES)
    look = replace(changes(a="1", b="1", s="1"), copies=(copy_of("a"), whole, series))
    journal.record({"one": look}, [], [], forget=NOW)
    assert kept(journal) == ["a", "b", "s"]
    journal.record({}, [], [], forget=datetime(2026, 11, 24, 11, tzinfo=UTC))
    assert kept(journal) == ["a", "b", "s"]
    journal.record({}, [], [], forget=datetime(2026, 11, 26, tzinfo=UTC))
    assert kept(journal) == ["s"]


def test_half_a_letter_does_not_stop_the_journal(journal):
    """A lone surrogate, which has no UTF-8, comes back as it was."""
    odd = copy_of("a", "Quillon \ud83d Wren", notes="\udc00", payload="\ud800")
    journal.record({"one": replace(changes(a="1"), copies=(odd,))}, [raincheck(original=odd)], [])
    assert journal.copies("one", ["a"]) == (odd,)
    assert journal.rainchecks()[0].original == odd


def schema_of(path):
    """Return the columns of each table, in whatever order, the indexes, and the version."""
    with sqlite3.connect(path) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            )
        ]
        columns = {
            table: sorted(
                row[1:] for row in connection.execute(f"PRAGMA table_info({table})").fetchall()
            )
            for table in tables
        }
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
        ).fetchall()
        version = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return (columns, indexes), version


@pytest.fixture
def old_file(tmp_path):
    """A state file of version 1, with something in every table."""
    path = tmp_path / "old.db"
    with SqliteJournal.opened(path) as journal:
        journal.record({"one": changes(a="1")}, [raincheck()], [entry()])
    with sqlite3.connect(path) as connection:
        for since in (
            "DROP TABLE copies",
            "DROP TABLE pauses",
            "DROP TABLE fees",
            *SINCE_VERSION_5,
            "DROP INDEX rainchecks_owing",
            "DROP INDEX story_by_pass",
            "ALTER TABLE rainchecks DROP COLUMN home",
            "ALTER TABLE rainchecks DROP COLUMN declined",
            "ALTER TABLE rainchecks DROP COLUMN duties",
        ):
            connection.execute(since)
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    return path


@pytest.mark.parametrize("way", WAYS)
def test_an_old_file_is_brought_up_to_date(old_file, way):
    """What it held is still there, and it takes what is new."""
    with way(old_file) as journal:
        assert journal.cursor("one") == "c1"
        assert journal.known("one")(None) == {"a": "1"}
        assert journal.rainchecks() == (raincheck(),)
        assert journal.story(raincheck().id) == (entry(),)
        journal.record({"one": replace(changes(b="1"), copies=(copy_of("b"),))}, [], [])
        assert kept(journal) == ["b"]


def test_copies_survive_the_upgrade(tmp_path):
    """A file of version 5 kept them in a table without rows of its own."""
    path = tmp_path / "before.db"
    with SqliteJournal.opened(path) as journal:
        journal.record({"one": replace(changes(a="1"), copies=(copy_of("a"),))}, [], [])
    with sqlite3.connect(path) as connection:
        (made,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'copies'"
        ).fetchone()
        for since in (
            "DROP INDEX copies_by_end",
            "ALTER TABLE copies RENAME TO rowed",
            f"{made}, WITHOUT ROWID",
            "INSERT INTO copies SELECT * FROM rowed",
            "DROP TABLE rowed",
            "CREATE INDEX copies_by_end ON copies (ends) WHERE ends IS NOT NULL",
            *SINCE_VERSION_5,
            "PRAGMA user_version = 5",
        ):
            connection.execute(since)
    connection.close()
    with SqliteJournal.opened(path) as journal:
        assert journal.copies("one", ["a"]) == (copy_of("a"),)
        assert kept(journal) == ["a"]


def test_an_old_file_ends_like_a_fresh_one(tmp_path, old_file):
    """After the upgrade the schema is the one that a new file gets; a dry run changes nothing."""
    with SqliteJournal.in_memory_copy(old_file):
        pass
    assert schema_of(old_file)[1] == (1,)
    for path in (old_file, tmp_path / "fresh.db"):
        with SqliteJournal.opened(path):
            pass
    assert schema_of(old_file) == schema_of(tmp_path / "fresh.db")


CLOSED_UNDER_WAY = """
import sys, threading
from pathlib import Path
from sync.errors import JournalError
from sync.journal.store import SqliteJournal

def look(journal, begun):
    try:
        while True:
            journal.known("one")(None)
            begun.set()
    except JournalError:
        pass

for _ in range(60):
    with SqliteJournal.opened(Path(sys.argv[1])) as journal:
        begun = [threading.Event() for _ in range(3)]
        threads = [threading.Thread(target=look, args=(journal, each)) for each in begun]
        for thread in threads:
            thread.start()
        for each in begun:
            each.wait()
    for thread in threads:
        thread.join()
print("closed")
"""


def test_it_is_closed_under_no_threads_hands(tmp_path):
    """As at a reload, while an account is still being looked at: no crash, an error for it."""
    path = tmp_path / "state.db"
    with SqliteJournal.opened(path) as journal:
        journal.record({"one": changes(**{f"a{number}": "1" for number in range(500)})}, [], [])
    command = [sys.executable, "-c", CLOSED_UNDER_WAY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "closed\n"), done.stderr
