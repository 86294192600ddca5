"""A fault at every request of a pass: in the end one replacement, and everything settled."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from sync.config.load import load
from sync.demo.google.login import LocalLogin
from sync.domain.lifecycle import State
from sync.wiring.passes import opened
from tests.e2e.desk import Desk, desk, in_days, session
from tests.e2e.google_desk import google_desk
from tests.servers.google_calendar import google
from tests.servers.processes import Server
from tests.servers.proxy import Counter, Gate, Reply, gate

PASSES_MAX = 3
TIMEOUT_S = 1.0
"""How long a server may keep silent here; a stall has no end."""
PATIENCE_S = 20.0
GUESTS = (
    "ORGANIZER:mailto:practice@example.org",
    "ATTENDEE:mailto:quillon@example.com",
)
UNTIL_SETTLED = "at most so many further passes may be needed"


@dataclass
class Faulty(Counter):
    """One fault, at request number *at*; and what it is.

    A refusal begins when the request before is answered, and lasts until somebody listens again.
    """

    at: int = -1
    kind: str = ""

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        number = self.number(method)
        if self.kind == REFUSED:
            last = number == self.at - 1
            return replace(forward(), last=True) if last else forward()
        return KINDS[self.kind](forward) if number == self.at else forward()


def _status(status: int) -> Callable[[Callable[[], Reply]], Reply]:
    return lambda _: Reply(status, headers=(("Retry-After", "0"),))


def _done_but(status: int) -> Callable[[Callable[[], Reply]], Reply]:
    def answer(forward: Callable[[], Reply]) -> Reply:
        forward()
        return Reply(status)

    return answer


def _hung_up(_: Callable[[], Reply]) -> None:
    """Hang up without a word, and without having done anything."""


def _dropped(forward: Callable[[], Reply]) -> None:
    forward()


def _cut(forward: Callable[[], Reply]) -> Reply:
    return replace(forward(), cut=True)


def _silent(_: Callable[[], Reply]) -> Reply:
    return Reply(0, stalls=True)


def _silent_after(forward: Callable[[], Reply]) -> Reply:
    forward()
    return Reply(0, stalls=True)


def _stuck(forward: Callable[[], Reply]) -> Reply:
    """Stop in the middle of the body, or before the answer where there is none."""
    whole = forward()
    return replace(whole, stalls=True, status=whole.status if whole.content else 0)


REFUSED = "refused"
STALLS: dict[str, Callable[[Callable[[], Reply]], Reply | None]] = {
    "silent": _silent,
    "silent-after": _silent_after,
    "stuck": _stuck,
}
KINDS: dict[str, Callable[[Callable[[], Reply]], Reply | None]] = {
    REFUSED: _hung_up,
    "hung-up": _hung_up,
    "dropped-after": _dropped,
    "cut": _cut,
    **STALLS,
    "429": _status(429),
    "500": _status(500),
    "502": _status(502),
    "503": _status(503),
    "507": _status(507),
    "502-after": _done_but(502),
}


def _pass(office: Desk) -> None:
    """Do one pass; between two tries of a request no time goes by."""
    with opened(load(office.config, {}), environ={}, timeout_s=TIMEOUT_S) as practice:
        retries = replace(practice.engine.retries, sleep=lambda _: None)
        replace(practice.engine, retries=retries).run_pass()


def _faulty_pass(office: Desk, at: Gate, plan: Faulty) -> int:
    """Do the pass that meets the fault, and return how many requests came through."""
    if plan.kind == REFUSED and plan.at == 0:
        at.close()
    _pass(office)
    requests = len(plan.seen)
    if plan.kind in STALLS and plan.at >= 0:
        assert plan.given_up.wait(PATIENCE_S), plan.at
    if plan.kind == REFUSED and plan.at >= 0:
        assert requests == plan.at  # the others found nobody who listens
        at.open()
    return requests


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
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
    return office


@pytest.mark.parametrize("kind", KINDS)
def test_on_radicale(radicale_server: Server, tmp_path: Path, kind: str) -> None:
    """Whatever request it hits, at most three further passes make it good."""

    def one(number: int) -> int:
        plan = Faulty(at=number, kind=kind)
        with gate(radicale_server.root, plan) as at:
            name = f"fault-{uuid4().hex[:8]}"
            office = _tagged(desk(tmp_path / str(number), radicale_server, name, url=at.root))
            requests = _faulty_pass(office, at, plan)
            _check(office, number)
        return requests

    for number in range(one(-1)):
        one(number)


@pytest.mark.parametrize("kind", KINDS)
def test_on_google(tmp_path: Path, kind: str) -> None:
    """The same at Google, the requests of its login included; and guests hear once."""

    def one(number: int) -> int:
        login, plan = LocalLogin(), Faulty(at=number, kind=kind)
        with google(login) as server, gate(server.root, plan) as at:
            office = _tagged(google_desk(tmp_path / str(number), server, login).through(at.root))
            requests = _faulty_pass(office, at, plan)
            _check(office, number)
            told = sorted((mail.kind, mail.to) for mail in server.store.outbox)
            assert told == [(kind, ("quillon@example.com",)) for kind in ("cancel", "invite")]
        return requests

    for number in range(one(-1)):
        one(number)
