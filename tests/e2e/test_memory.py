"""The daemon's memory stays flat: measured from outside, on a server that keeps changing."""

import os
import re
import signal
import time
import urllib.request
from pathlib import Path

from tests.e2e.desk import Desk, in_days, session
from tests.e2e.test_run import PATIENCE_S, Daemon, running
from tests.servers.processes import free_port

WARM_UP, PASSES = 50, 200
TAGGED_EVERY = 40
ALLOWED_BYTES = 3_000_000
"""A leak of one look's answers and sessions, some 30 kB, would be twice that."""


def test_hundreds_of_passes_leave_nothing_behind(radicale_office: Desk) -> None:
    """After a warm-up, two hundred passes with a change in each take a few megabytes at most."""
    office, port = radicale_office, free_port()
    office.rewrite(
        r"\[state\]",
        f'[daemon]\npoll = "10s"\nsettle = "0s"\nmetrics = "127.0.0.1:{port}"\n[state]',
    )
    for number in range(30):
        office.put(f"n{number}", _edited(number))
    with running(office, "--log", "json") as daemon:
        _after(WARM_UP, office, daemon, port)
        before = _resident(daemon)
        _after(PASSES, office, daemon, port)
        grown = _resident(daemon) - before
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0
    assert len(office.replacements()) >= PASSES // TAGGED_EVERY
    assert grown < ALLOWED_BYTES


def _edited(number: int, *lines: str) -> str:
    day = 2 + number % 28
    return session(f"n{number}@example.org", in_days(day, 8 + number % 10), *lines)


def _after(passes: int, office: Desk, daemon: Daemon, port: int) -> None:
    """Let so many passes be done, each with an edit to look at; now and then a session is lost."""
    for number in range(passes):
        known = _passes(port)
        if number % TAGGED_EVERY == 0:
            name = f"t{known}"
            lost = session(f"{name}@example.org", in_days(2 + known % 20), "CATEGORIES:disrupted")
            office.put(name, lost)
        office.put(f"n{number % 30}", _edited(number % 30, f"DESCRIPTION:by hand {known}"))
        daemon.send(signal.SIGUSR1)
        until = time.monotonic() + PATIENCE_S
        while _passes(port) == known:
            assert time.monotonic() < until, "".join(daemon.logged)
            time.sleep(0.005)


def _passes(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        told = answer.read().decode()
    found = re.search(r"^raincheck_passes_total (\S+)$", told, re.MULTILINE)
    assert found is not None, told
    return int(float(found[1]))


def _resident(daemon: Daemon) -> int:
    """Return the bytes of the process that are in memory."""
    pages = int(Path(f"/proc/{daemon.process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
