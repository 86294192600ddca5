"""Slots: every time at which one session could stand, and why there is none.

Sessions may start on the grid of the practice's wall clock, counted from midnight, and at their
own usual time of day, seen in their own zone, even where that is off the grid.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync.domain.availability import Busy, Hours, free_spans, opening_spans
from sync.domain.localtime import days_of, instant, wall_of
from sync.domain.sessions import Span
from sync.domain.wishes import Obstacle, Wish

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, eq=False)  # known by identity: it is the key of many a look-up
class Slot:
    """A time at which a session could stand, in UTC.

    ``days`` are the local days of the practice that it touches. ``holes`` counts the sides (0 to
    2) on which it would leave a gap too short for another session of its length.
    """

    start: datetime
    end: datetime
    days: tuple[date, ...]
    holes: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which sessions could stand, and what slots of every length share in it.

    ``day`` is the local day of the practice that it lies in, None if it touches several.
    ``starts`` are the moments of the grid in it, ascending.
    """

    span: Span
    day: date | None
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """The practice's time within one window, ready to be asked.

    ``openings`` and ``free`` as from `opening_spans` and `free_spans`. ``counts`` is the number of
    sessions on a local day; ``clients`` and ``hints`` are who they are with.
    """

    hours: Hours
    openings: tuple[Span, ...]
    free: tuple[Span, ...]
    counts: Mapping[date, int]
    clients: Mapping[date, frozenset[str]]
    hints: Mapping[date, frozenset[str]]

    @property
    def full(self) -> frozenset[date]:
        """Return the days that have reached ``max_per_day``."""
        most = self.hours.max_per_day
        if most is None:
            return frozenset()
        return frozenset(day for day, count in self.counts.items() if count >= most)

    def days_with(self, wish: Wish) -> frozenset[date]:
        """Return the days that already hold a session with one of the wish's clients."""
        return frozenset(
            day for day, clients in self.clients.items() if not clients.isdisjoint(wish.clients)
        )

    def days_hinting_at(self, wish: Wish) -> frozenset[date]:
        """Return the days that hold a session of the same title, if the title is all there is.

        Where guests are invited, their addresses say better who it is with.
        """
        if not is_hint_telling(wish):
            return frozenset()
        return frozenset(day for day, hints in self.hints.items() if wish.hint in hints)


def is_hint_telling(wish: Wish) -> bool:
    """Return whether the title is the only thing that tells who *wish* is with."""
    return bool(wish.hint) and all(client.startswith("uid:") for client in wish.clients)


def agenda_of(hours: Hours, busy: Iterable[Busy], window: Span) -> Agenda:
    """Return what matters of *hours* and *busy* (any order) for slots in *window*.

    A title that stands twice on one day is a word such as "session", not a person: no hint.
    """
    reach = window.widened(2 * _DAY + hours.buffer)
    near = [one for one in busy if one.span.length and one.span.overlaps(reach)]
    counts: dict[date, int] = {}
    clients: dict[date, set[str]] = {}
    hints: dict[date, set[str]] = {}
    generic: set[str] = set()
    for one in near:
        if not one.session:
            continue
        for day in days_of(one.span, hours.zone):
            counts[day] = counts.get(day, 0) + 1
            clients.setdefault(day, set()).update(one.clients)
            said = hints.setdefault(day, set())
            if one.hint in said:
                generic.add(one.hint)
            said.add(one.hint)
    return Agenda(
        hours,
        opening_spans(hours, window),
        free_spans(hours, near, window),
        counts,
        {day: frozenset(said) for day, said in clients.items()},
        {day: frozenset(said - generic) for day, said in hints.items()},
    )


def stretches_of(spans: Iterable[Span], hours: Hours) -> tuple[Stretch, ...]:
    """Return *spans*, in their order, ready for `grid_slots`."""
    stretches = []
    for span in spans:
        first, *more = days_of(span, hours.zone)
        stretches.append(Stretch(span, None if more else first, tuple(_grid_starts(span, hours))))
    return tuple(stretches)


def grid_slots(stretches: Iterable[Stretch], hours: Hours, length: timedelta) -> tuple[Slot, ...]:
    """Return the slots of *length* that start on the grid and lie in *stretches*, ascending.

    Args:
        stretches: Disjoint, ascending; not touching.
        hours: Whose grid and zone.
        length: Of the session.
    """
    return tuple(
        # Without a length, one at the midnight that ends a stretch is of the next day.
        _slot(start, length, stretch.span, hours.zone, day=stretch.day if length else None)
        for stretch in stretches
        for start in stretch.starts[: bisect_right(stretch.starts, stretch.span.end - length)]
    )


