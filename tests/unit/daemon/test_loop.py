"""The loop: slow accounts delay nobody, sleep is slept off, signals are heard."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryCalendar, MemoryMailer
from sync.daemon import loop as daemon
from sync.daemon.accounts import Looked, Looker
from sync.daemon.loop import Loop, Wishes
from sync.daemon.systemd import Systemd
from sync.domain.letters import Letter
from sync.domain.passes import PassReport, Reach
from sync.domain.policy import Policy
from sync.domain.practice import Holds
from sync.domain.sessions import Attendee
from sync.engine import Engine
from sync.errors import AccessError, RateLimitError, UnreachableError
from sync.journal.store import SqliteJournal
from sync.retrying import Retries
from tests.unit.engine.world import ZONE, World, at, tagged

PATIENCE_S = 8.0


@dataclass
class Gate:
    """A calendar whose looks wait at a gate, or fail; its busy time waits until it ``speaks``."""

    calendar: MemoryCalendar
    gate: threading.Event = field(default_factory=threading.Event)
    speaks: threading.Event = field(default_factory=threading.Event)
    agendas: int = 0
    down: bool = False
    wishes_s: float = 0.0
    looks: int = 0
    looking: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)

    def changes(self, *args: Any, **kwargs: Any) -> Any:
        self.looks += 1
        self.looking = True
        self.gate.wait(30)
        self.looking = False
        if self.wishes_s:
            name, wish = self.calendar.name, self.wishes_s
            raise RateLimitError("slower", calendar=name, operation="changes", retry_after_s=wish)
        if self.down:
            raise AccessError("down", calendar=self.calendar.name, operation="changes")
        return self.calendar.changes(*args, **kwargs)

    def agenda(self, window: Any) -> Any:
        self.agendas += 1
        self.speaks.wait(30)
        return self.calendar.agenda(window)


@dataclass
class Pulse(Systemd):
    """Counts the signs of life."""

    signs: int = 0

    def alive(self) -> None:
        self.signs += 1


@dataclass
class Running:
    """A loop in a thread of its own; ``clock`` and ``awake`` are the clocks it sees."""

    loop: Loop
    thread: threading.Thread
    reports: list[PassReport]
    clock: list[float]
    home: Gate
    away: Gate
    awake: list[float]
    pulse: Pulse

    def wait_for(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not what():
            assert time.monotonic() < until, self.reports
            time.sleep(0.01)

    def failures(self, account: str) -> int:
        found = self.loop._rhythms.get(account)
        return found.failures if found else 0

    def look_now(self) -> None:
        self.loop.wishes.ask(self.loop.wishes.now)

    def patience_ends(self) -> None:
        self.wait_for(lambda: not self.home.looking)
        time.sleep(0.1)
        self.awake[0] += daemon.PATIENCE_S
        self.loop.wishes.wake.put(None)

    def turns(self, count: int) -> None:
        """Let the loop turn so many times, at least."""
        for _ in range(count + 1):
            self.loop.wishes.wake.put(None)
            self.wait_for(self.loop.wishes.wake.empty)
            time.sleep(0.05)

    def signs_of_life(self) -> int:
        """Return how often the watchdog was fed during the next few turns."""
        before = self.pulse.signs
        self.turns(3)
        return self.pulse.signs - before


@contextmanager
def running(
    tmp_path: Path,
    *,
    poll: timedelta = timedelta(hours=1),
    policy: Policy | None = None,
    mailer: MemoryMailer | None = None,
) -> Iterator[Running]:
    """Run two accounts, one calendar each: ``sessions`` at home, ``private`` away."""
    world = World(
        tmp_path, policy or Policy(), holds={"sessions": Holds.ALL, "private": Holds.NONE}
    )
    world.mailer = mailer
    home = Gate(MemoryCalendar("sessions", account="home", zone=ZONE))
    away = Gate(MemoryCalendar("private", account="away", zone=ZONE))
    for event in (home.gate, home.speaks, away.speaks):
        event.set()
    reports: list[PassReport] = []
    clock, awake = [1000.0], [500.0]
    with SqliteJournal.opened(world.state) as journal:
        engine = Engine(
            practice=world.practice(),
            calendars=[home, away],
            journal=journal,
            clock=world.clock,
            holidays=lambda _: frozenset(),
            retries=Retries(attempts_max=1),
            mailer=mailer,
        )
        wishes = Wishes()
        pulse = Pulse({}, time.monotonic)
        loop = Loop(
            engine,
            poll,
            timedelta(0),
            wishes,
            pulse,
            reports.append,
            clock_s=lambda: clock[0],
            chance=lambda: 0.5,
            seconds=lambda: awake[0],
        )
        thread = threading.Thread(target=loop.run, daemon=True)
        found = Running(loop, thread, reports, clock, home, away, awake, pulse)
        thread.start()
        try:
            yield found
        finally:
            for event in (away.gate, home.speaks, away.speaks):
                event.set()
            wishes.ask(wishes.stop)
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def test_all_are_looked_at_in_one_pass(tmp_path: Path) -> None:
    """Accounts that answer are acted on together, and then there is rest."""
    with running(tmp_path) as it:
        it.away.gate.set()
        it.wait_for(lambda: bool(it.reports))
        assert {look.reach for look in it.reports[0].calendars} == {Reach.OK}
        time.sleep(0.1)
        assert (it.home.looks, it.away.looks) == (1, 1)


def test_an_account_that_hangs_delays_nobody(tmp_path: Path) -> None:
    """The others are waited with for a moment only; `record` needs no busy time and is done."""
    with running(tmp_path) as it:
        it.wait_for(lambda: it.home.looks == 1)
        time.sleep(0.1)
        assert not it.reports  # healthy so far: it is waited for
        it.patience_ends()
        it.wait_for(lambda: len(it.reports) == 1)
        told = {look.name: look.reach for look in it.reports[0].calendars}
        assert told == {"sessions": Reach.OK, "private": Reach.UNREACHABLE}
        it.home.calendar.put(tagged("one", at(-1), categories=("no-show",)))
        it.look_now()
        it.wait_for(lambda: it.home.looks == 2)
        it.patience_ends()
        it.wait_for(lambda: any(report.rainchecks for report in it.reports))
        assert it.away.looks == 1


def test_an_account_that_failed_before_is_not_waited_for(tmp_path: Path) -> None:
    """Patience is for healthy ones: no clock moves here, and the other account's pass is done."""
    with running(tmp_path) as it:
        it.away.down = True
        it.away.gate.set()
        it.wait_for(lambda: it.failures("away") == 1)
        it.away.gate.clear()
        passes = len(it.reports)
        it.look_now()
        it.wait_for(lambda: it.away.looks == 2 and len(it.reports) > passes)
        assert it.loop._lookers["away"].busy
        told = {look.name: look.reach for look in it.reports[-1].calendars}
        assert told == {"sessions": Reach.OK, "private": Reach.UNREACHABLE}


