"""Placing several sessions together: most of them first, then the least total cost.

Options in, choices out; nothing here knows of weeks, clients' habits or opening hours. Sessions
that cannot meet are taken apart first. Each group is filled greedily in two orders; then

- whoever stands outside may push one session elsewhere, which may push another (an augmenting
  path), so that one more is placed;
- whoever could have a cheaper slot takes it, if the one who stood there loses less.

Both only ever improve, so the result is never worse than placing one by one. Work is bounded by
counting steps, not by the clock: the same question has the same answer on any machine.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sync.domain.slots import Slot

STEPS_EACH = 1_000
"""How many slots may be looked at for every session of a group while improving."""

ROUNDS_MAX = 8
"""How often the costs of a group are gone over."""

DEPTH_MAX = 4
"""How many sessions may move so that one more finds room."""


@dataclass(frozen=True, slots=True)
class Option:
    """One slot that a session may have, and its cost."""

    cost: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class Seeker:
    """One session to be placed. ``options`` ascend by cost, then by start.

    ``hint`` is empty if it tells nothing; two of the same hint on one day cost ``hint_cost`` each.
    """

    options: tuple[Option, ...]
    clients: frozenset[str] = frozenset()
    same_day: bool = False
    urgent: bool = False
    hint: str = ""
    hint_cost: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds between sessions: time between two, and how many more a day may take.

    ``room`` is None if a day may take any number.
    """

    buffer: timedelta
    room: Callable[[date], int] | None = None


@dataclass(slots=True)
class Board:
    """Who stands where, while searching. Seekers are known by their place in the sequence."""

    seekers: Sequence[Seeker]
    limits: Limits
    chosen: dict[int, Option] = field(default_factory=dict)
    steps: int = 0
    _order: list[tuple[datetime, int]] = field(default_factory=list)
    _days: dict[date, set[int]] = field(default_factory=dict)
    _rivals: tuple[frozenset[int], ...] = ()

    def __post_init__(self) -> None:
        self._rivals = _rivals_among(self.seekers)

    @property
    def worth(self) -> tuple[int, int, int]:
        """Return how good it is, less is better: urgent ones missing, all missing, total cost."""
        missing = [one for one in range(len(self.seekers)) if one not in self.chosen]
        urgent = sum(self.seekers[one].urgent for one in missing)
        cost = sum(option.cost for option in self.chosen.values())
        shared = sum(self._shared(one, option.slot) for one, option in self.chosen.items())
        return urgent, len(missing), cost + shared // 2  # each pair was met from both sides

    def put(self, one: int, option: Option) -> None:
        """Place a seeker that stands nowhere."""
        assert one not in self.chosen, one
        self.chosen[one] = option
        insort(self._order, (option.slot.start, one))
        for day in option.slot.days:
            self._days.setdefault(day, set()).add(one)

    def take(self, one: int) -> Option:
        """Take a seeker off the board, and return what it had."""
        option = self.chosen.pop(one)
        del self._order[bisect_left(self._order, (option.slot.start, one))]
        for day in option.slot.days:
            self._days[day].discard(one)
        return option

    def cost(self, one: int, option: Option) -> int:
        """Return what *option* adds to the total, given all the others."""
        return option.cost + self._shared(one, option.slot)

    def is_free(self, one: int, slot: Slot) -> bool:
        """Return whether *one* could stand at *slot* as things are."""
        self.steps += 1
        end = slot.end + self.limits.buffer
        at = bisect_left(self._order, (slot.start, -1))
        if at < len(self._order) and self._order[at][0] < end:
            return False
        if at and slot.start < self._until(self._order[at - 1][1]):
            return False
        if self._full(slot):
            return False
        rivals = self._rivals[one]
        return not rivals or all(rivals.isdisjoint(self._days.get(day, ())) for day in slot.days)

    def victims(self, one: int, slot: Slot) -> tuple[int, ...]:
        """Return those of whom any single one, taken away, would make *slot* free."""
        hindering = self._hindering(one, slot)
        if len(hindering) > 1:
            return ()
        groups: list[AbstractSet[int]] = [hindering] if hindering else []
        groups += [self._days[day] for day in self._full(slot)]
        return tuple(sorted(frozenset(groups[0]).intersection(*groups[1:]))) if groups else ()

    def best(self, one: int, *, below: int | None = None) -> Option | None:
        """Return the cheapest free option, the earliest of equals; None if none is *below*."""
        found: Option | None = None
        for option in self.seekers[one].options:
            if below is not None and option.cost >= below:
                break
            if self.is_free(one, option.slot):
                cost = self.cost(one, option)
                if below is None or cost < below:
                    found, below = option, cost
        return found

    def _until(self, one: int) -> datetime:
        return self.chosen[one].slot.end + self.limits.buffer

    def _hindering(self, one: int, slot: Slot) -> set[int]:
        """Return who stands in the way by time or by client."""
        self.steps += 1
        found: set[int] = set()
        end = slot.end + self.limits.buffer
        at = bisect_left(self._order, (slot.start, -1))
        if at and slot.start < self._until(self._order[at - 1][1]):
            found.add(self._order[at - 1][1])
        while at < len(self._order) and self._order[at][0] < end:
            found.add(self._order[at][1])
            at += 1
        if self._rivals[one]:
            for day in slot.days:
                found |= self._rivals[one] & self._days.get(day, set())
        return found

    def _full(self, slot: Slot) -> list[date]:
        if self.limits.room is None:
            return []
        return [day for day in slot.days if len(self._days.get(day, ())) >= self.limits.room(day)]

    def _shared(self, one: int, slot: Slot) -> int:
        """Return what it costs that others of the same hint stand on these days."""
        mine = self.seekers[one]
        if not mine.hint:
            return 0
        others = {other for day in slot.days for other in self._days.get(day, ())} - {one}
        return sum(
            mine.hint_cost + self.seekers[other].hint_cost
            for other in others
            if self.seekers[other].hint == mine.hint
        )


