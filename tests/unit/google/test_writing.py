"""What is sent to Google."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.google.translate import Reader
from adapters.google.writing import (
    NotTheOriginalError,
    is_patched,
    patch_body,
    replacement_body,
    tells_guests,
)
from sync.domain.sessions import Kind, Marks, Session, SessionKey, Status, Timed
from sync.domain.writes import Amendment, Draft

ZONE = ZoneInfo("Europe/London")
READER = Reader("sessions", ZONE, {"tomato": "disrupted"}, {"l-1": "Disrupted", "l-2": "Blue"})
WHEN = Timed(datetime(2026, 12, 1, 10, tzinfo=ZONE), datetime(2026, 12, 1, 11, tzinfo=ZONE))
UID = "rc0123456789abcdef0123456789abcdef"
EVENT = {
    "id": "abc123",
    "etag": '"1"',
    "summary": "Quillon Wren",
    "start": {"dateTime": "2026-11-24T10:00:00Z"},
    "end": {"dateTime": "2026-11-24T11:00:00Z"},
}
GUESTS = [
    {"email": "practice@example.org", "self": True, "responseStatus": "accepted"},
    {"email": "q@example.com", "responseStatus": "declined", "comment": "ill"},
]


def body(more=None, *, categories=("raincheck",), notes="n", invite=True):
    original = Session(
        SessionKey("u"), "sessions", Kind.SINGLE, WHEN, payload=json.dumps(EVENT | (more or {}))
    )
    draft = Draft(
        SessionKey(UID),
        original,
        WHEN,
        Status.TENTATIVE,
        "Quillon Wren",
        notes,
        categories,
        Marks("k3v9q2ab", attempt=1),
        invite,
    )
    return replacement_body(draft, READER)


def test_the_id_is_ours_and_google_makes_the_uid():
    """Give an id or an iCalUID, not both; marks are private tokens."""
    made = body()
    assert made["id"] == UID
    assert "iCalUID" not in made
    assert made["extendedProperties"]["private"] == {
        "raincheckId": "k3v9q2ab",
        "raincheckAttempt": "1",
    }
    assert made["extendedProperties"]["shared"] == {"X-MOZ-CATEGORIES": "raincheck"}
    assert made["start"] == {"dateTime": "2026-12-01T10:00:00+00:00", "timeZone": "Europe/London"}
    assert made["status"] == "tentative"


def test_the_same_link_place_and_alarms():
    """What a client joins by is the same; whatever the original was not asked for is left out."""
    held = {
        "conferenceData": {"conferenceId": "x", "entryPoints": [{"uri": "https://meet.example"}]},
        "location": "Room 7",
        "reminders": {"useDefault": False},
        "visibility": "private",
        "recurrence": ["RRULE:FREQ=DAILY"],
        "sequence": 7,
        "hangoutLink": "https://meet.example",
    }
    made = body(held)
    for name in ("conferenceData", "location", "reminders", "visibility"):
        assert made[name] == held[name]
    assert not {"recurrence", "sequence", "hangoutLink", "etag", "organizer"} & made.keys()


def test_guests_are_asked_again():
    """Answers are open again, except our own; `hold` invites nobody."""
    guests = body({"attendees": GUESTS})["attendees"]
    assert [(g["email"], g["responseStatus"]) for g in guests] == [
        ("practice@example.org", "accepted"),
        ("q@example.com", "needsAction"),
    ]
    assert "comment" not in guests[1]
    assert "attendees" not in body({"attendees": GUESTS}, invite=False)


def test_categories_go_back_where_they_came_from():
    """A tag is left out; the rest stays in its property, and other properties as they are."""
    properties = {
        "shared": {"X-MOZ-CATEGORIES": "Red,disrupted", "theirs": "kept"},
        "private": {"categories": "Blue", "raincheckState": "settled"},
    }
    made = body({"extendedProperties": properties}, categories=("Red", "Blue", "raincheck"))
    assert made["extendedProperties"]["shared"] == {
        "X-MOZ-CATEGORIES": "Red,raincheck",
        "theirs": "kept",
    }
    assert made["extendedProperties"]["private"]["categories"] == "Blue"
    assert "raincheckState" not in made["extendedProperties"]["private"]


def test_a_list_that_google_would_cut_is_not_made():
    """Values of more than 1,024 characters are cut without a word: ours is left out instead."""
    words = "x" * 1020
    held = {"extendedProperties": {"shared": {"X-MOZ-CATEGORIES": words}}}
    made = body(held, categories=(words, "raincheck"))
    assert made["extendedProperties"]["shared"] == {"X-MOZ-CATEGORIES": words}


@pytest.mark.parametrize(
    ("more", "categories", "expected"),
    [
        ({"eventLabelId": "l-1"}, (), {}),
        ({"eventLabelId": "l-2"}, ("Blue",), {"eventLabelId": "l-2"}),
        ({"colorId": "11"}, (), {}),
        ({"colorId": "10"}, (), {"colorId": "10"}),
    ],
)
def test_a_label_or_colour_that_is_the_tag_is_not_copied(more, categories, expected):
    """A replacement never sets itself off."""
    made = body(more, categories=(*categories, "raincheck"))
    assert {k: v for k, v in made.items() if k in {"eventLabelId", "colorId"}} == expected


@pytest.mark.parametrize("payload", ["", "[]", "{}", "null", "BEGIN:VCALENDAR"])
def test_a_payload_of_another_kind_is_refused(payload):
    """What is no event of Google's cannot be copied."""
    original = Session(SessionKey("u"), "s", Kind.SINGLE, WHEN, payload=payload)
    draft = Draft(SessionKey(UID), original, WHEN, Status.CONFIRMED, "", "", (), Marks("x"), True)
    with pytest.raises(NotTheOriginalError):
        replacement_body(draft, READER)


