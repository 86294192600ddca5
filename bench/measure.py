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


@dataclass(slots=True)
class Rounds:
    """What one kind of work took, for each contender, round by round."""

    work: str
    took: dict[str, list[Took]] = field(default_factory=dict)

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

    def told(self, against: str = "raw") -> list[list[str]]:
        """Return a row for each contender."""
        return [
            [
                self.work,
                name,
                f"{1000 * self.wall(name):,.0f} ms",
                f"{self.ratio(name, against):.2f}",
                f"{1000 * self.cpu(name):,.1f} ms",
                f"{self.peak(name):.0f} MB",
            ]
            for name in self.took
        ]


def rounds(work: str, jobs: Mapping[str, Job], count: int) -> Rounds:
    """Let each of *jobs* work *count* times, in turning order."""
    names = list(jobs)
    found = Rounds(work, {name: [] for name in names})
    for number in range(count):
        for name in names if number % 2 else reversed(names):
            found.took[name].append(jobs[name](number))
    return found


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
