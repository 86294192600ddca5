"""Improving a board by small groups: a handful of sessions that want each other's slots.

Each group is taken off the board and put back in the cheapest way there is, by an exact search
with a bound: what each of them could have at best. Steps are counted, never time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sync.domain.board import Board, Option

WANTED_MAX = 10
"""How many cheaper slots of a session are asked who stands there."""

GROUP_MAX = 8
SEARCH_STEPS = 2_000
"""How many slots may be tried for one group."""


def regrouped(board: Board, order: Iterable[int]) -> bool:
    """Put groups of sessions in a better way; return whether the total fell."""
    excess = {one: _excess(board, one) for one in order if one in board.chosen}
    gained = False
    for one in sorted(excess, key=lambda one: (-excess[one], one)):
        if excess[one] <= 0:
            break
        group = _group(board, one)
        if len(group) > 1 and _resettled(board, group):
            gained = True
    return gained


def _excess(board: Board, one: int) -> int:
    return board.chosen[one].cost - board.seekers[one].options[0].cost


def _group(board: Board, one: int) -> tuple[int, ...]:
    """Return *one* and those who stand in its cheapest slots."""
    group = [one]
    cost = board.chosen[one].cost
    for option in board.seekers[one].options[:WANTED_MAX]:
        if option.cost >= cost or len(group) >= GROUP_MAX:
            break
        fresh = [other for other in board.crowd(one, option.slot) if other not in group]
        if len(group) + len(fresh) <= GROUP_MAX:
            group += (other for other in fresh if other != one)
    return tuple(group)


def _free(board: Board, one: int) -> tuple[Option, ...]:
    """Return the options of *one* that nobody on the board hinders; there is at least its own."""
    return tuple(o for o in board.seekers[one].options if board.is_free(one, o.slot))


@dataclass(slots=True)
class _Search:
    board: Board
    group: tuple[int, ...]
    options: list[tuple[Option, ...]]
    bounds: list[int]
    best_cost: int
    best: dict[int, Option] = field(default_factory=dict)
    steps: int = 0

    def run(self, at: int, cost: int) -> None:
        """Try every way for the group from *at* on that may still be cheaper than the best."""
        if at == len(self.group):
            self.best_cost = cost
            self.best = {one: self.board.chosen[one] for one in self.group}
            return
        one, rest = self.group[at], self.bounds[at + 1]
        for option in self.options[at]:
            if cost + option.cost + rest >= self.best_cost or self.steps >= SEARCH_STEPS:
                return
            self.steps += 1
            if not self.board.is_free(one, option.slot):
                continue
            added = self.board.cost(one, option)
            self.board.put(one, option)
            if cost + added + rest < self.best_cost:
                self.run(at + 1, cost + added)
            self.board.take(one)


def _resettled(board: Board, group: tuple[int, ...]) -> bool:
    """Put *group* back in the cheapest way that is found; return whether it is cheaper."""
    had = {one: board.chosen[one] for one in group}
    before = 0
    for one in group:
        before += board.cost(one, had[one])
        board.take(one)
    # What is free now is all there is: the others stay. First whoever has the least choice.
    free = {one: _free(board, one) for one in group}
    order = tuple(sorted(group, key=lambda one: (len(free[one]), one)))
    bounds = [0]
    for one in reversed(order):
        bounds.append(bounds[-1] + free[one][0].cost)
    search = _Search(board, order, [free[one] for one in order], bounds[::-1], before)
    search.run(0, 0)
    for one, option in (search.best or had).items():
        board.put(one, option)
    return bool(search.best)
