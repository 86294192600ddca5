"""Signals that rest first, and sessions that broke off and go on the same day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action, Policy, SignalKind, Terms
from sync.domain.sessions import AllDay, Answer, Attendee, Kind, Session, SessionKey, Status
from tests.unit.engine.world import NOW, PRACTICE, World, at, tagged

SETTLE = timedelta(minutes=2)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A practice with one tagged session ahead."""
    world = World(tmp_path)
    world.sessions.put(tagged("one", at(2)))
    return world


def records(world: World) -> tuple[Raincheck, ...]:
    with world.journal() as journal:
        return journal.every_raincheck()


def test_a_signal_rests_first(world: World) -> None:
    """Nothing is written before its time is over; then it is, once, as noticed at first."""
    (told,) = world.run(settle=SETTLE).rainchecks
    assert told.state is State.SETTLING
    assert world.replacements() == []
    world.clock.moment += SETTLE - timedelta(seconds=1)
    world.run(settle=SETTLE)
    assert world.replacements() == []
    world.clock.moment += timedelta(seconds=1)
    world.run(settle=SETTLE)
    assert len(world.replacements()) == 1
    (told,) = records(world)
    assert (told.state, told.noticed) == (State.SETTLED, NOW)


def test_a_signal_taken_back_in_time_never_happened(world: World) -> None:
    """No record of it stays, and the next one counts as new."""
    world.run(settle=SETTLE)
    world.sessions.put(tagged("one", at(2), categories=()))
    world.clock.moment += SETTLE
    world.run(settle=SETTLE)
    assert records(world) == ()
    assert world.replacements() == []
    world.sessions.put(tagged("one", at(2)))
    world.run()
    assert len(world.replacements()) == 1


def test_the_last_word_counts(world: World) -> None:
    """The cause that was added while it rested is the cause."""
    world.run(settle=SETTLE)
    world.sessions.put(tagged("one", at(2), categories=("disrupted", "disrupted-internet")))
    world.clock.moment += SETTLE
    world.run(settle=SETTLE)
    assert records(world)[0].cause.name == "internet"


@pytest.mark.parametrize("back", [True, False])
def test_a_deletion_rests_too(world: World, back: bool) -> None:
    """Put back in time, nothing happened; else it is held."""
    plain = tagged("one", at(2), categories=())
    world.sessions.put(plain)
    world.run()
    world.sessions.remove(SessionKey("one"))
    world.run(settle=SETTLE)
    if back:
        world.sessions.put(plain)
    world.clock.moment += SETTLE
    world.run(settle=SETTLE)
    assert [r.action for r in records(world)] == ([] if back else [Action.HOLD])


@pytest.mark.parametrize("back", [True, False])
def test_a_closure_rests_too(world: World, back: bool) -> None:
    """Taken away in time, it moved nobody."""
    shut = _closed_day(world)
    if back:
        world.calendars["private"].remove(shut.key)
    world.clock.moment += SETTLE
    world.run(settle=SETTLE)
    assert [r.signal for r in records(world)] == ([] if back else [SignalKind.CLOSURE])


def test_a_session_that_every_guest_declined_is_held(world: World) -> None:
    """The client's no is a signal; the practice looks before the client hears of anything."""
    guest = Attendee("quillon@example.org", Answer.DECLINED)
    world.sessions.put(tagged("one", at(2), categories=(), attendees=(guest,), organizer=PRACTICE))
    world.run()
    (told,) = records(world)
    assert (told.signal, told.cause.name, told.action) == (
        SignalKind.DECLINED,
        "declined",
        Action.HOLD,
    )


def crashed(world: World, *, minutes: int, after: int = 15) -> Raincheck:
    """Return the record of a session of 50 minutes whose crash was seen so late into it."""
    world.policy = Policy(Terms(action=Action.RESUME, prorate_after=timedelta(minutes=after)))
    world.clock.moment = at(0, 10).span.start + timedelta(minutes=minutes)
    world.sessions.put(tagged("one", at(0, 10), categories=("crashed",)))
    world.run()
    (told,) = records(world)
    return told


