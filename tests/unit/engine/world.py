"""A practice in memory: the reference calendar, a real journal, and trouble at every step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.memory import MemoryCalendar, MemoryMailer
from sync.domain import words
from sync.domain.availability import Hours
from sync.domain.causes import BUILT_IN, TAG_WORDS
from sync.domain.passes import PassReport
from sync.domain.policy import Policy
from sync.domain.practice import Holds, Practice
from sync.domain.sessions import Kind, Session, SessionKey, Timed
from sync.domain.signals import SignalSettings, Watch
from sync.engine import Engine
from sync.journal.store import SqliteJournal
from sync.retrying import Retries

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRACTICE = "practice@example.org"


class Crash(BaseException):
    """The power cut: nothing catches it."""


@dataclass
class Watched:
    """A port with trouble built in: counts calls, and does *trouble* before or after one."""

    port: Any
    steps: "Steps"
    names: frozenset[str]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        return self.steps.guarded(found) if name in self.names else found


@dataclass
class Steps:
    """Counts the steps of a pass; at number *at*, raises *trouble* before or after the work."""

    at: int = -1
    after: bool = False
    trouble: Callable[[], BaseException] = Crash
    count: int = 0

    def guarded(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            number, self.count = self.count, self.count + 1
            if number == self.at and not self.after:
                raise self.trouble()
            result = work(*args, **kwargs)
            if number == self.at and self.after:
                raise self.trouble()
            return result

        return call


CALLS = frozenset({"changes", "agenda", "read", "create", "amend", "facts"})
NOTES = frozenset({"record", "advance"})
MAIL = frozenset({"send"})


@dataclass
class FixedClock:
    """A clock that stands still unless it is moved."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class World:
    """Calendars by name, a state file, and what decides."""

    folder: Path
    policy: Policy = Policy()
    signals: SignalSettings = SignalSettings()
    holds: dict[str, Holds] = field(
        default_factory=lambda: {"sessions": Holds.ALL, "private": Holds.NONE}
    )
    clock: FixedClock = field(default_factory=FixedClock)
    emails: frozenset[str] = frozenset({PRACTICE})
    holidays: frozenset[date] = frozenset()
    mailer: MemoryMailer | None = None
    calendars: dict[str, MemoryCalendar] = field(default_factory=dict)
    hours: Hours = field(
        default_factory=lambda: Hours(
            zone=ZONE, weekly={day: ((time(9), time(17)),) for day in range(5)}
        )
    )

    def __post_init__(self) -> None:
        for name in self.holds:
            self.calendars[name] = MemoryCalendar(name, zone=ZONE)

    @property
    def sessions(self) -> MemoryCalendar:
        return self.calendars["sessions"]

    @property
    def state(self) -> Path:
        return self.folder / "state.db"

    @contextmanager
    def journal(self) -> Iterator[SqliteJournal]:
        with SqliteJournal.opened(self.state) as journal:
            yield journal

    def practice(self) -> Practice:
        watch = Watch(words.dictionary(TAG_WORDS, BUILT_IN), self.signals, self.emails, ZONE)
        mails = self.mailer is not None
        return Practice(watch, self.policy, self.hours, None, dict(self.holds), mails)

    def run(self, steps: Steps | None = None, **options: Any) -> PassReport:
        """Run one pass, with trouble by *steps*."""
        with self.engine(steps, **options) as engine:
            return engine.run_pass()

    def undo(self, ids: list[str], steps: Steps | None = None) -> PassReport:
        """Take rainchecks back by command, with trouble by *steps*."""
        with self.engine(steps) as engine:
            return engine.undo(ids)

    @contextmanager
    def engine(self, steps: Steps | None = None, **options: Any) -> Iterator[Engine]:
        """Return the engine of one process, with trouble by *steps*."""
        steps = steps or Steps()
        with self.journal() as journal:
            yield Engine(
                practice=self.practice(),
                calendars=[Watched(each, steps, CALLS) for each in self.calendars.values()],
                journal=Watched(journal, steps, NOTES),
                clock=self.clock,
                holidays=lambda years: frozenset(d for d in self.holidays if d.year in years),
                retries=Retries(attempts_max=2, sleep=lambda _: None, chance=lambda: 0.0),
                mailer=Watched(self.mailer, steps, MAIL) if self.mailer else None,
                **options,
            )

    def replacements(self) -> list[Session]:
        return [s for s in self.sessions.sessions() if s.marks and s.marks.attempt is not None]

    def original(self, uid: str) -> Session:
        (found,) = [s for s in self.sessions.sessions() if s.key.uid == uid]
        return found


def at(days: int, hour: int = 10, *, minutes: int = 50) -> Timed:
    """Return a time so many days from NOW's day, in the practice's zone."""
    start = datetime(2026, 11, 23, hour, tzinfo=ZONE) + timedelta(days=days)
    return Timed(start, start + timedelta(minutes=minutes))


def tagged(uid: str, when: Timed, **more: Any) -> Session:
    """Return a session that says it was disrupted."""
    plain = Session(
        SessionKey(uid), "sessions", Kind.SINGLE, when, title="Quillon Wren", payload="x"
    )
    return replace(plain, **({"categories": ("disrupted",)} | more))
