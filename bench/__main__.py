"""Measure, and print tables in Markdown: `make bench`, or `make bench ARGS="--events 1000"`."""

import argparse
import compileall
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench import calendars, cold, google, growth, placing, traffic, writes
from bench.desk import Desk, desk
from bench.loading import calendar_for
from bench.measure import Rounds, table

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
SIZED = ("looks", "cold", "memory", "counts", "writes")
PARTS = (*SIZED, "google", "placing", "growth")
PACKAGES = {"Radicale": "radicale", "vdirsyncer": "vdirsyncer", "caldav": "caldav"}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--write", type=Path, help="put the tables between the markers of FILE")
    asked = parser.parse_args()
    for room in ("sync", "adapters"):
        compileall.compile_dir(ROOT / room, quiet=1)  # an installed wheel is compiled as well
    told = [head(asked.rounds)]
    print(told[0], flush=True)
    for text in _parts(asked.events, asked.rounds, asked.only):
        print(text, flush=True)
        told.append(text)
    if asked.write:
        _put(asked.write, "\n".join(told))


def _parts(events: list[int], rounds: int, only: list[str]) -> Iterator[str]:
    """Yield headings and tables, each when it is ready."""
    if set(only) & set(SIZED):
        for count in events:
            yield f"### A calendar of {count:,} events\n"
            with desk(calendar_for(count)) as at:
                yield from one_size(at, count, rounds, only)
    single: dict[str, Callable[[], str]] = {
        "google": lambda: f"### Google's local server\n\n{google.told(rounds)}",
        "placing": lambda: f"### Placing together\n\n{placing.told([10, 100, 1000], rounds)}",
        "growth": lambda: f"### How cost grows\n\n{growth.told(rounds)}",
    }
    for name, tell in single.items():
        if name in only:
            yield tell()


def head(rounds: int) -> str:
    """Return what the figures below stand on."""
    held = ", ".join(f"{name} {_version(package)}" for name, package in PACKAGES.items())
    many = f"{rounds} rounds" if rounds > 1 else "1 round"
    return f"{many}; Python {platform.python_version()}, {held}; {os.cpu_count()} CPUs.\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def one_size(at: Desk, events: int, rounds: int, only: Sequence[str]) -> Iterator[str]:
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
        yield took(writes.writes(at, rounds, writes.written_at(events)), "raw")


def took(found: Iterator[Rounds], *against: str) -> str:
    """Return a table of what was timed, with a ratio to each of *against*."""
    ratios = [f"times as long as {name}" for name in against]
    words = ["work", "by", "wall, median", *ratios, "client CPU", "peak memory"]
    return table(words, [row for each in found for row in each.told(*against)])


def _put(file: Path, told: str) -> None:
    """Replace what stands between the markers."""
    text = file.read_text(encoding="utf-8")
    fresh = f"{BEGIN}\n\n{told}\n{END}"
    changed, found = re.subn(f"{BEGIN}.*{END}", lambda _: fresh, text, flags=re.DOTALL)
    if not found:
        sys.exit(f"{file} has no markers {BEGIN} and {END}")
    file.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
