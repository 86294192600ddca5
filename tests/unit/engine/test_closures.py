"""Closures: what lies under them is moved, all of it together; and the drop calendar."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync.domain.lifecycle import Raincheck, State
from sync.domain.passes import WarningCode
from sync.domain.policy import Policy, SignalKind
from sync.domain.practice import Holds
from sync.domain.sessions import AllDay, Answer, Attendee, Kind, Session, SessionKey, Status
from sync.domain.signals import SignalSettings
from sync.errors import UnreachableError
from tests.unit.engine.world import PRACTICE, Steps, World, at, tagged

DAY = at(2).start.date()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A practice with two sessions on one day, one on the next, and private time."""
    world = World(tmp_path)
    for uid, when in (("one", at(2)), ("two", at(2, 14)), ("three", at(3))):
        world.sessions.put(tagged(uid, when, categories=()))
    world.calendars["private"].put(
        Session(SessionKey("dentist"), "private", Kind.SINGLE, at(2, 12), title="Dentist")
    )
    return world


def closure(uid: str = "closed", **more: object) -> Session:
    plain = Session(
        SessionKey(uid),
        "private",
        Kind.SINGLE,
        AllDay(DAY, DAY + timedelta(days=1)),
        title="Lockdown",
        transparent=True,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def records(world: World) -> dict[str, Raincheck]:
    with world.journal() as journal:
        return {each.original.key.uid: each for each in journal.every_raincheck()}


def test_a_closure_moves_all_that_it_covers(world: World) -> None:
    """Whole days, transparent, by its title: both sessions of that day are moved, no others."""
    world.run()
    world.calendars["private"].put(closure())
    world.run()
    found = records(world)
    assert found.keys() == {"one", "two"}
    for one in found.values():
        assert (one.signal, one.cause.name) == (SignalKind.CLOSURE, "lockdown")
        assert one.state is State.SETTLED
        assert one.slot is not None
        assert one.slot.start.date() != DAY
    assert world.original("one").status is Status.CANCELLED
    assert world.original("three").status is Status.CONFIRMED
    assert world.run().rainchecks == ()


def test_many_sessions_under_a_closure_are_no_slip(world: World) -> None:
    """`max_new` counts what nothing explains; a closure explains."""
    world.policy = Policy(max_new=1)
    world.calendars["private"].put(closure())
    report = world.run()
    assert not report.held
    assert len(world.replacements()) == 2


def test_a_closure_that_was_acted_on_says_nothing_more(world: World) -> None:
    """What is entered under it later was put there by somebody who knew."""
    world.calendars["private"].put(closure())
    world.run()
    world.sessions.put(tagged("four", at(2, 16), categories=()))
    world.run()
    world.signals = SignalSettings(lookback=timedelta(days=7))  # all is looked at afresh
    world.run()
    assert "four" not in records(world)


def test_a_changed_closure_is_followed_again(world: World) -> None:
    """It grew by a day: that day's session goes too, once."""
    world.calendars["private"].put(closure())
    world.run()
    longer = AllDay(DAY, DAY + timedelta(days=2))
    world.calendars["private"].put(closure(when=longer))
    world.run()
    assert records(world).keys() == {"one", "two", "three"}
    assert len([r for r in world.replacements() if r.status is not Status.CANCELLED]) == 3


def test_a_replacement_under_a_closure_is_the_same_raincheck(world: World) -> None:
    """Its day is closed too: the next attempt, not a second raincheck."""
    world.calendars["private"].put(closure())
    world.run()
    slot = records(world)["one"].slot
    assert slot is not None
    day = slot.start.date()
    over = AllDay(day, day + timedelta(days=1))
    world.calendars["private"].put(closure("second", when=over, title="#outage"))
    world.run()
    again = records(world)["one"]
    assert (again.attempt, again.cause.name) == (2, "outage")
    assert again.slot is not None
    assert again.slot.start.date() not in {DAY, day}
    standing = [r for r in world.replacements() if r.status is not Status.CANCELLED]
    assert len(standing) == len(records(world))


@pytest.mark.parametrize("said", ["accepted", "moved"])
def test_a_closure_strikes_what_was_just_agreed_on(world: World, said: str) -> None:
    """The client accepted, or the practice moved it, in the same moment: it is closed all the same.

    A closure is looked under once, so what it strikes is struck then or never.
    """
    guest = Attendee("wren@example.com")
    world.sessions.put(tagged("five", at(4, 14), attendees=(guest,), organizer=PRACTICE))
    world.run()
    (offered,) = world.replacements()
    when = at(9, 11) if said == "moved" else offered.when
    answered = replace(guest, answer=Answer.ACCEPTED)
    world.sessions.put(replace(offered, when=when, attendees=(answered,)))
    world.calendars["private"].put(closure("second", when=when, title="#outage"))
    world.run()
    again = records(world)["five"]
    assert (again.attempt, again.cause.name) == (2, "outage")
    (standing,) = [r for r in world.replacements() if r.status is not Status.CANCELLED]
    assert standing.when == again.slot != when


@pytest.mark.parametrize("where", ["private", "sessions"])
def test_a_closure_of_one_calendar_covers_that_one(world: World, where: str) -> None:
    """With `same-calendar`, one in a calendar without sessions disrupts nothing."""
    world.signals = SignalSettings(closures="same-calendar")
    world.calendars[where].put(replace(closure(), calendar=where))
    world.run()
    assert bool(records(world)) is (where == "sessions")


def test_somebody_elses_closure_is_a_warning(world: World) -> None:
    """An invitation from a stranger moves nobody."""
    world.calendars["private"].put(closure(organizer="stranger@example.com"))
    report = world.run()
    assert [w.code for w in report.warnings] == [WarningCode.UNTRUSTED_ORGANIZER]
    assert records(world) == {}


@pytest.mark.parametrize(
    "changed", [{"categories": ("drop",)}, {"status": Status.CANCELLED}, {"transparent": True}]
)
def test_what_is_not_to_take_place_is_not_moved(world: World, changed: dict[str, object]) -> None:
    """Dropped, cancelled or free time under a closure stays as it is."""
    world.sessions.put(replace(tagged("one", at(2), categories=()), **changed))  # type: ignore[arg-type]
    world.signals = SignalSettings(cancelled=False)
    world.calendars["private"].put(closure())
    world.run()
    assert records(world).keys() == {"two"}


def test_a_closure_waits_for_a_calendar_that_is_down(world: World) -> None:
    """It is followed in the next pass; nothing is lost, nothing done twice."""
    world.run()
    world.calendars["private"].put(closure())
    for number in range(12):
        with contextlib.suppress(UnreachableError):  # where it hits the journal
            world.run(Steps(at=number, trouble=_down))
    world.run()
    world.run()
    assert records(world).keys() == {"one", "two"}
    assert len(world.replacements()) == 2


def _down() -> UnreachableError:
    return UnreachableError("no", calendar="private", operation="agenda")


def test_a_session_dragged_into_the_drop_calendar_is_disrupted(world: World) -> None:
    """Its replacement stands in the calendar that it came from; what was dragged is marked."""
    world.signals = SignalSettings(drop_calendar="dropped")
    world.holds = {**world.holds, "dropped": Holds.NONE, "other": Holds.ALL}
    world.__post_init__()
    world.calendars["other"].put(replace(tagged("mine", at(4), categories=()), calendar="other"))
    world.run()
    moved = world.calendars["other"].sessions()[0]
    world.calendars["other"].remove(moved.key)
    world.calendars["dropped"].put(replace(moved, calendar="dropped", revision="", resource=""))
    world.run()
    (told,) = records(world).values()
    assert (told.signal, told.home) == (SignalKind.TAG, "other")
    (made,) = world.calendars["other"].sessions()
    assert made.key == told.replacement
    (left,) = world.calendars["dropped"].sessions()
    assert left.marks is not None
    assert left.status is Status.CANCELLED
    assert world.run().rainchecks == ()
    world.calendars["other"].remove(made.key)
    world.run()
    assert records(world)["mine"].state is State.WITHDRAWN
