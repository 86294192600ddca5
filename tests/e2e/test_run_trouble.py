"""The daemon in trouble: an outage that ends, and an end in the middle of a write."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sync.config.load import load
from sync.domain.lifecycle import State
from sync.wiring.passes import opened
from tests.e2e.desk import Desk, desk, in_days, session
from tests.e2e.test_run import running
from tests.servers.processes import Server
from tests.servers.proxy import Counter, Reply, proxy


@dataclass
class Wire(Counter):
    """Hangs up while ``down``; while ``slow``, a PUT is done at once and answered much later."""

    down: bool = False
    slow: bool = False
    writing: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        self.number(method)
        if self.down:
            return None
        reply = forward()
        if self.slow and method == "PUT":
            self.writing.set()
            time.sleep(3.0)
        return reply


@contextmanager
def wired(folder: Path, server: Server) -> Iterator[tuple[Desk, Wire]]:
    """Yield a practice whose daemon reaches its server by a wire that can fail."""
    wire = Wire()
    with proxy(server.root, wire) as root:
        office = desk(folder, server, f"wired-{uuid4().hex[:8]}", url=root)
        office.rewrite(r"\[state\]", '[daemon]\npoll = "10s"\nsettle = "0s"\n[state]')
        yield office, wire


def test_it_catches_up_after_an_outage(radicale_server: Server, tmp_path: Path) -> None:
    """What was tagged while nobody answered is made up for; the log tells of both turns."""
    with wired(tmp_path, radicale_server) as (office, wire), running(office) as daemon:
        daemon.wait_for(lambda: any("STATUS=watching" in line for line in daemon.told))
        wire.down = True
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
        daemon.send(signal.SIGUSR1)
        daemon.wait_for(lambda: any("calendar lost" in line for line in daemon.logged))
        daemon.wait_for(lambda: any("no answer from" in line for line in daemon.told))
        wire.down = False
        daemon.send(signal.SIGUSR1)
        daemon.wait_for(lambda: len(office.replacements()) == 1)
        daemon.wait_for(lambda: any("calendar is back" in line for line in daemon.logged))
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0


def test_the_write_in_hand_is_finished(radicale_server: Server, tmp_path: Path) -> None:
    """SIGTERM while a PUT is under way: its answer is waited for and noted, nothing begun after."""
    with wired(tmp_path, radicale_server) as (office, wire), running(office) as daemon:
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
        wire.slow = True
        daemon.send(signal.SIGUSR1)
        assert wire.writing.wait(30)
        begun = time.monotonic()
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0
        assert 2 < time.monotonic() - begun < 10
        assert wire.seen.count("PUT") == 1
        wire.slow = False
        with opened(load(office.config, {}), environ={}, dry_run=True) as practice:
            (noted,) = practice.engine.journal.every_raincheck()
        assert noted.state is State.WRITTEN
        assert len(office.replacements()) == 1
        assert "X-RAINCHECK-STATE" not in office.get("one")
        office.sync()
        assert "X-RAINCHECK-STATE:settled" in office.get("one")
        assert len(office.replacements()) == 1


@dataclass
class Dying(Counter):
    """Once told to ``die``, answers one more REPORT, a look, and then stays silent."""

    die: bool = False
    looked: bool = False
    back: threading.Event = field(default_factory=threading.Event)
    unanswered: int = 0

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        self.number(method)
        if self.die and not self.back.is_set() and (self.looked or method != "REPORT"):
            self.unanswered += 1
            self.back.wait(120)
            return None
        self.looked = self.die
        return forward()


def test_an_account_that_dies_in_a_pass_delays_nobody(
    radicale_server: Server, tmp_path: Path
) -> None:
    """It answers the look, and dies before its busy time is read: the other account's record is
    marked before even one request has run into its time-out; what wants a slot waits for it.
    """
    wire, other = Dying(), f"other-{uuid4().hex[:8]}"
    radicale_server.make_calendar(other)
    with proxy(radicale_server.root, wire) as root:
        more = f"""
[daemon]
poll = "1h"
settle = "0s"
[[policy.rules]]
causes = ["no-show"]
action = "record"
[[accounts]]
name = "dying"
type = "caldav"
url = "{root}"
username = "{radicale_server.username}"
password_file = "password"
[[calendars]]
account = "dying"
calendar = "{other}"
sessions = "none"
"""
        office = desk(tmp_path, radicale_server, f"dying-{uuid4().hex[:8]}", more=more)
        with running(office) as daemon:
            daemon.wait_for(lambda: any("STATUS=watching 2" in line for line in daemon.told))
            office.put("past", session("past@example.org", in_days(-1), "CATEGORIES:no-show"))
            office.put("ahead", session("ahead@example.org", in_days(2), "CATEGORIES:disrupted"))
            wire.die = True
            daemon.send(signal.SIGUSR1)
            daemon.wait_for(lambda: "X-RAINCHECK-STATE:settled" in office.get("past"))
            assert wire.looked
            assert wire.unanswered == 1
            assert office.replacements() == []
            daemon.wait_for(lambda: any("calendar lost" in line for line in daemon.logged))
            wire.back.set()
            daemon.send(signal.SIGUSR1)
            daemon.wait_for(lambda: len(office.replacements()) == 1)
            daemon.send(signal.SIGTERM)
            assert daemon.process.wait(12) == 0
