"""Wall clocks and instants: which local times exist, and on which local days a span lies.

Twice a year a zone's clock jumps. Wall times inside a jump forward exist on no day and are never
offered; those that a jump back repeats are taken once, the first time round (``fold=0``).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync.domain.sessions import Span

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when *wall* (naive) is on the clocks of *zone*, in UTC; None if it never is."""
    local = wall.replace(tzinfo=zone, fold=0)
    at = local.astimezone(UTC)
    # Two times of one zone are compared by what the clocks show.
    return at if at.astimezone(zone) == local else None


def instant_or_jump(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when *wall* (naive) is reached in *zone*, in UTC.

    For a time that a jump skips, that is the jump itself: a range that begins or ends inside it
    begins or ends there.
    """
    at = instant(wall, zone)
    if at is not None:
        return at
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)  # PEP 495: beyond the gap
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # and this side of it
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + ((after - before) // 2 // _SECOND or 1) * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when *day* begins in *zone*, in UTC; some zones have days that begin at 01:00."""
    return instant_or_jump(datetime.combine(day, time()), zone)


def wall_of(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clocks of *zone* show at *at* (aware), naive and without a fold."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def days_of(span: Span, zone: ZoneInfo) -> tuple[date, ...]:
    """Return the local days that *span* touches, ascending, at least one."""
    first = span.start.astimezone(zone).date()
    end = span.end.astimezone(zone)
    last = end.date()
    if last > first and end.replace(tzinfo=None) == datetime.combine(last, time()):
        last -= _DAY
    if first == last:
        return (first,)
    return tuple(first + _DAY * step for step in range((last - first).days + 1))