NOTE = "Raincheck: moved to Tue 1 Dec 2026 10:00."
SETTLED = Amendment(Marks("k3v9q2ab", "settled", UID), NOTE, Status.CANCELLED, transparent=True)


def test_one_patch_holds_it_all_and_nothing_else():
    """Marks, note and cancellation in one; guests are not sent, so their answers stay."""
    patch = patch_body(EVENT | {"attendees": GUESTS}, SETTLED)
    assert patch == {
        "extendedProperties": {
            "private": {
                "raincheckId": "k3v9q2ab",
                "raincheckState": "settled",
                "raincheckReplacement": UID,
                "raincheckAttempt": None,
            }
        },
        "description": NOTE,
        "status": "cancelled",
        "transparency": "transparent",
    }


def test_what_is_so_already_is_not_sent():
    """The same amendment again is no write."""
    patched = EVENT | patch_body(EVENT, SETTLED)
    assert patch_body(patched, SETTLED) == {}
    assert is_patched(patched, patch_body(EVENT, SETTLED))


def test_a_moved_session_sheds_its_date():
    """Both a date and a time are invalid: the other key is null."""
    patch = patch_body(EVENT, Amendment(when=WHEN))
    assert patch["start"]["date"] is None
    assert not is_patched(EVENT, patch)
    assert patch_body(EVENT | patch, Amendment(when=WHEN)) == {}


def test_notes_without_room_for_the_line_stay_as_they_are():
    """More than 8,192 characters are refused; a person's words come first."""
    assert "description" not in patch_body(EVENT | {"description": "x" * 8190}, SETTLED)


def test_a_dropped_mark_is_seen():
    """What Google cut or dropped on the way is not taken for written."""
    patch = patch_body(EVENT, SETTLED)
    cut = json.loads(json.dumps(EVENT | patch))
    cut["extendedProperties"]["private"]["raincheckState"] = "sett"
    assert not is_patched(cut, patch)


def test_guests_hear_of_changes_and_not_of_bookkeeping():
    """`all` for a time or a cancellation with guests; `none` for marks, or with nobody to tell."""
    with_guests = EVENT | {"attendees": GUESTS}
    assert tells_guests(with_guests, patch_body(EVENT, SETTLED)) == "all"
    assert tells_guests(with_guests, patch_body(EVENT, Amendment(when=WHEN))) == "all"
    assert tells_guests(with_guests, {"extendedProperties": {}, "description": ""}) == "none"
    assert tells_guests(EVENT, patch_body(EVENT, SETTLED)) == "none"
    made = body({"attendees": GUESTS})
    assert tells_guests(made, made) == "all"


@pytest.mark.parametrize(("length", "told"), [(8000, True), (8180, False)])
def test_a_persons_words_come_before_our_line(length, told):
    """Where Google has no room for both, the notes stay and the line goes."""
    words = "x" * length
    line = "Raincheck: replaces the session of Mon 23 Nov 2026 10:00."
    written = body(notes=f"{words}\n{line}")["description"]
    assert written.startswith(words)
    assert (line in written) is told
