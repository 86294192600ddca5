"""Passwords and clients: in no log, no process list, no state file, and no trace of a bug."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from sync.demo.google.login import LocalLogin
from tests.e2e.desk import Desk, desk, in_days, session
from tests.e2e.google_desk import google_desk
from tests.e2e.test_run import PATIENCE_S, running
from tests.servers.google_calendar import google
from tests.servers.processes import Server
from tests.servers.proxy import Counter, Reply, proxy

GUESTS = (
    "ORGANIZER:mailto:practice@example.org",
    "ATTENDEE:mailto:quillon@example.com",
)


def test_a_password_stays_where_it_is(radicale_office: Desk) -> None:
    """Not in the process list, the environment, the log, the state file or its folder."""
    office = radicale_office
    password = office.server.password
    with running(office, "--log", "json") as daemon:
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
        daemon.send(signal.SIGUSR1)
        proc = Path("/proc") / str(daemon.process.pid)
        for name in ("cmdline", "environ"):
            assert password.encode() not in (proc / name).read_bytes()
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0
    assert password not in "".join(daemon.logged)
    for path in office.state.parent.iterdir():
        assert password.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0, path.name


@dataclass
class Elsewhere(Counter):
    """Sends every request on to another address, if it has one; else answers nothing."""

    to: str = ""
    status: int = 302

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        self.number(method)
        return Reply(self.status, headers=(("Location", self.to),)) if self.to else None


@pytest.mark.parametrize("status", [302, 307, 308])
@pytest.mark.parametrize("kind", ["radicale", "google"])
def test_a_redirect_takes_no_login_along(
    radicale_server: Server, tmp_path: Path, kind: str, status: int
) -> None:
    """To another host nothing is sent at all: no login, no request."""
    other, login = Elsewhere(), LocalLogin()
    with ExitStack() as stack:
        target = stack.enter_context(proxy(radicale_server.root, other))
        sender = Elsewhere(to=target.replace("127.0.0.1", "localhost"), status=status)
        if kind == "google":
            server = stack.enter_context(google(login))
            root = stack.enter_context(proxy(server.root, sender))
            office: Desk = google_desk(tmp_path / "g", server, login).through(root)
        else:
            root = stack.enter_context(proxy(radicale_server.root, sender))
            name = f"sent-{uuid4().hex[:8]}"
            office = desk(tmp_path / "d", radicale_server, name, url=root)
        done = office.run("sync")
    assert done.returncode != 0
    assert sender.seen
    assert other.seen == []


@dataclass
class Held(Counter):
    """Holds the first write until it is let go."""

    reached: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        self.number(method)
        if method == "PUT":
            self.reached.set()
            self.free.wait(PATIENCE_S)
        return forward()


@pytest.mark.parametrize("command", ["sync", "undo", "run"])
def test_the_process_list_names_nobody(
    radicale_server: Server, tmp_path: Path, command: str
) -> None:
    """No password and no client, while the password is fetched and in the middle of a write.

    Looked at are the command, and the child that `password_command` runs.
    """
    plan = Held()
    with proxy(radicale_server.root, plan) as root:
        office = desk(tmp_path, radicale_server, f"held-{uuid4().hex[:8]}", url=root)
        office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
        words = [command]
        if command == "undo":
            plan.free.set()
            words.append(office.sync()["rainchecks"][0]["id"])
            plan.reached.clear(), plan.free.clear()
        pipe = _asks_for_password(office)
        secrets = (office.server.password, "Quillon", "quillon@example.com", "one@example.org")
        with _started(office, *words) as process:
            child = _told_of(process, lambda told: any(str(pipe) in each for each in told[1:]))
            assert len(child) == 2
            pipe.write_text(f"{office.server.password}\n", encoding="utf-8")
            assert plan.reached.wait(PATIENCE_S)
            itself = _told_of(process, lambda told: len(told) == 1)
            plan.free.set()
            if command == "run":
                process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
    for told in (*child, *itself):
        assert "raincheck" in told or str(pipe) in told
        assert [secret for secret in secrets if secret in told] == []


def _asks_for_password(office: Desk) -> Path:
    """Let a command fetch the password that waits until somebody writes it into a pipe."""
    pipe = office.folder / "pipe"
    os.mkfifo(pipe)
    office.rewrite(r'password_file = ".*"', f'password_command = ["cat", "{pipe}"]')
    office.rewrite(r"\[state\]", '[daemon]\nsettle = "0s"\n[state]')
    return pipe


@contextmanager
def _started(office: Desk, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(office.command(*words), **quiet) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _told_of(process: "subprocess.Popen[bytes]", enough: Callable[[list[str]], bool]) -> list[str]:
    """Return what anybody may read of *process* and then of its children, as soon as it is enough.

    Of each the command line; and the environment, which is for its user alone.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        family = [process.pid, *_children(process.pid)]
        found = [_told(pid) for pid in family]
        if enough(found):
            return found
        assert process.poll() is None
        assert time.monotonic() < until, found
        time.sleep(0.02)


def _told(pid: int) -> str:
    with suppress(OSError):  # a child that has ended
        folder = Path("/proc") / str(pid)
        return "".join((folder / name).read_bytes().decode() for name in ("cmdline", "environ"))
    return ""


def _children(pid: int) -> list[int]:
    found = (Path("/proc") / str(pid) / "task").glob("*/children")
    return [int(child) for each in found for child in each.read_text(encoding="ascii").split()]


def test_a_bug_tells_where_and_not_whose(radicale_office: Desk) -> None:
    """Exit 70 shows the place in the code, and nothing that anybody wrote in a calendar."""
    office = radicale_office
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    broken = office.folder / "broken"
    broken.mkdir()
    # Python runs this at its start: a bug in the middle of a pass, with sessions in every frame.
    (broken / "sitecustomize.py").write_text(
        "from sync.engine import placing\n"
        "def place(found, looks, current):\n"
        "    raise KeyError(found.new[0])\n"
        "placing.place = place\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        office.command("sync"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(broken)},
    )
    assert done.returncode == 70, done.stderr
    for secret in ("Quillon", "one@example.org", office.server.password):
        assert secret not in done.stdout + done.stderr
