"""An account that dies between its look and the pass is waited for once, and not for long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest

from sync.daemon import loop as daemon
from sync.daemon.accounts import Looked, Looker
from sync.daemon.patience import PATIENCE_S, SLOW_S, Turn
from sync.domain.lifecycle import State
from sync.domain.passes import Reach
from sync.domain.policy import Action, Conditions, Policy, Rule, Terms
from sync.errors import AccessError, CalendarError, UnreachableError, WriteLimitError
from sync.retrying import Retries
from tests.unit.daemon.test_loop import Running, running
from tests.unit.engine.world import at, tagged

JOIN_S = 8.0
RECORDED = Policy(
    rules=(Rule("mine", Conditions(causes=frozenset({"no-show"})), Terms(action=Action.RECORD)),)
)


def states(it: Running) -> dict[str, State]:
    """Return how each raincheck stands, by the UID of its original, as last told."""
    return {
        raincheck.original.key.uid: raincheck.state
        for report in it.reports
        for raincheck in report.rainchecks
    }


def dead_in_a_pass(it: Running) -> None:
    """Let the other account die after a good look, while a tag at home wants a new time."""
    it.away.gate.set()
    it.wait_for(lambda: len(it.reports) == 1)
    it.home.calendar.put(tagged("past", at(-1), categories=("no-show",)))
    it.home.calendar.put(tagged("ahead", at(2)))
    it.away.speaks.clear()
    it.look_now()
    it.wait_for(lambda: it.away.agendas == 1)


def test_what_needs_no_slot_is_done(tmp_path: Path) -> None:
    """The pass waits for the dead account a little, and once; then a record is marked."""
    with running(tmp_path, policy=RECORDED) as it:
        dead_in_a_pass(it)
        assert states(it) == {}
        it.awake[0] += PATIENCE_S
        it.wait_for(lambda: "past" in states(it))
        assert states(it) == {"past": State.SETTLED, "ahead": State.WAITING}
        told = {look.name: look.reach for look in it.reports[-1].calendars}
        assert told == {"sessions": Reach.OK, "private": Reach.UNREACHABLE}
        assert it.away.agendas == 1


def test_after_that_it_is_not_waited_for_at_all(tmp_path: Path) -> None:
    """Its rhythm slows down, and the other account's passes need no clock to move."""
    with running(tmp_path, policy=RECORDED) as it:
        dead_in_a_pass(it)
        it.awake[0] += PATIENCE_S
        it.wait_for(lambda: it.failures("away") == 1)
        for number in range(3):
            uid = f"later{number}"
            it.home.calendar.put(tagged(uid, at(-1, 11 + number), categories=("no-show",)))
            it.home.calendar.put(tagged(f"ahead{number}", at(3 + number)))
            it.look_now()
            it.wait_for(lambda uid=uid: uid in states(it))  # type: ignore[misc]
            assert states(it)[uid] is State.SETTLED
        assert it.away.agendas == 1
        assert it.loop._lookers["away"].busy


def test_when_it_answers_again_all_is_placed(tmp_path: Path) -> None:
    """What waited for its busy time goes with the first good look, not a quarter of an hour on."""
    with running(tmp_path, policy=RECORDED) as it:
        dead_in_a_pass(it)
        it.awake[0] += PATIENCE_S
        it.wait_for(lambda: states(it).get("ahead") is State.WAITING)
        it.away.speaks.set()
        it.wait_for(lambda: not it.loop._lookers["away"].busy)
        it.look_now()
        it.wait_for(lambda: states(it).get("ahead") is State.SETTLED)
        assert it.failures("away") == 0


def test_a_slow_one_is_not_hurried_while_nobody_waits(tmp_path: Path) -> None:
    """Its own pass waits for its busy time until another account is due, and a little longer."""
    with running(tmp_path, poll=timedelta(hours=1)) as it:
        it.away.gate.set()
        it.wait_for(lambda: len(it.reports) == 1)
        it.home.speaks.clear()
        it.home.calendar.put(tagged("ahead", at(2)))
        it.loop._rhythms["home"] = daemon.Rhythm(it.clock[0])
        it.wait_for(lambda: it.home.agendas == 1)
        it.awake[0] += 5 * PATIENCE_S
        time.sleep(0.7)
        assert it.failures("home") == 0
        it.loop._rhythms["away"] = daemon.Rhythm(it.clock[0])
        time.sleep(0.7)
        it.awake[0] += PATIENCE_S
        it.wait_for(lambda: it.failures("home") == 1)


@contextmanager
def turn(clock: list[float], *, waits: bool = True) -> Iterator[Turn]:
    """Yield one account's turn, whose thread ends with the block."""
    results: SimpleQueue[Looked | None] = SimpleQueue()
    looker = Looker("away", lambda: (), results, lambda: clock[0])
    looker.start()
    retries = Retries(sleep=lambda _: None)
    yield Turn(looker, retries, stopping=lambda: False, others_wait=lambda: waits)
    looker.end()


def _slow(clock: list[float], seconds: float) -> Callable[[], str]:
    def work() -> str:
        clock[0] += seconds
        return "answer"

    return work


def test_slow_answers_add_up_and_quick_ones_do_not() -> None:
    """A hundred quick answers are work; a few slow ones use the patience up."""
    clock = [0.0]
    with turn(clock) as it:
        for _ in range(100):
            assert it.call(_slow(clock, SLOW_S), "private", "read") == "answer"
        for _ in range(2):
            it.call(_slow(clock, PATIENCE_S / 2), "private", "read")
        never = threading.Event()
        with pytest.raises(UnreachableError):
            it.call(lambda: never.wait(JOIN_S), "private", "read")
        assert it.lost
        never.set()


@pytest.mark.parametrize(
    ("error", "lost", "tries"),
    [
        (UnreachableError("down", calendar="private", operation="read"), True, 4),
        (AccessError("no", calendar="private", operation="read"), True, 1),
        (
            WriteLimitError("no", calendar="private", operation="read", retry_after_s=9999.0),
            False,
            1,
        ),
    ],
)
def test_what_loses_an_account(error: CalendarError, *, lost: bool, tries: int) -> None:
    """It is tried again in its own thread; lost, it is asked for nothing more in this pass."""
    asked: list[str] = []

    def work() -> None:
        asked.append(threading.current_thread().name)
        raise error

    with turn([0.0]) as it:
        for _ in range(2):
            with pytest.raises(type(error)):
                it.call(work, "private", "read")
        assert asked == ["look-away"] * (tries if lost else 2 * tries)
        assert (it.lost is error) is lost


def test_what_was_given_up_is_not_tried_again() -> None:
    """The try under way may end; another one would write when nobody listens any more."""
    clock, tries, go = [0.0], 0, threading.Event()

    def work() -> None:
        nonlocal tries
        tries += 1
        clock[0] += PATIENCE_S
        go.wait(JOIN_S)
        raise UnreachableError("down", calendar="private", operation="create")

    with turn(clock) as it:
        with pytest.raises(UnreachableError):
            it.call(work, "private", "create")
        with pytest.raises(UnreachableError):
            it.call(work, "private", "create")
        go.set()
        until = time.monotonic() + JOIN_S
        while it.looker.busy and time.monotonic() < until:
            time.sleep(0.01)
        assert not it.looker.busy
        assert tries == 1
