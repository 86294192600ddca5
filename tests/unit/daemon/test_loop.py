"""The loop: slow accounts delay nobody, sleep is slept off, signals are heard."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryCalendar
from sync.daemon import loop as daemon
from sync.daemon.loop import Loop, Wishes
from sync.daemon.systemd import Systemd
from sync.domain.passes import PassReport, Reach
from sync.domain.practice import Holds
from sync.engine import Engine
from sync.errors import UnreachableError
from sync.journal import SqliteJournal
from sync.retrying import Retries
from tests.unit.engine.world import ZONE, World, at, tagged

PATIENCE_S = 8.0


@dataclass
class Gate:
    """A calendar whose looks wait at a gate, or fail."""

    calendar: MemoryCalendar
    gate: threading.Event = field(default_factory=threading.Event)
    down: bool = False
    looks: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)

    def changes(self, *args: Any, **kwargs: Any) -> Any:
        self.looks += 1
        self.gate.wait(30)
        if self.down:
            raise UnreachableError("down", calendar=self.calendar.name, operation="changes")
        return self.calendar.changes(*args, **kwargs)


@dataclass
class Running:
    """A loop in a thread of its own; ``clock`` is the wall clock it sees."""

    loop: Loop
    thread: threading.Thread
    reports: list[PassReport]
    clock: list[float]
    home: Gate
    away: Gate

    def wait_for(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not what():
            assert time.monotonic() < until, self.reports
            time.sleep(0.01)


@contextmanager
def running(tmp_path: Path, *, poll: timedelta = timedelta(hours=1)) -> Iterator[Running]:
    """Run two accounts, one calendar each: ``sessions`` at home, ``private`` away."""
    world = World(tmp_path, holds={"sessions": Holds.ALL, "private": Holds.NONE})
    home = Gate(MemoryCalendar("sessions", account="home", zone=ZONE))
    away = Gate(MemoryCalendar("private", account="away", zone=ZONE))
    home.gate.set()
    reports: list[PassReport] = []
    clock = [1000.0]
    with SqliteJournal.opened(world.state) as journal:
        engine = Engine(
            practice=world.practice(),
            calendars=[home, away],
            journal=journal,
            clock=world.clock,
            holidays=lambda _: frozenset(),
            retries=Retries(attempts_max=1),
        )
        wishes = Wishes()
        systemd = Systemd({}, time.monotonic)
        loop = Loop(
            engine,
            poll,
            timedelta(0),
            wishes,
            systemd,
            reports.append,
            clock_s=lambda: clock[0],
            chance=lambda: 0.5,
        )
        thread = threading.Thread(target=loop.run, daemon=True)
        found = Running(loop, thread, reports, clock, home, away)
        thread.start()
        try:
            yield found
        finally:
            away.gate.set()
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


def test_an_account_that_hangs_delays_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are waited with for a moment only; `record` needs no busy time and is done."""
    monkeypatch.setattr(daemon, "PATIENCE_S", 0.2)
    with running(tmp_path) as it:
        it.wait_for(lambda: len(it.reports) == 1)
        told = {look.name: look.reach for look in it.reports[0].calendars}
        assert told == {"sessions": Reach.OK, "private": Reach.UNREACHABLE}
        it.home.calendar.put(tagged("one", at(-1), categories=("no-show",)))
        it.loop.wishes.ask(it.loop.wishes.now)
        it.wait_for(lambda: any(report.rainchecks for report in it.reports))
        assert it.away.looks == 1


def test_a_dead_account_is_asked_less_often(tmp_path: Path) -> None:
    """Its failures slow it down; the healthy one keeps its rhythm."""
    with running(tmp_path, poll=timedelta(seconds=10)) as it:
        it.away.down = True
        it.away.gate.set()
        for _ in range(13):
            it.wait_for(lambda: it.loop._rhythms["home"].due_s > it.clock[0])
            it.clock[0] += 10.0
            it.loop.wishes.wake.put(None)
        it.wait_for(lambda: it.home.looks >= 13)
        assert it.away.looks < it.home.looks / 2


def test_a_computer_that_slept_looks_at_once(tmp_path: Path) -> None:
    """The clock jumped by hours within one rest: everything is due, whatever its rhythm."""
    with running(tmp_path, poll=timedelta(days=2)) as it:
        it.away.gate.set()
        it.wait_for(lambda: len(it.reports) == 1)
        it.clock[0] += 5 * 3600
        it.wait_for(lambda: len(it.reports) == 2)
        assert (it.home.looks, it.away.looks) == (2, 2)


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


def test_signs_of_life_end_when_nothing_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While every account hangs for longer than any look can take, the watchdog hears nothing."""
    with running(tmp_path) as it:
        it.away.gate.set()
        it.wait_for(lambda: bool(it.reports))
        assert not it.loop._hangs()
        it.home.gate.clear()
        it.away.gate.clear()
        it.loop.wishes.ask(it.loop.wishes.now)
        it.wait_for(lambda: it.home.looks == 2 and it.away.looks == 2)
        assert not it.loop._hangs()
        monkeypatch.setattr(daemon, "HANGS_S", 0.0)
        assert it.loop._hangs()
        it.home.gate.set()
        it.wait_for(lambda: not it.loop._hangs())
