"""What every step of one pass needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sync.domain.practice import Practice
from sync.ports import Clock, Entry, Journal, Mailer
from sync.retrying import Retries


class Phase(Enum):
    """What a pass is doing."""

    LOOKING = "looking"
    PLACING = "placing"
    WRITING = "writing"
    MARKING = "marking"
    FINISHING = "finishing"
    MAILING = "mailing"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a pass has come: it begins with *number*, from 1, of *count* in this phase.

    ``calendar`` is the one worked with, if it is one. Holds nothing that a client is known by.
    """

    phase: Phase
    number: int
    count: int
    calendar: str = ""


Progress = Callable[[Step], None]
"""Told of each step as it begins; must neither fail nor take long."""


def unseen(_step: Step) -> None:
    """Show nobody how far a pass has come."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The pass that runs. ``now`` is when it began, UTC: one pass decides at one moment.

    ``settle`` is for how long a new signal rests before anything is done about it. Once
    ``stopping`` says so, no further write is begun. Without ``replan``, what waits for a slot
    since an earlier pass goes on waiting. ``mailer`` is there if the practice mails its guests.
    ``progress`` is for whoever watches.
    """

    id: str
    now: datetime
    practice: Practice
    journal: Journal
    clock: Clock
    retries: Retries
    settle: timedelta = timedelta(0)
    stopping: Callable[[], bool] = lambda: False
    replan: bool = True
    mailer: Mailer | None = None
    progress: Progress = unseen

    def entry(self, raincheck: str, what: str, why: str) -> Entry:
        """Return a line for a raincheck's story, told now."""
        return Entry(raincheck, self.clock.now(), self.id, what, why)
