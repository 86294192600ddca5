"""The one retry policy, on tenacity: full-jitter backoff, the server's own wish, a budget.

Only `TransientError` is tried again, and only here. Whoever calls must be able to do the same
thing twice: reads can, and the port's writes settle their own doubts by reading back.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from sync.errors import TransientError

Result = TypeVar("Result")


@dataclass(slots=True)
class Retries:
    """Tries again what may pass, within a budget of waiting shared by one pass.

    Args:
        attempts_max: Tries of one call in all, the first included.
        wait_max_s: The longest single wait; a server that asks for more has to wait for the next
            pass.
        call_max_s: No further try of one call after this long, its own time included: a server
            that hangs must not hold a pass for the length of every time-out together.
        budget_s: All waiting of one pass together.
        sleep: Waits; the daemon's wakes up on SIGTERM.
        chance: A number from 0 to 1; injected so that a run can be repeated.
        alive: Called after each try that came to an end: the daemon's sign of life.
        stopping: Whether the process is about to end: then nothing is tried again.
    """

    attempts_max: int = 4
    wait_max_s: float = 8.0
    call_max_s: float = 45.0
    budget_s: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)
    alive: Callable[[], None] = lambda: None
    stopping: Callable[[], bool] = lambda: False

    def call(self, work: Callable[[], Result]) -> Result:
        """Return what *work* returns, tried again while it raises `TransientError`.

        Raises:
            TransientError: the last one, when tries or budget are used up.
            Anything else that *work* raises, at once.
        """
        policy = Retrying(
            retry=retry_if_exception_type(TransientError),
            stop=self._is_spent,
            wait=self._wait_s,
            sleep=self._spend,
            after=lambda _: self.alive(),
            reraise=True,
        )
        result = policy(self._unless_stopping(work))
        self.alive()
        return result

    def _wait_s(self, state: RetryCallState) -> float:
        wished = _wished_s(state)
        if wished is not None:
            return wished
        longest = min(self.wait_max_s, 0.5 * 2.0 ** (state.attempt_number - 1))
        return min(self.chance() * longest, max(self.budget_s, 0.0))

    def _is_spent(self, state: RetryCallState) -> bool:
        """Return whether tries or budget are used up, or the server wishes too long a wait."""
        wished = _wished_s(state)
        return (
            state.attempt_number >= self.attempts_max
            or self.budget_s <= 0
            or self.stopping()
            or (state.seconds_since_start or 0) >= self.call_max_s
            or (wished is not None and wished > min(self.budget_s, self.wait_max_s))
        )

    def _unless_stopping(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """Return *work* that is not begun again after a wait that was cut short."""
        failed: list[TransientError] = []

        def tried() -> Result:
            if failed and self.stopping():
                raise failed[-1]
            try:
                return work()
            except TransientError as error:
                failed[:] = [error]
                raise

        return tried

    def _spend(self, seconds: float) -> None:
        self.budget_s -= seconds
        self.sleep(seconds)


def _wished_s(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, TransientError) or error.retry_after_s is None:
        return None
    return max(error.retry_after_s, 0.0)


def retry_after_s(value: str, *, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for; None if it says nothing usable.

    Source:
        RFC 9110, 10.2.3: a number of seconds, or a date.
    """
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a date of too many digits
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
