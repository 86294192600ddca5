"""What a slot costs, in the words of the trade.

The unit is a minute of waiting: a weight says how long a wait one would accept instead. Everything
is a whole number, so that sums do not depend on their order.

*same-time*. A therapist asks first for the client's own hour: the same weekday and hour in a later
week beats every other slot, however soon. Where that is not to be had (the next session of a
weekly series stands there already, and nobody should come twice a day), the same weekday within
two hours or so beats the same hour on another day, and that beats a very different hour. Among
those days the rhythm decides: a session made up for on the day before the next one is half lost,
so the best day lies about halfway between two dates of the series; after that, nearer to the lost
date is better, and of two as near the sooner. A
lost Monday 10:00 of a weekly series thus goes to Thursday 10:00; of a single session, to next
Monday 10:00.

*soonest* counts the wait alone, and *ranges* the place in the list before the wait.

Who has been without treatment for weeks comes before others: each minute of waiting weighs as many
times more as weeks have passed since the lost session.

In all three, a day on which a session of the same title stands is left for another day if there is
any at a similar cost: with practices that invite nobody, the title is who it is with.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync.domain.localtime import wall_of
from sync.domain.policy import Favour, WeekRange
from sync.domain.slots import Slot
from sync.domain.wishes import Wish

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_DAY_MINUTES = 24 * 60
_HALF_RHYTHM_MAX = _DAY_MINUTES * 7 // 2  # half a week away from the next session is far enough


@dataclass(frozen=True, slots=True)
class Weights:
    """What each thing costs; in minutes of waiting, or in days where the name says so."""

    wait: int = 1  # each minute without treatment, from the first moment a slot may begin
    moved_days: int = 0  # not the client's usual weekday and hour: more than any wait
    weekday_days: int = 0  # another weekday: worth two hours on the usual one
    hour_days: int = 0  # another hour, however near
    hour_minute: int = 0  # each minute away from the usual hour
    rhythm: int = 0  # each minute nearer to a date of the series than half its spacing
    beside_days: int = 0  # the client has another session on the day before or after
    hint_days: int = 0  # a session of the same title stands on that day
    hole_minutes: int = 0  # each gap left in the therapist's day that no session fits into
    rank_days: int = 0  # each place further down in the list of preferred ranges


WEIGHTS: dict[Favour, Weights] = {
    Favour.SAME_TIME: Weights(
        moved_days=70,
        weekday_days=40,
        hour_days=10,
        hour_minute=480,
        rhythm=3,
        beside_days=2,
        hint_days=130,
        hole_minutes=720,
    ),
    # The wait is all that matters here, so each minute weighs more against other sessions.
    Favour.SOONEST: Weights(wait=10, hint_days=40),
    Favour.RANGES: Weights(hint_days=130, rank_days=170),
}

UNTREATED_WEEKS_MAX = 8
"""After so many weeks without treatment the wait weighs no more than it does."""

URGENT = 1_000
"""An urgent session has its pick: its costs outweigh those of all the others."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a slot is from the usual time, on the clock of the session's own zone.

    ``days`` counts calendar days; ``minutes`` is the way round the clock that is shorter, later
    above zero.
    """

    days: int
    minutes: int

    @property
    def keeps_weekday(self) -> bool:
        """Return whether it is the same day of the week."""
        return self.days % 7 == 0


def shift_of(wish: Wish, slot: Slot) -> Shift:
    """Return how far *slot* is from the wish's usual weekday and hour."""
    return Shift(*_shift(wish.when.start, slot.start.astimezone(wish.when.zone)))


def rank_of(ranges: tuple[WeekRange, ...], slot: Slot, zone: ZoneInfo) -> int:
    """Return the place (from 0) of the first range that holds *slot*; their number if none."""
    start, end = wall_of(slot.start, zone), wall_of(slot.end, zone)
    midnight = datetime.combine(start.date(), time())
    for rank, one in enumerate(ranges):
        if start.weekday() != one.weekday or start.time() < one.start:
            continue
        until = _DAY if one.end == time.max else datetime.combine(start, one.end) - midnight
        if end <= midnight + until:
            return rank
    return len(ranges)


def hint_cost(wish: Wish) -> int:
    """Return what it costs *wish* to share a day with a session of the same title."""
    return WEIGHTS[wish.prefer.favour].hint_days * _DAY_MINUTES * (URGENT if wish.urgent else 1)


