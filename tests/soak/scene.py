"""The stage of a soak: a server that dies, a wire that fails, the daemon, and a person."""

import contextlib
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import niquests

from tests.e2e.desk import Desk, desk
from tests.servers.processes import Server, free_port, radicale_at, radicale_command
from tests.servers.proxy import Counter, Reply, proxy
from tests.soak.client import Client

FAULTY = 0.02
"""So many of the daemon's requests meet a fault on the way."""
SERVER_LIVES_S, SERVER_IS_DOWN_S, DAEMON_LIVES_S = (20.0, 90.0), (0.5, 20.0), (60.0, 400.0)
PAUSE_S = (0.3, 6.0)
SETTLE_S = 240.0


@dataclass
class Wire(Counter):
    """Faults at random, and hanging up while the server is down."""

    chance: random.Random = field(default_factory=random.Random)
    faults: int = 0
    whole: bool = False

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        self.number(method)
        with self.lock:
            strikes = not self.whole and self.chance.random() < FAULTY
            kind = self.chance.randrange(5)
            self.faults += strikes
        try:
            if not strikes:
                return forward()
            if kind < 2:
                return None if kind else Reply(503, headers=(("Retry-After", "1"),))
            told = forward()
            cut = Reply(told.status, told.reason, told.headers, told.content, cut=True)
            return (None, Reply(502), cut)[kind - 2]
        except OSError:
            return None


@dataclass
class Life:
    """A process that is started, killed, and started again."""

    command: list[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        self.starts += 1

    def end(self, number: int = signal.SIGKILL) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(30)


@dataclass
class Scene:
    """Everything on the stage; `turn` is one act of the person and of fate."""

    client: Client
    server: Life
    daemon: Life
    wire: Wire
    metrics: str
    chance: random.Random
    memory_kb: list[int] = field(default_factory=list)
    passes: int = 0
    _last_passes: int = 0
    _server_next: float = 0.0
    _daemon_next: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        self.daemon.start()
        self._server_next = time.monotonic() + self.chance.uniform(*SERVER_LIVES_S)
        self._daemon_next = time.monotonic() + self.chance.uniform(*DAEMON_LIVES_S)
        for work in (self._fate, self._watch):
            threading.Thread(target=work, daemon=True).start()

    def turn(self) -> None:
        self.client.act()
        time.sleep(self.chance.uniform(*PAUSE_S))

    def settle(self) -> bool:
        """Let everything live, wait until nothing is open, and return whether that came about."""
        self._stop.set()
        time.sleep(1.0)
        self.wire.whole = True
        if self.server.process is None or self.server.process.poll() is not None:
            self.server.start()
        until = time.monotonic() + SETTLE_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                assert self.daemon.process
                self.daemon.process.send_signal(signal.SIGUSR1)
            time.sleep(5.0)
            if self._is_quiet():
                self._count()
                return self.daemon.end(signal.SIGTERM) == 0
        return False

    def figures(self) -> dict[str, object]:
        log = self.daemon.log.read_text(encoding="utf-8")
        return {
            "passes": self.passes,
            "requests": len(self.wire.seen),
            "faults on the wire": self.wire.faults,
            "server killed": self.server.starts - 1,
            "daemon killed": self.daemon.starts - 1,
            "calendar lost": log.count('"event": "calendar lost"'),
            "peak memory MB": round(max(self.memory_kb, default=0) / 1024, 1),
            "memory MB, first and last tenth": self._tenths(),
            "logged errors": log.count('"level": "error"'),
            "tracebacks": log.count("Traceback"),
            "names in the log": log.count("Quillon"),
        }

    def _tenths(self) -> list[float]:
        few = max(1, len(self.memory_kb) // 10)
        return [
            round(sum(part) / max(1, len(part)) / 1024, 1)
            for part in (self.memory_kb[:few], self.memory_kb[-few:])
        ]

    def _is_quiet(self) -> bool:
        events = self.client.office.resources()
        tagged = [events.get(name, "") for name in self.client.tagged]
        return all(re.search(r"X-RAINCHECK-STATE:", text) for text in tagged)

    def _fate(self) -> None:
        while not self._stop.wait(0.2):
            if time.monotonic() >= self._server_next:
                self.server.end()
                self._stop.wait(self.chance.uniform(*SERVER_IS_DOWN_S))
                self.server.start()
                self._server_next = time.monotonic() + self.chance.uniform(*SERVER_LIVES_S)
            if time.monotonic() >= self._daemon_next:
                self._count()
                self.daemon.end()
                self.daemon.start()
                self._last_passes = 0
                self._daemon_next = time.monotonic() + self.chance.uniform(*DAEMON_LIVES_S)

    def _watch(self) -> None:
        """Note memory and passes; what was not read before a kill is not counted."""
        while not self._stop.wait(2.0):
            assert self.daemon.process
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{self.daemon.process.pid}/status").read_text()
                if found := re.search(r"VmRSS:\s+(\d+)", status):
                    self.memory_kb.append(int(found[1]))
            self._count()

    def _count(self) -> None:
        with contextlib.suppress(OSError, niquests.RequestException):
            text = niquests.get(self.metrics, timeout=2).text or ""
            if found := re.search(r"^raincheck_passes_total (\S+)", text, re.MULTILINE):
                now = int(float(found[1]))
                self.passes += max(0, now - self._last_passes)
                self._last_passes = now


@contextmanager
def scene(folder: Path, seed: int) -> Iterator[Scene]:
    """Yield the stage, with everything running; end all of it afterwards."""
    chance = random.Random(seed)  # noqa: S311 - a soak, not a secret
    port, metrics = free_port(), free_port()
    life = Life(radicale_command(folder, port), folder / "radicale.log")
    life.start()
    server = radicale_at(port)
    wire = Wire(chance=random.Random(seed + 1))  # noqa: S311
    with proxy(server.root, wire) as through:
        office = _office(folder, server, through, metrics)
        command = office.command("run", "--log", "json")
        daemon = Life(command, folder / "daemon.log")
        client = Client(office, random.Random(seed + 2))  # noqa: S311
        address = f"http://127.0.0.1:{metrics}/metrics"
        played = Scene(client, life, daemon, wire, address, chance)
        played.begin()
        try:
            yield played
        finally:
            played._stop.set()
            for each in (daemon, life):
                if each.process and each.process.poll() is None:
                    each.end()


def _office(folder: Path, server: Server, root: str, metrics: int) -> Desk:
    until = time.monotonic() + 30
    while True:
        try:
            office = desk(folder / "office", server, "soak", url=root)
            break
        except (OSError, niquests.RequestException):
            assert time.monotonic() < until
            time.sleep(0.2)
    office.rewrite(
        r"\[state\]",
        f'[daemon]\npoll = "10s"\nsettle = "0s"\nmetrics = "127.0.0.1:{metrics}"\n'
        '[policy]\nwithin = "26w"\nmax_new = 500\n[state]',
    )
    return office
