"""What a stored iCalendar resource says, as sessions; pure.

Nothing is expanded here: a series is its master and its overrides. Whatever cannot be understood
without a guess raises `UnreadableResource`, so that one bad resource is a warning and no more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.caldav.lines import Component, Line, UnreadableResource, listed, parsed
from adapters.caldav.times import duration
from adapters.caldav.zones import Zones, recurrence_id
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

__all__ = ["Reading", "UnreadableResource", "read", "sessions_from"]

EVENTS_MAX = 2_000
"""A resource with more events than this is not read: a master and its overrides."""

LINK_NAMES = (
    "CONFERENCE",
    "X-GOOGLE-CONFERENCE",
    "X-GOOGLE-HANGOUT",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-APPLE-TELEPHONE-CONFERENCE",
    "URL",
)
"""Properties that hold what a client joins by; the plainest last."""

_ANSWERS = {
    "ACCEPTED": Answer.ACCEPTED,
    "DECLINED": Answer.DECLINED,
    "TENTATIVE": Answer.TENTATIVE,
}
_STATUSES = {"TENTATIVE": Status.TENTATIVE, "CANCELLED": Status.CANCELLED}
_NO_PERSONS = frozenset({"ROOM", "RESOURCE"})
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,199}", re.ASCII)
_ATTEMPT = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a resource was read: see `Session` for what each is."""

    calendar: str = ""
    resource: str = ""
    revision: str = ""
    payload: str = ""


NOWHERE = Whereabouts()


@dataclass(frozen=True, slots=True)
class Reading:
    """One event of a resource, and what it says."""

    event: Component
    session: Session


def sessions_from(
    text: str, *, calendar: str, zone: ZoneInfo, resource: str, revision: str
) -> tuple[Session, ...]:
    """Return the sessions that one stored resource holds, in its order.

    Args:
        text: The resource; it becomes the payload of each session.
        calendar: The calendar's name in the configuration.
        zone: The practice's, for floating times and for showing those written in UTC.
        resource: Its href.
        revision: Its ETag.

    Returns:
        A single event, or a series' master and its overrides; overrides alone are fine. Empty
        for tasks and journals.

    Raises:
        UnreadableResource: it cannot be understood.
    """
    _, readings = read(text, zone, Whereabouts(calendar, resource, revision, text))
    return tuple(reading.session for reading in readings)


def read(
    text: str, zone: ZoneInfo, where: Whereabouts = NOWHERE
) -> tuple[Zones, tuple[Reading, ...]]:
    """Return the resource with its zones, and every event in it, in order.

    Sessions say that they were read *where* it stands.

    Raises:
        UnreadableResource: it cannot be understood.
    """
    tree = parsed(text)
    zones = Zones(tree, zone)
    events = [part for part in tree.components if part.name == "VEVENT"]
    if len(events) > EVENTS_MAX:
        raise UnreadableResource("too many events")
    if not events and not any(part.name in {"VTODO", "VJOURNAL"} for part in tree.components):
        raise UnreadableResource("no event in it")
    readings = tuple(Reading(event, _session(event, zones, where)) for event in events)
    if len({reading.session.key.uid for reading in readings}) > 1:
        raise UnreadableResource("more than one UID")
    if len({reading.session.key for reading in readings}) < len(readings):
        raise UnreadableResource("the same event twice")
    return zones, readings


def _session(event: Component, zones: Zones, where: Whereabouts) -> Session:
    uid = event.words("UID").strip()
    if not uid:
        raise UnreadableResource("an event without a UID")
    instance = event.first("RECURRENCE-ID")
    repeats = bool(event.all("RRULE", "RDATE"))
    return Session(
        key=SessionKey(uid, recurrence_id(zones.time(instance)) if instance else None),
        calendar=where.calendar,
        kind=Kind.INSTANCE if instance else Kind.SERIES if repeats else Kind.SINGLE,
        when=when_of(event, zones),
        title=event.words("SUMMARY"),
        notes=event.words("DESCRIPTION"),
        categories=categories_of(event),
        status=_STATUSES.get(event.words("STATUS").strip().upper(), Status.CONFIRMED),
        transparent=event.words("TRANSP").strip().upper() == "TRANSPARENT",
        organizer=organizer_of(event),
        attendees=_attendees(event),
        location=event.words("LOCATION"),
        links=_links(event),
        marks=marks_of(event),
        resource=where.resource,
        revision=where.revision,
        payload=where.payload,
        modified=_modified(event, zones),
        sequence=sequence_of(event),
    )


def when_of(event: Component, zones: Zones) -> Timed | AllDay:
    """Return when *event* takes place (RFC 5545, 3.6.1: DTEND, DURATION, or neither).

    Raises:
        UnreadableResource: it does not say, or ends before it starts.
    """
    line = event.first("DTSTART")
    if line is None:
        raise UnreadableResource("an event without a start")
    start = zones.time(line)
    if isinstance(start, datetime):
        return _timed(event, start, zones)
    end = _end(event, start, zones)
    if isinstance(end, datetime):
        raise UnreadableResource("a day that ends at an hour")
    if end < start:
        raise UnreadableResource("end before start")
    # Some apps write whole days with an inclusive end; a day of no length is none.
    return AllDay(start, max(end, start + timedelta(days=1)))


