"""Mails about what was written: once for each change, whatever crashes or fails."""

import contextlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.memory import MemoryMailer
from sync.domain.letters import Letter, Method
from sync.domain.lifecycle import State
from sync.domain.passes import Reach, WarningCode
from sync.domain.policy import Action, Policy, Terms
from sync.domain.sessions import Answer, Attendee, Session, Status
from sync.errors import (
    AccessError,
    CalendarError,
    DelayedError,
    OutcomeUnknownError,
    UnreachableError,
)
from tests.unit.engine.test_crashing_turns import GUEST, TURNS, Turn
from tests.unit.engine.world import PRACTICE, Crash, Steps, World, at, tagged

OTHER = "sparrow@example.org"
PROPOSE = Policy()


def _world(folder: Path, *guests: str, policy: Policy = PROPOSE, days: int = 2) -> World:
    folder.mkdir(exist_ok=True)
    world = World(folder, policy=policy, mailer=MemoryMailer())
    attendees = tuple(Attendee(guest) for guest in guests or (GUEST,))
    world.sessions.put(tagged("one", at(days), attendees=attendees, organizer=PRACTICE))
    return world


def _told(world: World) -> list[tuple[str, str, str]]:
    """Return what came in: method, whose, and about what."""
    assert world.mailer is not None
    return [
        (letter.method.value, letter.to[0], _about(letter))
        for letter in world.mailer.boxes.values()
        if letter.method
    ]


def _about(letter: Letter) -> str:
    assert letter.session is not None
    marks = letter.session.marks
    return "original" if letter.session.key.uid == "one" else f"offer {marks and marks.attempt}"


def test_each_guest_hears_of_the_new_time_and_of_the_end_of_the_old(tmp_path: Path) -> None:
    """One mail per change and guest, and none in the next pass."""
    world = _world(tmp_path, GUEST, OTHER)
    world.run()
    expected = [
        (method, guest, about)
        for method, about in (("REQUEST", "offer 1"), ("CANCEL", "original"))
        for guest in (GUEST, OTHER)
    ]
    assert sorted(_told(world)) == sorted(expected)
    world.run()
    assert len(_told(world)) == 4


def test_past_sessions_are_not_cancelled_in_a_mail(tmp_path: Path) -> None:
    """What was not held cannot be called off any more."""
    world = _world(tmp_path, days=-1)
    world.run()
    assert _told(world) == [("REQUEST", GUEST, "offer 1")]


def test_an_original_that_is_kept_is_not_cancelled(tmp_path: Path) -> None:
    """With `original = "keep"` it stands, and nobody hears otherwise."""
    world = _world(tmp_path, policy=Policy(Terms(keep_original=True)))
    world.run()
    assert _told(world) == [("REQUEST", GUEST, "offer 1")]


def test_a_server_that_tells_guests_itself_is_left_to_it(tmp_path: Path) -> None:
    """No mail beside the server's own, and nothing stays owed."""
    world = _world(tmp_path)
    world.sessions._invites = True
    report = world.run()
    assert _told(world) == []
    assert report.rainchecks[0].duties == ()


def test_a_hold_is_mailed_when_it_is_booked(tmp_path: Path) -> None:
    """Only the practice sees what is held; booked, the guest is invited."""
    world = _world(tmp_path, policy=Policy(Terms(action=Action.HOLD)))
    world.run()
    assert [told for told in _told(world) if told[2] == "offer 1"] == []
    (offered,) = world.replacements()
    world.sessions.put(replace(offered, categories=("book",)))
    world.run()
    assert [told for told in _told(world) if told[2] == "offer 1"] == [
        ("REQUEST", GUEST, "offer 1")
    ]


def test_a_guest_taken_off_hears_nothing(tmp_path: Path) -> None:
    """Who is invited is read when the mail is sent, not when it was planned."""
    world = _world(tmp_path, GUEST, OTHER)
    with pytest.raises(Crash):
        world.run(Steps(at=_first_mail(tmp_path / "count", GUEST, OTHER)))
    (offered,) = world.replacements()
    world.sessions.put(replace(offered, attendees=(Attendee(OTHER),)))
    world.run()
    assert [told[1] for told in _told(world) if told[2] == "offer 1"] == [OTHER]


def _first_mail(folder: Path, *guests: str) -> int:
    """Return the number of the step at which a pass hands its first mail in."""
    world = _world(folder, *guests)
    steps = Steps()
    assert world.mailer is not None
    seen: list[int] = []
    send = world.mailer.send

    class Marking(MemoryMailer):
        def send(self, letter: Letter) -> None:
            seen.append(steps.count - 1)
            send(letter)

    world.mailer = Marking()
    world.run(steps)
    return seen[0]


def test_a_refused_address_needs_a_person_and_stops_nobody_else(tmp_path: Path) -> None:
    """The other guest is told; the refused one is tried again when something changes."""
    world = _world(tmp_path, GUEST, OTHER)
    assert world.mailer is not None
    world.mailer.refuses.add(GUEST)
    report = world.run()
    (raincheck,) = report.rainchecks
    assert raincheck.state is State.SETTLED
    assert raincheck.needs_a_person
    assert {told[1] for told in _told(world)} == {OTHER}
    world.mailer.refuses.clear()
    world.run()  # the pass that sees its own writes: nothing a person changed
    world.sessions.put(replace(tagged("two", at(9)), categories=()))
    world.run()
    assert sorted(told[0] for told in _told(world) if told[1] == GUEST) == ["CANCEL", "REQUEST"]


