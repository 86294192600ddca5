"""Invented calendars of a practice, from a seed: the same numbers give the same texts.

Three years, one event after the other: two behind, one ahead. One in eight is a weekly series with
instances that were moved or taken out; the others are single sessions. Every sixth has guests,
every fourth an alarm, every tenth a category, all have a zone and its rules. Nothing in it is a
signal: a look finds nothing to do.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "Europe/London"
BEHIND, AHEAD = timedelta(days=730), timedelta(days=365)
SERIES_EACH, GUESTS_EACH, ALARM_EACH, NOTES_EACH, CATEGORY_EACH = 8, 6, 4, 3, 10
WEEKS_MIN, WEEKS_MAX = 6, 40
MINUTES = (30, 45, 50, 60, 90)

VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
DTSTART:20220327T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
DTSTART:20221030T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE"""

_FORM = "%Y%m%dT%H%M%S"
_FIRST = ("Quillon", "Isolde", "Thaddea", "Corvin", "Merrily", "Ondra", "Zephine", "Barnaby")
_LAST = ("Wren", "Larkmoor", "Thistlewick", "Fennimore", "Ashgrove", "Pellow", "Marchbank")
_NOTES = (
    "Bring the worksheet from last time.",
    "Prefers the room without stairs; water and tissues on the table, please.",
    "Sleep diary, week three. Ask how the train journey went, and whether the walks were kept up.",
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One stored text: a single session, or a series with its overrides."""

    uid: str
    text: str
    start: datetime
    end: datetime
    """Of all its instances together. Aware."""

    @property
    def name(self) -> str:
        """Return the last part of its path."""
        return f"{self.uid}.ics"


def calendar_of(count: int, *, today: date, seed: int = 1) -> Iterator[Resource]:
    """Yield *count* resources of a calendar whose present is *today*; sorted by nothing."""
    dice = random.Random(f"{seed} {count}")  # noqa: S311 - nothing is kept secret
    for number in range(count):
        days = dice.randrange((BEHIND + AHEAD).days)
        day = today - BEHIND + timedelta(days=days)
        start = datetime.combine(day, time(dice.randrange(8, 18), dice.choice((0, 15, 30, 45))))
        is_series = not number % SERIES_EACH
        lines = _series(number, start, dice) if is_series else _single(number, start, dice)
        yield Resource(uid_of(number), _wrapped(lines), *_reach(lines))


def uid_of(number: int) -> str:
    """Return the UID of the event with this number."""
    return f"bench-{number:06}"


def changed(resource: Resource, edit: int) -> Resource:
    """Return *resource* after a person wrote a line into its notes."""
    line = f"\r\n{line_of(edit)}\r\nEND:VEVENT"
    return replace(resource, text=resource.text.replace("\r\nEND:VEVENT", line))


def line_of(edit: int) -> str:
    """Return the line that this edit wrote."""
    return f"COMMENT:Looked at {edit} times."


def _single(number: int, start: datetime, dice: random.Random) -> list[str]:
    return _event(number, start, dice)


def _series(number: int, start: datetime, dice: random.Random) -> list[str]:
    weeks = dice.randint(WEEKS_MIN, WEEKS_MAX)
    out, moved, *_ = dice.sample(range(1, weeks), 2)
    instances = [start + timedelta(weeks=week) for week in range(weeks)]
    rules = [
        f"RRULE:FREQ=WEEKLY;COUNT={weeks}",
        f"EXDATE;TZID={ZONE}:{_local(instances[out])}",
    ]
    other = [f"RECURRENCE-ID;TZID={ZONE}:{_local(instances[moved])}"]
    later = instances[moved] + timedelta(days=1)
    return [*_event(number, start, dice, rules), *_event(number, later, dice, other)]


def _event(
    number: int, start: datetime, dice: random.Random, more: list[str] | None = None
) -> list[str]:
    end = start + timedelta(minutes=dice.choice(MINUTES))
    title = f"{_FIRST[number % len(_FIRST)]} {_LAST[number // 2 % len(_LAST)]}"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid_of(number)}",
        "DTSTAMP:20240101T000000Z",
        f"CREATED:20240101T{number % 24:02}0000Z",
        f"DTSTART;TZID={ZONE}:{_local(start)}",
        f"DTEND;TZID={ZONE}:{_local(end)}",
        f"SUMMARY:{title}",
        "LOCATION:Room 2\\, first floor",
        "SEQUENCE:1",
        *(more or ()),
    ]
    if not number % NOTES_EACH:
        lines.append(f"DESCRIPTION:{dice.choice(_NOTES)}".replace(",", "\\,").replace(";", "\\;"))
    if not number % CATEGORY_EACH:
        lines.append("CATEGORIES:Video")
    if not number % GUESTS_EACH:
        lines += _guests(title, dice)
    if not number % ALARM_EACH:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Soon", "TRIGGER:-PT15M"]
        lines.append("END:VALARM")
    return [*lines, "END:VEVENT"]


def _reach(lines: list[str]) -> tuple[datetime, datetime]:
    """Return when the first instance in *lines* begins and the last one ends."""
    zone = ZoneInfo(ZONE)
    starts, ends = (
        [
            datetime.strptime(line[-15:], _FORM).replace(tzinfo=zone)
            for line in lines
            if line.startswith(name)
        ]
        for name in ("DTSTART;", "DTEND;")
    )
    weeks = [int(line.rpartition("=")[2]) for line in lines if line.startswith("RRULE:")]
    last = ends[0] + timedelta(weeks=weeks[0] - 1 if weeks else 0)
    return min(starts), max([last, *ends])


def _guests(title: str, dice: random.Random) -> list[str]:
    address = f"{title.lower().replace(' ', '.')}@example.org"
    answer = dice.choice(("NEEDS-ACTION", "ACCEPTED"))
    return [
        "ORGANIZER;CN=Example Practice:mailto:practice@example.org",
        f"ATTENDEE;CN={title};PARTSTAT={answer}:mailto:{address}",
    ]


def _wrapped(lines: list[str]) -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Bench//EN"]
    whole = [*head, *VTIMEZONE.splitlines(), *lines, "END:VCALENDAR", ""]
    return "\r\n".join(piece for line in whole for piece in _folded(line))


def _folded(line: str) -> Iterator[str]:
    """Yield *line* in pieces of at most 75 characters (RFC 5545, 3.1)."""
    while len(line) > 75:
        yield line[:75]
        line = f" {line[75:]}"
    yield line


def _local(moment: datetime) -> str:
    return f"{moment:{_FORM}}"
