"""VTIMEZONE: zones that only a resource knows, and descriptions of those that everybody knows.

The evaluator knows plainly yearly rules only: those are what such zones have, and a rule of any
other kind could be made to run for ever.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from adapters.caldav.lines import Component, Line, UnreadableResource, component, escaped
from adapters.caldav.times import local_time

_OBSERVANCES_MAX = 200
_ONSETS_MAX = 2_000
_ONSETS_A_YEAR_MAX = 4
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True, order=True)
class _Onset:
    """When an offset begins: local time as it was before."""

    local: datetime
    before: timedelta
    after: timedelta

    def holds(self, local: datetime, fold: int) -> bool:
        """Return whether it has come at *local*; a skipped or repeated hour is read by *fold*.

        As in PEP 495: 0 is the earlier reading, 1 the later.
        """
        change = self.after - self.before
        shift = min(change, timedelta(0)) if fold else max(change, timedelta(0))
        return self.local + shift <= local


@dataclass(frozen=True, slots=True)
class _Observance:
    """A STANDARD or DAYLIGHT part: single onsets, and at most one yearly rule."""

    before: timedelta
    after: timedelta
    singles: tuple[datetime, ...]
    rule: "_Yearly | None"

    def around(self, year: int) -> Iterator[_Onset]:
        """Yield its onsets until *year*, those of the rule from the last two years only."""
        for local in self.singles:
            if local.year <= year:
                yield _Onset(local, self.before, self.after)
        for local in self.rule.around(year) if self.rule else ():
            yield _Onset(local, self.before, self.after)


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
        self._first = min(observances, key=lambda part: min(part.singles)).before
        self._years: dict[int, list[_Onset]] = {}

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """Return the offset at local time *dt*; before the first onset, what it changed from."""
        assert dt is not None
        local = dt.replace(tzinfo=None)
        onsets = reversed(self._until(local.year))
        held = (onset.after for onset in onsets if onset.holds(local, dt.fold))
        return next(held, self._first)

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002 -- tzinfo's signature
        """Return None: nobody asks."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:  # noqa: ARG002 -- tzinfo's signature
        """Return None: nobody asks."""
        return None

    def fromutc(self, dt: datetime) -> datetime:
        """Return local time at the instant *dt*."""
        for offset in {
            offset for part in self._observances for offset in (part.before, part.after)
        }:
            for fold in (0, 1):
                local = (dt + offset).replace(fold=fold)
                if self.utcoffset(local) == offset and not self._skips(local):
                    return local
        return dt + self._first

    def _skips(self, local: datetime) -> bool:
        earlier, later = (self.utcoffset(local.replace(fold=fold)) for fold in (0, 1))
        return earlier < later

    def _until(self, year: int) -> list[_Onset]:
        if year not in self._years:
            onsets = (onset for part in self._observances for onset in part.around(year))
            self._years[year] = sorted(onsets)
        return self._years[year]


def written_zone(described: Component) -> WrittenZone:
    """Return the zone that a VTIMEZONE describes.

    Raises:
        UnreadableResource: it is broken, too large, or has a rule that is not plainly yearly.
    """
    parts = [part for part in described.components if part.name in {"STANDARD", "DAYLIGHT"}]
    if not parts or len(parts) > _OBSERVANCES_MAX:
        raise UnreadableResource("unknown time zone")
    observances = tuple(map(_observance, parts))
    if sum(len(part.singles) for part in observances) > _ONSETS_MAX:
        raise UnreadableResource("unknown time zone")
    return WrittenZone(observances)


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
    rule = _Yearly(first, until, months, weekdays, days)
    # Any year will do, 28 years from the start at most; few zones change more than twice.
    if sum(1 for _ in rule.around(first.year + 1)) > 2 * _ONSETS_A_YEAR_MAX:
        raise UnreadableResource("unknown time zone")
    return rule


def _weekday(value: str) -> tuple[int, int]:
    match = _BY_DAY.fullmatch(value)
    if not match:
        raise UnreadableResource("unknown time zone")
    return int(match[1] or 0), _WEEKDAYS.index(match[2])


def generated(tzid: str, zone: ZoneInfo, around: datetime) -> Component:
    """Return a VTIMEZONE that is right from the year before *around* to two years after it."""
    at, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (around.year - 1, around.year + 3))
    parts = [_described(at.astimezone(zone), at.astimezone(zone))]
    while at < last:
        after = at + timedelta(days=1)
        if after.astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
            change = _change(zone, at, after)
            parts.append(
                _described(
                    (change - timedelta(seconds=1)).astimezone(zone), change.astimezone(zone)
                )
            )
        at = after
    return component("VTIMEZONE", (Line(f"TZID:{escaped(tzid)}"), *parts))


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second between the two that has the later one's offset."""
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset()
        if same == before.astimezone(zone).utcoffset():
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _described(before: datetime, after: datetime) -> Component:
    """Return the observance that begins at *after*; *before* is a moment earlier."""
    was, becomes = before.utcoffset(), after.utcoffset()
    assert was is not None
    assert becomes is not None
    # RFC 5545, 3.6.5: the onset is local time by the offset that ends.
    onset = (after.astimezone(UTC) + was).replace(tzinfo=None)
    return component(
        "DAYLIGHT" if after.dst() else "STANDARD",
        (
            Line(f"DTSTART:{onset:%Y%m%dT%H%M%S}"),
            Line(f"TZOFFSETFROM:{before:%z}"),
            Line(f"TZOFFSETTO:{after:%z}"),
            Line(f"TZNAME:{after.tzname()}"),
        ),
    )
