"""One thread per account, so that a slow or dead one never delays another."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

from sync.engine.looking import Look


@dataclass(frozen=True, slots=True)
class Looked:
    """What an account answered; ``looks`` is None where the look itself broke, with ``error``.

    ``by`` tells whose answer it is: after a reload, answers of the old configuration still come.
    """

    by: "Looker"
    account: str
    looks: tuple[Look, ...] | None
    error: BaseException | None = None


@dataclass(slots=True, eq=False)
class Looker:
    """Looks at one account whenever it is asked to, one look at a time, in a thread of its own.

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
    _asked: SimpleQueue[str] = field(default_factory=SimpleQueue, init=False)

    def start(self) -> None:
        """Start the thread; it ends with the process, even in the middle of a request."""
        threading.Thread(target=self._run, name=f"look-{self.account}", daemon=True).start()

    def ask(self) -> None:
        """Begin a look; there must be none under way."""
        assert not self.busy, self.account
        self.busy = True
        self._since_s = self.seconds()
        self._asked.put("look")

    def busy_for_s(self) -> float:
        """Return for how long a look has been under way; 0 if there is none."""
        return self.seconds() - self._since_s if self.busy else 0.0

    def end(self) -> None:
        """Let the thread end after the look that is under way."""
        self._asked.put("")

    def _run(self) -> None:
        while self._asked.get():
            try:
                result = Looked(self, self.account, self.work())
            except BaseException as error:  # noqa: BLE001 - told by the main thread, as its own
                result = Looked(self, self.account, None, error)
            self.results.put(result)