def _rivals_among(seekers: Sequence[Seeker]) -> tuple[frozenset[int], ...]:
    """Return for each seeker those with whom it may not share a day: a client of both."""
    having: dict[str, set[int]] = {}
    for one, seeker in enumerate(seekers):
        for client in seeker.clients:
            having.setdefault(client, set()).add(one)
    return tuple(
        frozenset(
            other
            for client in seeker.clients
            for other in having[client]
            if other != one and not (seeker.same_day and seekers[other].same_day)
        )
        for one, seeker in enumerate(seekers)
    )


def one_by_one(seekers: Sequence[Seeker], limits: Limits) -> Board:
    """Return what comes of giving each its best in turn: the urgent first, then as they stand."""
    board = Board(seekers, limits)
    _fill(board, sorted(range(len(seekers)), key=lambda one: (not seekers[one].urgent, one)))
    return board


def together(seekers: Sequence[Seeker], limits: Limits) -> tuple[Option | None, ...]:
    """Return a choice for every seeker, in their order; None for those without a slot.

    Urgent ones first, then as many as possible, then the least total cost: never worse than
    `one_by_one`, by `Board.worth`.
    """
    choices: list[Option | None] = [None] * len(seekers)
    for group in apart(seekers, limits.buffer):
        board = _settled([seekers[one] for one in group], limits)
        for place, option in board.chosen.items():
            choices[group[place]] = option
    return tuple(choices)


def apart(seekers: Sequence[Seeker], buffer: timedelta) -> tuple[tuple[int, ...], ...]:
    """Return the seekers in groups that share no day, neither the practice's nor in UTC."""
    leader = list(range(len(seekers)))

    def led(one: int) -> int:
        while leader[one] != one:
            leader[one] = one = leader[leader[one]]
        return one

    first_at: dict[tuple[str, date], int] = {}
    for one, seeker in enumerate(seekers):
        for place in _places(seeker, buffer):
            other = led(first_at.setdefault(place, one))
            mine = led(one)
            leader[max(mine, other)] = min(mine, other)
    groups: dict[int, list[int]] = {}
    for one in range(len(seekers)):
        groups.setdefault(led(one), []).append(one)
    return tuple(tuple(group) for group in groups.values())