@dataclass(frozen=True, slots=True)
class Scale:
    """Weighs the slots of one wish; made by `scale_of`.

    A wish has hundreds of slots, so what is the same for all of them is worked out once. ``minute``
    is what each minute weighs that a slot is away from ``begins``. ``distance`` is by how many
    minutes it should keep away from the dates of the series. ``beside`` are the days next to one
    that holds a session with the same client, ``hinted`` those that hold one of the same title.
    ``zone`` is the practice's.
    """

    wish: Wish
    weights: Weights
    begins: datetime
    minute: int
    distance: int
    beside: AbstractSet[date]
    hinted: AbstractSet[date]
    zone: ZoneInfo

    def cost(self, slot: Slot) -> int:
        """Return what *slot* costs, zero or more; comparable among all wishes of a plan."""
        prefer = self.wish.prefer
        cost = self.minute * abs((slot.start - self.begins) // _MINUTE)
        if prefer.favour is Favour.SAME_TIME:
            cost += self._usual_cost(slot)
        elif prefer.favour is Favour.RANGES:
            cost += rank_of(prefer.ranges, slot, self.zone) * self.weights.rank_days * _DAY_MINUTES
        cost *= URGENT if self.wish.urgent else 1
        return cost + (0 if self.hinted.isdisjoint(slot.days) else hint_cost(self.wish))

    def _usual_cost(self, slot: Slot) -> int:
        """Return what it costs to leave the usual weekday, hour and rhythm."""
        weights, usual = self.weights, self.wish.when.start
        local = slot.start.astimezone(usual.tzinfo)
        shift_days, minutes = _shift(usual, local)
        is_other_weekday = shift_days % 7 != 0
        days = 0
        if minutes or is_other_weekday:
            days += weights.moved_days
        if minutes:
            days += weights.hour_days
        if is_other_weekday:
            days += weights.weekday_days
        if not self.beside.isdisjoint(slot.days):
            days += weights.beside_days
        cost = days * _DAY_MINUTES + abs(minutes) * weights.hour_minute
        if self.distance:
            # Two times of one zone: this is the difference of what the clocks show.
            cost += self._short_of_rhythm(local - usual) * weights.rhythm
        return cost + slot.holes * weights.hole_minutes

    def _short_of_rhythm(self, gone: timedelta) -> int:
        """Return by how many minutes a slot is too near to a date of the series."""
        assert self.wish.rhythm is not None, self.wish
        after = gone % self.wish.rhythm
        return max(0, self.distance - min(after, self.wish.rhythm - after) // _MINUTE)


def scale_of(
    wish: Wish, zone: ZoneInfo, *, met: AbstractSet[date], hinted: AbstractSet[date]
) -> Scale:
    """Return what weighs the slots of *wish*.

    Args:
        wish: The session's.
        zone: The practice's.
        met: The days that hold a session with the same client.
        hinted: The days that hold a session of the same title.
    """
    weights = WEIGHTS[wish.prefer.favour]
    lost = wish.when.span.start
    # How many whole weeks ago it was lost: each minute weighs more then.
    weeks = min(max((wish.window.start - lost) // _WEEK, 0), UNTREATED_WEEKS_MAX)
    begins = wish.window.start  # the first moment at which there may be a slot
    if wish.prefer.favour is Favour.SAME_TIME:
        # A session that was still to come is missed from its own date on, and one made up for
        # weeks before it leaves the same gap as one weeks after.
        begins = max(begins, lost)
    return Scale(
        wish,
        weights,
        begins,
        minute=weights.wait * (1 + weeks),
        distance=_kept_distance(wish.rhythm),
        beside=frozenset(day + step for day in met for step in (-_DAY, _DAY)),
        hinted=hinted,
        zone=zone,
    )


def _shift(usual: datetime, local: datetime) -> tuple[int, int]:
    """Return the days and the minutes of a `Shift`; both are times of one zone."""
    minutes = (local.hour - usual.hour) * 60 + local.minute - usual.minute
    days = local.toordinal() - usual.toordinal()
    if minutes > _DAY_MINUTES // 2:
        return days + 1, minutes - _DAY_MINUTES
    if minutes < -_DAY_MINUTES // 2:
        return days - 1, minutes + _DAY_MINUTES
    return days, minutes


def _kept_distance(rhythm: timedelta | None) -> int:
    """Return how many minutes off the dates of a series are far enough; 0 if it has no rhythm."""
    if rhythm is None or rhythm < 2 * _DAY:
        return 0
    return min(rhythm // 2 // _MINUTE, _HALF_RHYTHM_MAX)