@pytest.mark.parametrize(
    ("kind", "reach"), [(UnreachableError, Reach.UNREACHABLE), (AccessError, Reach.DENIED)]
)
def test_a_dead_mail_server_keeps_mail_for_later(
    tmp_path: Path, kind: type[CalendarError], reach: Reach
) -> None:
    """The calendars are settled all the same, it is told once, and the next pass sends it."""
    world = _world(tmp_path, GUEST, OTHER)
    assert world.mailer is not None
    asked: list[str] = []

    class Dead(MemoryMailer):
        def send(self, letter: Letter) -> None:
            asked.append(letter.id)
            raise kind("down", calendar="", operation="mail")

    alive, world.mailer = world.mailer, Dead()
    report = world.run()
    assert report.mail is reach
    assert [warned.code for warned in report.warnings] == [WarningCode.NOBODY_TOLD]
    assert report.rainchecks[0].state is State.SETTLED
    assert len(set(asked)) == 1  # a server in trouble is not asked for every letter
    world.mailer = alive
    assert world.run().mail is Reach.OK
    assert len(_told(world)) == 4


def test_a_full_mailbox_holds_up_nobody_else(tmp_path: Path) -> None:
    """One address takes nothing now, pass after pass: it is told once a pass, the others go out."""
    world = _world(tmp_path, GUEST, OTHER)

    class Picky(MemoryMailer):
        full = True

        def send(self, letter: Letter) -> None:
            if self.full and letter.to == (GUEST,):
                raise DelayedError("full", calendar="", operation="mail")
            super().send(letter)

    world.mailer = picky = Picky()
    for _ in range(2):
        report = world.run()
        assert report.mail is Reach.UNREACHABLE
        assert [warned.code for warned in report.warnings] == [WarningCode.NOBODY_TOLD]
        assert [told[:2] for told in _told(world)] == [("REQUEST", OTHER), ("CANCEL", OTHER)]
    picky.full = False
    assert world.run().mail is Reach.OK
    assert len(_told(world)) == 4


def test_the_practice_is_told_once_of_what_waits(tmp_path: Path) -> None:
    """One note for all of them, without a name, and no second one while they go on waiting."""
    world = _world(tmp_path)
    world.sessions.put(tagged("two", at(3)))
    world.hours = replace(world.hours, weekly={})
    for _ in range(3):
        world.run()
    assert world.mailer is not None
    (note,) = world.mailer.boxes.values()
    assert note.method is None
    assert note.to == ()
    assert "2 sessions wait" in note.subject
    assert "Quillon" not in note.text + note.subject


def test_no_note_while_a_calendar_is_out_of_reach(tmp_path: Path) -> None:
    """What an outage leaves waiting is not for a person; after it, what still waits is told."""
    world = _world(tmp_path)
    world.hours = replace(world.hours, weekly={})
    world.calendars["private"].missing = True
    world.run()
    assert world.mailer is not None
    assert not world.mailer.boxes
    world.calendars["private"].missing = False
    world.run()
    assert len(world.mailer.boxes) == 1


def test_an_account_that_stays_dead_silences_no_note(tmp_path: Path) -> None:
    """A login that nobody renews: what has waited for a day is told, and once."""
    world = _world(tmp_path)
    world.hours = replace(world.hours, weekly={})
    world.calendars["private"].missing = True
    world.run()
    world.clock.moment += timedelta(hours=23)
    world.run()
    assert world.mailer is not None
    assert not world.mailer.boxes
    for _ in range(2):
        world.clock.moment += timedelta(hours=1)
        world.run()
        assert len(world.mailer.boxes) == 1


def test_without_mail_any_more_nothing_stays_owed(tmp_path: Path) -> None:
    """[mail] was taken out of the configuration while mails were owed."""
    world = _world(tmp_path)
    with pytest.raises(Crash):
        world.run(Steps(at=_first_mail(tmp_path / "count")))
    world.mailer = None
    report = world.run()
    assert [raincheck.duties for raincheck in report.rainchecks] == [()]


def _turned(folder: Path, turn: Turn) -> World:
    world = _world(folder, policy=turn.policy)
    world.run()
    (offered,) = world.replacements()
    turn.happens(world, offered)
    return world


def _last_words(world: World) -> dict[str, str]:
    """Return the last that the guest heard about each session: by SEQUENCE, as calendars take it.

    Of one SEQUENCE, the later message wins (RFC 5546, 2.1.5).
    """
    assert world.mailer is not None
    last: dict[str, tuple[int, str]] = {}
    for letter in world.mailer.boxes.values():
        if letter.session is None or letter.method is None:
            continue
        key, number = letter.session.key.uid, letter.session.sequence
        if number >= last.get(key, (-1, ""))[0]:
            last[key] = (number, letter.method.value)
    return {key: word for key, (_, word) in last.items()}


