"""iCalendar text for the sample week, written by hand: RFC 5545 with a VTIMEZONE for any zone.

The adapters have a library for this; the demo stands above them and writes a dozen events.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LINE_OCTETS_MAX = 75
_PRODUCT = "-//Raincheck//Demo//EN"
_ZONE_BEFORE = timedelta(days=120)
_ZONE_AFTER = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Happening:
    """One VEVENT.

    ``start`` is aware, or a date for whole days; ``end`` is exclusive. ``recurrence_id`` makes it
    the override of the instance that began then. Text is escaped; ``rule`` is an RRULE as it is.
    """

    uid: str
    title: str
    start: datetime | date
    end: datetime | date
    notes: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    cancelled: bool = False
    transparent: bool = False
    guest: str = ""
    organizer: str = ""
    rule: str = ""
    recurrence_id: datetime | None = None


def calendar_text(happenings: Sequence[Happening], zone: ZoneInfo, *, stamp: datetime) -> str:
    """Return one resource that holds *happenings*, all of one UID, with CRLF line ends.

    *stamp* (UTC) becomes DTSTAMP and the middle of what the VTIMEZONE covers.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", *_zone_lines(zone, stamp)]
    for happening in happenings:
        lines += _event_lines(happening, stamp)
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + "\r\n" for line in lines)


def _event_lines(happening: Happening, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{happening.uid}"
    yield f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"
    yield _moment("DTSTART", happening.start)
    yield _moment("DTEND", happening.end)
    if happening.recurrence_id is not None:
        yield _moment("RECURRENCE-ID", happening.recurrence_id)
    if happening.rule:
        yield f"RRULE:{happening.rule}"
    texts = {
        "SUMMARY": happening.title,
        "DESCRIPTION": happening.notes,
        "LOCATION": happening.location,
    }
    yield from (f"{name}:{_escaped(text)}" for name, text in texts.items() if text)
    if happening.categories:
        yield "CATEGORIES:" + ",".join(_escaped(word) for word in happening.categories)
    yield f"STATUS:{'CANCELLED' if happening.cancelled else 'CONFIRMED'}"
    yield f"TRANSP:{'TRANSPARENT' if happening.transparent else 'OPAQUE'}"
    if happening.guest:
        yield f"ORGANIZER:mailto:{happening.organizer}"
        yield f"ATTENDEE;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:{happening.guest}"
    yield "END:VEVENT"


def _moment(name: str, at: datetime | date) -> str:
    if not isinstance(at, datetime):
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    assert isinstance(at.tzinfo, ZoneInfo), at
    return f"{name};TZID={at.tzinfo.key}:{at:%Y%m%dT%H%M%S}"


def _escaped(text: str) -> str:
    """Return *text* as RFC 5545, 3.3.11 wants it."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> str:
    """Return *line* in pieces of at most 75 octets (RFC 5545, 3.1), never within a character."""
    pieces, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LINE_OCTETS_MAX:
            pieces.append("")
            size = 1  # the blank that opens a continuation line
        pieces[-1] += character
        size += octets
    return "\r\n ".join(pieces)


def _zone_lines(zone: ZoneInfo, middle: datetime) -> Iterator[str]:
    """Yield a VTIMEZONE that holds for the days around *middle*: one observance per change."""
    first = middle - _ZONE_BEFORE
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    yield from _observance(zone, first, first)
    for change in _changes(zone, first, middle + _ZONE_AFTER):
        yield from _observance(zone, change, change - timedelta(seconds=1))
    yield "END:VTIMEZONE"


def _observance(zone: ZoneInfo, onset: datetime, before: datetime) -> Iterator[str]:
    """Yield the offset from *onset* on; DTSTART is the local time by the offset of *before*."""
    now, then = onset.astimezone(zone), before.astimezone(zone)
    kind = "DAYLIGHT" if now.dst() else "STANDARD"
    local = onset.replace(tzinfo=None) + _offset(then)
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{local:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{then:%z}"
    yield f"TZOFFSETTO:{now:%z}"
    yield f"TZNAME:{now:%Z}"
    yield f"END:{kind}"


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC) between the two at which the zone's offset changes."""
    day = timedelta(days=1)
    while first < last:
        if _offset(first.astimezone(zone)) != _offset((first + day).astimezone(zone)):
            yield _first_after(zone, first, first + day)
        first += day


def _first_after(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Return the first second by which the offset is that of *high*."""
    new = _offset(high.astimezone(zone))
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _offset(middle.astimezone(zone)) == new:
            high = middle
        else:
            low = middle
    return high


def _offset(at: datetime) -> timedelta:
    offset = at.utcoffset()
    assert offset is not None, at
    return offset


def utc_midnight(day: date) -> datetime:
    """Return the first moment of *day* in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
