"""Which mails are owed, when their time has come, and what they say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.domain import words
from sync.domain.causes import BUILT_IN, TAG_WORDS, UNSPECIFIED, Cause, Fault
from sync.domain.letters import Method, to_guest, to_practice
from sync.domain.lifecycle import Duty, DutyKind, Raincheck, State
from sync.domain.mails import Verdict, is_ripe, may_come_true, owing, stands
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import Practice
from sync.domain.sessions import AllDay, Attendee, SessionKey, Status
from tests.unit.engine.world import NOW, PRACTICE, World, at, tagged

GUEST = "quillon@example.org"
KNOWN = words.dictionary(TAG_WORDS, BUILT_IN)
OFFER = SessionKey("rc" + "0" * 32)


@pytest.fixture
def practice(tmp_path) -> Practice:
    """A practice that mails its guests."""
    return replace(World(tmp_path).practice(), mails=True)


def raincheck(**more) -> Raincheck:
    original = tagged("one", at(2), attendees=(Attendee(GUEST),), organizer=PRACTICE)
    plain = Raincheck(
        id="k3v9q2ab7x",
        original=original,
        signal=SignalKind.TAG,
        cause=Cause(UNSPECIFIED, Fault.NONE),
        action=Action.PROPOSE,
        rule="policy",
        noticed=NOW,
        state=State.PLANNED,
        pass_id="p1",
        slot=at(9),
        replacement=OFFER,
    )
    return replace(plain, **more)


def kinds(made: Raincheck) -> set[tuple[DutyKind, str]]:
    return {(duty.kind, duty.key.uid) for duty in made.duties if duty.guest == GUEST}


INVITE, UNINVITE = (DutyKind.INVITE, OFFER.uid), (DutyKind.UNINVITE, "one")
LEAVES = {
    "a plan": ({}, {INVITE, UNINVITE}),
    "a hold": ({"action": Action.HOLD}, {UNINVITE}),
    "a deletion": ({"signal": SignalKind.DELETED}, {INVITE}),
    "a second attempt": ({"attempt": 2}, {INVITE}),
    "no slot": ({"state": State.WAITING, "slot": None}, set()),
    "a record": ({"replacement": None, "slot": None}, set()),
}


@pytest.mark.parametrize("name", LEAVES)
def test_what_a_plan_owes(practice, name) -> None:
    """The guest is to hear of the new time, and of the end of the old one if that is news."""
    changes, expected = LEAVES[name]
    assert kinds(owing(None, raincheck(**changes), practice)) == expected


def test_a_plan_that_is_planned_again_owes_nothing_more(practice) -> None:
    """A slot that changes before it is written is the same invitation."""
    first = owing(None, raincheck(), practice)
    again = owing(first, replace(first, slot=at(10)), practice)
    assert again.duties == first.duties


def test_an_original_cancelled_by_the_practice_is_not_cancelled_again(practice) -> None:
    """Whoever cancelled it has told the guest, or has not, in their own app."""
    made = raincheck()
    made = replace(made, original=replace(made.original, status=Status.CANCELLED))
    assert kinds(owing(None, made, practice)) == {INVITE}


def test_without_mail_nothing_is_owed(practice) -> None:
    """No [mail], no duties: the journal stays as it was."""
    assert owing(None, raincheck(), replace(practice, mails=False)).duties == ()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (DutyKind.CANCEL, DutyKind.UNINVITE),
        (DutyKind.CONFIRM, DutyKind.INVITE),
        (DutyKind.RESTORE, DutyKind.INVITE),
    ],
)
def test_what_a_write_calls_for(practice, kind, told) -> None:
    """Each later write of ours is told once, by the duty that stands beside it."""
    before = raincheck(state=State.SETTLED)
    after = replace(before, duties=(Duty(kind, OFFER),))
    made = owing(before, after, practice)
    assert kinds(made) == {(told, OFFER.uid)}
    assert owing(made, replace(made, duties=made.duties[1:]), practice).duties == made.duties[1:]


def test_the_practice_is_told_when_it_begins_to_wait(practice) -> None:
    """The first pass that cannot go on owes a note, and later ones do not."""
    before = raincheck(state=State.WAITING, slot=None)
    fresh = owing(None, before, practice)
    assert [duty.kind for duty in fresh.duties] == [DutyKind.NOTE]
    assert owing(before, before, practice).duties == ()


def test_a_mail_waits_for_the_write_that_it_tells_of() -> None:
    """An invitation to what is still to be confirmed, or the end of what is still to be ended."""
    made = raincheck(state=State.SETTLED)
    for kind, before in ((DutyKind.INVITE, DutyKind.CONFIRM), (DutyKind.UNINVITE, DutyKind.CANCEL)):
        mail = Duty(kind, OFFER, guest=GUEST)
        waiting = replace(made, duties=(Duty(before, OFFER, refused=True), mail))
        assert is_ripe(mail, waiting) is Verdict.WAIT
        assert is_ripe(mail, replace(made, duties=(mail,))) is Verdict.SEND


@pytest.mark.parametrize(
    ("kind", "key", "changes", "verdict"),
    [
        (DutyKind.INVITE, OFFER, {"state": State.PLANNED}, Verdict.WAIT),
        (DutyKind.INVITE, OFFER, {"state": State.WRITTEN}, Verdict.SEND),
        (DutyKind.INVITE, OFFER, {"state": State.WITHDRAWN}, Verdict.DROP),
        (DutyKind.INVITE, SessionKey("rc-earlier"), {"state": State.SETTLED}, Verdict.DROP),
        (DutyKind.UNINVITE, SessionKey("rc-earlier"), {"state": State.WAITING}, Verdict.SEND),
        (DutyKind.UNINVITE, SessionKey("one"), {"state": State.WRITTEN}, Verdict.SEND),
        (DutyKind.UNINVITE, SessionKey("one"), {"state": State.SETTLED}, Verdict.SEND),
        (DutyKind.INVITE, SessionKey("one"), {"state": State.WITHDRAWN}, Verdict.SEND),
        (DutyKind.NOTE, SessionKey("one"), {"state": State.WAITING, "slot": None}, Verdict.SEND),
        (DutyKind.NOTE, SessionKey("one"), {"state": State.SETTLED}, Verdict.DROP),
    ],
)
def test_when_the_time_of_a_mail_has_come(kind, key, changes, verdict) -> None:
    """By the record alone; how the session stands is looked at after that."""
    assert is_ripe(Duty(kind, key, guest=GUEST), raincheck(**changes)) is verdict


def test_an_original_that_was_never_cancelled_is_not_told_to_take_place() -> None:
    """Only SEQUENCE tells whether the guest ever heard of its end."""
    made = raincheck(state=State.WITHDRAWN)
    duty = Duty(DutyKind.INVITE, made.original.key, guest=GUEST)
    assert not stands(duty, made, made.original, now=NOW)
    assert stands(duty, made, replace(made.original, sequence=2), now=NOW)


def test_what_is_over_will_not_be_cancelled_any_more() -> None:
    """A mail about its end waits while the replacement is still to be written, and no longer."""
    made = raincheck(state=State.WAITING, slot=None)
    duty = Duty(DutyKind.UNINVITE, made.original.key, guest=GUEST)
    assert may_come_true(duty, made, now=at(2).start)
    assert not may_come_true(duty, made, now=at(2).end)


def test_nobody_is_told_of_what_is_over_or_has_no_time() -> None:
    """The mail server was down for weeks, or a person made a whole day of the session."""
    made = raincheck(state=State.SETTLED)
    duty = Duty(DutyKind.UNINVITE, made.original.key, guest=GUEST)
    there = replace(made.original, status=Status.CANCELLED)
    assert stands(duty, made, there, now=at(2).start)
    assert not stands(duty, made, there, now=at(2).end)
    day = NOW.date()
    whole = replace(there, when=AllDay(day + timedelta(days=2), day + timedelta(days=3)))
    assert not stands(duty, made, whole, now=NOW)


def test_the_words_tell_time_and_place_and_no_cause() -> None:
    """Tags, title and notes of the practice are in no subject and no sentence."""
    made = raincheck(state=State.SETTLED)
    there = replace(
        made.original,
        title="[no-show] Quillon Wren",
        notes="Bring the form.\n#no-show",
        location="Room 3",
        status=Status.CANCELLED,
    )
    ends = to_guest(Duty(DutyKind.UNINVITE, there.key, guest=GUEST), made, there, KNOWN)
    assert ends.method is Method.CANCEL
    assert ends.subject == "Cancelled: session on Wed 25 Nov 2026 10:00"
    assert "The new time comes in a mail of its own." in ends.text
    assert ends.session is not None
    assert "no-show" not in f"{ends.text}{ends.session.title}{ends.session.notes}"
    offer = replace(there, key=OFFER, when=at(9), status=Status.TENTATIVE)
    invites = to_guest(Duty(DutyKind.INVITE, OFFER, guest=GUEST), made, offer, KNOWN)
    assert invites.subject == "Invitation: session on Wed 2 Dec 2026 10:00"
    assert "It replaces the session of Wed 25 Nov 2026 10:00." in invites.text
    assert "Where: Room 3" in invites.text
    assert invites.session is not None
    assert invites.session.notes.strip() == "Bring the form."
    assert "Quillon" not in invites.subject + invites.text


def test_a_new_time_is_announced_only_where_one_is_offered() -> None:
    """What is held may never be booked; until then its guests know of no new time."""
    duty = Duty(DutyKind.UNINVITE, raincheck().original.key, guest=GUEST)
    for action, announced in ((Action.PROPOSE, True), (Action.HOLD, False)):
        made = raincheck(state=State.SETTLED, action=action)
        there = replace(made.original, status=Status.CANCELLED)
        assert ("new time" in to_guest(duty, made, there, KNOWN).text) is announced


def test_a_confirmed_offer_and_a_restored_original_say_so() -> None:
    """The guest is not asked again for what they have answered."""
    made = raincheck(state=State.SETTLED)
    offer = replace(made.original, key=OFFER, when=at(9), sequence=1)
    told = to_guest(Duty(DutyKind.INVITE, OFFER, guest=GUEST), made, offer, KNOWN)
    assert told.subject.startswith("Confirmed: ")
    assert "answer" not in told.text
    back = replace(made.original, sequence=2)
    told = to_guest(Duty(DutyKind.INVITE, back.key, guest=GUEST), made, back, KNOWN)
    assert told.subject.startswith("Restored: ")


def test_the_same_change_makes_the_same_letter() -> None:
    """Its id follows from guest, session and SEQUENCE: another of these is another letter."""
    made = raincheck(state=State.SETTLED)
    duty = Duty(DutyKind.INVITE, OFFER, guest=GUEST)
    offer = replace(made.original, key=OFFER)
    ids = [
        to_guest(one, made, there, KNOWN).id
        for one, there in (
            (duty, offer),
            (duty, replace(offer, location="Room 4")),
            (duty, replace(offer, sequence=1)),
            (replace(duty, guest="sparrow@example.org"), offer),
            (replace(duty, kind=DutyKind.UNINVITE), offer),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


def test_the_note_lists_what_waits_by_time_noticed() -> None:
    """Calendar, time, id, and why; the id is the same for the same set."""
    first = raincheck(state=State.WAITING, slot=None, reason="no room left")
    second = replace(first, id="zzzzzzzzzz", noticed=NOW + timedelta(minutes=1))
    note = to_practice([second, first])
    assert note.text.index("k3v9q2ab7x") < note.text.index("zzzzzzzzzz")
    assert (
        "sessions, Wed 25 Nov 2026 10:00 (k3v9q2ab7x): no new time yet: no room left" in note.text
    )
    assert note.id == to_practice([first, second]).id
    assert note.id != to_practice([first]).id
    assert to_practice([first]).subject == "Raincheck: a session waits for you"


def test_the_note_says_which_guest_hears_nothing_and_not_why_the_time_was_taken() -> None:
    """A settled session waits for a person because of a mail; its reason is that of its slot."""
    refused = Duty(DutyKind.INVITE, OFFER, guest=GUEST, refused=True)
    made = raincheck(state=State.SETTLED, reason="same weekday and hour", duties=(refused,))
    text = to_practice([made]).text
    assert "(k3v9q2ab7x): a guest's address takes no mail; please tell them yourself" in text
    assert "same weekday" not in text
    assert GUEST not in text
