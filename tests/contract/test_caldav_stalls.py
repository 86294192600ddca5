"""A CalDAV server that stops in the middle of an answer: one time-out, and no hidden second try."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from adapters.caldav.calendar import Limits
from adapters.caldav.client import DavClient
from adapters.caldav.errors import MAPPED
from tests.servers.proxy import Counter, Reply, proxy

NOWHERE = "http://127.0.0.1:1/"


@dataclass
class Stalling(Counter):
    """Answers once, so that the connection is kept, and stops in the middle after that."""

    status: int = 207

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        if not self.number(method):
            return Reply(200, content=b"fine")
        return Reply(self.status, content=b"half of it" * 9, stalls=True)


@pytest.mark.parametrize("status", [0, 207])
def test_a_stall_costs_one_time_out(status: int) -> None:
    """Retrying is the engine's: sent again below it, a server that hangs would cost twice."""
    plan = Stalling(status=status)
    with proxy(NOWHERE, plan) as root:
        client = DavClient(root, username="a", password="b", limits=Limits(read_s=0.5))
        assert client.exchange("PROPFIND", root).ok
        with pytest.raises(MAPPED):
            client.exchange("REPORT", root)
        client.close()
    assert plan.seen == ["PROPFIND", "REPORT"]
    assert plan.given_up.wait(20)
