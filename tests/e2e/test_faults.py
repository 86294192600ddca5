"""A fault at every request of a pass: in the end one replacement, and everything settled."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from sync.config import load
from sync.demo.google.login import LocalLogin
from sync.domain.lifecycle import State
from sync.wiring import opened
from tests.e2e.desk import Desk, desk, in_days, session
from tests.e2e.google_desk import google_desk
from tests.servers.google_calendar import google
from tests.servers.processes import Server
from tests.servers.proxy import Counter, Reply, proxy

PASSES_MAX = 3
UNTIL_SETTLED = "at most so many further passes may be needed"


@dataclass
class Faulty(Counter):
    """One fault, at request number *at*; and what it is."""

    at: int = -1
    kind: str = ""

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        if self.number(method) != self.at:
            return forward()
        return KINDS[self.kind](forward)


def _status(status: int) -> Callable[[Callable[[], Reply]], Reply]:
    return lambda _: Reply(status, headers=(("Retry-After", "0"),))


def _done_but(status: int) -> Callable[[Callable[[], Reply]], Reply]:
    def answer(forward: Callable[[], Reply]) -> Reply:
        forward()
        return Reply(status)

    return answer


def _dropped(forward: Callable[[], Reply]) -> None:
    forward()


def _cut(forward: Callable[[], Reply]) -> Reply:
    whole = forward()
    return Reply(whole.status, whole.reason, whole.headers, whole.content, cut=True)


def _slow(forward: Callable[[], Reply]) -> Reply:
    time.sleep(0.5)
    return forward()


KINDS: dict[str, Callable[[Callable[[], Reply]], Reply | None]] = {
    "refused": lambda _: None,
    "dropped-after": _dropped,
    "cut": _cut,
    "slow": _slow,
    "429": _status(429),
    "500": _status(500),
    "502": _status(502),
    "503": _status(503),
    "507": _status(507),
    "502-after": _done_but(502),
}


def _pass(office: Desk) -> None:
    with opened(load(office.config, {}), environ={}) as practice:
        practice.run_pass()


def _is_settled(office: Desk) -> bool:
    with opened(load(office.config, {}), environ={}, dry_run=True) as practice:
        every = practice.engine.journal.every_raincheck()
    return len(every) == 1 and all(one.state is State.SETTLED and not one.duties for one in every)


def _check(office: Desk, number: int) -> None:
    for _ in range(PASSES_MAX):
        if _is_settled(office):
            break
        _pass(office)
    assert _is_settled(office), (UNTIL_SETTLED, number)
    (replacement,) = office.replacements()
    original = office.event("one@example.org")
    assert str(original["X-RAINCHECK-REPLACEMENT"]) == str(replacement["UID"])
    _pass(office)
    assert len(office.replacements()) == 1


def _tagged(office: Desk) -> Desk:
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    return office


@pytest.mark.parametrize("kind", KINDS)
def test_on_radicale(radicale_server: Server, tmp_path: Path, kind: str) -> None:
    """Whatever request it hits, at most three further passes make it good."""

    def one(number: int) -> int:
        plan = Faulty(at=number, kind=kind)
        with proxy(radicale_server.root, plan) as root:
            name = f"fault-{uuid4().hex[:8]}"
            office = _tagged(desk(tmp_path / str(number), radicale_server, name, url=root))
            _pass(office)
            requests = len(plan.seen)
            _check(office, number)
        return requests

    for number in range(one(-1)):
        one(number)


@pytest.mark.parametrize("kind", KINDS)
def test_on_google(tmp_path: Path, kind: str) -> None:
    """The same at Google, the requests of its login included; and guests hear once."""

    def one(number: int) -> int:
        login, plan = LocalLogin(), Faulty(at=number, kind=kind)
        with google(login) as server, proxy(server.root, plan) as root:
            office = _tagged(google_desk(tmp_path / str(number), server, login).through(root))
            _pass(office)
            requests = len(plan.seen)
            _check(office, number)
        return requests

    for number in range(one(-1)):
        one(number)
