"""The daemon as a process: signals, systemd's protocol, and accounts that are slow or dead."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from sync.journal.lock import one_writer
from tests.e2e.desk import Desk, in_days, session
from tests.servers.processes import free_port

PATIENCE_S = 40.0


class Daemon:
    """A running `raincheck run`, and what it has told systemd and its log."""

    def __init__(self, process: "subprocess.Popen[str]", listener: socket.socket) -> None:
        self.process = process
        self.told: list[str] = []
        self.logged: list[str] = []
        self._listener = listener
        for work in (self._listen, self._read):
            threading.Thread(target=work, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self.told += self._listener.recv(4096).decode().splitlines()
            except OSError:
                return

    def _read(self) -> None:
        assert self.process.stderr
        self.logged += []
        for line in self.process.stderr:
            self.logged.append(line)

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def wait_for(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not what():
            assert self.process.poll() is None, "".join(self.logged)
            assert time.monotonic() < until, (self.told, "".join(self.logged))
            time.sleep(0.05)


@contextmanager
def running(office: Desk, *options: str) -> Iterator[Daemon]:
    address = str(office.folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        process = subprocess.Popen(
            office.command("run", *options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "4000000"},
        )
        with process:
            daemon = Daemon(process, listener)
            try:
                daemon.wait_for(lambda: "READY=1" in daemon.told)
                yield daemon
            finally:
                if process.poll() is None:
                    process.kill()


@pytest.fixture
def office(radicale_office: Desk) -> Desk:
    """A practice that is looked at every ten seconds, and whose signals hardly rest."""
    radicale_office.rewrite(r"\[state\]", '[daemon]\npoll = "10s"\nsettle = "0s"\n[state]')
    return radicale_office


def test_it_acts_and_tells_systemd(office: Desk) -> None:
    """READY, a status in plain words, signs of life; a tag is acted on; SIGTERM ends it with 0."""
    with running(office) as daemon:
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
        daemon.send(signal.SIGUSR1)
        daemon.wait_for(lambda: len(office.replacements()) == 1)
        daemon.wait_for(lambda: any("WATCHDOG=1" in line for line in daemon.told))
        daemon.wait_for(lambda: any("STATUS=watching 1 calendar" in line for line in daemon.told))
        begun = time.monotonic()
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0
        assert time.monotonic() - begun < 10
        assert "STOPPING=1" in daemon.told
    log = "".join(daemon.logged)
    assert "watching 1 calendar every 10 s; Ctrl-C stops\n" in log
    assert "raincheck id=" in log
    assert "<6>" not in log
    assert "Quillon" not in log
    assert len(office.replacements()) == 1


def test_a_wrong_file_keeps_the_old_one(office: Desk) -> None:
    """SIGHUP with a mistake in it is told, and nothing changes; mended, it is taken."""
    with running(office, "--log", "json") as daemon:
        text = office.config.read_text(encoding="utf-8")
        office.config.write_text(text + "\nnonsense = 1\n", encoding="utf-8")
        daemon.send(signal.SIGHUP)
        daemon.wait_for(lambda: any("the old one stays" in line for line in daemon.logged))
        office.config.write_text(text, encoding="utf-8")
        daemon.send(signal.SIGHUP)
        daemon.wait_for(lambda: any("configuration reloaded" in line for line in daemon.logged))
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
        daemon.send(signal.SIGUSR1)
        daemon.wait_for(lambda: len(office.replacements()) == 1)
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0
    for line in daemon.logged:
        assert {"at", "level", "event"} <= json.loads(line).keys()


@pytest.mark.parametrize("what", ["password", "state"])
def test_what_the_new_file_names_has_to_be_there(office: Desk, what: str) -> None:
    """A file that reads well may name a password or a state that cannot be had: the old goes on."""
    with running(office) as daemon:
        if what == "password":
            (office.folder / "password").rename(office.folder / "elsewhere")
        else:
            (office.folder / "file").touch()
            office.rewrite(r'path = ".*"', 'path = "file/raincheck.db"')
        daemon.send(signal.SIGHUP)
        daemon.wait_for(lambda: any("the old one stays" in line for line in daemon.logged))
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
        daemon.send(signal.SIGUSR1)
        daemon.wait_for(lambda: len(office.replacements()) == 1)
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0


def test_a_dead_account_delays_nobody(office: Desk) -> None:
    """A server that accepts and never answers: the other account goes on, and so does SIGTERM."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        office.rewrite(
            r"\[\[calendars\]\]",
            '[[accounts]]\nname = "dead"\ntype = "caldav"\n'
            f'url = "http://127.0.0.1:{silent.getsockname()[1]}/"\nusername = "x"\n'
            'password = "x"\n[[calendars]]\naccount = "dead"\ncalendar = "other"\n'
            'sessions = "none"\n[[calendars]]',
        )
        office.rewrite(r"\[state\]", '[policy]\naction = "record"\n[state]')
        office.config.chmod(0o600)
        with running(office) as daemon:
            office.put("one", session("one@example.org", in_days(-1), "CATEGORIES:no-show"))
            daemon.send(signal.SIGUSR1)
            daemon.wait_for(lambda: "X-RAINCHECK-STATE" in office.get("one"))
            begun = time.monotonic()
            daemon.send(signal.SIGTERM)
            assert daemon.process.wait(12) == 0
            assert time.monotonic() - begun < 10


