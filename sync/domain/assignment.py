"""Placing several sessions together: most of them first, then the least total cost.

Sessions that cannot meet are taken apart first. Each group is filled greedily in a few orders;
then

- whoever stands outside may push one session elsewhere, which may push another (an augmenting
  path), or clear a slot of a few, so that one more is placed;
- whoever could have a cheaper slot takes it, if the one who stood there loses less;
- small groups that want each other's slots are put back in the cheapest way (`regrouping`);
- whoever stands outside takes the place of one who costs more.

All of it only ever improves, so the result is never worse than placing one by one. Work is bounded
by counting steps, not by the clock: the same question has the same answer on any machine.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sync.domain.board import Board, Limits, Option, Seeker
from sync.domain.regrouping import regrouped

STEPS_EACH = 1_000
"""How many slots may be looked at for every session of a group while improving."""

ROUNDS_MAX = 8
"""How often the costs of a group are gone over."""

DEPTH_MAX = 4
"""How many sessions may move so that one more finds room."""

CROWD_MAX = 3
"""How many may stand at a slot that is cleared for one who found no other."""

ROOM_STEPS = 4
"""How many times `STEPS_EACH` this clearing may cost."""


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
        for place, option in _settled([seekers[one] for one in group], limits).items():
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
    slots = [option.slot for option in seeker.options]
    days = {day for slot in slots for day in slot.days}
    dates = {(slot.start - buffer).date() for slot in slots}
    dates |= {(slot.end + buffer).date() for slot in slots}
    return {("practice", day) for day in days} | {("utc", day) for day in dates}


def _settled(seekers: Sequence[Seeker], limits: Limits) -> dict[int, Option]:
    """Return who stands where on the best of a few boards, filled in other orders and improved."""
    count = len(seekers)
    if count == 1:
        return one_by_one(seekers, limits).chosen
    orders = (
        range(count),
        sorted(range(count), key=lambda one: len(seekers[one].options)),
        sorted(range(count), key=lambda one: (-_regret(seekers[one]), one)),
    )
    board = Board(seekers, limits)
    found: list[tuple[tuple[int, int, int], dict[int, Option]]] = []
    for order in orders:
        board.restore({})
        _improve(board, order)
        found.append((board.worth, dict(board.chosen)))
    return min(found, key=lambda one: one[0])[1]


def _regret(seeker: Seeker) -> int:
    """Return what a session loses if it cannot have its best slot."""
    costs = [option.cost for option in seeker.options[:2]]
    return costs[-1] - costs[0] if costs else 0


def _improve(board: Board, order: Sequence[int]) -> None:
    """Fill an empty board in *order*, and better it."""
    steps_max = STEPS_EACH * len(board.seekers)
    for urgent in (True, False):
        stage = [one for one in order if board.seekers[one].urgent is urgent]
        _fill(board, stage)
        _augment_all(board, stage, steps_max)
    board.steps = 0
    for _ in range(ROUNDS_MAX):
        gained = [one for one in order if one in board.chosen and _better(board, one, steps_max)]
        if not gained and not regrouped(board, order) and not _replaced_any(board, order):
            break
    _fill(board, order)


def _fill(board: Board, order: Iterable[int]) -> None:
    for one in order:
        if one not in board.chosen and (option := board.best(one)) is not None:
            board.put(one, option)


def _augment_all(board: Board, stage: Iterable[int], steps_max: int) -> None:
    board.steps = 0
    left = [one for one in stage if one not in board.chosen]
    left = [one for one in left if not _augment(board, one, {one}, steps_max)]
    board.steps = 0
    for one in left:
        _make_room(board, one, steps_max * ROOM_STEPS)


def _make_room(board: Board, one: int, steps_max: int) -> bool:
    """Place *one* where up to `CROWD_MAX` others stand, if all of those find other slots."""
    for option in board.seekers[one].options:
        if board.steps >= steps_max:
            return False
        crowd = board.crowd(one, option.slot)
        if not 1 < len(crowd) <= CROWD_MAX:
            continue  # a single one was tried before
        before = dict(board.chosen)
        for other in crowd:
            board.take(other)
        board.put(one, option)
        moved = {one, *crowd}
        if all(_augment(board, other, moved, steps_max) for other in crowd):
            return True
        board.restore(before)
    return False


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


def _replaced_any(board: Board, order: Iterable[int]) -> bool:
    """Let those who stand outside take the place of one who costs more; return whether any did.

    As many are placed as before, and no urgent one gives way to another.
    """
    outside = [one for one in order if one not in board.chosen]
    return any(_replaced(board, one) for one in outside)


def _replaced(board: Board, one: int) -> bool:
    best: tuple[int, int, Option] | None = None
    for option in board.seekers[one].options:
        for other in board.victims(one, option.slot):
            if board.seekers[other].urgent and not board.seekers[one].urgent:
                continue
            gain = board.cost(other, board.chosen[other]) - option.cost
            if gain > (best[0] if best else 0):
                best = gain, other, option
    if best is None:
        return False
    _, other, option = best
    had = board.take(other)
    if board.cost(one, option) < board.cost(other, had) and board.is_free(one, option.slot):
        board.put(one, option)
        return True
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
