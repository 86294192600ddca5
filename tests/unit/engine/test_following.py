"""What becomes of replacements: answers, words on them, hands that move or delete them."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sync.domain.dates import day_and_time
from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action, Policy, SignalKind, Terms
from sync.domain.sessions import Answer, Attendee, Session, Status, Timed
from tests.unit.engine.world import PRACTICE, Crash, Steps, World, at, tagged

GUEST = "quillon@example.org"
INVITED = {"attendees": (Attendee(GUEST),), "organizer": PRACTICE}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A practice with one session that was tagged and proposed anew."""
    world = World(tmp_path)
    world.sessions.put(tagged("one", at(2), **INVITED))
    return world


def record(world: World) -> Raincheck:
    with world.journal() as journal:
        (found,) = journal.every_raincheck()
    return found


def story(world: World) -> list[tuple[str, str]]:
    id_ = record(world).id
    with world.journal() as journal:
        return [(entry.what, entry.why) for entry in journal.story(id_)]


def answer(world: World, session: Session, said: Answer) -> None:
    world.sessions.put(replace(session, attendees=(Attendee(GUEST, said),)))


def standing(world: World) -> list[Session]:
    return [one for one in world.replacements() if one.status is not Status.CANCELLED]


def test_an_accepted_proposal_is_confirmed(world: World) -> None:
    """Tentative until the client accepts; then it stands for sure, and nothing else changes."""
    world.run()
    (offered,) = standing(world)
    assert offered.status is Status.TENTATIVE
    answer(world, offered, Answer.ACCEPTED)
    world.run()
    (agreed,) = standing(world)
    assert agreed.status is Status.CONFIRMED
    assert agreed.when == offered.when
    assert agreed.attendees == (Attendee(GUEST, Answer.ACCEPTED),)
    told = record(world)
    assert (told.state, told.confirmed, told.duties) == (State.SETTLED, True, ())
    assert ("confirmed", "the new session stands for sure, with its guests") in story(world)
    assert world.run().rainchecks == ()


def test_the_story_tells_where_a_session_went(world: World) -> None:
    """Planned, written, declined and cancelled: each with its time."""
    world.run()
    (first,) = standing(world)
    answer(world, first, Answer.DECLINED)
    world.run()
    (second,) = standing(world)
    assert isinstance(first.when, Timed)
    assert isinstance(second.when, Timed)
    one, two = day_and_time(first.when), day_and_time(second.when)
    told = story(world)
    assert [what for what, _ in told] == [
        "seen", "planned", "written", "settled",
        "offered-again", "planned", "written", "settled", "cancelled",
    ]  # fmt: skip
    assert told[1][1].startswith(f"{one}, ")
    assert ("offered-again", f"the client declined {one}") in told
    assert ("cancelled", f"the new session of {one}") in told
    assert any(why.startswith(f"{two}, into ") for what, why in told if what == "written")
    world.sessions.put(replace(second, when=at(9)))
    world.run()
    assert story(world)[-1] == ("moved", f"to {day_and_time(at(9))}, by a person")


def test_a_declined_proposal_leads_to_another_slot(world: World) -> None:
    """The first is cancelled, its time is not offered again, and the original names the second."""
    world.run()
    (first,) = standing(world)
    answer(world, first, Answer.DECLINED)
    world.run()
    (second,) = standing(world)
    assert second.when != first.when
    assert second.marks is not None
    assert second.marks.attempt == 2
    told = record(world)
    assert (told.attempt, told.state) == (2, State.SETTLED)
    assert told.replacement == second.key
    marks = world.original("one").marks
    assert marks is not None
    assert marks.replacement == second.key.uid
    assert isinstance(second.when, Timed)
    assert f"{second.when.start:%H:%M}" in world.original("one").notes
    assert world.run().rainchecks == ()


def test_after_the_last_attempt_a_person_is_asked(world: World) -> None:
    """With two attempts there are two offers; then it waits, and no pass offers a third."""
    world.policy = Policy(Terms(attempts=2))
    for _ in range(2):
        world.run()
        (offered,) = standing(world)
        answer(world, offered, Answer.DECLINED)
    (told,) = world.run().rainchecks
    assert told.state is State.WAITING
    assert "policy.attempts" in str(told.reason)
    assert standing(world) == []
    (again,) = world.run().rainchecks
    assert again.state is State.WAITING
    assert standing(world) == []


def test_what_the_practice_books_is_confirmed_without_the_client(world: World) -> None:
    """The word `book` on a tentative replacement confirms it."""
    world.run()
    (offered,) = standing(world)
    world.sessions.put(replace(offered, categories=(*offered.categories, "book")))
    world.run()
    (booked,) = standing(world)
    assert booked.status is Status.CONFIRMED