def slots_for(
    wish: Wish, spans: Sequence[Span], grid: Sequence[Slot], hours: Hours, *, now: datetime
) -> tuple[Slot, ...]:
    """Return the slots in *spans* that lie in the wish's window and not before *now*, ascending.

    Args:
        wish: Its refused times and its clients are not looked at.
        spans: Disjoint, ascending; not touching.
        grid: `grid_slots` of the same time and the wish's length.
        hours: Whose zone the days are in.
        now: Aware.
    """
    length = wish.when.length
    earliest, latest = max(wish.window.start, now), wish.window.end - length
    if earliest > latest:
        return ()
    begin = bisect_left(grid, earliest, key=_start)
    on_grid = grid[begin : bisect_right(grid, latest, key=_start)]
    off_grid = []
    for start in _usual_starts(wish, earliest, latest):
        at = bisect_left(on_grid, start, key=_start)
        if at < len(on_grid) and on_grid[at].start == start:
            continue
        span = _span_around(start, start + length, spans)
        if span is not None:
            off_grid.append(_slot(start, length, span, hours.zone))
    return tuple(sorted((*on_grid, *off_grid), key=_start)) if off_grid else tuple(on_grid)


def not_refused(wish: Wish, slots: Sequence[Slot]) -> list[Slot]:
    """Return those of *slots* that overlap no time that must not be offered again.

    Args:
        wish: Whose.
        slots: Of the wish's length, ascending.
    """
    left, length = list(slots), wish.when.length
    for refused in wish.refused:
        first = bisect_right(left, refused.start - length, key=_start)
        del left[first : bisect_left(left, refused.end, key=_start)]
    return left


def open_slots(
    wish: Wish, agenda: Agenda, grid: Sequence[Slot], *, now: datetime
) -> tuple[Slot, ...]:
    """Return the slots that *wish* may have as things stand in *agenda*, ascending."""
    shut = agenda.full if wish.same_day else agenda.full | agenda.days_with(wish)
    slots = not_refused(wish, slots_for(wish, agenda.free, grid, agenda.hours, now=now))
    return tuple(slot for slot in slots if shut.isdisjoint(slot.days))


def obstacle_for(
    wish: Wish,
    agenda: Agenda,
    openings: Sequence[Stretch],
    free: Sequence[Stretch],
    *,
    now: datetime,
) -> Obstacle:
    """Return why `open_slots` has none for *wish*.

    Args:
        wish: That found no slot.
        agenda: With what was placed in the same plan counted as busy.
        openings: The agenda's.
        free: The agenda's.
        now: Aware.
    """
    hours, length = agenda.hours, wish.when.length
    opening = grid_slots(openings, hours, length)
    if not slots_for(wish, agenda.openings, opening, hours, now=now):
        return Obstacle.NO_OPENING
    grid = grid_slots(free, hours, length)
    room = not_refused(wish, slots_for(wish, agenda.free, grid, hours, now=now))
    if not room:
        return Obstacle.NO_ROOM
    full_days = agenda.full
    full = [slot for slot in room if not full_days.isdisjoint(slot.days)]
    if len(full) == len(room):
        return Obstacle.DAY_FULL
    met = agenda.days_with(wish)
    if not full or all(not met.isdisjoint(slot.days) for slot in full):
        return Obstacle.SAME_CLIENT
    return Obstacle.NO_DAY


def _start(slot: Slot) -> datetime:
    return slot.start


def _span_start(span: Span) -> datetime:
    return span.start


def _slot(
    start: datetime, length: timedelta, span: Span, zone: ZoneInfo, *, day: date | None = None
) -> Slot:
    """Return the slot in *span*; *day* is the only one that the span touches, if that is known."""
    end = start + length
    holes = (_NOTHING < start - span.start < length) + (_NOTHING < span.end - end < length)
    days = days_of(Span(start, end), zone) if day is None else (day,)
    return Slot(start, end, days, holes)


def _span_around(start: datetime, end: datetime, spans: Sequence[Span]) -> Span | None:
    at = bisect_right(spans, start, key=_span_start) - 1
    return spans[at] if at >= 0 and end <= spans[at].end else None


def _grid_starts(span: Span, hours: Hours) -> Iterator[datetime]:
    """Yield the instants from the span's start to its end, both included, that are on the grid.

    Wall times taken the first time round ascend together with their instants.
    """
    assert hours.grid > timedelta(0), hours.grid
    first = wall_of(span.start, hours.zone)
    midnight = datetime.combine(first.date(), time())
    wall = midnight - (midnight - first) // hours.grid * hours.grid
    while True:
        if wall >= midnight + _DAY:
            wall = midnight = midnight + _DAY
        at = instant(wall, hours.zone)
        if at is not None and at > span.end:
            return
        if at is not None and at >= span.start:
            yield at
        wall += hours.grid


def _usual_starts(wish: Wish, earliest: datetime, latest: datetime) -> Iterator[datetime]:
    """Yield the session's own time of day, in its own zone, on every day of the window."""
    zone = wish.when.zone
    usual = wall_of(wish.when.start, zone).time()
    day, last = wall_of(earliest, zone).date(), wall_of(latest, zone).date()
    while day <= last:
        at = instant(datetime.combine(day, usual), zone)
        if at is not None and earliest <= at <= latest:
            yield at
        day += _DAY
