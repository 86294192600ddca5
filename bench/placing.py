"""How well and how fast sessions are placed together, beside the proven optimum.

Run it from the project's root: python -m bench.placing [10 100 1000]
It needs scipy, as referee (the extra "bench").
"""

import statistics
import sys
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from bench.instances import NOW, Instance, instances
from bench.measure import table
from sync.domain import planner
from sync.domain.assignment import one_by_one
from sync.domain.board import Board, Limits, Option, Seeker
from sync.domain.sessions import Span

ROUNDS = 5
MISSING = 10**12
MISSING_URGENT = 10**15


def told(sizes: list[int], rounds: int = ROUNDS) -> str:
    """Return a table with a line for each size."""
    head = ("sessions", "above the optimum", "one by one", "placed", "time, median")
    return table(head, [_of(size, rounds) for size in sizes])


def _of(size: int, rounds: int) -> list[str]:
    problems = instances(size)
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        plans = [planner.plan(p.wishes, p.hours, p.busy, now=NOW) for p in problems]
        times.append(time.perf_counter() - begun)
    ours = greedy = best = 0
    placed = most = 0
    for problem, made in zip(problems, plans, strict=True):
        seekers, limits = asked(problem)
        board = Board(seekers, limits)
        slots = {one.id: one.when.span for one in made.placed}
        ids = sorted(wish.id for wish in problem.wishes)
        for number, id_ in enumerate(ids):
            if id_ in slots:
                board.put(number, _option(seekers[number], slots[id_]))
        optimum, count = referee(seekers, limits)
        ours += board.worth[2]
        greedy += one_by_one(seekers, limits).worth[2]
        best += optimum
        placed += len(made.placed)
        most += count
    above, before = (100 * (value - best) / best for value in (ours, greedy))
    took = statistics.median(times)
    count = f"{placed} of {most}"
    return [f"{size:,}", f"{above:.2f} %", f"{before:.2f} %", count, f"{1000 * took:,.0f} ms"]


def asked(problem: Instance) -> tuple[tuple[Seeker, ...], Limits]:
    """Return the seekers of *problem* with their options, in the order of their ids."""
    wishes = sorted(problem.wishes, key=lambda wish: wish.id)
    reach = Span(min(w.window.start for w in wishes), max(w.window.end for w in wishes))
    agenda = planner.agenda_of(problem.hours, problem.busy, reach)
    return planner.seekers_of(wishes, agenda, now=NOW), planner.limits_of(agenda)


def referee(seekers: tuple[Seeker, ...], limits: Limits) -> tuple[int, int]:
    """Return the least total cost of a best plan, and how many it places: HiGHS, exact."""
    pairs = [(one, option) for one, seeker in enumerate(seekers) for option in seeker.options]
    edges = sorted(
        {o.slot.start for _, o in pairs} | {o.slot.end + limits.buffer for _, o in pairs}
    )
    place = {edge: number for number, edge in enumerate(edges)}
    rows, columns = [], []
    for column, (one, option) in enumerate(pairs):
        rows.append(one)
        columns.append(column)
        for cell in range(place[option.slot.start], place[option.slot.end + limits.buffer]):
            rows.append(len(seekers) + cell)
            columns.append(column)
    matrix = coo_matrix(
        (np.ones(len(rows)), (rows, columns)), shape=(len(seekers) + len(edges), len(pairs))
    )
    scale = 1e-3
    worth = [MISSING_URGENT if seekers[one].urgent else MISSING for one, _ in pairs]
    top = max((o.cost for _, o in pairs), default=1) * scale * 2 * len(seekers)
    gain = np.array(
        [o.cost * scale - (top * (len(seekers) if w == MISSING_URGENT else 1)) for (_, o), w in
         zip(pairs, worth, strict=True)]
    )  # fmt: skip
    found = milp(
        gain,
        constraints=LinearConstraint(matrix.tocsr(), ub=1),
        integrality=np.ones(len(pairs)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 1e-7, "time_limit": 120},
    )
    chosen = [pairs[number] for number in np.flatnonzero(found.x > 0.5)]
    return sum(option.cost for _, option in chosen), len(chosen)


def _option(seeker: Seeker, span: Span) -> Option:
    return next(o for o in seeker.options if (o.slot.start, o.slot.end) == (span.start, span.end))


if __name__ == "__main__":
    print(told([int(word) for word in sys.argv[1:]] or [10, 100, 1000]))
