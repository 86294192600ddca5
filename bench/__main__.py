"""Measure, and print tables in Markdown: `make bench`, or `make bench ARGS="--events 1000"`."""

import argparse
import compileall
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import google, growth, placing
from bench.desk import desk
from bench.loading import calendar_for
from bench.tables import SIZED, head, one_size

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
PARTS = (*SIZED, "google", "placing", "growth")


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
                yield from one_size(at, rounds, only)
    single: dict[str, Callable[[], str]] = {
        "google": lambda: f"### Google's local server\n\n{google.told(rounds)}",
        "placing": lambda: f"### Placing together\n\n{placing.told([10, 100, 1000], rounds)}",
        "growth": lambda: f"### How cost grows\n\n{growth.told(rounds)}",
    }
    for name, tell in single.items():
        if name in only:
            yield tell()


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
