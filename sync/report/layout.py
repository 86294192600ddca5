"""Where everything stands in the picture of two weeks: numbers only, no ink.

The week in question is on the left, the week after it on the right. Days are columns, hours are
rows. Sessions that share a time share their column's width.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sync.report.month import Case, Report, monday_of

WIDTH = 1120.0
LANE_MIN = 30.0
"""Room for a session's number; with many at one time the picture is wider than usual."""
HEAD = 58.0
FOOT = 12.0
HOURS_WIDTH = 50.0
GAP = 26.0
EDGE = 168.0
"""Room at the right for what was moved out of the two weeks, if anything was."""
HOUR = 46.0
HOURS_MIN = 6
BLOCK_MIN = 19.0
LABEL = 19.0
"""From one line of text at the edge to the next."""
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_MIDNIGHT = 24 * 60
_BOWS = 5


@dataclass(frozen=True, slots=True)
class Box:
    """A session in the picture; ``is_new``: a replacement, else the session that was lost."""

    case: Case
    is_new: bool
    start: datetime
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Return the height at which arrows begin and end."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Move:
    """An arrow. ``new`` is None where the new time is not in the picture: then it ends at ``edge``.

    ``bow``, up to 1, is how much it bends, so that arrows between the same hours can be told apart.
    """

    case: Case
    old: Box
    new: Box | None
    edge: tuple[float, float]
    bow: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day, at *x*; its width is the layout's."""

    day: date
    x: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture; sizes are those of its ``viewBox``."""

    monday: date
    columns: tuple[Column, ...]
    column_width: float
    first_hour: int
    last_hour: int
    boxes: tuple[Box, ...]
    moves: tuple[Move, ...]
    width: float

    @property
    def height(self) -> float:
        """Return the height of the picture."""
        lowest = max((move.edge[1] for move in self.moves if move.new is None), default=0.0)
        return max(self.bottom, lowest) + FOOT

    @property
    def bottom(self) -> float:
        """Return where the last hour ends."""
        return HEAD + (self.last_hour - self.first_hour) * HOUR

    @property
    def days_per_week(self) -> int:
        """Return how many days of each week are shown: five where no weekend is needed."""
        return len(self.columns) // 2


@dataclass(frozen=True, slots=True)
class _Stay:
    """A time at which a box is to stand, in minutes of its day."""

    case: Case
    is_new: bool
    start: datetime
    top: int
    bottom: int
    lane: int = 0
    lanes: int = 1


def layout_of(report: Report) -> Layout | None:
    """Return the picture of the week in question and the one after it; None: nothing is in it."""
    monday = report.week
    cases = [c for c in report.cases if monday_of(c.start.date()) == monday]
    if monday is None or not cases:
        return None
    stays = [*map(_lost, cases), *(_found(case) for case in cases if case.new_time)]
    seen = [stay for stay in stays if monday <= stay.start.date() < monday + 2 * _WEEK]
    per_week = max(5, *(stay.start.weekday() + 1 for stay in seen))
    days = [monday + w * _WEEK + d * _DAY for w in range(2) for d in range(per_week)]
    placed = [_in_lanes([stay for stay in seen if stay.start.date() == day]) for day in days]
    edge = EDGE if len(seen) < len(stays) else 0.0
    usual = (WIDTH - HOURS_WIDTH - GAP - edge) / len(days)
    width = max(usual, *(LANE_MIN * stay.lanes + 6 for each in placed for stay in each))
    columns = tuple(
        Column(day, HOURS_WIDTH + (GAP if at >= per_week else 0.0) + width * at)
        for at, day in enumerate(days)
    )
    hours = _hours(seen)
    boxes = tuple(
        _box(stay, column, width, hours)
        for column, each in zip(columns, placed, strict=True)
        for stay in each
    )
    whole = columns[-1].x + width + edge
    layout = Layout(monday, columns, width, *hours, boxes, (), whole)
    return replace(layout, moves=tuple(_moves(layout)))


def _lost(case: Case) -> _Stay:
    if case.is_whole_day:
        return _Stay(case, is_new=False, start=case.start, top=0, bottom=_MIDNIGHT)
    return _stay(case, case.start, case.end, is_new=False)


def _found(case: Case) -> _Stay:
    new = case.new_time
    assert new is not None, case.number
    return _stay(case, new.start, new.end, is_new=True)


def _stay(case: Case, start: datetime, end: datetime, *, is_new: bool) -> _Stay:
    """Return where it stands on the day on which it begins; nights are cut at midnight."""
    top = start.hour * 60 + start.minute
    bottom = end.hour * 60 + end.minute if end.date() == start.date() else _MIDNIGHT
    # On the night in which the clocks go back, a session may end before it began.
    return _Stay(case, is_new, start, top, max(bottom, top + 1))


def _hours(stays: Sequence[_Stay]) -> tuple[int, int]:
    """Return the first hour shown and the one at which the last ends; whole days ask for none."""
    timed = [stay for stay in stays if stay.bottom - stay.top < _MIDNIGHT]
    first = min((stay.top // 60 for stay in timed), default=9)
    last = max((-(-stay.bottom // 60) for stay in timed), default=17)
    last = min(24, max(last, first + HOURS_MIN))
    return min(first, last - HOURS_MIN), last


def _in_lanes(stays: Sequence[_Stay]) -> list[_Stay]:
    """Return the stays of one day, those that overlap beside each other."""
    placed: list[_Stay] = []
    cluster: list[_Stay] = []
    ends: list[int] = []
    for stay in sorted(stays, key=lambda s: (s.top, s.bottom, s.is_new, s.case.number)):
        if cluster and stay.top >= max(ends):
            placed += [replace(each, lanes=len(ends)) for each in cluster]
            cluster, ends = [], []
        lane = next((at for at, end in enumerate(ends) if end <= stay.top), len(ends))
        ends[lane : lane + 1] = [stay.bottom]
        cluster.append(replace(stay, lane=lane))
    return placed + [replace(each, lanes=len(ends)) for each in cluster]


def _box(stay: _Stay, column: Column, width: float, hours: tuple[int, int]) -> Box:
    """Return the box of *stay*, within the hours that are shown."""
    room = (width - 6) / stay.lanes
    top, bottom = (min(max(at / 60, hours[0]), hours[1]) for at in (stay.top, stay.bottom))
    x = column.x + 3 + stay.lane * room
    height = max(BLOCK_MIN, (bottom - top) * HOUR - 2)
    lowest = HEAD + (hours[1] - hours[0]) * HOUR - 1
    y = min(HEAD + (top - hours[0]) * HOUR + 1, lowest - height)
    return Box(stay.case, stay.is_new, stay.start, x, y, room - 1, height)


def _moves(layout: Layout) -> Iterable[Move]:
    """Yield an arrow for each case that has a new time, in the order of the cases."""
    new = {box.case.number: box for box in layout.boxes if box.is_new}
    old = [box for box in layout.boxes if not box.is_new and box.case.new_time]
    old.sort(key=lambda box: box.case.number)
    right = layout.columns[-1].x + layout.column_width
    away = sorted((box for box in old if box.case.number not in new), key=lambda box: box.middle)
    heights: dict[int, float] = {}
    lowest = HEAD
    for box in away:
        lowest = heights[box.case.number] = max(box.middle, lowest)
        lowest += LABEL
    for at, box in enumerate(old):
        number = box.case.number
        bow = (1 + at % _BOWS) / _BOWS
        yield Move(box.case, box, new.get(number), (right + 10, heights.get(number, 0.0)), bow)
