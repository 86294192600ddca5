"""One seed: five weeks of a practice in virtual time, with the real engine and real SQLite."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.memory import MemoryCalendar
from sync.domain.policy import Action, Policy, Terms
from sync.domain.sessions import SessionKey
from sync.engine import Engine
from sync.journal.store import SqliteJournal
from sync.retrying import Retries
from tests.simulation.checker import faults
from tests.simulation.fate import Crash, Fate, Mortal, Unsteady
from tests.simulation.people import CLIENTS, Hands
from tests.simulation.post import Post, mistold
from tests.simulation.promises import Case
from tests.unit.engine.world import World

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""A Monday; the clocks go forward within the five weeks."""
DAYS = 36.5
"""Ten seeds are a year."""
STEP = timedelta(hours=6)
QUIET_PASSES = 4
CRASHES, DOWN, RACES = 0.25, 0.04, 0.5
LOST, RESTORED = 0.3, 0.3
"""So many seeds lose their state file once; so many go back to an old copy of it."""
ACTIONS = (
    *(Action.PROPOSE, Action.PROPOSE, Action.PROPOSE),
    *(Action.BOOK, Action.HOLD, Action.RESUME, Action.RECORD),
)
KEEP = 0.2
"""So many practices leave a disrupted original standing."""
MAILS, REFUSES = 0.6, 0.1
"""So many practices mail their guests; so often the mail server refuses one of them."""
STEPS_OF_A_PASS = (4, 12, 40)


@dataclass
class Outcome:
    """What came of one seed: ``broken`` is empty if every promise was kept."""

    seed: int
    broken: list[str]
    trace: list[str]
    passes: int
    crashes: int
    faults: int
    rainchecks: int
    replacements: int


