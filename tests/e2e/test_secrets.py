"""Passwords and clients: in no log, no process list, no state file, and no trace of a bug."""

import os
import signal
import subprocess
from pathlib import Path

from tests.e2e.desk import Desk, in_days, session
from tests.e2e.test_run import running


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
