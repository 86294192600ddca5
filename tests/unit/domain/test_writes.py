"""What is written into calendars."""

from dataclasses import replace

import pytest

from sync.domain.causes import BUILT_IN, TAG_WORDS, Cause, Fault
from sync.domain.dates import day_and_time
from sync.domain.fees import Fee, FeeState
from sync.domain.policy import Action
from sync.domain.sessions import Attendee, Marks, SessionKey, Status
from sync.domain.words import dictionary
from sync.domain.writes import Amendment, clients_of, draft_of, is_confirmed_at_once, mark_of
from tests.unit.builders import PRACTICE, QUILLON, at, raincheck, session

KNOWN = dictionary(TAG_WORDS, BUILT_IN)
THERAPIST = Attendee("therapist@example.org")


def draft(original=None, **more):
    return draft_of(raincheck(original=original or session(), **more), KNOWN)


def test_a_draft_says_what_the_contract_says():
    """Time, title, notes, categories and marks of a replacement."""
    original = session(
        title="[disrupted] Quillon Wren",
        notes="Bring it #no-show",
        categories=("Therapy", "disrupted", "paid"),
    )
    made = draft(original, attempt=2)
    assert made.key == raincheck().replacement
    assert made.when == raincheck().slot
    assert made.title == "Quillon Wren"
    assert made.notes == "Bring it\nRaincheck: replaces the session of Tue 24 Nov 2026 10:00."
    assert made.categories == ("Therapy", "paid", "raincheck")
    assert made.marks == Marks(raincheck().id, attempt=2)


def test_a_draft_of_a_moved_session_has_one_line():
    """Neither the line nor the category of an earlier move is there twice."""
    original = session(
        notes="a\nRaincheck: replaces the session of Mon 23 Nov 2026 10:00.",
        categories=("raincheck",),
    )
    made = draft(original)
    assert made.notes == "a\nRaincheck: replaces the session of Tue 24 Nov 2026 10:00."
    assert made.categories == ("raincheck",)


def test_cause_and_fee_stay_at_home():
    """Nothing that a client can see tells why, or what it costs."""
    fee = Fee(80, "GBP", FeeState.PROPOSED, "no-show: 100% of 80")
    one = raincheck(cause=Cause("no-show", Fault.CLIENT), fee=fee, reason="the only slot")
    made = draft_of(one, KNOWN)
    mark = mark_of(one, ahead=True)
    seen = f"{made.title} {made.notes} {made.categories} {made.marks} {mark.note} {mark.marks}"
    for secret in ("no-show", "80", "GBP", "the only slot"):
        assert secret not in seen


@pytest.mark.parametrize(
    ("action", "guests", "confirmed", "invites"),
    [
        (Action.PROPOSE, (QUILLON,), False, True),
        (Action.PROPOSE, (THERAPIST,), True, True),
        (Action.PROPOSE, (), True, True),
        (Action.BOOK, (QUILLON,), True, True),
        (Action.HOLD, (QUILLON,), False, False),
        (Action.HOLD, (), False, False),
        (Action.RESUME, (QUILLON,), False, True),
    ],
)
def test_who_confirms(action, guests, confirmed, invites):
    """A booking stands, a proposal waits for whoever is invited, a hold is the practice's alone."""
    one = raincheck(action=action, original=session(attendees=guests))
    assert is_confirmed_at_once(one, PRACTICE) is confirmed
    one = replace(one, confirmed=confirmed)
    made = draft_of(one, KNOWN)
    assert made.status is (Status.CONFIRMED if confirmed else Status.TENTATIVE)
    assert made.invite is invites


def test_clients_are_the_others():
    """Neither the practice's own addresses nor the organizer count."""
    guests = (QUILLON, THERAPIST, Attendee("desk@example.com"))
    one = session(attendees=guests, organizer="desk@example.com")
    assert clients_of(one, PRACTICE) == {QUILLON.address}


def test_an_original_ahead_stops_blocking_its_time():
    """It is cancelled and free, carries the marks and says where it went."""
    assert mark_of(raincheck(), ahead=True) == Amendment(
        marks=Marks(raincheck().id, "settled", raincheck().replacement.uid),
        note="Raincheck: moved to Tue 1 Dec 2026 10:00.",
        status=Status.CANCELLED,
        transparent=True,
    )


def test_an_original_that_is_past_stays_as_it_was():
    """It gets marks and the line, and nothing else."""
    made = mark_of(raincheck(), ahead=False)
    assert made == replace(mark_of(raincheck(), ahead=True), status=None, transparent=None)


def test_what_is_only_recorded_is_not_moved():
    """`record` leaves the marks alone: no line, no replacement, no status."""
    recorded = raincheck(action=Action.RECORD, slot=None, replacement=None)
    assert mark_of(recorded, ahead=True) == Amendment(marks=Marks(recorded.id, "settled"))


def test_days_are_written_the_same_everywhere():
    """In English and in the session's own zone, whatever the locale."""
    assert day_and_time(at("2026-12-01T09:05")) == "Tue 1 Dec 2026 09:05"
    assert day_and_time(at("2027-06-13T18:00")) == "Sun 13 Jun 2027 18:00"


def test_the_key_of_a_draft_is_the_rainchecks():
    """A second attempt goes where its own name says."""
    assert draft(replacement=SessionKey("rc2")).key == SessionKey("rc2")
