"""What people do to replacements, with a crash or a failure at every step of what follows."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync.domain.lifecycle import State
from sync.domain.policy import Action, Policy, Terms
from sync.domain.sessions import AllDay, Answer, Attendee, Kind, Session, SessionKey, Status
from sync.domain.writes import Draft
from sync.errors import AccessError, CalendarError, OutcomeUnknownError, UnreachableError
from tests.unit.engine.world import PRACTICE, Crash, Steps, World, at, tagged

GUEST = "quillon@example.org"


@dataclass(frozen=True)
class Turn:
    """Something that happens after the first pass, and how many replacements stand in the end."""

    happens: Callable[[World, Session], None]
    standing: int
    state: State
    attempt: int = 1
    policy: Policy = Policy()


def _declines(world: World, offered: Session) -> None:
    world.sessions.put(replace(offered, attendees=(Attendee(GUEST, Answer.DECLINED),)))


def _accepts(world: World, offered: Session) -> None:
    world.sessions.put(replace(offered, attendees=(Attendee(GUEST, Answer.ACCEPTED),)))


def _undoes(world: World, offered: Session) -> None:
    world.sessions.put(replace(offered, categories=("undo",)))


def _deletes(world: World, offered: Session) -> None:
    world.sessions.remove(offered.key)


def _closes(world: World, offered: Session) -> None:
    day = offered.when.start.date()  # type: ignore[union-attr]
    when = AllDay(day, day + timedelta(days=1))
    world.calendars["private"].put(
        Session(SessionKey("shut"), "private", Kind.SINGLE, when, title="Outage")
    )


def _books(world: World, offered: Session) -> None:
    world.sessions.put(replace(offered, categories=("book",)))


TURNS = {
    "declined": Turn(_declines, 1, State.SETTLED, attempt=2),
    "declined-for-good": Turn(_declines, 0, State.WAITING, 2, Policy(Terms(attempts=1))),
    "accepted": Turn(_accepts, 1, State.SETTLED),
    "undone": Turn(_undoes, 0, State.WITHDRAWN),
    "deleted": Turn(_deletes, 0, State.WITHDRAWN),
    "closed": Turn(_closes, 1, State.SETTLED, attempt=2),
    "booked": Turn(_books, 1, State.SETTLED, policy=Policy(Terms(action=Action.HOLD))),
}


def _world(folder: Path, turn: Turn) -> World:
    folder.mkdir()
    world = World(folder, policy=turn.policy)
    guests = {"attendees": (Attendee(GUEST),), "organizer": PRACTICE}
    world.sessions.put(tagged("one", at(2), **guests))
    world.run()
    (offered,) = world.replacements()
    turn.happens(world, offered)
    return world


def _check(world: World, turn: Turn) -> None:
    """Read calendar and journal: the record is right, nothing is owed, and nothing doubled."""
    standing = [s for s in world.replacements() if s.status is not Status.CANCELLED]
    assert len(standing) == turn.standing
    with world.journal() as journal:
        (told,) = journal.every_raincheck()
    assert (told.state, told.attempt, told.duties) == (turn.state, turn.attempt, ())
    original = world.original("one")
    assert original.marks is not None
    if turn.state is State.WITHDRAWN:
        assert (original.status, original.marks.state) == (Status.CONFIRMED, "withdrawn")
    elif turn.standing:
        assert original.status is Status.CANCELLED
        assert original.marks.replacement == standing[0].key.uid == told.replacement.uid  # type: ignore[union-attr]
        spans = {standing[0].when.span, told.slot.span}  # type: ignore[union-attr]
        assert len(spans) == 1
    attempts = [s.marks.attempt for s in world.replacements() if s.marks]
    assert len(attempts) == len(set(attempts))


def _steps(folder: Path, turn: Turn) -> int:
    steps = Steps()
    world = _world(folder, turn)
    world.run(steps)
    world.run()
    _check(world, turn)
    return steps.count


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", TURNS)
def test_a_crash_at_any_step_is_finished_by_the_next_passes(
    tmp_path: Path, name: str, *, after: bool
) -> None:
    """Killed before or after any call: two passes later everything is as if nothing had been."""
    turn = TURNS[name]
    for number in range(_steps(tmp_path / "whole", turn)):
        world = _world(tmp_path / f"at-{number}", turn)
        with pytest.raises(Crash):
            world.run(Steps(at=number, after=after))
        world.run()
        world.run()
        _check(world, turn)


@pytest.mark.parametrize("after", [False, True], ids=["refused", "answer-lost"])
@pytest.mark.parametrize("kind", [UnreachableError, OutcomeUnknownError, AccessError])
@pytest.mark.parametrize("name", TURNS)
def test_a_failure_at_any_step_is_made_good(
    tmp_path: Path, name: str, kind: type[CalendarError], *, after: bool
) -> None:
    """Any call that fails, with or without having done its work, changes nothing in the end."""
    turn = TURNS[name]

    def trouble() -> CalendarError:
        return kind("trouble", calendar="sessions", operation="any")

    for number in range(_steps(tmp_path / "whole", turn)):
        world = _world(tmp_path / f"at-{number}", turn)
        with contextlib.suppress(CalendarError):  # where it hits the journal
            world.run(Steps(at=number, after=after, trouble=trouble))
        world.run()
        world.run()
        _check(world, turn)


@pytest.mark.parametrize("name", sorted(TURNS.keys() - {"deleted", "declined-for-good"}))
def test_what_is_said_before_the_offer_was_noted(tmp_path: Path, name: str) -> None:
    """The power fails when the offer stands and is not noted yet: what is said of it then counts.

    Only of one that is deleted at that moment nobody can know that it ever stood; and after the
    last attempt the original waits for a person, unmarked, as no replacement of it stands.
    """
    turn = TURNS[name]
    world = World(tmp_path, policy=turn.policy)
    guests = {"attendees": (Attendee(GUEST),), "organizer": PRACTICE}
    world.sessions.put(tagged("one", at(2), **guests))
    create = world.sessions.create

    def created_and_cut_off(draft: Draft) -> Session:
        create(draft)
        raise Crash

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.sessions, "create", created_and_cut_off)
        with pytest.raises(Crash):
            world.run()
    (offered,) = world.replacements()
    turn.happens(world, offered)
    world.run()
    world.run()
    _check(world, turn)
    with world.journal() as journal:
        (told,) = journal.every_raincheck()
        assert "written" in [entry.what for entry in journal.story(told.id)]