def _places(seeker: Seeker, buffer: timedelta) -> set[tuple[str, date]]:
    """Return everything two slots must share to be able to hinder one another."""
    places: set[tuple[str, date]] = set()
    for option in seeker.options:
        places.update(("practice", day) for day in option.slot.days)
        places.add(("utc", (option.slot.start - buffer).date()))
        places.add(("utc", (option.slot.end + buffer).date()))
    return places


def _settled(seekers: Sequence[Seeker], limits: Limits) -> Board:
    """Return the better of two boards, filled in two orders and improved."""
    count = len(seekers)
    if count == 1:
        return one_by_one(seekers, limits)
    orders = (range(count), sorted(range(count), key=lambda one: len(seekers[one].options)))
    return min((_improved(seekers, limits, order) for order in orders), key=lambda b: b.worth)


def _improved(seekers: Sequence[Seeker], limits: Limits, order: Iterable[int]) -> Board:
    board = Board(seekers, limits)
    ordered = tuple(order)
    steps_max = STEPS_EACH * len(seekers)
    for urgent in (True, False):
        stage = [one for one in ordered if seekers[one].urgent is urgent]
        _fill(board, stage)
        _augment_all(board, stage, steps_max)
    board.steps = 0
    for _ in range(ROUNDS_MAX):
        gained = [one for one in ordered if one in board.chosen and _better(board, one, steps_max)]
        if not gained:
            break
    _fill(board, ordered)
    return board


def _fill(board: Board, order: Iterable[int]) -> None:
    for one in order:
        if one not in board.chosen and (option := board.best(one)) is not None:
            board.put(one, option)


def _augment_all(board: Board, stage: Iterable[int], steps_max: int) -> None:
    board.steps = 0
    for one in stage:
        if one not in board.chosen:
            _augment(board, one, {one}, steps_max)


def _augment(board: Board, one: int, moved: set[int], steps_max: int) -> bool:
    """Place *one*, moving others if need be; return whether it worked. Else nothing changes."""
    if (option := board.best(one)) is not None:
        board.put(one, option)
        return True
    if len(moved) > DEPTH_MAX:
        return False
    for option in board.seekers[one].options:
        if board.steps >= steps_max:
            return False
        for other in board.victims(one, option.slot):
            if other in moved:
                continue
            had = board.take(other)
            board.put(one, option)
            if _augment(board, other, moved | {other}, steps_max):
                return True
            board.take(one)
            board.put(other, had)
    return False


def _better(board: Board, one: int, steps_max: int) -> bool:
    """Give *one* a cheaper slot if the total falls; return whether it did."""
    cost = board.cost(one, board.chosen[one])
    had = board.take(one)
    for option in board.seekers[one].options:
        if option.cost >= cost or board.steps >= steps_max:
            break
        if board.is_free(one, option.slot):
            if board.cost(one, option) < cost:
                board.put(one, option)
                return True
            continue
        if any(
            _swapped(board, one, option, other, cost) for other in board.victims(one, option.slot)
        ):
            return True
    board.put(one, had)
    return False


def _swapped(board: Board, one: int, option: Option, other: int, cost: int) -> bool:
    """Put *one* in the way of *other*, if *other* then loses less than *one* gains."""
    before = cost + board.cost(other, board.chosen[other])
    had = board.take(other)
    left = before - board.cost(one, option)
    board.put(one, option)
    elsewhere = board.best(other, below=left)
    if elsewhere is not None:
        board.put(other, elsewhere)
        return True
    board.take(one)
    board.put(other, had)
    return False