def _timed(event: Component, start: datetime, zones: Zones) -> Timed:
    assert start.tzinfo is not None
    end = _end(event, start, zones)
    if not isinstance(end, datetime):
        raise UnreadableResource("an hour that ends on a day")
    begins, ends = start.astimezone(UTC), end.astimezone(UTC)
    if ends < begins:
        raise UnreadableResource("end before start")
    # By way of UTC, so that an hour that the clocks skip becomes the one they show.
    shown = zones.shown(start.tzinfo)
    return Timed(begins.astimezone(shown), ends.astimezone(shown))


def _end(event: Component, start: date, zones: Zones) -> date:
    """Return the exclusive end; a date for a date unless the event says otherwise."""
    if (line := event.first("DTEND")) is not None:
        return zones.time(line)
    line = event.first("DURATION")
    nominal, exact = duration(line.value) if line else (timedelta(0), timedelta(0))
    try:
        if not isinstance(start, datetime):
            return start + nominal + (exact if exact >= timedelta(days=1) else timedelta(0))
        ends = (start + nominal).astimezone(UTC) + exact
    except OverflowError:
        raise UnreadableResource("a time that cannot be read") from None
    if ends.year > 2_200:
        raise UnreadableResource("a time that cannot be read")
    return ends


def is_for_all_after(line: Line) -> bool:
    """Return whether a RECURRENCE-ID changes all later instances too (RFC 5545, 3.2.13)."""
    return line.parameter("RANGE").upper() == "THISANDFUTURE"


def shift_of(event: Component, zones: Zones) -> timedelta:
    """Return by how much an override stands later than its series has it, in wall-clock time.

    Zero for what is no override. It is what a change of "this and all after" moves the rest by.
    """
    named, start = event.first("RECURRENCE-ID"), event.first("DTSTART")
    if named is None or start is None:
        return timedelta(0)
    was, begins = zones.time(named), zones.time(start)
    if isinstance(was, datetime) and isinstance(begins, datetime):
        local = begins.astimezone(UTC).astimezone(was.tzinfo)
        return local.replace(tzinfo=None) - was.replace(tzinfo=None)
    if isinstance(was, datetime) or isinstance(begins, datetime):
        raise UnreadableResource("an hour and a day in one series")
    return begins - was


def categories_of(event: Component) -> tuple[str, ...]:
    """Return every value of every CATEGORIES line, each once."""
    found = (word for line in event.all("CATEGORIES") for word in listed(line.value))
    return tuple(dict.fromkeys(found))


def organizer_of(event: Component) -> str | None:
    """Return the organizer's address, or None if nobody organizes it."""
    line = event.first("ORGANIZER")
    return address_of(line) or None if line else None


def address_of(line: Line) -> str:
    """Return whom an ATTENDEE or ORGANIZER line means: lower case, without ``mailto:``.

    Apple and Google write other addresses than mail (``urn:uuid:``, a principal's path) and put
    the mail address into EMAIL (RFC 7986, 6.2).
    """
    value = line.value.strip().lower()
    if not value.startswith("mailto:") and (email := line.parameter("EMAIL").strip().lower()):
        value = email
    return value.removeprefix("mailto:").strip()


def _attendees(event: Component) -> tuple[Attendee, ...]:
    """Return the persons invited, each once; rooms and equipment do not attend."""
    found: dict[str, Attendee] = {}
    for line in event.all("ATTENDEE"):
        address = address_of(line)
        if address and line.parameter("CUTYPE").upper() not in _NO_PERSONS:
            answer = _ANSWERS.get(line.parameter("PARTSTAT").upper(), Answer.NEEDS_ACTION)
            found.setdefault(address, Attendee(address, answer))
    return tuple(found.values())


def _links(event: Component) -> tuple[str, ...]:
    found = (line.value.strip() for name in LINK_NAMES for line in event.all(name))
    return tuple(dict.fromkeys(link for link in found if link))


def marks_of(event: Component) -> Marks | None:
    """Return what Raincheck left on *event*; what is no plain token is as good as not there."""
    tokens = dict(_tokens(event))
    if "X-RAINCHECK-ID" not in tokens:
        return None
    attempt = tokens.get("X-RAINCHECK-ATTEMPT", "")
    return Marks(
        tokens["X-RAINCHECK-ID"],
        state=tokens.get("X-RAINCHECK-STATE"),
        replacement=tokens.get("X-RAINCHECK-REPLACEMENT"),
        attempt=int(attempt) if _ATTEMPT.fullmatch(attempt) else None,
    )


def _tokens(event: Component) -> Iterator[tuple[str, str]]:
    for name, lines in event.named.items():
        if name.startswith("X-RAINCHECK-"):
            said = (line.value.strip() for line in lines)
            yield from ((name, value) for value in said if _TOKEN.fullmatch(value))


def sequence_of(event: Component) -> int:
    """Return SEQUENCE (RFC 5545, 3.8.7.4); 0 if it is not there or no number."""
    said = event.words("SEQUENCE").strip()
    return int(said) if _NUMBER.fullmatch(said) else 0


def _modified(event: Component, zones: Zones) -> datetime | None:
    """Return LAST-MODIFIED in UTC, or None if it is not there or makes no sense."""
    line = event.first("LAST-MODIFIED")
    try:
        read = zones.time(line) if line else None
    except UnreadableResource:
        return None
    return read.astimezone(UTC) if isinstance(read, datetime) else None
