"""An old copy of the state file is put back: the marks in the calendar know more, and are heard."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync.domain.lifecycle import Raincheck, State
from sync.domain.sessions import Answer, Attendee, Kind, Session, SessionKey, Status
from tests.unit.engine.world import NOW, PRACTICE, Crash, Steps, World, at, tagged

GUEST = "quillon@example.org"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A practice with one session that was tagged and proposed anew."""
    world = World(tmp_path)
    invited = {"attendees": (Attendee(GUEST),), "organizer": PRACTICE}
    world.sessions.put(tagged("one", at(2), **invited))
    world.run()
    return world


@contextmanager
def later_forgotten(world: World) -> Iterator[None]:
    """Put the state file back as it was before the block."""
    kept = world.folder / "kept.db"
    shutil.copy(world.state, kept)
    yield
    shutil.copy(kept, world.state)


def record(world: World) -> Raincheck:
    with world.journal() as journal:
        (found,) = journal.every_raincheck()
    return found


def standing(world: World) -> list[Session]:
    return [one for one in world.replacements() if one.status is not Status.CANCELLED]


def decline(world: World) -> Session:
    (offered,) = standing(world)
    world.sessions.put(replace(offered, attendees=(Attendee(GUEST, Answer.DECLINED),)))
    return offered


def test_a_later_offer_is_adopted(world: World) -> None:
    """The cancelled first offer is no person's doing: the second one stands and stays."""
    with later_forgotten(world):
        first = decline(world)
        world.run()
        (second,) = standing(world)
    world.run()
    told = record(world)
    assert standing(world) == [second]
    assert (told.attempt, told.replacement, told.state) == (2, second.key, State.SETTLED)
    assert first.when.span in told.declined  # type: ignore[union-attr]
    assert world.run().rainchecks == ()


def test_the_earlier_offer_is_cancelled_after_all(world: World) -> None:
    """What the lost state still owed is done: one offer stands, not two."""
    with later_forgotten(world):
        decline(world)
        _crash_before_the_cancellation(world)
        assert len(standing(world)) == 2
    world.run()
    (left,) = standing(world)
    assert left.marks
    assert left.marks.attempt == 2


def _crash_before_the_cancellation(world: World) -> None:
    for at_step in range(40):
        with suppress(Crash):
            world.run(Steps(at=at_step))
        if len(standing(world)) == 2:
            return


def test_what_was_withdrawn_stays_withdrawn(world: World) -> None:
    """It was taken back by command, the original says so, and nothing comes back."""
    with later_forgotten(world):
        world.undo([record(world).id])
    world.run()
    assert record(world).state is State.WITHDRAWN
    assert standing(world) == []
    assert world.original("one").status is Status.CONFIRMED
    assert world.run().rainchecks == ()


def test_an_offer_that_we_cancelled_is_no_wish_of_a_person(world: World) -> None:
    """Its marks say who cancelled it, so the promise is not given up."""
    with later_forgotten(world):
        decline(world)
        world.hours = replace(world.hours, weekly={})  # no slot for the next one
        world.run()
        assert standing(world) == []
    world.run()
    assert record(world).state is not State.WITHDRAWN


def test_a_blow_to_what_is_withdrawn_already(world: World) -> None:
    """The tag for taking back, seen again, beside a closure over what still stands: no bug."""
    original, (offered,) = world.original("one"), standing(world)
    world.sessions.put(replace(original, categories=(*original.categories, "undo")))
    with suppress(Crash):
        world.run(Steps(at=3))
    assert standing(world) == [offered]
    assert record(world).state is State.WITHDRAWN
    world.calendars["private"].put(
        Session(
            SessionKey("closed"), "private", Kind.SINGLE, offered.when, categories=("lockdown",)
        )
    )
    world.sessions.expire_cursors()
    world.clock.moment = NOW + timedelta(minutes=5)
    world.run()
    assert standing(world) == []
    assert record(world).state is State.WITHDRAWN


def test_a_state_file_lost_between_two_offers(world: World) -> None:
    """The later offer stands, the earlier one is cancelled, and the original names the later."""
    decline(world)
    _crash_before_the_cancellation(world)
    assert len(standing(world)) == 2
    world.state.unlink()
    world.run()
    (left,) = standing(world)
    assert left.marks
    assert left.marks.attempt == 2
    told = record(world)
    assert (told.replacement, told.state, told.duties) == (left.key, State.SETTLED, ())
    marks = world.original("one").marks
    assert marks
    assert marks.replacement == left.key.uid


def test_what_is_said_of_an_offer_that_was_forgotten(tmp_path: Path) -> None:
    """A hold that is found standing again, and booked meanwhile: the word counts."""
    world = World(tmp_path)
    world.sessions.put(tagged("one", at(2), categories=()))
    world.run()
    with later_forgotten(world):
        world.sessions.remove(SessionKey("one"))
        world.run()
    (held,) = standing(world)
    world.sessions.put(replace(held, categories=(*held.categories, "book")))
    world.run()
    (booked,) = standing(world)
    assert booked.status is Status.CONFIRMED
    assert (record(world).state, record(world).confirmed) == (State.SETTLED, True)
