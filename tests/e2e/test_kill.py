"""SIGKILL at every request of a pass from the first write on, before and after the server acts."""

import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.desk import Desk, in_days, session, write_config
from tests.servers.killing_proxy import Plan, killing_proxy
from tests.servers.processes import Server

WRITES = ("replacement", "mark")


def _office(folder: Path, server: Server, root: str) -> Desk:
    name = f"kill-{uuid4().hex[:8]}"
    calendar = server.make_calendar(name)
    folder.mkdir()
    write_config(folder, server, name, url=root)
    office = Desk(folder, server, calendar)
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    return office


def _run(office: Desk, plan: Plan) -> int:
    with subprocess.Popen(
        office.command("sync"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        plan.victim = process.pid
        return process.wait(120)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_kill_at_every_point_between_two_writes(
    radicale_server: Server, tmp_path: Path, *, after: bool
) -> None:
    """However the pass dies, the next one ends with one replacement, settled, and nothing open."""
    counting = Plan()
    with killing_proxy(radicale_server.root, counting) as root:
        assert _run(_office(tmp_path / "whole", radicale_server, root), counting) == 0
    puts = [number for number, method in enumerate(counting.seen) if method == "PUT"]
    assert len(puts) == len(WRITES)
    for number in range(puts[0] - 1, len(counting.seen)):
        plan = Plan(at=number, after=after)
        with killing_proxy(radicale_server.root, plan) as root:
            office = _office(tmp_path / f"at-{number}", radicale_server, root)
            assert _run(office, plan) == -9, number
            plan.victim = 0
            report = office.sync()
        assert all(told["status"] == "settled" for told in report["rainchecks"]), number
        (replacement,) = office.replacements()
        original = office.event("one@example.org")
        assert str(original["X-RAINCHECK-REPLACEMENT"]) == str(replacement["UID"])
        assert original["STATUS"] == "CANCELLED"
        assert str(original["X-RAINCHECK-STATE"]) == "settled"