@pytest.mark.parametrize(
    ("minutes", "left", "starts"),
    [
        (10, 50, "10:30"),  # less than prorate_after was held: all of it, from 10:20 on
        (14, 50, "10:30"),
        (15, 35, "10:30"),
        (20, 30, "10:30"),
        (49, 1, "11:00"),
    ],
)
def test_a_session_that_broke_off_goes_on_the_same_day(
    world: World, minutes: int, left: int, starts: str
) -> None:
    """What is left of it, from ten minutes after the crash on; it stands for sure."""
    told = crashed(world, minutes=minutes)
    assert told.slot is not None
    assert told.slot.length == timedelta(minutes=left)
    assert f"{told.slot.start:%Y-%m-%d %H:%M}" == f"2026-11-23 {starts}"
    assert told.confirmed
    (made,) = world.replacements()
    assert made.status is Status.CONFIRMED


def test_without_room_today_it_goes_on_in_the_usual_window(world: World) -> None:
    """The rest of the session, on another day."""
    busy = Session(SessionKey("busy"), "private", Kind.SINGLE, at(0, 10, minutes=420), title="x")
    world.calendars["private"].put(busy)
    told = crashed(world, minutes=20)
    assert told.slot is not None
    assert told.slot.length == timedelta(minutes=30)
    assert told.slot.start.date() > NOW.date()


def test_a_crash_told_after_the_end_is_a_whole_session(world: World) -> None:
    """Nobody knows how much was held: all of it, in the usual window."""
    told = crashed(world, minutes=55)
    assert told.slot is not None
    assert told.slot.length == timedelta(minutes=50)
    assert told.slot.span.start >= datetime(2026, 11, 24, tzinfo=UTC)


def test_a_paid_session_is_made_up_though_policy_ignores_it(world: World) -> None:
    """The word `paid` turns `ignore` into an offer."""
    world.policy = Policy(Terms(action=Action.IGNORE))
    world.sessions.put(replace(tagged("one", at(2)), categories=("disrupted", "paid")))
    world.run()
    assert records(world)[0].action is Action.PROPOSE


def _closed_day(world: World) -> Session:
    day = at(2).start.date()
    world.sessions.put(tagged("one", at(2), categories=()))
    shut = Session(
        SessionKey("shut"),
        "private",
        Kind.SINGLE,
        AllDay(day, day + timedelta(days=1)),
        title="#lockdown",
    )
    world.calendars["private"].put(shut)
    world.run(settle=SETTLE)
    return shut


def test_a_closure_that_cannot_be_seen_is_not_taken_back(world: World) -> None:
    """Its calendar does not answer when the rest is over: the signal goes on resting."""
    _closed_day(world)
    world.clock.moment += SETTLE
    world.calendars["private"].missing = True
    world.run(settle=SETTLE)
    assert [r.state for r in records(world)] == [State.SETTLING]
    world.calendars["private"].missing = False
    world.run(settle=SETTLE)
    assert [r.state for r in records(world)] == [State.SETTLED]


def test_a_tag_on_what_a_closure_gave_back_counts(world: World) -> None:
    """The closure is gone when the rest is over, but the session was tagged meanwhile."""
    shut = _closed_day(world)
    world.calendars["private"].remove(shut.key)
    world.sessions.put(tagged("one", at(2), categories=("no-show",)))
    world.clock.moment += SETTLE
    world.run(settle=SETTLE)
    assert [(r.signal, r.cause.name) for r in records(world)] == [(SignalKind.TAG, "no-show")]


def test_a_tag_on_what_was_deleted_and_put_back_counts(world: World) -> None:
    """The deletion is taken back, and the tag that came with the return is not lost."""
    plain = tagged("one", at(2), categories=())
    world.sessions.put(plain)
    world.run()
    world.sessions.remove(plain.key)
    world.run(settle=SETTLE)
    world.sessions.put(tagged("one", at(2)))
    world.clock.moment += SETTLE
    world.run(settle=SETTLE)
    assert [r.signal for r in records(world)] == [SignalKind.TAG]
