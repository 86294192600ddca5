"""What is printed: which versions it was, and a table for each part."""

import os
import platform
from collections.abc import Container, Iterable, Iterator
from importlib.metadata import version

from bench import calendars, cold, traffic, writes
from bench.desk import Desk
from bench.measure import Rounds, table

SIZED = ("looks", "cold", "memory", "counts", "writes")
"""The parts that each size of calendar has."""
PACKAGES = {"Radicale": "radicale", "vdirsyncer": "vdirsyncer", "caldav": "caldav"}


def head(rounds: int) -> str:
    """Return what the figures below stand on."""
    held = ", ".join(f"{name} {version(package)}" for name, package in PACKAGES.items())
    many = f"{rounds} rounds" if rounds > 1 else "1 round"
    return f"{many}; Python {platform.python_version()}, {held}; {os.cpu_count()} CPUs.\n"


def one_size(at: Desk, rounds: int, only: Container[str]) -> Iterator[str]:
    """Yield a table for each of the parts; writing comes last, since it fills the calendar."""
    if "looks" in only:
        yield took(calendars.looks(at, rounds), "raw")
    if "cold" in only:
        commands = cold.Commands(at, at.folder, at.place)
        yield took(cold.syncs(at, commands, rounds), "raw", "vdirsyncer")
        yield took(cold.tells(commands, rounds), "empty click")
    if "memory" in only:
        idle, peak = cold.memory(at, rounds)
        cells = [f"{idle:.0f} MB", f"{peak:.0f} MB"]
        yield table(("the daemon, idle, median", "at most"), [cells])
    if "counts" in only:
        yield table(("work", "by", "requests", "received"), list(traffic.counts(at)))
    if "writes" in only:
        yield took(writes.writes(at, rounds, writes.written_at(at.events)), "raw")


def took(found: Iterable[Rounds], *against: str) -> str:
    """Return a table of what was timed, with a ratio to each of *against*."""
    ratios = [f"times as long as {name}" for name in against]
    words = ["work", "by", "wall, median", *ratios, "client CPU", "peak memory"]
    return table(words, [row for each in found for row in each.told(*against)])
