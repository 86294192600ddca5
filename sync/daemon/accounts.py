"""One thread per account, so that a slow or dead one never delays another."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, TypeVar

from sync.engine.looking import Look

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Looked:
    """What an account answered; ``looks`` is None where the look itself broke, with ``error``.

    ``by`` tells whose answer it is: after a reload, answers of the old configuration still come.
    """

    by: "Looker"
    account: str
    looks: tuple[Look, ...] | None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What came of one piece of work: its result, or what it raised."""

    result: Result | None
    error: BaseException | None = None


@dataclass(slots=True, eq=False)
class Looker:
    """Looks at one account whenever it is asked to, one look at a time, in a thread of its own.

    A pass does there, too, what it has to ask of the account: one thing at a time.

    Args:
        account: Its name.
        work: Looks at all of its calendars.
        results: Where each result goes.
        seconds: A clock that never goes back.
    """

    account: str
    work: Callable[[], tuple[Look, ...]]
    results: SimpleQueue[Looked | None]
    seconds: Callable[[], float] = time.monotonic
    busy: bool = False
    _since_s: float = field(default=0.0, init=False)
    _asked: SimpleQueue[Callable[[], None] | None] = field(default_factory=SimpleQueue, init=False)

    def start(self) -> None:
        """Start the thread; it ends with the process, even in the middle of a request."""
        threading.Thread(target=self._run, name=f"look-{self.account}", daemon=True).start()

    def ask(self) -> None:
        """Begin a look; there must be nothing under way."""
        self._begin(self._look)

    def do(self, work: Callable[[], Result]) -> SimpleQueue[Done[Result]]:
        """Begin *work*, and return where its end will be told; there must be nothing under way."""
        told: SimpleQueue[Done[Result]] = SimpleQueue()

        def job() -> None:
            done: Done[Result]
            try:
                done = Done(work())
            except BaseException as error:  # noqa: BLE001 - raised in the main thread, as its own
                done = Done(None, error)
            self.busy = False
            told.put(done)

        self._begin(job)
        return told

    def busy_for_s(self) -> float:
        """Return for how long something has been under way; 0 if nothing is."""
        return self.seconds() - self._since_s if self.busy else 0.0

    def end(self) -> None:
        """Let the thread end after what is under way."""
        self._asked.put(None)

    def _begin(self, job: Callable[[], None]) -> None:
        assert not self.busy, self.account
        self.busy = True
        self._since_s = self.seconds()
        self._asked.put(job)

    def _look(self) -> None:
        try:
            result = Looked(self, self.account, self.work())
        except BaseException as error:  # noqa: BLE001 - told by the main thread, as its own
            result = Looked(self, self.account, None, error)
        self.results.put(result)

    def _run(self) -> None:
        while (job := self._asked.get()) is not None:
            job()
