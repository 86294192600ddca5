"""What Google's events say, as sessions; pure.

Source: Calendar API v3, resource "Events" (discovery document of October 2026).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sync.domain.sample import Origin
from sync.domain.sessions import (
    AllDay,
    Answer,
    Attendee,
    Kind,
    Marks,
    Session,
    SessionKey,
    Status,
    Timed,
)
from sync.domain.words import folded

Event = Mapping[str, Any]
"""One event as Google's JSON has it."""

COLORS = {
    "1": "lavender",
    "2": "sage",
    "3": "grape",
    "4": "flamingo",
    "5": "banana",
    "6": "tangerine",
    "7": "peacock",
    "8": "graphite",
    "9": "blueberry",
    "10": "basil",
    "11": "tomato",
}
"""``colorId`` to the name that Google Calendar shows."""

CATEGORY_KEYS = ("X-MOZ-CATEGORIES", "categories")
"""Extended properties that hold categories: Thunderbird's and KOrganizer's."""

MARK_KEYS = ("raincheckId", "raincheckState", "raincheckReplacement", "raincheckAttempt")

_ANSWERS = {
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentative": Answer.TENTATIVE,
}
_STATUSES = {"tentative": Status.TENTATIVE, "cancelled": Status.CANCELLED}
_OUR_ID = re.compile(r"rc(doctor)?[0-9a-f]{8,64}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,199}", re.ASCII)
_ATTEMPT = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_COMMA = re.compile(r"(?<!\\),")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class UnreadableEventError(Exception):
    """An event that cannot be understood without a guess; the text holds nothing of its owner's."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns events into sessions.

    ``calendar`` is the configured name, ``zone`` the practice's. ``colors`` maps a folded colour
    name to the tag that it stands for; ``labels`` a label's id to its name.
    """

    calendar: str
    zone: ZoneInfo
    colors: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def session(self, event: Event, *, payload: bool = True) -> Session:
        """Return what *event* says.

        Raises:
            UnreadableEventError: its times or its name make no sense.
        """
        try:
            return self._session(event, payload=payload)
        except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
            raise UnreadableEventError("a field is missing or of the wrong form") from error

    def _session(self, event: Event, *, payload: bool) -> Session:
        text = json.dumps(event, sort_keys=True, separators=(",", ":")) if payload else ""
        return Session(
            key=key_of(event),
            calendar=self.calendar,
            kind=kind_of(event),
            when=when_of(event, self.zone),
            title=_text(event, "summary"),
            notes=_text(event, "description"),
            categories=self._categories(event),
            status=_STATUSES.get(event.get("status", ""), Status.CONFIRMED),
            transparent=event.get("transparency") == "transparent",
            organizer=_address(event.get("organizer") or {}),
            attendees=tuple(
                Attendee(address, _ANSWERS.get(guest.get("responseStatus"), Answer.NEEDS_ACTION))
                for guest in event.get("attendees", ())
                if (address := _address(guest)) and not guest.get("resource")
            ),
            location=_text(event, "location"),
            links=_links(event),
            marks=marks_of(event),
            resource=str(event["id"]),
            revision=str(event.get("etag", "")),
            payload=text,
            modified=_modified(event),
            sequence=_sequence(event),
        )

    def origin(self, session: Session, category: str) -> Origin:
        """Return where one of the categories of *session* comes from; it must have its payload."""
        event = json.loads(session.payload)
        if any(category in words for _, _, words in category_lists(event)):
            return Origin.CATEGORY
        label = self.labels.get(str(event.get("eventLabelId", "")))
        return Origin.LABEL if category == label else Origin.COLOR

    def _categories(self, event: Event) -> tuple[str, ...]:
        """Return every word that stands in a place made for words."""
        words = [word for _, _, found in category_lists(event) for word in found]
        label = self.labels.get(str(event.get("eventLabelId", "")))
        color = self.colors.get(COLORS.get(str(event.get("colorId", "")), ""))
        words += [word for word in (label, color) if word]
        return tuple(dict.fromkeys(_SURROGATE.sub("\ufffd", word) for word in words))


def stands(event: Event) -> bool:
    """Return whether *event* is there for a person: not deleted, or freed by Raincheck's mark.

    To Google, cancelling is deleting. An original that Raincheck cancelled still tells of its
    raincheck; a replacement that somebody deleted does not.
    """
    if str(event.get("status")) != "cancelled":
        return True
    marks = marks_of(event)
    return marks is not None and marks.state is not None


def is_ordinary(event: Event) -> bool:
    """Return whether *event* is one that people make; out-of-office, birthdays and such are not."""
    return str(event.get("eventType", "default")) == "default"


