"""When the practice has time: opening hours, closed days, and what is already in the calendars.

Everything is answered in the practice's zone; spans are UTC and half-open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from sync.domain.identity import is_sample
from sync.domain.localtime import days_of, instant_or_jump
from sync.domain.sessions import AllDay, Answer, Session, Span, Status

_DAY = timedelta(days=1)


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


def opening_spans(hours: Hours, window: Span) -> tuple[Span, ...]:
    """Return when the practice is open within *window*.

    Args:
        hours: Ranges that touch are one opening, also over midnight and over a jump of the clock.
        window: Where to look.

    Returns:
        Disjoint spans that do not touch, ascending, cut to the window; empty if always closed.
    """
    # A day more on both sides: the window's own days may begin before it and end after it.
    first, *_, last = days_of(window.widened(_DAY), hours.zone)
    openings: list[Span] = []
    for step in range((last - first).days + 1):
        for opening in _openings_of(first + _DAY * step, hours):
            start, end = max(opening.start, window.start), min(opening.end, window.end)
            if start >= end:
                continue
            if openings and start <= openings[-1].end:
                start = openings.pop().start
            openings.append(Span(start, end))
    return tuple(openings)


def free_spans(hours: Hours, busy: Iterable[Busy], window: Span) -> tuple[Span, ...]:
    """Return the parts of the openings in *window* that keep ``hours.buffer`` from *busy*.

    Args:
        hours: When the practice is open.
        busy: Any order, may overlap, may stick out of the window. What has no length is no
            obstacle.
        window: Where to look.

    Returns:
        Disjoint spans that do not touch, ascending; empty if everything is taken.
    """
    reach = window.widened(hours.buffer)
    near = (one.span for one in busy if one.span.length and one.span.overlaps(reach))
    taken = [span.widened(hours.buffer) for span in sorted(near, key=attrgetter("start"))]
    free: list[Span] = []
    at = 0
    for opening in opening_spans(hours, window):
        start = opening.start
        while at < len(taken) and taken[at].start < opening.end:
            if start < taken[at].start:
                free.append(Span(start, taken[at].start))
            start = max(start, taken[at].end)
            if taken[at].end >= opening.end:
                break  # it may reach into the next opening as well
            at += 1
        if start < opening.end:
            free.append(Span(start, opening.end))
    return tuple(free)


def busy_of(
    session: Session,
    *,
    zone: ZoneInfo,
    practice: frozenset[str],
    counts: bool,
    closure: bool = False,
) -> Busy | None:
    """Return the time that *session* takes, or None if it takes none.

    Cancelled ones take none, nor do transparent ones, those that the practice has declined,
    those without a length, and the doctor's.

    Args:
        session: Whole days are read in *zone* and take all of their time.
        zone: The practice's.
        practice: The practice's own addresses, lower case.
        counts: Whether its calendar holds sessions. An all-day entry is none anyway.
        closure: Whether it closes its time: then it does so even when transparent, and is no
            session.

    Source:
        RFC 5545, 3.8.2.7 (TRANSP); RFC 5545, 3.2.12 (PARTSTAT).
    """
    declined = any(
        guest.address in practice and guest.answer is Answer.DECLINED for guest in session.attendees
    )
    if session.status is Status.CANCELLED or declined or (session.transparent and not closure):
        return None
    if is_sample(session.key):
        return None
    span = session.span_in(zone)
    if not span.length:
        return None
    return Busy(
        span,
        session=counts and not closure and not isinstance(session.when, AllDay),
        clients=_clients_of(session, practice=practice),
        hint=session.title.strip().casefold(),
    )


def _clients_of(session: Session, *, practice: frozenset[str]) -> frozenset[str]:
    """Return who *session* is with: the guests' addresses, and ``uid:`` with its UID."""
    guests = {guest.address for guest in session.attendees} - practice
    return frozenset(guests | {f"uid:{session.key.uid}"})


def _openings_of(day: date, hours: Hours) -> tuple[Span, ...]:
    if day in hours.closed or day in hours.holidays:
        return ()
    return tuple(
        Span(_reached(day, start, hours.zone), _reached(day, end, hours.zone))
        for start, end in hours.weekly.get(day.weekday(), ())
    )


def _reached(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when *day*'s clock shows *at*; ``time.max`` stands for 24:00."""
    wall = datetime.combine(day, time()) + _DAY if at == time.max else datetime.combine(day, at)
    return instant_or_jump(wall, zone)
