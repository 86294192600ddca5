"""What a pass makes of sessions that are no longer there."""

import contextlib
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory import MemoryCalendar
from sync.domain import identity
from sync.domain.lifecycle import State
from sync.domain.passes import WarningCode
from sync.domain.policy import Action, Policy, SignalKind, Terms
from sync.domain.practice import Holds
from sync.domain.sessions import Attendee, Kind, Session, SessionKey, Status, Timed
from sync.domain.signals import SignalSettings
from sync.domain.writes import Draft
from sync.errors import AlreadyExistsError
from sync.ports import ChangeSet, Known, Lost, Scan
from tests.unit.engine.world import PRACTICE, Crash, Steps, World, at, tagged


def _session(uid: str, when: Timed, **more: Any) -> Session:
    return tagged(uid, when, **({"categories": ()} | more))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A practice with three quiet sessions, looked at once."""
    return _looked_at(World(tmp_path))


def _looked_at(world: World) -> World:
    guest = Attendee("quillon.wren@example.com")
    world.sessions.put(_session("one", at(2), organizer=PRACTICE, attendees=(guest,)))
    world.sessions.put(_session("two", at(3)))
    world.sessions.put(_session("past", at(-2)))
    assert world.run().rainchecks == ()
    return world


def _delete(world: World, *uids: str) -> None:
    for uid in uids:
        world.sessions.remove(SessionKey(uid))


def test_of_what_is_no_session_no_word_is_kept(world: World) -> None:
    """A private calendar is read for its time; the state file has nothing else of it."""
    private = _session("dentist", at(4), notes="Sparrow", location="Nest", payload="Feather")
    world.calendars["private"].put(private)
    world.run()
    held = world.state.read_bytes()
    for word in (b"Sparrow", b"Nest", b"Feather"):
        assert word not in held
    with world.journal() as journal:
        (kept,) = journal.copies("private", ["dentist"])
        (session,) = journal.copies("sessions", ["one"])
    assert (kept.key.uid, kept.when, kept.title) == ("dentist", at(4), "")
    assert session.title == "Quillon Wren"


def test_a_deleted_session_is_held(world: World) -> None:
    """Upcoming and gone: one tentative replacement without guests, and nothing the second time."""
    _delete(world, "one")
    (told,) = world.run().rainchecks
    assert (told.signal, told.action, told.state) == (
        SignalKind.DELETED,
        Action.HOLD,
        State.SETTLED,
    )
    assert told.cause.name == "unspecified"
    (held,) = world.replacements()
    assert (held.status, held.attendees, held.title) == (Status.TENTATIVE, (), "Quillon Wren")
    assert world.run().rainchecks == ()
    assert len(world.replacements()) == 1


def test_a_deleted_hold_never_comes_back(world: World) -> None:
    """The person deletes the replacement as well: withdrawn, and nothing is written again."""
    _delete(world, "one")
    world.run()
    _delete(world, world.replacements()[0].key.uid)
    (told,) = world.run().rainchecks
    assert told.state is State.WITHDRAWN
    world.run()
    assert world.replacements() == []


def test_what_is_over_may_be_tidied_up(world: World) -> None:
    """A session of the past that is deleted says nothing."""
    _delete(world, "past")
    assert world.run().rainchecks == ()


def test_what_began_before_the_look_says_nothing(world: World) -> None:
    """Its start decides at the moment of the pass, not when it was copied."""
    _delete(world, "one")
    world.clock.moment = at(2).span.start
    assert world.run().rainchecks == ()


def test_a_series_that_vanishes_says_nothing(world: World) -> None:
    """Neither the series nor any of its instances."""
    for key in (SessionKey("s"), SessionKey("s", "20261126T100000Z")):
        kind = Kind.INSTANCE if key.recurrence_id else Kind.SERIES
        world.sessions.put(_session("s", at(3 if key.recurrence_id else 1), key=key, kind=kind))
    world.run()
    world.sessions.remove(SessionKey("s"))
    world.sessions.remove(SessionKey("s", "20261126T100000Z"))
    assert world.run().rainchecks == ()


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    """With `deleted = false` nothing that vanishes counts."""
    world = _looked_at(World(tmp_path, signals=SignalSettings(deleted=False)))
    _delete(world, "one")
    assert world.run().rainchecks == ()


def test_a_full_look_notices_what_is_missing(world: World) -> None:
    """Also when the cursor is lost; and what merely passed out of the window is not missing."""
    _delete(world, "one")
    world.sessions.expire_cursors()
    (told,) = world.run().rainchecks
    assert told.original.key == SessionKey("one")
    world.clock.moment += timedelta(days=20)
    world.sessions.expire_cursors()
    assert world.run().rainchecks == ()


def test_a_session_moved_to_another_calendar_is_not_deleted(tmp_path: Path) -> None:
    """The same name stands elsewhere in the practice, seen in this pass or before."""
    world = World(tmp_path, holds={"sessions": Holds.ALL, "private": Holds.NONE})
    world.calendars["private"].put(_session("one", at(2)))
    _looked_at(world)
    world.calendars["private"].put(_session("two", at(3)))
    _delete(world, "one", "two")
    assert world.run().rainchecks == ()


def _fill(world: World, count: int) -> list[str]:
    uids = [f"more-{number}" for number in range(count)]
    for number, uid in enumerate(uids):
        world.sessions.put(_session(uid, at(3 + number, 12)))
    world.run()
    return uids


@pytest.mark.parametrize("way", ["incremental", "full"])
def test_an_emptied_calendar_is_not_acted_on(world: World, way: str) -> None:
    """Most of what was ahead is gone at once: a warning, and the next pass looks again."""
    uids = _fill(world, 6)
    kept = [s for s in world.sessions.sessions() if s.key.uid in uids]
    _delete(world, *uids)
    if way == "full":
        world.sessions.expire_cursors()
    for _ in range(2):
        report = world.run()
        assert [w.code for w in report.warnings] == [WarningCode.CALENDAR_EMPTIED]
        assert report.rainchecks == ()
    for session in kept:
        world.sessions.put(session)
    report = world.run()
    assert (report.warnings, report.rainchecks, world.replacements()) == ((), (), [])


def test_old_sessions_do_not_hide_that_a_calendar_is_emptied(world: World) -> None:
    """Only what is ahead is counted: years of the past make no difference."""
    for number in range(12):
        world.sessions.put(_session(f"old-{number}", at(-1 - number)))
    _delete(world, *_fill(world, 6))
    assert [w.code for w in world.run().warnings] == [WarningCode.CALENDAR_EMPTIED]


def test_a_handful_is_a_day_s_work(world: World) -> None:
    """Four of six are deleted: each is held."""
    _delete(world, *_fill(world, 4))
    assert len(world.run().rainchecks) == 4


def test_a_session_put_back_while_it_waits_is_called_off(world: World) -> None:
    """There was no slot yet, and the person restored the original: nothing is made up for."""
    hours, world.hours = world.hours, replace(world.hours, weekly={})
    original = world.original("one")
    _delete(world, "one")
    (told,) = world.run().rainchecks
    assert told.state is State.WAITING
    (told,) = world.run().rainchecks
    assert told.state is State.WAITING, "that it is gone calls nothing off"
    world.sessions.put(original)
    world.hours = hours
    (told,) = world.run().rainchecks
    assert (told.state, told.reason) == (State.WITHDRAWN, "a person put the original back")
    assert world.run().rainchecks == ()
    assert world.replacements() == []


class TakenCalendar(MemoryCalendar):
    """One in which the name of every replacement stays taken, though nothing stands there."""

    def create(self, draft: Draft) -> Session:
        """Refuse, as Google does with 409."""
        raise AlreadyExistsError("there was one", calendar=self.name, operation="create")


def test_a_name_that_stays_taken_is_withdrawn(tmp_path: Path) -> None:
    """Something stood there and was deleted: nothing is written again."""
    world = World(tmp_path)
    world.calendars["sessions"] = TakenCalendar("sessions", zone=at(0).zone)
    _delete(_looked_at(world), "one")
    (told,) = world.run().rainchecks
    assert (told.state, told.reason) == (State.WITHDRAWN, "a person deleted the replacement")
    with world.journal() as journal:
        assert [e.what for e in journal.story(told.id)] == ["seen", "planned", "withdrawn"]
    assert world.run().rainchecks == ()


class LosingCalendar(MemoryCalendar):
    """One that tells of deleted instances, as Google does: each is a resource of its own."""

    lost: tuple[Lost, ...] = ()
    unlisted: str = ""

    def changes(self, cursor: str | None, known: Known, *, since: datetime) -> ChangeSet:
        """Return what has changed, and what is lost."""
        found = super().changes(cursor, known, since=since)
        fresh = {one.resource: "1" for one in self.lost if one.resource not in known(None)}
        revisions = {**found.revisions, **fresh}
        return replace(
            found,
            scan=Scan.INCREMENTAL if found.scan is Scan.UNCHANGED and fresh else found.scan,
            revisions={k: v for k, v in revisions.items() if k != self.unlisted},
            sessions=tuple(s for s in found.sessions if s.resource != self.unlisted),
            copies=tuple(s for s in found.copies if s.resource != self.unlisted),
            lost=self.lost,
        )


def _losing(tmp_path: Path) -> tuple[World, LosingCalendar]:
    world = World(tmp_path)
    calendar = LosingCalendar("sessions", zone=at(0).zone)
    world.calendars["sessions"] = calendar
    calendar.put(_session("s", at(-6), kind=Kind.SERIES, categories=("crashed",)))
    world.run()
    return world, calendar


def _lost(days: int) -> Lost:
    start = at(days).span.start
    return Lost(f"s_{days}", "s", f"{start:%Y%m%dT%H%M%SZ}", start)


def test_a_lost_instance_is_made_up_for(tmp_path: Path) -> None:
    """What its series tells serves as its copy; what the series is tagged with is not its own."""
    world, calendar = _losing(tmp_path)
    calendar.lost = (_lost(1),)
    (told,) = world.run().rainchecks
    assert told.original.key == SessionKey("s", "20261124T100000Z")
    assert (told.original.kind, told.original.when) == (Kind.INSTANCE, at(1))
    assert (told.original.resource, told.cause.name) == ("s_1", "unspecified")
    assert (told.state, len(world.replacements())) == (State.SETTLED, 1)
    assert world.run().rainchecks == ()


def test_an_instance_lost_long_ago_says_nothing(tmp_path: Path) -> None:
    """Noted by an earlier look, or of the past, or of a series that was never seen."""
    world, calendar = _losing(tmp_path)
    with world.journal() as journal:
        cursor = journal.cursor("sessions") or ""
        noted = ChangeSet((), {"s_1": "0"}, frozenset(), cursor, Scan.INCREMENTAL)
        journal.record({"sessions": noted}, [], [])
    calendar.lost = (_lost(1), _lost(-1), replace(_lost(2), series="other"))
    assert world.run().rainchecks == ()


def test_instances_of_a_series_that_was_moved_are_not_deleted(tmp_path: Path) -> None:
    """The whole series goes to another hour, or away: its instances go with it."""
    world, calendar = _losing(tmp_path)
    calendar.put(_session("s", at(-6, 12), kind=Kind.SERIES))
    calendar.lost = (_lost(1),)
    assert world.run().rainchecks == ()
    calendar.lost = (_lost(2),)
    calendar.remove(SessionKey("s"))
    assert world.run().rainchecks == ()


def test_an_instance_that_fell_off_the_end_says_nothing(tmp_path: Path) -> None:
    """Its own resource is missing in a look from the start, and its series stands: no signal."""
    world, calendar = _losing(tmp_path)
    name = SessionKey("s", "20261125T100000Z")
    calendar.put(_session("s", at(2), key=name, kind=Kind.INSTANCE, resource="s_2"))
    calendar.put(_session("two", at(3)))
    world.run()
    calendar.unlisted = "s_2"
    calendar.expire_cursors()
    assert world.run().rainchecks == ()


def _steps_of_a_pass(folder: Path) -> int:
    steps = Steps()
    world = _ready(folder)
    world.run(steps)
    return steps.count


def _ready(folder: Path) -> World:
    folder.mkdir()
    world = _looked_at(World(folder))
    _delete(world, "one")
    return world


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_step_leaves_one_replacement(tmp_path: Path, *, after: bool) -> None:
    """A pass over a deletion killed before or after any call: one replacement, settled."""
    total = _steps_of_a_pass(tmp_path / "whole")
    assert total > 6
    for number in range(total):
        world = _ready(tmp_path / f"at-{number}")
        with contextlib.suppress(Crash):  # a call that fails has no "after"
            world.run(Steps(at=number, after=after))
        world.run()
        assert len(world.replacements()) == 1, number
        assert world.run().rainchecks == ()
        with world.journal() as journal:
            (told,) = journal.rainchecks([identity.raincheck_id(SessionKey("one"))])
        assert told.state is State.SETTLED, number


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["delete", "restore", "expire", "crash", "run", "edit"])))
def test_a_deletion_never_makes_two_replacements(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    """Whatever a person, a server and the power do in between."""
    world = _looked_at(World(tmp_path_factory.mktemp("world")))
    original = world.original("one")
    crashes = itertools.count()
    for act in acts:
        stands = any(s.key == original.key for s in world.sessions.sessions())
        if act == "delete" and stands:
            _delete(world, "one")
        elif act == "restore" and not stands:
            world.sessions.put(original)
        elif act == "edit" and stands:
            world.sessions.put(replace(world.original("one"), title="Quillon Wren, second"))
        elif act == "expire":
            world.sessions.expire_cursors()
        elif act == "crash":
            with contextlib.suppress(Crash):
                world.run(Steps(at=next(crashes) % 9, after=True))
        elif act == "run":
            world.run()
        assert len(world.replacements()) <= 1
    world.run()
    assert len(world.replacements()) <= 1


def test_a_rule_of_the_practice_comes_first(tmp_path: Path) -> None:
    """`[policy]` alone does not decide over a deletion; somebody else's invitation never counts."""
    world = _looked_at(World(tmp_path, policy=Policy(terms=Terms(action=Action.BOOK))))
    world.sessions.put(_session("theirs", at(4), organizer="desk@example.com"))
    world.sessions.put(_session("dropped", at(4, 12), categories=("drop",)))
    world.run()
    _delete(world, "two", "theirs", "dropped")
    (told,) = world.run().rainchecks
    assert (told.original.key.uid, told.action, told.rule) == ("two", Action.HOLD, "built-in rule")
    assert told.noticed == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_session_put_back_before_the_end_is_left_alone(tmp_path: Path) -> None:
    """Restored after its replacement was written: it is marked, but takes place as it stands."""
    for number in range(_steps_of_a_pass(tmp_path / "whole")):
        folder = tmp_path / f"at-{number}"
        folder.mkdir()
        world = _looked_at(World(folder))
        original = world.original("one")
        _delete(world, "one")
        with contextlib.suppress(Crash):
            world.run(Steps(at=number, after=True))
        world.sessions.put(original)
        world.run()
        assert len(world.replacements()) <= 1
        assert world.original("one").status is Status.CONFIRMED
        assert not world.original("one").transparent


def test_copies_do_not_outlive_the_lookback(world: World) -> None:
    """What ended before `lookback` is forgotten: the state file holds no more than it must."""
    with world.journal() as journal:
        assert [s.key.uid for s in journal.copies("sessions", ["past", "one"])] == ["one", "past"]
    world.clock.moment += timedelta(days=13)
    world.run()
    with world.journal() as journal:
        assert [s.key.uid for s in journal.copies("sessions", ["past", "one"])] == ["one"]
