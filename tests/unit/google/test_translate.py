"""What Google's events say."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.google.translate import (
    Reader,
    UnreadableEventError,
    category_lists,
    joined_words,
    key_of,
    kind_of,
    split_words,
    stands,
)
from sync.domain.sample import Origin
from sync.domain.sessions import AllDay, Answer, Kind, Marks, SessionKey, Status

ZONE = ZoneInfo("Europe/London")
READER = Reader("sessions", ZONE, {"tomato": "disrupted"}, {"l-1": "Disrupted · internet"})

EVENT = {
    "id": "abc123",
    "etag": '"1"',
    "status": "confirmed",
    "iCalUID": "abc123@google.com",
    "summary": "Quillon Wren",
    "start": {"dateTime": "2026-11-24T10:00:00Z", "timeZone": "Europe/Oslo"},
    "end": {"dateTime": "2026-11-24T11:00:00Z", "timeZone": "Europe/Oslo"},
}


def test_times_are_in_the_events_own_zone():
    """Google shows the calendar's offset; the zone the event is moved in stays its own."""
    when = READER.session(EVENT).when
    assert when.zone.key == "Europe/Oslo"
    assert when.start.hour == 11
    assert when.span.start == datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Base", "../etc", ""])
def test_an_unknown_zone_is_the_practices(name):
    """With an offset the instant is known, whatever the zone is called."""
    times = {side: EVENT[side] | {"timeZone": name} for side in ("start", "end")}
    assert READER.session(EVENT | times).when.zone == ZONE


def test_whole_days():
    """A date is a day without a zone; its end is exclusive."""
    days = {"start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"}}
    when = READER.session(EVENT | days).when
    assert isinstance(when, AllDay)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"eventLabelId": "l-1"}, ("Disrupted · internet",)),
        ({"eventLabelId": "l-9"}, ()),
        ({"colorId": "11"}, ("disrupted",)),
        ({"colorId": "10"}, ()),
        ({"extendedProperties": {"shared": {"X-MOZ-CATEGORIES": "a,late"}}}, ("a", "late")),
        ({"extendedProperties": {"private": {"X-MOZ-CATEGORIES": "late"}}}, ("late",)),
        ({"extendedProperties": {"shared": {"categories": "late"}}}, ("late",)),
        ({"extendedProperties": {"private": {"categories": "late"}}}, ("late",)),
        ({"extendedProperties": {"private": {"else": "late"}}}, ()),
    ],
)  # fmt: skip
def test_every_place_for_words(more, expected):
    """Labels by name, colours that are configured, Thunderbird's and KOrganizer's categories."""
    assert READER.session(EVENT | more).categories == expected


def test_a_comma_within_a_word():
    """Thunderbird writes it with a backslash; it comes back as it went."""
    assert split_words("a\\,b, c,,") == ("a,b", "c")
    assert split_words(joined_words(("a,b", "c"))) == ("a,b", "c")


def test_keys_and_kinds():
    """A series is its iCalUID; an instance its original start, wherever it was moved."""
    assert key_of(EVENT) == SessionKey("abc123@google.com")
    instance = EVENT | {
        "id": "abc123_20261117T100000Z",
        "recurringEventId": "abc123",
        "originalStartTime": {"dateTime": "2026-11-17T11:00:00+01:00"},
    }
    assert key_of(instance) == SessionKey("abc123@google.com", "20261117T100000Z")
    assert kind_of(instance) is Kind.INSTANCE
    assert kind_of(EVENT | {"recurrence": ["RRULE:FREQ=DAILY"]}) is Kind.SERIES
    day = instance | {"originalStartTime": {"date": "2026-11-17"}}
    assert key_of(day).recurrence_id == "20261117"


def test_what_raincheck_wrote_is_known_by_its_id():
    """The id that we gave is the UID; one that only looks like it is not."""
    ours = "rc0123456789abcdef"
    assert key_of({"id": ours, "iCalUID": f"{ours}@google.com"}) == SessionKey(ours)
    assert key_of({"id": ours, "iCalUID": "x@y"}) == SessionKey("x@y")


def test_deleted_is_not_there_unless_our_mark_freed_it():
    """To Google, cancelling is deleting; a deleted replacement is gone all the same."""
    private = {"raincheckId": "k3v9q2ab"}
    gone = EVENT | {"status": "cancelled"}
    assert stands(EVENT)
    assert not stands(gone)
    assert not stands(
        gone | {"extendedProperties": {"private": private | {"raincheckAttempt": "1"}}}
    )
    marked = gone | {"extendedProperties": {"private": private | {"raincheckState": "settled"}}}
    assert stands(marked)
    assert READER.session(marked).status is Status.CANCELLED
    assert READER.session(marked).marks == Marks("k3v9q2ab", state="settled")


def test_guests_and_organizer():
    """Addresses are lower case; rooms are no guests; answers are Google's responseStatus."""
    session = READER.session(
        EVENT
        | {
            "organizer": {"email": "Practice@Example.org"},
            "attendees": [
                {"email": "Quillon@example.com", "responseStatus": "declined"},
                {"email": "room@example.com", "resource": True},
                {"displayName": "no address"},
            ],
        }
    )
    assert session.organizer == "practice@example.org"
    assert [(a.address, a.answer) for a in session.attendees] == [
        ("quillon@example.com", Answer.DECLINED)
    ]


def test_half_a_surrogate_can_be_stored():
    """JSON can carry what no file can hold; it is replaced."""
    event = json.loads('{"summary": "A\\ud83d", "description": "\\ud800"}')
    session = READER.session(EVENT | event)
    (session.title + session.notes + session.payload).encode()


@pytest.mark.parametrize(
    "more",
    [
        {"start": None},
        {"start": {"dateTime": "soon"}},
        {"start": {"dateTime": "2026-11-24T10:00:00"}},
        {"end": {"dateTime": "2026-11-24T09:00:00Z"}},
        {"attendees": 5},
        {"attendees": [5]},
        {"originalStartTime": {"date": "x"}},
        {"updated": "yesterday"},
        {"end": {"date": "2026-11-25"}},
    ],
)
def test_what_makes_no_sense_is_unreadable(more):
    """One bad event is skipped; it never ends a pass."""
    with pytest.raises(UnreadableEventError):
        READER.session(EVENT | more)


@pytest.mark.parametrize("properties", [[1], "x", {"private": [1], "shared": 5}])
def test_properties_that_are_none_say_nothing(properties):
    """They hold neither marks nor words; the event itself is read."""
    session = READER.session(EVENT | {"extendedProperties": properties})
    assert (session.marks, session.categories) == (None, ())


def test_category_lists_name_their_place():
    """Where a list came from is known, so that it can go back there."""
    properties = {"shared": {"X-MOZ-CATEGORIES": "a"}, "private": {"categories": "b", "x": "c"}}
    assert category_lists({"extendedProperties": properties}) == (
        ("shared", "X-MOZ-CATEGORIES", ("a",)),
        ("private", "categories", ("b",)),
    )


def test_a_word_is_told_by_where_it_comes_from():
    """A category, a label's name, or the tag of a colour; a word in two places is a category."""
    told = READER.session(
        EVENT
        | {"eventLabelId": "l-1", "colorId": "11"}
        | {"extendedProperties": {"shared": {"X-MOZ-CATEGORIES": "Work,no-show"}}}
    )
    origins = {word: READER.origin(told, word) for word in told.categories}
    assert origins == {
        "Work": Origin.CATEGORY,
        "no-show": Origin.CATEGORY,
        "Disrupted \u00b7 internet": Origin.LABEL,
        "disrupted": Origin.COLOR,
    }