def key_of(event: Event) -> SessionKey:
    """Return the key: iCalUID and original start; what Raincheck wrote is known by its id."""
    id_, uid = str(event["id"]), str(event.get("iCalUID") or event["id"])
    if _OUR_ID.fullmatch(id_) and uid == f"{id_}@google.com":
        uid = id_
    if _SURROGATE.search(uid):
        raise UnreadableEventError("a name with half a letter in it")
    start = event.get("originalStartTime")
    return SessionKey(uid, None if start is None else recurrence_id(start))


def id_of(uid: str) -> str | None:
    """Return the id under which `create` would put *uid*; None if it is none of ours."""
    return uid if _OUR_ID.fullmatch(uid) else None


def kind_of(event: Event) -> Kind:
    """Return what *event* is within its series."""
    if event.get("recurringEventId"):
        return Kind.INSTANCE
    return Kind.SERIES if event.get("recurrence") else Kind.SINGLE


def recurrence_id(start: Event) -> str:
    """Return an originalStartTime as RECURRENCE-ID: UTC basic format, or a date."""
    if start.get("dateTime"):
        return _moment(start).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return date.fromisoformat(start["date"]).strftime("%Y%m%d")


def when_of(event: Event, zone: ZoneInfo) -> Timed | AllDay:
    """Return when *event* takes place, in its own zone; in *zone* where it names none we know.

    Answers show times with the calendar's offset; ``timeZone`` stays the event's own.
    """
    start, end = event["start"], event["end"]
    if start.get("date"):
        return AllDay(date.fromisoformat(start["date"]), date.fromisoformat(end["date"]))
    own = zone_named(start.get("timeZone")) or zone
    begins, ends = _moment(start), _moment(end)
    if ends < begins:
        raise UnreadableEventError("end before start")
    return Timed(begins.astimezone(own), ends.astimezone(own))


def zone_named(name: object) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None."""
    try:
        return ZoneInfo(str(name)) if name else None
    except (ValueError, OSError, KeyError):
        return None


def marks_of(event: Event) -> Marks | None:
    """Return Raincheck's marks, if they are whole tokens."""
    private = properties_of(event, "private")
    id_, state, replacement, attempt = (_token(private.get(key)) for key in MARK_KEYS)
    if id_ is None:
        return None
    number = int(attempt) if attempt and _ATTEMPT.fullmatch(attempt) else None
    return Marks(id_, state=state, replacement=replacement, attempt=number)


def category_lists(event: Event) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return (scope, key, words) of every extended property that holds categories."""
    return tuple(
        (scope, key, split_words(str(value)))
        for scope in ("shared", "private")
        for key, value in properties_of(event, scope).items()
        if key in CATEGORY_KEYS
    )


def properties_of(event: Event, scope: str) -> Mapping[str, Any]:
    """Return the extended properties of *scope*; none where they are not what they should be."""
    properties = event.get("extendedProperties")
    found = properties.get(scope) if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else {}


def split_words(value: str) -> tuple[str, ...]:
    r"""Return the words of a comma list; ``\,`` is a comma within a word (Thunderbird)."""
    words = (word.replace("\\,", ",").strip() for word in _COMMA.split(value))
    return tuple(word for word in words if word)


def joined_words(words: tuple[str, ...]) -> str:
    """Return *words* as the comma list that `split_words` reads."""
    return ",".join(word.replace(",", "\\,") for word in words)


def colors_of(configured: Mapping[str, str]) -> dict[str, str]:
    """Return ``[signals] colors`` with the colours' names folded."""
    return {folded(name): tag for name, tag in configured.items()}


def _moment(value: Event) -> datetime:
    moment = datetime.fromisoformat(value["dateTime"])
    if moment.tzinfo is not None:
        return moment
    zone = zone_named(value.get("timeZone"))
    if zone is None:
        raise UnreadableEventError("unknown time zone")
    return moment.replace(tzinfo=zone)


def _text(event: Event, name: str) -> str:
    """Return a text; half a surrogate, which JSON can carry and nothing can store, is replaced."""
    return _SURROGATE.sub("\ufffd", str(event.get(name) or ""))


def _address(person: Event) -> str | None:
    return str(person["email"]).lower() if person.get("email") else None


def _links(event: Event) -> tuple[str, ...]:
    points = (event.get("conferenceData") or {}).get("entryPoints") or ()
    found = [str(point["uri"]) for point in points if point.get("uri")]
    found += [str(event["hangoutLink"])] if event.get("hangoutLink") else []
    return tuple(dict.fromkeys(found))


def _modified(event: Event) -> datetime | None:
    updated = event.get("updated")
    return datetime.fromisoformat(updated).astimezone(UTC) if updated else None


def _sequence(event: Event) -> int:
    said = event.get("sequence")
    return said if isinstance(said, int) and said > 0 else 0


def _token(value: object) -> str | None:
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else None