def test_a_dead_mail_server_is_asked_once(tmp_path: Path) -> None:
    """The passes that follow do not wait for it again; the calendars are settled all the same."""

    class Dead(MemoryMailer):
        asked = 0

        def send(self, letter: Letter) -> None:
            self.asked += 1
            raise UnreachableError("down", calendar="", operation="mail")

    dead = Dead()
    with running(tmp_path, mailer=dead) as it:
        it.away.gate.set()
        guests = (Attendee("quillon@example.org"),)
        it.home.calendar.put(tagged("one", at(2), attendees=guests))
        for number in (1, 2, 3):
            it.wait_for(lambda: sum(r.mail is Reach.UNREACHABLE for r in it.reports) >= number)  # noqa: B023 - called at once
            it.look_now()
        assert dead.asked == 1


def test_a_signal_makes_all_due(tmp_path: Path) -> None:
    """SIGUSR1 looks at every account, though none is due for an hour, and only once."""
    with running(tmp_path) as it:
        it.away.gate.set()
        it.wait_for(lambda: len(it.reports) == 1)
        it.look_now()
        it.wait_for(lambda: (it.home.looks, it.away.looks) == (2, 2))
        it.turns(2)
        assert (it.home.looks, it.away.looks) == (2, 2)


def test_a_signal_may_come_at_any_line() -> None:
    """A handler interrupts the very thread that looks at the wishes, between any two lines."""
    wishes = Wishes()

    def handler(*_: object) -> Any:
        wishes.ask(wishes.now)
        return handler

    def work() -> None:
        sys.settrace(handler)
        wishes.now.is_set()
        wishes.now.clear()
        wishes.ask(wishes.stop)
        wishes.rest(0.0)
        sys.settrace(None)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert wishes.stop.is_set()


@pytest.mark.parametrize("how", ["stop", "reload"])
def test_it_ends_in_the_middle_of_a_look(tmp_path: Path, how: str) -> None:
    """Neither SIGTERM nor SIGHUP waits for an account that hangs."""
    with running(tmp_path) as it:
        it.wait_for(lambda: it.home.looks == 1)
        it.patience_ends()
        it.wait_for(lambda: len(it.reports) == 1)
        wishes = it.loop.wishes
        wishes.ask(wishes.stop if how == "stop" else wishes.reload)
        it.thread.join(PATIENCE_S)
        assert not it.thread.is_alive()
        assert it.loop._lookers["away"].busy


def test_answers_of_an_old_configuration_are_dropped(tmp_path: Path) -> None:
    """A look that began before a reload changes nothing afterwards, not even by its error."""
    with running(tmp_path) as it:
        it.away.gate.set()
        it.wait_for(lambda: len(it.reports) == 1)
        wake = it.loop.wishes.wake
        for name in ("home", "gone"):
            old = Looker(name, lambda: (), wake)
            wake.put(Looked(old, name, None, KeyError("of the old one")))
        it.turns(2)
        assert it.thread.is_alive()
        assert len(it.reports) == 1
        it.look_now()
        it.wait_for(lambda: len(it.reports) == 2)


