"""How cost grows with a calendar's size and with the number of calendars, on the client's side.

Rounds are interleaved no further: it is CPU that is told, and that hardly depends on who else runs.
"""

import operator
import statistics
from collections.abc import Callable, Sequence

from bench.calendars import EDITS, UNCHANGED, after
from bench.commands import RAINCHECK, took
from bench.contender import Took, contender
from bench.desk import desk
from bench.loading import calendar_for, place_of, served
from bench.measure import table
from bench.ours import configured
from bench.scratch import scratch

SIZES = (1_000, 10_000, 50_000)
CALENDARS = (1, 10, 50)
EACH = 20
"""Events in each of many calendars."""


def told(rounds: int) -> str:
    """Return the tables."""
    words = ("calendars", "`sync`, nothing changed, CPU", "more than with one, per calendar")
    return f"{with_size(rounds, SIZES)}\n{table(words, _of_many(rounds))}"


def with_size(rounds: int, sizes: Sequence[int]) -> str:
    """Return a table of first looks, and one of polls: these should not grow."""
    looks, polls = zip(*(_of_size(size, rounds) for size in sizes), strict=True)
    head = ("events", "found", "first look, CPU", "per found event", "peak memory")
    polled = (UNCHANGED, *(after("poll", edits) for edits in EDITS))
    each = table(("events", *(f"{work}, CPU" for work in polled)), polls)
    return f"{table(head, looks)}\n{each}"


def _of_size(size: int, rounds: int) -> tuple[list[str], list[str]]:
    """Return a row on first looks, and one on polls."""
    with desk(calendar_for(size)) as at, contender("raincheck", at.place) as one:
        looks = [one.do("first_look", at.pieces) for _ in range(rounds)]
        one.do("poll", [])
        polls = [_cpu(lambda e=edits: one.do("poll", at.edit(e)), rounds) for edits in (0, *EDITS)]
    look = statistics.median(each.cpu_s for each in looks)
    found = looks[0].found
    each, peak = f"{1000 * look / found:.2f} ms", f"{looks[-1].peak_mb:.0f} MB"
    first = [f"{size:,}", f"{found:,}", f"{look:.2f} s", each, peak]
    return first, [f"{size:,}", *(f"{1000 * cpu:.1f} ms" for cpu in polls)]


def _cpu(do: Callable[[], Took], rounds: int) -> float:
    return statistics.median(do().cpu_s for _ in range(rounds))


def _of_many(rounds: int) -> list[list[str]]:
    names = [f"room-{number:02}" for number in range(max(CALENDARS))]
    held = {name: _small(number) for number, name in enumerate(names)}
    rows: list[list[str]] = []
    with scratch() as folder, served(folder / "server", held) as server:
        syncs = {}
        for count in CALENDARS:
            config = configured(folder / f"of-{count}", place_of(server, ""), names[:count])
            syncs[count] = [RAINCHECK, "sync", "--config", str(config)]
            took(syncs[count])
        turns = [{count: took(sync).cpu_s for count, sync in syncs.items()} for _ in range(rounds)]
    alone = [turn[CALENDARS[0]] for turn in turns]
    for count in CALENDARS:
        cpu = [turn[count] for turn in turns]
        more = statistics.median(map(operator.sub, cpu, alone))  # within a turn: both had its speed
        each = f"{1000 * more / (count - 1):.1f} ms" if count > 1 else ""
        rows.append([f"{count}", f"{1000 * statistics.median(cpu):.0f} ms", each])
    return rows


def _small(number: int):
    """Return a small calendar, another for every number."""
    return calendar_for(EACH, seed=number)
