"""When the practice has time: opening hours, closed days, and what is already in the calendars.

Everything is answered in the practice's zone; spans are UTC and half-open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from sync.domain.sessions import Span


@dataclass(frozen=True, slots=True)
class Hours:
    """When sessions may take place.

    ``weekly`` maps a weekday (Monday is 0) to ascending, disjoint (from, to) ranges of local time;
    a weekday left out is closed. 24:00 as an end is written ``time.max``. ``closed`` and
    ``holidays`` are single days. ``grid`` is the step at which sessions may start, counted from
    midnight.
    """

    zone: ZoneInfo
    weekly: Mapping[int, tuple[tuple[time, time], ...]]
    closed: frozenset[date] = frozenset()
    holidays: frozenset[date] = frozenset()
    buffer: timedelta = timedelta(0)
    max_per_day: int | None = None
    grid: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Busy:
    """One thing that takes time in a calendar of the practice.

    ``session`` tells whether it counts towards ``max_per_day``. ``clients`` are who it is with:
    attendees' addresses, and ``uid:`` with the UID, so that two instances of one series meet.
    ``hint`` is softer, a matter of cost only: the title without tags, case-folded, for practices
    that invite nobody.
    """

    span: Span
    session: bool = False
    clients: frozenset[str] = frozenset()
    hint: str = ""
