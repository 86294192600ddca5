"""What befalls a pass: crashes between any two steps, and calendars that cannot be trusted.

Everything hangs on one seeded source of chance, so that a seed tells its whole story again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from adapters.memory import MemoryCalendar
from sync.domain.sessions import SessionKey
from sync.errors import (
    AccessError,
    CalendarError,
    OutcomeUnknownError,
    RateLimitError,
    UnreachableError,
)
from sync.ports import ChangeSet, Known, Scan

WRITES = frozenset({"create", "amend"})
READS = frozenset({"changes", "agenda", "read", "facts"})
LETS_THROUGH, RARELY = 0.5, 0.1
NOTES = frozenset({"record", "advance", "pause"})


class Crash(BaseException):
    """The power cut: nothing catches it."""


@dataclass
class Fate:
    """What is to happen, in this pass and on the whole.

    Args:
        chance: The seed's.
        fault_rate: So many calls meet a fault.
        crash_at: The step (before or after a call) at which this pass is cut off; -1: at none.
        of_journal: Whether only steps of the journal are counted, between which the worst lies.
    """

    chance: random.Random
    fault_rate: float = 0.0
    crash_at: int = -1
    of_journal: bool = False
    steps: int = 0
    crashes: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    between: Callable[[SessionKey | None], None] = lambda _: None
    """What a person, or a second machine, does just before a write of ours arrives, and to what."""

    def step(self, *, journal: bool = False) -> None:
        """Count one step, and cut the pass off if this is the one."""
        self.steps += journal or not self.of_journal
        if self.steps == self.crash_at:
            self.crashes += 1
            raise Crash

    def strikes(self, name: str) -> bool:
        """Return whether a fault is due, and count it as *name*."""
        if self.chance.random() >= self.fault_rate:
            return False
        self.faults[name] = self.faults.get(name, 0) + 1
        return True


@dataclass
class Unsteady:
    """A calendar in the hands of *fate*: fails, lags, loses answers, forgets cursors."""

    calendar: MemoryCalendar
    fate: Fate
    down: bool = False
    _earlier: ChangeSet | None = None

    @property
    def name(self) -> str:
        return self.calendar.name

    @property
    def account(self) -> str:
        return self.calendar.account

    @property
    def requests(self) -> int:
        return self.calendar.requests

    def changes(self, cursor: str | None, known: Known, *, since: Any) -> ChangeSet:
        if cursor is not None and self.fate.strikes("lag"):
            # A replica that has not heard of the latest: nothing new, and the cursor stays.
            self._before("changes")
            return ChangeSet((), {}, frozenset(), cursor, Scan.UNCHANGED)
        rarely = self.fate.chance.random() < RARELY  # a full look would make many things good
        if cursor is not None and rarely and self.fate.strikes("expired"):
            self.calendar.expire_cursors()
        return self._read("changes", lambda: self.calendar.changes(cursor, known, since=since))

    def agenda(self, window: Any) -> Any:
        return self._read("agenda", lambda: self.calendar.agenda(window))

    def read(self, key: Any, resource: str | None) -> Any:
        return self._read("read", lambda: self.calendar.read(key, resource))

    def facts(self) -> Any:
        return self._read("facts", self.calendar.facts)

    def create(self, draft: Any) -> Any:
        stood = self._stands(draft.key)

        def work() -> Any:
            # Three servers let two racing writers through: the later one overwrites the other.
            if not stood and self._stands(draft.key) and self.fate.chance.random() < LETS_THROUGH:
                self.calendar.remove(draft.key)
            return self.calendar.create(draft)

        return self._write("create", work, None)

    def amend(self, key: SessionKey, *args: Any, **kwargs: Any) -> Any:
        return self._write("amend", lambda: self.calendar.amend(key, *args, **kwargs), key)

    def _stands(self, key: SessionKey) -> bool:
        return any(session.key == key for session in self.calendar.sessions())

    def _read(self, operation: str, work: Callable[[], Any]) -> Any:
        self._before(operation)
        result = work()
        self.fate.step()
        return result

    def _write(self, operation: str, work: Callable[[], Any], key: SessionKey | None) -> Any:
        self._before(operation)
        if self.fate.strikes("raced"):
            self.fate.between(key)
        result = work()
        self.fate.step()
        if self.fate.strikes("lost answer"):
            raise self._error(OutcomeUnknownError, operation)
        return result

    def _before(self, operation: str) -> None:
        self.fate.step()
        if self.down:
            raise self._error(UnreachableError, operation)
        for name, kind in _FAULTS.items():
            if self.fate.strikes(name):
                raise self._error(kind, operation)

    def _error(self, kind: type[CalendarError], operation: str) -> CalendarError:
        return kind("a fault of the simulation", calendar=self.name, operation=operation)


_FAULTS: dict[str, type[CalendarError]] = {
    "unreachable": UnreachableError,
    "rate limit": RateLimitError,
    "login expired": AccessError,
    "outcome unknown": OutcomeUnknownError,
}


@dataclass
class Mortal:
    """A journal whose process may die before or after each transaction."""

    journal: Any
    fate: Fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.journal, name)
        if name not in NOTES:
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self.fate.step(journal=True)
            result = found(*args, **kwargs)
            self.fate.step(journal=True)
            return result

        return call