def test_two_at_once_are_refused(office: Desk) -> None:
    """One writer at a time: a one-off pass beside the daemon says so and exits 75."""
    with running(office) as daemon:
        done = office.run("sync")
        assert done.returncode == 75
        assert office.run("status").returncode == 0
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0


@pytest.mark.parametrize("ends", [75, 77, 78])
def test_its_end_is_a_line_of_the_log(office: Desk, ends: int) -> None:
    """A refused login (77) and a wrong file (78) are for a person: no restart, and one JSON line.

    So is what is unwise about the file, which is told at the start.
    """
    office.rewrite(r"emails = .*", "emails = []")
    with ExitStack() as stack:
        if ends == 75:
            stack.enter_context(one_writer(office.state))
        elif ends == 77:
            office.refuse_login()
        else:
            office.rewrite(r"poll = ", "pol = ")
        done = subprocess.run(
            office.command("run", "--log", "json"),
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    assert done.returncode == ends, done.stderr
    assert "canary" not in done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines()]
    unwise = [one for one in told if one["event"] == "configuration is unwise"]
    assert len(unwise) == (0 if ends == 78 else 1)
    assert told[-1]["level"] == "error"
    assert told[-1].get("code", 78) == ends


def test_a_login_that_is_refused_later_ends_nothing(office: Desk) -> None:
    """SIGHUP with a wrong password: a person mends it, and the daemon is there to go on."""
    password = (office.folder / "password").read_text(encoding="utf-8")
    with running(office) as daemon:
        daemon.wait_for(lambda: any("STATUS=watching" in line for line in daemon.told))
        office.refuse_login()
        daemon.send(signal.SIGHUP)
        daemon.wait_for(lambda: any("status=denied" in line for line in daemon.logged))
        daemon.wait_for(lambda: any("no answer from" in line for line in daemon.told))
        (office.folder / "password").write_text(password, encoding="utf-8")
        daemon.send(signal.SIGHUP)
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
        daemon.wait_for(lambda: len(office.replacements()) == 1)
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0


def test_figures_follow_the_configuration(office: Desk) -> None:
    """SIGHUP moves them to another address, and what was counted goes along."""
    ports = [free_port(), free_port()]

    def requests(port: int) -> float:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            found = re.search(r"raincheck_requests_total{.*} (.*)", answer.read().decode())
        return float(found[1]) if found else 0.0

    office.rewrite(r"poll = ", f'metrics = "127.0.0.1:{ports[0]}"\npoll = ')
    with running(office) as daemon:
        daemon.wait_for(lambda: requests(ports[0]) > 0)
        before = requests(ports[0])
        office.rewrite(str(ports[0]), str(ports[1]))
        daemon.send(signal.SIGHUP)
        daemon.wait_for(lambda: any("configuration reloaded" in line for line in daemon.logged))
        daemon.wait_for(lambda: requests(ports[1]) > before)
        with pytest.raises(OSError, match="refused"):
            requests(ports[0])
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0


def test_killed_in_the_middle_it_goes_on(office: Desk) -> None:
    """SIGKILL at some moment after a tag, three times over: one replacement each."""
    for number in range(3):
        office.put(
            f"n{number}",
            session(f"n{number}@example.org", in_days(2 + number), "CATEGORIES:disrupted"),
        )
        with running(office) as daemon:
            daemon.send(signal.SIGUSR1)
            time.sleep(0.05 * number)
            daemon.send(signal.SIGKILL)
            daemon.process.wait(10)
        Path(office.folder / "notify").unlink(missing_ok=True)
    with running(office) as daemon:
        daemon.wait_for(lambda: len(office.replacements()) == 3)
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0
    office.sync()  # what SIGTERM left between two writes
    assert office.sync()["rainchecks"] == []
    assert len(office.replacements()) == 3
