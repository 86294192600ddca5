"""One thread for each account: what happens in it reaches the loop as a value."""

from queue import SimpleQueue
from threading import Event, Thread, current_thread

import pytest

from sync.daemon.accounts import Looked, Looker
from sync.engine.looking import Look

PATIENCE_S = 5.0


def test_a_look_is_told() -> None:
    """The result says whose it is."""
    results: SimpleQueue[Looked | None] = SimpleQueue()
    looker = Looker("home", lambda: (), results)
    looker.start()
    looker.ask()
    assert results.get(timeout=PATIENCE_S) == Looked(looker, "home", ())
    looker.end()


def test_a_bug_is_told_not_lost() -> None:
    """Whatever a look raises comes to the main thread, and the next look is done all the same."""
    results: SimpleQueue[Looked | None] = SimpleQueue()
    troubles: list[BaseException] = [KeyError("x"), SystemExit(3)]

    def work() -> tuple[Look, ...]:
        if troubles:
            raise troubles.pop(0)
        return ()

    looker = Looker("home", work, results)
    looker.start()
    for kind in (KeyError, SystemExit, None):
        looker.ask()
        told = results.get(timeout=PATIENCE_S)
        assert told
        assert (type(told.error) if told.error else None) is kind
        looker.busy = False
    looker.end()


def test_one_look_at_a_time() -> None:
    """While a look is under way a second one is refused; it runs once for each time it is asked."""
    begun: SimpleQueue[str] = SimpleQueue()
    results: SimpleQueue[Looked | None] = SimpleQueue()
    go = Event()

    def work() -> tuple[Look, ...]:
        begun.put(current_thread().name)
        go.wait(PATIENCE_S)
        return ()

    looker = Looker("home", work, results)
    looker.start()
    looker.ask()
    assert begun.get(timeout=PATIENCE_S) == "look-home"
    with pytest.raises(AssertionError):
        looker.ask()
    go.set()
    results.get(timeout=PATIENCE_S)
    assert looker.busy  # until the loop has taken the result
    assert begun.empty()
    looker.end()


def test_an_ended_thread_ends() -> None:
    """`end` lets the look that is under way finish, and the thread is gone; nothing is left."""
    results: SimpleQueue[Looked | None] = SimpleQueue()
    begun, go = Event(), Event()
    threads: list[Thread] = []

    def work() -> tuple[Look, ...]:
        threads.append(current_thread())
        begun.set()
        go.wait(PATIENCE_S)
        return ()

    looker = Looker("home", work, results)
    looker.start()
    looker.ask()
    assert begun.wait(PATIENCE_S)
    looker.end()
    assert threads[0].is_alive()
    assert threads[0].daemon
    go.set()
    assert results.get(timeout=PATIENCE_S) == Looked(looker, "home", ())
    threads[0].join(PATIENCE_S)
    assert not threads[0].is_alive()


def test_how_long_a_look_takes() -> None:
    """A look that hangs is known to hang; one that is over is not."""
    moment, go = [100.0], Event()

    def work() -> tuple[Look, ...]:
        go.wait(PATIENCE_S)
        return ()

    results: SimpleQueue[Looked | None] = SimpleQueue()
    looker = Looker("home", work, results, seconds=lambda: moment[0])
    looker.start()
    assert looker.busy_for_s() == 0.0
    looker.ask()
    moment[0] += 700
    assert looker.busy_for_s() == 700.0
    go.set()
    results.get(timeout=PATIENCE_S)
    looker.busy = False
    assert looker.busy_for_s() == 0.0
    looker.end()
