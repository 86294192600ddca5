"""Rounds, in turn, and what is said of them: medians, and ratios of what ran side by side.

In each round every contender does the same work; the order turns from round to round, so that
nobody always comes first. A ratio is taken within a round, and the median of the ratios is told:
what slows the machine down slows both.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.contender import Took

Job = Callable[[int], Took]
"""Do the work of one round, which has a number."""


class CannotError(Exception):
    """A contender cannot do this work at all; its row says why."""


@dataclass(slots=True)
class Rounds:
    """What one kind of work took, for each contender, round by round, or why it did not."""

    work: str
    took: dict[str, list[Took]] = field(default_factory=dict)
    cannot: dict[str, str] = field(default_factory=dict)

    def wall(self, name: str) -> float:
        """Return the median of wall-clock seconds."""
        return statistics.median(each.wall_s for each in self.took[name])

    def cpu(self, name: str) -> float:
        """Return the median of CPU seconds."""
        return statistics.median(each.cpu_s for each in self.took[name])

    def peak(self, name: str) -> float:
        """Return the most megabytes."""
        return max(each.peak_mb for each in self.took[name])

    def ratio(self, name: str, other: str) -> float:
        """Return the median of how many times as long *name* took as *other*, in one round."""
        pairs = zip(self.took[name], self.took[other], strict=True)
        return statistics.median(mine.wall_s / its.wall_s for mine, its in pairs)

    def told(self, *against: str) -> list[list[str]]:
        """Return a row for each contender, with a ratio to each of *against*."""
        return [self._row(name, against) for name in self.took]

    def _row(self, name: str, against: Sequence[str]) -> list[str]:
        if name in self.cannot:
            return [self.work, name, f"cannot: {self.cannot[name]}", *[""] * len(against), "", ""]
        ratios = ["" if o in self.cannot else f"{self.ratio(name, o):.2f}" for o in against]
        wall, cpu = 1000 * self.wall(name), 1000 * self.cpu(name)
        peak = f"{self.peak(name):.0f} MB"
        return [self.work, name, f"{wall:,.0f} ms", *ratios, f"{cpu:,.1f} ms", peak]


def rounds(work: str, jobs: Mapping[str, Job], count: int) -> Rounds:
    """Let each of *jobs* work *count* times, in turning order; who cannot is not asked again."""
    names = list(jobs)
    found = Rounds(work, {name: [] for name in names})
    for number in range(count):
        for name in names if number % 2 else reversed(names):
            if name in found.cannot:
                continue
            try:
                found.took[name].append(jobs[name](number))
            except CannotError as error:
                found.cannot[name] = str(error)
    return found


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
