"""How far a pass has come, for the eyes at the terminal; and how long each part of it took."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sync.domain.plain import counted, visible
from sync.engine.current import Phase, Progress, Step, unseen


def said(step: Step) -> str:
    """Return what the pass is doing, in plain words."""
    so_far = f"({step.number} of {step.count})"
    match step.phase:
        case Phase.LOOKING:
            return f"looking at {visible(step.calendar)} {so_far}"
        case Phase.PLACING:
            return f"placing {counted(step.count, 'session')}"
        case Phase.WRITING:
            return f"writing new sessions {so_far}"
        case Phase.MARKING:
            return f"marking the originals {so_far}"
        case Phase.FINISHING:
            return f"finishing what is owed {so_far}"
        case Phase.MAILING:
            return f"mailing guests {so_far}"


@dataclass(slots=True)
class Timings:
    """Adds up how long each phase took, in seconds; it goes on to *then*, whoever watches too."""

    then: Progress = unseen
    clock: Callable[[], float] = time.monotonic
    spent_s: dict[Phase, float] = field(default_factory=dict)
    _phase: Phase | None = None
    _since: float = 0.0

    def __call__(self, step: Step) -> None:
        """Take note that *step* begins."""
        self.stop()
        self._phase, self._since = step.phase, self.clock()
        self.then(step)

    def stop(self) -> None:
        """Take note that the last step has ended."""
        if self._phase is not None:
            passed = self.clock() - self._since
            self.spent_s[self._phase] = self.spent_s.get(self._phase, 0.0) + passed
        self._phase = None


@contextmanager
def shown(*, wanted: bool) -> Iterator[Progress]:
    """Show a bar on stderr for the length of the block, if that is a terminal; then it is gone.

    Where it is none, nothing is shown, and the library that draws is not even imported.
    """
    if not (wanted and sys.stderr.isatty()):
        yield unseen
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn("line"),  # plain letters: every terminal has them
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
    )
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, redirect_stdout=False) as bars:
        task = bars.add_task("starting", total=None)

        def show(step: Step) -> None:
            done = step.number - 1
            bars.update(
                task, description=said(step), completed=done, total=step.count, refresh=True
            )

        yield show
