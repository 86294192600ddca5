"""Passwords and clients: in no log, no process list, no state file, and no trace of a bug."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from sync.demo.google.login import LocalLogin
from tests.e2e.desk import Desk, desk, in_days, session
from tests.e2e.google_desk import google_desk
from tests.e2e.test_run import running
from tests.servers.google_calendar import google
from tests.servers.processes import Server
from tests.servers.proxy import Counter, Reply, proxy


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


def test_the_process_list_names_nobody(radicale_office: Desk) -> None:
    """A command about one raincheck takes its id, which tells nothing of the client."""
    office = radicale_office
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync()["rainchecks"]
    command = " ".join(office.command("undo", told["id"]))
    assert office.run("undo", told["id"]).returncode == 0
    assert "Quillon" not in command
    assert "one@example.org" not in command


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
