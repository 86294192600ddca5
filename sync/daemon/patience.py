"""A pass asks each account in that account's own thread, and waits for it only so long.

A server may die between its look and the pass, and every request of ours would then wait for its
time-out, with all other accounts behind it. So one account is waited for `PATIENCE_S` while others
wait, and then no more in this pass. What is under way there goes on: it can be done twice, and the
account is not asked again before it has ended.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from queue import Empty
from typing import TypeVar, cast

from sync.daemon.accounts import Done, Looker
from sync.domain.sessions import Session, SessionKey, Span
from sync.domain.writes import Amendment, Draft
from sync.errors import (
    AccessError,
    CalendarError,
    TransientError,
    UnreachableError,
    WriteLimitError,
)
from sync.ports import Calendar, ChangeSet, Diary, Facts, Known
from sync.retrying import Retries

Result = TypeVar("Result")

PATIENCE_S = 10.0
"""How long others wait for one account in a pass, all its slow answers together."""
SLOW_S = 1.0
"""An answer within this is not slow: a hundred of them are work, not trouble."""
TICK_S = 0.5


@dataclass(slots=True)
class Turn:
    """One account in one pass. ``lost`` is why nothing more is asked of it.

    Args:
        looker: With its thread.
        retries: Its own; no other account waits while it is tried again.
        stopping: Whether the process is about to end.
        others_wait: Whether any other account has something to wait for.
    """

    looker: Looker
    retries: Retries
    stopping: Callable[[], bool]
    others_wait: Callable[[], bool]
    lost: CalendarError | None = field(default=None, init=False)
    _left_s: float = field(default=PATIENCE_S, init=False)

    def __post_init__(self) -> None:
        self.retries.stopping = lambda: self.stopping() or self.lost is not None

    def call(self, work: Callable[[], Result], calendar: str, operation: str) -> Result:
        """Return what *work* returns, done in the account's thread.

        Raises:
            UnreachableError: it took too long, or the account is busy or lost already.
            Anything else that *work* raises.
        """
        if self.lost is not None:
            raise self.lost
        gone = partial(UnreachableError, calendar=calendar, operation=operation)
        if self.looker.busy:
            raise gone("it has not answered yet")
        told = self.looker.do(lambda: self.retries.call(work))
        done, waited_s = None, 0.0
        while done is None:
            before_s = self.looker.seconds()
            try:
                done = told.get(timeout=TICK_S)
            except Empty:
                done = None
            waited_s += (self.looker.seconds() - before_s) if self.others_wait() else 0.0
            if done is None and waited_s >= self._left_s:
                self.lost = gone(f"no answer within {PATIENCE_S:.0f} s, and others waited")
                raise self.lost
        if waited_s > SLOW_S:
            self._left_s -= waited_s
        return self._result(done)

    def _result(self, done: Done[Result]) -> Result:
        # An account that takes no writes for hours still tells what stands in it.
        if isinstance(done.error, AccessError | TransientError) and not isinstance(
            done.error, WriteLimitError
        ):
            self.lost = done.error
        if done.error is not None:
            raise done.error
        return cast("Result", done.result)  # None only where that is the result


@dataclass(frozen=True, slots=True)
class Patient:
    """A calendar whose account has its turn in a pass; see `sync.ports.Calendar`."""

    calendar: Calendar
    turn: Turn

    @property
    def name(self) -> str:
        """The name by which the configuration knows it."""
        return self.calendar.name

    @property
    def account(self) -> str:
        """The name of its account."""
        return self.calendar.account

    @property
    def requests(self) -> int:
        """How many requests it has sent so far."""
        return self.calendar.requests

    def changes(self, cursor: str | None, known: Known, *, since: datetime) -> ChangeSet:
        """Return what has changed."""
        return self._asked("changes", lambda: self.calendar.changes(cursor, known, since=since))

    def agenda(self, window: Span) -> Diary:
        """Return all that overlaps *window*."""
        return self._asked("agenda", lambda: self.calendar.agenda(window))

    def read(self, key: SessionKey, resource: str | None) -> Session | None:
        """Return the session as it stands now."""
        return self._asked("read", lambda: self.calendar.read(key, resource))

    def create(self, draft: Draft) -> Session:
        """Write a replacement."""
        return self._asked("create", lambda: self.calendar.create(draft))

    def amend(
        self, key: SessionKey, resource: str, amendment: Amendment, *, expected: str | None
    ) -> Session:
        """Change what *amendment* names."""
        work = partial(self.calendar.amend, key, resource, amendment, expected=expected)
        return self._asked("amend", work)

    def facts(self) -> Facts:
        """Return what `check` tells of it."""
        return self._asked("facts", self.calendar.facts)

    def _asked(self, operation: str, work: Callable[[], Result]) -> Result:
        return self.turn.call(work, self.name, operation)
