"""Time zones and times of calendar resources.

A TZID that zoneinfo or the table of Windows names knows is that zone, whatever VTIMEZONE comes
with it. Any other is read from its VTIMEZONE by a small evaluator that knows yearly rules only:
those are what such zones have, and a rule of any other kind could be made to run for ever.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from adapters.caldav.lines import Component, Line, UnreadableResource, parsed

YEARS = range(1600, 2201)
"""Years that are read; some address books start birthdays in 1604."""

_OBSERVANCES_MAX = 200
_ONSETS_MAX = 2_000
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KEY = re.compile(r"(?!posix/|right/)[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}")
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_UTC_KEYS = frozenset(
    {"UTC", "UCT", "GMT", "Zulu", "Universal"}
    | {"Etc/UTC", "Etc/UCT", "Etc/GMT", "Etc/Zulu", "Etc/Universal"}
)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


def zone_named(tzid: str) -> ZoneInfo | None:
    """Return the zone that *tzid* names: an IANA key, perhaps behind a prefix, or a Windows name.

    Source:
        RFC 5545, 3.2.19: a leading solidus marks a globally unique name. Seen:
        ``/freeassociation.sourceforge.net/Europe/Oslo``, ``/citadel.org/20210210_1/Europe/Oslo``.
    """
    windows = WINDOWS_TO_OLSON.get(tzid.strip())
    if windows is not None:
        return _loaded(windows)
    parts = tzid.strip().strip("/").split("/")
    if len(tzid) > 200 or len(parts) > 8:
        return None
    for length in range(min(3, len(parts)), 0, -1):
        if length == 1 and len(parts) > 1 and not tzid.strip().startswith("/"):
            break  # "Client/Japan" is a name of its own, "/example.org/Japan" is Japan
        if (zone := _loaded("/".join(parts[-length:]))) is not None:
            return zone
    return None


def _loaded(key: str) -> ZoneInfo | None:
    if not _KEY.fullmatch(key) or key in _NOT_ZONES:
        return None
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError):  # OSError: the name is a folder, as "Europe"
        return None


@dataclass(frozen=True, slots=True)
class _Onset:
    """When an offset begins: local time as it was before."""

    local: datetime
    before: timedelta
    after: timedelta

    @property
    def settled(self) -> datetime:
        """Return the first local time that surely follows: a time in the gap is read as before."""
        return self.local + max(self.after - self.before, timedelta(0))


@dataclass(frozen=True, slots=True)
class _Observance:
    """A STANDARD or DAYLIGHT part: single onsets, and at most one yearly rule."""

    before: timedelta
    after: timedelta
    onsets: tuple[datetime, ...]
    rule: "_Yearly | None"

    def last_until(self, local: datetime) -> _Onset | None:
        """Return its last onset that is settled at *local*."""
        found = [
            onset
            for start in (*self.onsets, *(self.rule.around(local.year) if self.rule else ()))
            if (onset := _Onset(start, self.before, self.after)).settled <= local
        ]
        return max(found, key=lambda onset: onset.local, default=None)


@dataclass(frozen=True, slots=True)
class _Yearly:
    """A yearly rule: months, weekdays (with which of the month), days of the month."""

    first: datetime
    until: datetime | None
    months: tuple[int, ...]
    weekdays: tuple[tuple[int, int], ...]
    days: tuple[int, ...]

    def around(self, year: int) -> Iterator[datetime]:
        """Yield the onsets of *year* and the one before; of its last years if it has ended."""
        last = min(year, self.until.year) if self.until else year
        for at in (last - 1, last):
            for month in self.months:
                for day in range(1, monthrange(at, month)[1] + 1):
                    local = datetime.combine(date(at, month, day), self.first.time())
                    if self._has(local) and local >= self.first:
                        yield local

    def _has(self, local: datetime) -> bool:
        if self.until and local > self.until:
            return False
        length = monthrange(local.year, local.month)[1]
        if self.days and not {local.day, local.day - length - 1} & set(self.days):
            return False
        nth = (0, (local.day - 1) // 7 + 1, -((length - local.day) // 7 + 1))
        return not self.weekdays or any(
            weekday == local.weekday() and which in nth for which, weekday in self.weekdays
        )


class WrittenZone(tzinfo):
    """A zone that only a VTIMEZONE knows."""

    def __init__(self, observances: tuple[_Observance, ...]) -> None:
        self._observances = observances

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """Return the offset at local time *dt*; before the first onset, what it changed from."""
        assert dt is not None
        local = dt.replace(tzinfo=None)
        found = [onset for part in self._observances if (onset := part.last_until(local))]
        if found:
            return max(found, key=lambda onset: onset.local).after
        return min(self._observances, key=lambda part: min(part.onsets)).before

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002 -- tzinfo's signature
        """Return None: nobody asks."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:  # noqa: ARG002 -- tzinfo's signature
        """Return None: nobody asks."""
        return None

    def fromutc(self, dt: datetime) -> datetime:
        """Return local time at the instant *dt*; of two readings the one that leads back."""
        for part in self._observances:
            for offset in (part.after, part.before):
                local = dt + offset
                if self.utcoffset(local) == offset:
                    return local
        return dt + self.utcoffset(dt)