@pytest.mark.parametrize("by", ["word", "status"])
def test_a_hold_is_booked_by_the_practice(world: World, by: str) -> None:
    """Held without guests; booked by a word or by its status, its guests are invited."""
    world.policy = Policy(Terms(action=Action.HOLD))
    world.run()
    (held,) = standing(world)
    assert (held.status, held.attendees) == (Status.TENTATIVE, ())
    word = replace(held, categories=(*held.categories, "book"))
    world.sessions.put(word if by == "word" else replace(held, status=Status.CONFIRMED))
    world.run()
    (booked,) = standing(world)
    assert booked.status is Status.CONFIRMED
    assert GUEST in {guest.address for guest in booked.attendees}
    assert record(world).action is Action.BOOK
    assert world.run().rainchecks == ()


def test_a_disrupted_replacement_is_the_same_raincheck(world: World) -> None:
    """Its tag leads to the next attempt, with the new cause; there is one record."""
    world.run()
    (first,) = standing(world)
    world.sessions.put(replace(first, categories=(*first.categories, "disrupted-internet")))
    world.run()
    (second,) = standing(world)
    assert second.marks is not None
    assert second.marks.attempt == 2
    told = record(world)
    assert (told.cause.name, told.signal) == ("internet", SignalKind.TAG)


@pytest.mark.parametrize("where", ["original", "replacement"])
def test_a_tag_undoes_it(world: World, where: str) -> None:
    """The replacement is cancelled; the original is as it was, and says `withdrawn`."""
    before = world.original("one")
    world.run()
    (offered,) = standing(world)
    assert world.original("one").status is Status.CANCELLED
    session = world.original("one") if where == "original" else offered
    world.sessions.put(replace(session, notes=f"{session.notes}\n#undo"))
    world.run()
    assert standing(world) == []
    back = world.original("one")
    assert (back.status, back.transparent) == (before.status, before.transparent)
    assert (back.attendees, back.when) == (before.attendees, before.when)
    assert back.marks is not None
    assert (back.marks.state, back.marks.replacement) == ("withdrawn", None)
    assert "moved to" not in back.notes
    assert record(world).state is State.WITHDRAWN
    assert world.run().rainchecks == ()
    assert standing(world) == []


def test_a_command_undoes_it(world: World) -> None:
    """By id, once; a second time nothing happens."""
    world.run()
    id_ = record(world).id
    (told,) = world.undo([id_]).rainchecks
    assert (told.state, told.duties) == (State.WITHDRAWN, ())
    assert standing(world) == []
    assert world.original("one").status is Status.CONFIRMED
    assert world.undo([id_]).rainchecks == ()
    assert world.run().rainchecks == ()


def test_deleting_the_replacement_puts_the_original_back(world: World) -> None:
    """It never comes back, and the original takes its time again."""
    world.run()
    (offered,) = standing(world)
    world.sessions.remove(offered.key)
    world.run()
    assert standing(world) == []
    assert world.original("one").status is Status.CONFIRMED
    assert record(world).state is State.WITHDRAWN


def test_a_moved_replacement_stays_where_it_was_put(world: World) -> None:
    """It is the practice's own; the record follows, nothing is written."""
    world.run()
    (offered,) = standing(world)
    world.sessions.put(replace(offered, when=at(9, 15)))
    world.run()
    (moved,) = standing(world)
    assert moved.when == at(9, 15)
    assert record(world).slot == at(9, 15)
    assert record(world).attempt == 1


def test_a_lost_state_file_is_rebuilt_at_the_second_attempt(world: World) -> None:
    """The marks tell of the attempt that stands, and of the time that was declined."""
    world.run()
    (first,) = standing(world)
    answer(world, first, Answer.DECLINED)
    world.run()
    before = record(world)
    world.state.unlink()
    world.run()
    after = record(world)
    assert (after.attempt, after.replacement, after.slot) == (2, before.replacement, before.slot)
    assert after.declined == before.declined
    assert len(standing(world)) == 1


@pytest.mark.parametrize("step", range(14))
def test_an_offer_that_was_to_be_cancelled_still_is(world: World, step: int) -> None:
    """The second offer is deleted after a crash at any step: no earlier one stays behind."""
    world.run()
    (first,) = standing(world)
    answer(world, first, Answer.DECLINED)
    with suppress(Crash):
        world.run(Steps(at=step))
    for second in [one for one in standing(world) if one.key != first.key]:
        world.sessions.remove(second.key)
    for _ in range(3):
        world.run()
    told = record(world)
    left = [one.key for one in standing(world)]
    assert left == ([] if told.state is State.WITHDRAWN else [told.replacement])