@dataclass
class Stage:
    """The practice, its people, and what befalls them.

    ``plant`` gets every part of an engine before a pass, and may put a broken one in its place:
    that is how the suite shows that it would notice.
    """

    seed: int
    folder: Path
    plant: Callable[[dict[str, Any]], dict[str, Any]] = lambda parts: parts
    trace: list[str] = field(default_factory=list)
    passes: int = 0
    now: datetime = BEGIN
    lost: bool = False
    alone: bool = True
    clean: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - a simulation, not a secret
        self.fate = Fate(random.Random(self.seed + 1))  # noqa: S311
        self.world = World(self.folder, policy=self._policy())
        self.hands = Hands(
            self.world.calendars["sessions"],
            self.world.calendars["private"],
            self.chance,
            self.tell,
        )
        self.unsteady = [
            Unsteady(calendar, self.fate) for calendar in self.world.calendars.values()
        ]
        self.post = Post(self.fate) if self.chance.random() < MAILS else None
        self.world.mailer = self.post.mailer if self.post else None
        self.misfortunes = sorted(self._misfortunes(), key=lambda one: one[0])
        self.settle = self.chance.choice((timedelta(0), timedelta(minutes=5)))
        self.fate.between = self._someone_is_faster

    def _policy(self) -> Policy:
        """Return what this practice does about disruptions: most propose, some do otherwise."""
        terms = Terms(
            action=self.chance.choice(ACTIONS),
            attempts=self.chance.choice((1, 3, 3)),
            keep_original=self.chance.random() < KEEP,
        )
        self.tell(f"the policy is {terms.action.value}, in {terms.attempts} attempts")
        return Policy(terms, max_new=1000)

    def tell(self, what: str) -> None:
        """Add a line to the trace."""
        self.trace.append(f"{self.now:%a %d %b %H:%M}  {what}")

    def run(self) -> Outcome:
        """Live through it, come to rest, and be judged."""
        while self.now < BEGIN + timedelta(days=DAYS):
            self._step()
        self._come_to_rest()
        with self._journal() as journal:
            records = journal.every_raincheck()
            stories = {one.id: journal.story(one.id) for one in records}
        sessions = self.world.sessions.sessions()
        case = Case(
            sessions,
            self.world.calendars["private"].sessions(),
            records,
            stories,
            self.hands,
            self.clean,
            since=self.now - self.world.signals.lookback if self.lost else BEGIN,
            now=self.now,
            lost=self.lost,
            alone=self.alone,
        )
        found = faults(case)
        if self.post is not None and self.alone and not self.lost:
            found += mistold(case, self.post.sent)
        return Outcome(
            self.seed,
            found,
            self.trace,
            self.passes,
            self.fate.crashes,
            sum(self.fate.faults.values()),
            len(records),
            sum(1 for s in sessions if s.marks and s.marks.attempt is not None),
        )

    def _misfortunes(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """Yield what befalls the state file, and when."""

        def day(first: float, last: float) -> datetime:
            return BEGIN + timedelta(days=self.chance.uniform(first, last))

        if self.chance.random() < LOST:
            yield day(5, DAYS), self._lose_state
        if self.chance.random() < RESTORED:
            saved = day(3, DAYS - 8)
            yield saved, self._save_state
            yield saved + timedelta(days=self.chance.uniform(0.5, 7)), self._restore_state

    def _lose_state(self) -> None:
        self.lost = True
        self.tell("the state file is lost")
        self.world.state.unlink(missing_ok=True)

    def _save_state(self) -> None:
        if self.world.state.exists():
            shutil.copy(self.world.state, self.folder / "backup.db")

    def _restore_state(self) -> None:
        if (self.folder / "backup.db").exists():
            self.lost = True
            self.tell("an old copy of the state file is put back")
            shutil.copy(self.folder / "backup.db", self.world.state)

    def _step(self) -> None:
        while self.misfortunes and self.misfortunes[0][0] <= self.now:
            self.misfortunes.pop(0)[1]()
        local = self.now.hour
        acts = self.chance.randint(0, 4) if 7 <= local <= 20 else 0
        for _ in range(acts):
            self.hands.act(self.now)
        self.fate.fault_rate = self.chance.choice((0.0, 0.0, 0.02, 0.1))
        for calendar in self.unsteady:
            calendar.down = self.chance.random() < DOWN
        if self.post is not None:
            self.post.down = self.chance.random() < DOWN
            self.post.mailer.refuses = set(CLIENTS[:1]) if self.chance.random() < REFUSES else set()
        self.attempt(crash=self.chance.random() < CRASHES)
        self.now += STEP * self.chance.uniform(0.2, 1.8)

    def _come_to_rest(self) -> None:
        self.fate.fault_rate = 0.0
        for calendar in self.unsteady:
            calendar.down = False
        if self.post is not None:
            self.post.down, self.post.mailer.refuses = False, set()
        self.hands.enter(self.now)  # news, at which what was refused is tried again
        for _ in range(QUIET_PASSES):
            self.now += timedelta(minutes=20)
            self.attempt(crash=False)

    def attempt(self, *, crash: bool) -> None:
        """Do one pass of one process, which may be cut off."""
        self.passes += 1
        self.fate.steps = 0
        self.fate.of_journal = self.chance.random() < 0.5
        self.fate.crash_at = self._moment() if crash else -1
        self.world.clock.moment = self.now
        failed = sum(self.fate.faults.values())
        try:
            with self._journal() as journal:
                engine = self._engine(Mortal(journal, self.fate), self.unsteady)
                report = engine.run_pass()
        except Crash:
            self.tell(f"crash at step {self.fate.steps}")
            return
        down = any(calendar.down for calendar in self.unsteady)
        if not down and sum(self.fate.faults.values()) == failed:
            self.clean.append(self.now)
        for one in report.rainchecks:
            self.tell(
                f"    {one.id} {one.original.key.uid.split('@')[0]}: {one.state.value},"
                f" attempt {one.attempt}"
                + (f", {one.slot.start:%a %d %H:%M}" if one.slot else "")
                + (f", owes {len(one.duties)}" if one.duties else "")
            )

    def _moment(self) -> int:
        """Return a step at which to be cut off; short passes are to be hit as well as long ones."""
        steps = self.chance.choice(STEPS_OF_A_PASS)
        return self.chance.randint(1, 6 if self.fate.of_journal else steps)

    def _engine(self, journal: Any, calendars: list[Any]) -> Engine:
        parts = self.plant({"journal": journal, "calendars": list(calendars), "mailer": self.post})
        return Engine(
            practice=self.world.practice(),
            clock=self.world.clock,
            holidays=lambda _: frozenset(),
            retries=Retries(attempts_max=2, sleep=lambda _: None, chance=lambda: 0.0),
            settle=self.settle,
            **parts,
        )

    def _someone_is_faster(self, key: SessionKey | None) -> None:
        """Between our reading and our writing a person acts, or a second machine does a pass."""
        if self.chance.random() < RACES:
            self.hands.note(self.now, key)
            return
        self.alone = False
        self.tell("a second machine does a pass")
        machine = self.folder / "second"
        machine.mkdir(exist_ok=True)
        calendars: list[MemoryCalendar] = list(self.world.calendars.values())
        with SqliteJournal.opened(machine / "state.db") as journal:
            self._engine(journal, calendars).run_pass()

    @contextmanager
    def _journal(self) -> Iterator[SqliteJournal]:
        with self.world.journal() as journal:
            yield journal