def _calendar_says(world: World, *, deleted: bool) -> dict[str, str]:
    """Return what a guest has to know of each session that they were ever told of."""
    named = {Status.CANCELLED: Method.CANCEL.value}
    return {
        session.key.uid: named.get(session.status, Method.REQUEST.value)
        for session in world.sessions.sessions()
        if _invited(session) and not (deleted and session.marks and session.marks.attempt)
    }


def _invited(session: Session) -> bool:
    return any(guest.address == GUEST for guest in session.attendees)


def _check(world: World, name: str, times: int) -> None:
    with world.journal() as journal:
        (told,) = journal.every_raincheck()
    assert told.duties == ()
    deleted = name == "deleted"  # what a person deletes, their own app tells of
    words = _last_words(world)
    expected = _calendar_says(world, deleted=deleted)
    assert {key: words.get(key) for key in expected} == expected
    assert len(_told(world)) == times


TIMES = {
    # the first pass sends two: the offer, and the end of the original
    "declined": 4,  # the end of the first offer, and the second
    "declined-for-good": 3,
    "accepted": 3,  # it is confirmed
    "undone": 4,  # the end of the offer, and the original takes place after all
    "deleted": 3,
    "closed": 4,
    "booked": 2,  # nothing of a hold is told but the end of the original, until it is booked
}


@pytest.mark.parametrize("name", TURNS)
def test_what_guests_hear_is_what_stands(tmp_path: Path, name: str) -> None:
    """After every turn of things, the last word a guest has is the calendar's."""
    world = _turned(tmp_path, TURNS[name])
    world.run()
    world.run()
    _check(world, name, TIMES[name])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", [Crash, OutcomeUnknownError])
@pytest.mark.parametrize("name", TURNS)
def test_trouble_at_any_step_doubles_and_loses_no_mail(
    tmp_path: Path, name: str, kind: type[BaseException], *, after: bool
) -> None:
    """A crash or a failure before or after any call: in the end the same mails, each once."""
    turn = TURNS[name]
    steps = Steps()
    _turned(tmp_path / "whole", turn).run(steps)

    def trouble() -> BaseException:
        if issubclass(kind, CalendarError):
            return kind("trouble", calendar="sessions", operation="any")
        return kind()

    for number in range(steps.count):
        world = _turned(tmp_path / f"at-{number}", turn)
        with contextlib.suppress(Crash, CalendarError):
            world.run(Steps(at=number, after=after, trouble=trouble))
        world.run()
        world.run()
        _check(world, name, TIMES[name])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_step_of_the_first_pass(tmp_path: Path, *, after: bool) -> None:
    """The invitation is owed before the replacement is written, so no crash can lose it."""
    steps = Steps()
    _world(tmp_path / "whole", GUEST, OTHER).run(steps)
    for number in range(steps.count):
        world = _world(tmp_path / f"at-{number}", GUEST, OTHER)
        with pytest.raises(Crash):
            world.run(Steps(at=number, after=after))
        world.run()
        world.run()
        assert len(_told(world)) == 4, number


def test_an_answer_is_no_news_to_the_guest(tmp_path: Path) -> None:
    """Accepting a replacement that is confirmed already leads to no further mail."""
    world = _world(tmp_path, policy=Policy(Terms(action=Action.BOOK)))
    world.run()
    (offered,) = world.replacements()
    world.sessions.put(replace(offered, attendees=(Attendee(GUEST, Answer.ACCEPTED),)))
    world.run()
    assert len(_told(world)) == 2


def test_an_earlier_offer_is_ended_even_if_all_is_undone_before_the_mail(tmp_path: Path) -> None:
    """Declined while the mail server is down, then undone: both offers end in the guest's eyes."""
    world = _turned(tmp_path, TURNS["declined"])
    assert world.mailer is not None

    class Dead(MemoryMailer):
        def send(self, letter: Letter) -> None:
            raise UnreachableError("down", calendar="", operation="mail")

    alive, world.mailer = world.mailer, Dead()
    (raincheck,) = world.run().rainchecks
    world.undo([raincheck.id])
    world.mailer = alive
    world.run()
    ended = {told[2] for told in _told(world) if told[0] == "CANCEL"}
    assert "offer 1" in ended


@pytest.mark.parametrize("attempts", [1, 3])
def test_the_end_of_the_original_is_told_though_a_next_time_is_looked_for(
    tmp_path: Path, attempts: int
) -> None:
    """Declined before the mail went out, and no slot is left: the guest hears of the end."""
    world = _world(tmp_path, policy=Policy(Terms(attempts=attempts)))
    with pytest.raises(Crash):
        world.run(Steps(at=_first_mail(tmp_path / "count")))
    (offered,) = world.replacements()
    world.sessions.put(replace(offered, attendees=(Attendee(GUEST, Answer.DECLINED),)))
    world.hours = replace(world.hours, weekly={})
    (raincheck,) = world.run().rainchecks
    assert raincheck.state is State.WAITING
    assert ("CANCEL", GUEST, "original") in _told(world)
    assert [duty.kind for duty in raincheck.duties] == []
