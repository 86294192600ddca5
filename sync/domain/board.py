"""The board on which sessions are placed together: who stands where, and who hinders whom.

Options in, choices out; nothing here knows of weeks, clients' habits or opening hours.

Time is cut into cells, at every moment at which a slot begins or lets the next one begin. What a
slot takes is then a run of cells, and a set of cells is a number, with a bit for each: whether a
slot is free takes one look, at no clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sync.domain.slots import Slot

_NOBODY = -1


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
    _runs: dict[Slot, slice] = field(default_factory=dict)
    _cells: dict[Slot, int] = field(default_factory=dict)  # the same as bits
    _taken: int = 0  # the cells where somebody stands, as bits
    _holders: list[int] = field(default_factory=list)  # who stands on each cell
    _days: dict[date, set[int]] = field(default_factory=dict)
    _rivals: tuple[frozenset[int], ...] = ()

    def __post_init__(self) -> None:
        self._runs = _runs_among(self.seekers, self.limits.buffer)
        self._cells = {slot: (1 << run.stop) - (1 << run.start) for slot, run in self._runs.items()}
        self._holders = [_NOBODY] * max((run.stop for run in self._runs.values()), default=0)
        self._days = {day: set() for slot in self._runs for day in slot.days}
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
        """Place a seeker that stands nowhere, where nobody stands."""
        assert one not in self.chosen, one
        assert not self._taken & self._cells[option.slot], one
        self.chosen[one] = option
        self._mark(option.slot, one)
        for day in option.slot.days:
            self._days[day].add(one)

    def take(self, one: int) -> Option:
        """Take a seeker off the board, and return what it had."""
        option = self.chosen.pop(one)
        self._mark(option.slot, _NOBODY)
        for day in option.slot.days:
            self._days[day].discard(one)
        return option

    def cost(self, one: int, option: Option) -> int:
        """Return what *option* adds to the total, given all the others."""
        return option.cost + self._shared(one, option.slot)

    def is_free(self, one: int, slot: Slot) -> bool:
        """Return whether *one* could stand at *slot* as things are."""
        self.steps += 1
        return not self._taken & self._cells[slot] and self._days_allow(one, slot)

    def victims(self, one: int, slot: Slot) -> tuple[int, ...]:
        """Return those of whom any single one, taken away, would make *slot* free."""
        hindering = self._hindering(one, slot)
        if len(hindering) > 1:
            return ()
        full = [self._days[day] for day in self._full(slot)]
        if not full:
            return tuple(hindering)
        either = hindering or full[0]
        return tuple(sorted(either.intersection(*full)))

    def crowd(self, one: int, slot: Slot) -> tuple[int, ...]:
        """Return all who would have to go for *slot* to be free; none if a day is full."""
        return () if self._full(slot) else tuple(sorted(self._hindering(one, slot)))

    def restore(self, chosen: dict[int, Option]) -> None:
        """Let everybody stand as in *chosen*, a copy of an earlier board's."""
        for one in [one for one, option in self.chosen.items() if chosen.get(one) is not option]:
            self.take(one)
        for one, option in chosen.items():
            if one not in self.chosen:
                self.put(one, option)

    def best(self, one: int, *, below: int | None = None) -> Option | None:
        """Return the cheapest free option, the earliest of equals; None if none is *below*."""
        found: Option | None = None
        cells, taken = self._cells, self._taken
        for option in self.seekers[one].options:
            if below is not None and option.cost >= below:
                break
            self.steps += 1
            if taken & cells[option.slot] or not self._days_allow(one, option.slot):
                continue  # as `is_free` has it, without the call: no other line runs as often
            cost = self.cost(one, option)
            if below is None or cost < below:
                found, below = option, cost
        return found

    def _mark(self, slot: Slot, one: int) -> None:
        """Write down who stands at *slot* now: *one*, or nobody."""
        cells = self._cells[slot]
        self._taken ^= cells  # from free to taken, or back
        self._holders[self._runs[slot]] = [one] * cells.bit_count()

    def _days_allow(self, one: int, slot: Slot) -> bool:
        if self._full(slot):
            return False
        rivals = self._rivals[one]
        return not rivals or all(rivals.isdisjoint(self._days[day]) for day in slot.days)

    def _hindering(self, one: int, slot: Slot) -> set[int]:
        """Return who stands in the way by time or by client."""
        self.steps += 1
        found = set(self._holders[self._runs[slot]])
        found.discard(_NOBODY)
        if self._rivals[one]:
            for day in slot.days:
                found |= self._rivals[one] & self._days[day]
        return found

    def _full(self, slot: Slot) -> list[date]:
        if self.limits.room is None:
            return []
        return [day for day in slot.days if len(self._days[day]) >= self.limits.room(day)]

    def _shared(self, one: int, slot: Slot) -> int:
        """Return what it costs that others of the same hint stand on these days."""
        mine = self.seekers[one]
        if not mine.hint:
            return 0
        others = {other for day in slot.days for other in self._days[day]} - {one}
        return sum(
            mine.hint_cost + self.seekers[other].hint_cost
            for other in others
            if self.seekers[other].hint == mine.hint
        )


def _runs_among(seekers: Sequence[Seeker], buffer: timedelta) -> dict[Slot, slice]:
    """Return the run of cells that each slot takes, with the buffer after it.

    A session without a length takes one cell: nobody else may be there.
    """
    slots = {option.slot for seeker in seekers for option in seeker.options}
    edges = {slot.start for slot in slots} | {slot.end + buffer for slot in slots}
    place = {edge: number for number, edge in enumerate(sorted(edges))}
    runs = {}
    for slot in slots:
        first = place[slot.start]
        runs[slot] = slice(first, max(place[slot.end + buffer], first + 1))
    return runs


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