def written_zone(described: Component) -> WrittenZone:
    """Return the zone that a VTIMEZONE describes.

    Raises:
        UnreadableResource: it is broken, too large, or has a rule that is not plainly yearly.
    """
    parts = [part for part in described.components if part.name in {"STANDARD", "DAYLIGHT"}]
    if not parts or len(parts) > _OBSERVANCES_MAX:
        raise UnreadableResource("unknown time zone")
    return WrittenZone(tuple(map(_observance, parts)))


def _observance(part: Component) -> _Observance:
    start, before, after = map(part.first, ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"))
    if start is None or before is None or after is None:
        raise UnreadableResource("unknown time zone")
    first = local_time(start.value)
    more = [value for line in part.all("RDATE") for value in line.value.split(",")]
    rules = part.all("RRULE")
    if len(more) > _ONSETS_MAX or len(rules) > 1:
        raise UnreadableResource("unknown time zone")
    onsets = (first, *(local_time(value.partition("/")[0]) for value in more))
    back = _offset(before.value)
    rule = _yearly(rules[0].value, first, back) if rules else None
    return _Observance(back, _offset(after.value), onsets, rule)


def _offset(value: str) -> timedelta:
    match = _OFFSET.fullmatch(value.strip())
    if not match:
        raise UnreadableResource("unknown time zone")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if size >= timedelta(days=1):
        raise UnreadableResource("unknown time zone")
    return -size if match[1] == "-" else size


def _yearly(value: str, first: datetime, before: timedelta) -> _Yearly:
    parts = dict(part.partition("=")[::2] for part in value.strip().upper().split(";") if part)
    known = {"FREQ", "INTERVAL", "UNTIL", "BYMONTH", "BYDAY", "BYMONTHDAY", "WKST"}
    if parts.keys() - known or parts.get("FREQ") != "YEARLY" or parts.get("INTERVAL", "1") != "1":
        raise UnreadableResource("unknown time zone")
    until = None
    if "UNTIL" in parts:
        until = local_time(parts["UNTIL"])
        if parts["UNTIL"].endswith("Z"):
            until += before
    try:
        months = tuple(int(month) for month in parts.get("BYMONTH", str(first.month)).split(","))
        days = (
            tuple(int(day) for day in parts["BYMONTHDAY"].split(","))
            if "BYMONTHDAY" in parts
            else ()
        )
    except ValueError:
        raise UnreadableResource("unknown time zone") from None
    weekdays = tuple(map(_weekday, parts["BYDAY"].split(","))) if "BYDAY" in parts else ()
    if not days and not weekdays:
        days = (first.day,)
    if not all(1 <= month <= 12 for month in months) or len(months) > 12:
        raise UnreadableResource("unknown time zone")
    return _Yearly(first, until, months, weekdays, days)


def _weekday(value: str) -> tuple[int, int]:
    match = _BY_DAY.fullmatch(value)
    if not match:
        raise UnreadableResource("unknown time zone")
    return int(match[1] or 0), _WEEKDAYS.index(match[2])


def local_time(value: str) -> datetime:
    """Return a DATE-TIME or DATE value as it reads on the wall, without a zone.

    Raises:
        UnreadableResource: it is none, or not in `YEARS`.
    """
    read = _read(value)[0]
    return read if isinstance(read, datetime) else datetime.combine(read, time())


def _read(value: str) -> tuple[date | datetime, bool]:
    """Return what *value* says, and whether it says so in UTC."""
    match = _TIME.fullmatch(value.strip())
    if not match or int(match[1]) not in YEARS:
        raise UnreadableResource("a time that cannot be read")
    year, month, day = (int(part) for part in match.groups()[:3])
    try:
        if match[4] is None:
            return date(year, month, day), False
        hour, minute, second = (int(part) for part in match.groups()[3:6])
        # RFC 5545, 3.3.12: who knows no leap second reads 60 as 59.
        local = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001
    except ValueError:
        raise UnreadableResource("a time that cannot be read") from None
    return local, bool(match[7])


def duration(value: str) -> tuple[timedelta, timedelta]:
    """Return a DURATION as whole days, counted on the calendar, and exact time (RFC 5545, 3.3.6).

    Raises:
        UnreadableResource: it is none, or negative.
    """
    match = _DURATION.fullmatch(value.strip().upper())
    if not match or not any(match.groups()[1:]):
        raise UnreadableResource("a duration that cannot be read")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    nominal = timedelta(weeks=weeks, days=days)
    exact = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if match[1] == "-" and (nominal or exact):
        raise UnreadableResource("end before start")
    return nominal, exact


@dataclass(frozen=True)
class Zones:
    """The zones of one resource; *home* is the practice's, for floating times and for showing."""

    calendar: Component
    home: ZoneInfo

    @cached_property
    def _described(self) -> dict[str, Component]:
        zones = [part for part in self.calendar.components if part.name == "VTIMEZONE"]
        return {part.words("TZID").strip(): part for part in reversed(zones)}

    @cached_property
    def _resolved(self) -> dict[str, tzinfo]:
        return {}

    def description(self, tzid: str) -> Component | None:
        """Return the VTIMEZONE of this TZID, if it came with the resource."""
        return self._described.get(tzid.strip())

    def zone(self, tzid: str) -> tzinfo:
        """Return the zone of *tzid*, UTC as `datetime.UTC`.

        Raises:
            UnreadableResource: nothing tells when its times are; a guess could move a session.
        """
        if tzid not in self._resolved:
            self._resolved[tzid] = self._looked_up(tzid)
        return self._resolved[tzid]

    def _looked_up(self, tzid: str) -> tzinfo:
        known = zone_named(tzid)
        if known is not None:
            return UTC if known.key in _UTC_KEYS else known
        described = self.description(tzid)
        if described is None:
            raise UnreadableResource("unknown time zone")
        return written_zone(described)

    def of(self, line: Line) -> tzinfo:
        """Return the zone in which a time property is written; `home` for a floating one."""
        if line.value.strip().upper().endswith("Z"):
            return UTC
        tzid = line.parameter("TZID")
        return self.zone(tzid) if tzid else self.home

    def shown(self, zone: tzinfo) -> ZoneInfo:
        """Return the zone in which a session written in *zone* is held."""
        return zone if isinstance(zone, ZoneInfo) else self.home

    def time(self, line: Line, value: str | None = None) -> date | datetime:
        """Return what a time property says, or one *value* of its list; aware, unless a date.

        Raises:
            UnreadableResource: it cannot be read, or its zone is unknown.
        """
        read, is_utc = _read(line.value if value is None else value)
        if not isinstance(read, datetime):
            return read
        return read.replace(tzinfo=UTC if is_utc else self.of(line))


def recurrence_id(when: date | datetime) -> str:
    """Return the RECURRENCE-ID of `SessionKey` for the instance that the series has at *when*."""
    if isinstance(when, datetime):
        return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return when.strftime("%Y%m%d")


def generated(tzid: str, zone: ZoneInfo, around: datetime) -> Component:
    """Return a VTIMEZONE that is right from the year before *around* to two years after it."""
    first, last = date(around.year - 1, 1, 1), date(around.year + 3, 1, 1)
    made = Timezone.from_tzinfo(zone, tzid, first, last).to_ical().decode("utf-8")
    return parsed(f"BEGIN:VCALENDAR\n{made}\nEND:VCALENDAR").components[0]