def test_a_dead_account_is_asked_less_often(tmp_path: Path) -> None:
    """Its failures slow it down; the healthy one keeps its rhythm."""
    with running(tmp_path, poll=timedelta(seconds=10)) as it:
        it.away.down = True
        it.away.gate.set()
        it.wait_for(lambda: bool(it.reports))
        for _ in range(13):
            it.wait_for(lambda: it.loop._rhythms["home"].due_s > it.clock[0])
            it.clock[0] += 10.0
            it.loop.wishes.wake.put(None)
        it.wait_for(lambda: it.home.looks >= 13)
        assert it.away.looks < it.home.looks / 2


def test_a_server_that_asks_for_time_gets_it(tmp_path: Path) -> None:
    """Retry-After of an hour: the account is not due before, whatever the rhythm; the other is."""
    with running(tmp_path, poll=timedelta(seconds=10)) as it:
        it.away.wishes_s = 3600.0
        it.away.gate.set()
        it.wait_for(lambda: it.failures("away") == 1)
        assert it.loop._rhythms["away"].due_s == it.clock[0] + 3600
        assert it.loop._rhythms["home"].due_s == it.clock[0] + 10


def test_a_computer_that_slept_looks_at_once(tmp_path: Path) -> None:
    """The clock jumped by hours within one rest: everything is due, whatever its rhythm."""
    with running(tmp_path, poll=timedelta(days=2)) as it:
        it.away.gate.set()
        it.wait_for(lambda: len(it.reports) == 1)
        it.clock[0] += 5 * 3600
        it.wait_for(lambda: len(it.reports) == 2)
        assert (it.home.looks, it.away.looks) == (2, 2)


def test_a_clock_put_back_looks_at_once(tmp_path: Path) -> None:
    """Otherwise nothing would be due, nor planned again, until the clock has caught up."""
    with running(tmp_path) as it:
        it.away.gate.set()
        it.wait_for(lambda: len(it.reports) == 1)
        it.clock[0] -= 86400
        it.wait_for(lambda: (it.home.looks, it.away.looks) == (2, 2))
        it.wait_for(lambda: it.loop._replanned_s == it.clock[0])


def test_a_slow_pass_is_no_sleep(tmp_path: Path) -> None:
    """A pass that took minutes forgives no failure: a server in trouble is not asked at once."""
    with running(tmp_path) as it:
        it.away.down = True
        it.away.gate.set()
        it.wait_for(lambda: it.failures("away") == 1)
        it.turns(1)
        it.clock[0], it.awake[0] = it.clock[0] + 120, it.awake[0] + 120
        it.turns(2)
        assert (it.home.looks, it.away.looks) == (1, 1)
        assert it.failures("away") == 1


def test_a_bug_ends_the_loop(tmp_path: Path) -> None:
    """What is no calendar's trouble is raised in the main thread, for exit 70."""
    caught: list[BaseException] = []
    with running(tmp_path) as it:
        it.away.gate.set()
        it.wait_for(lambda: bool(it.reports))
        it.home.calendar._resources = None  # type: ignore[assignment]
        before, threading.excepthook = (
            threading.excepthook,
            lambda args: caught.append(args.exc_value or args.exc_type()),
        )
        try:
            it.loop.wishes.ask(it.loop.wishes.now)
            it.wait_for(lambda: bool(caught))
        finally:
            threading.excepthook = before
    assert isinstance(caught[0], AttributeError)


def test_signs_of_life_end_when_nothing_moves(tmp_path: Path) -> None:
    """While every account hangs for longer than any look can take, the watchdog hears nothing."""
    with running(tmp_path) as it:
        it.away.gate.set()
        it.wait_for(lambda: bool(it.reports))
        assert it.signs_of_life() > 0
        it.home.gate.clear()
        it.away.gate.clear()
        it.look_now()
        it.wait_for(lambda: it.home.looks == 2 and it.away.looks == 2)
        it.awake[0] += daemon.HANGS_S - 1
        assert it.signs_of_life() > 0
        it.awake[0] += 2
        it.turns(1)
        assert it.signs_of_life() == 0
        it.home.gate.set()
        it.wait_for(lambda: not it.loop._hangs())
        it.patience_ends()
        assert it.signs_of_life() > 0


def test_one_account_that_hangs_is_not_the_whole(tmp_path: Path) -> None:
    """While others go on the watchdog is fed: a restart would take them down with the dead one."""
    with running(tmp_path) as it:
        it.wait_for(lambda: it.home.looks == 1)
        it.awake[0] += daemon.HANGS_S + 1
        it.wait_for(lambda: bool(it.reports))
        assert it.signs_of_life() > 0
