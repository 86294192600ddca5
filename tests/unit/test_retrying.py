"""What is tried again, how long is waited, and when it is given up. No test sleeps."""

import pytest

from sync.errors import (
    AccessError,
    AlreadyExistsError,
    CursorExpiredError,
    OutcomeUnknownError,
    RateLimitError,
    RejectedError,
    RevisionMismatchError,
    SessionGoneError,
    TransientError,
    UnreachableError,
)
from sync.retrying import Retries


def error(kind=UnreachableError, **more):
    return kind("down", calendar="sessions", operation="changes", **more)


class Work:
    """Raises what it is given, one after the other, then returns "done"."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.tries = 0

    def __call__(self):
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def retries(**more):
    waits = []
    return Retries(**{"sleep": waits.append, "chance": lambda: 1.0} | more), waits


@pytest.mark.parametrize("kind", [UnreachableError, RateLimitError, OutcomeUnknownError])
def test_what_may_pass_is_tried_again(kind):
    """Each wait may be twice as long as the one before."""
    policy, waits = retries()
    assert policy.call(Work(error(kind), error(kind), error(kind))) == "done"
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    "kind",
    [
        *(AccessError, AlreadyExistsError, CursorExpiredError, RejectedError),
        *(RevisionMismatchError, SessionGoneError),
    ],
)
def test_nothing_else_is_tried_again(kind):
    """What will not pass by itself is the caller's, at once."""
    policy, waits = retries()
    work = Work(error(kind))
    with pytest.raises(kind):
        policy.call(work)
    assert (work.tries, waits) == (1, [])


@pytest.mark.parametrize("bug", [ValueError(), KeyboardInterrupt(), OSError()])
def test_bugs_and_ends_pass_through(bug):
    """Neither a bug nor an interruption is held up."""
    policy, waits = retries()
    with pytest.raises(type(bug)):
        policy.call(Work(bug))
    assert waits == []


def test_tries_are_counted():
    """After the last try its own error is raised, without another wait."""
    policy, waits = retries(attempts_max=3)
    errors = [error() for _ in range(9)]
    work = Work(*errors)
    with pytest.raises(UnreachableError) as raised:
        policy.call(work)
    assert raised.value is errors[2]
    assert (work.tries, len(waits)) == (3, 2)


def test_chance_shortens_a_wait():
    """Full jitter: from nothing to the whole."""
    for chance, waited in ((0.0, 0.0), (0.5, 0.25)):
        policy, waits = retries(chance=lambda chance=chance: chance)
        policy.call(Work(error()))
        assert waits == [waited]


def test_no_wait_is_longer_than_allowed():
    """Doubling ends at `wait_max_s`."""
    policy, waits = retries(attempts_max=9, wait_max_s=3.0)
    policy.call(Work(*(error() for _ in range(5))))
    assert waits == [0.5, 1.0, 2.0, 3.0, 3.0]


@pytest.mark.parametrize("wish", [0.0, 3.5, 8.0])
def test_the_servers_wish_is_granted(wish):
    """Retry-After is waited exactly, whatever chance says."""
    policy, waits = retries(chance=lambda: 0.1)
    policy.call(Work(error(RateLimitError, retry_after_s=wish)))
    assert waits == [wish]


def test_a_wish_of_the_past_is_no_wait():
    """A date that is over means now, and gives no budget back."""
    policy, waits = retries(budget_s=5.0)
    policy.call(Work(error(retry_after_s=-60.0)))
    assert waits == [0.0]
    assert policy.budget_s == 5.0


@pytest.mark.parametrize(("wish", "budget"), [(8.1, 30.0), (6.0, 5.0), (float("inf"), 30.0)])
def test_too_long_a_wish_waits_for_the_next_pass(wish, budget):
    """It is given up at once rather than asked too early."""
    policy, waits = retries(budget_s=budget)
    work = Work(error(RateLimitError, retry_after_s=wish))
    with pytest.raises(TransientError):
        policy.call(work)
    assert (work.tries, waits) == (1, [])


def test_the_budget_is_shared_by_all_calls():
    """All waiting of a pass together is bounded, to the second."""
    policy, waits = retries(attempts_max=99, budget_s=5.0)
    for _ in range(9):
        with pytest.raises(UnreachableError):
            policy.call(Work(*(error() for _ in range(99))))
    assert sum(waits) == 5.0
    spent = Work(*(error() for _ in range(9)))
    with pytest.raises(UnreachableError):
        policy.call(spent)
    assert spent.tries == 1
    assert policy.call(Work()) == "done"


@pytest.mark.parametrize(("call_max_s", "tries"), [(0.0, 1), (1000.0, 4)])
def test_a_call_that_took_too_long_is_not_made_again(call_max_s, tries):
    """A server that hangs must not hold a pass for the length of all its time-outs together."""
    policy, _ = retries(call_max_s=call_max_s)
    work = Work(*(error() for _ in range(9)))
    with pytest.raises(UnreachableError):
        policy.call(work)
    assert work.tries == tries


def test_each_end_of_a_try_is_a_sign_of_life():
    """The daemon tells its watchdog of tries that fail and of the one that does not."""
    signs = []
    policy, _ = retries(alive=lambda: signs.append("alive"))
    policy.call(Work(error(), error()))
    assert len(signs) == 3


@pytest.mark.parametrize("chance", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_jitter_stays_within_bounds(chance):
    """Each wait lies between nothing and the doubled one, and all of them within the budget."""
    policy, waits = retries(chance=lambda: chance, attempts_max=9, budget_s=10.0)
    with pytest.raises(UnreachableError):
        policy.call(Work(*(error() for _ in range(9))))
    assert waits
    assert all(0 <= wait <= min(8.0, 0.5 * 2**number) for number, wait in enumerate(waits))
    assert sum(waits) <= 10.0


@pytest.mark.parametrize("tries", [1, 2])
def test_nothing_is_tried_again_at_the_end(tries):
    """A wait that SIGTERM cuts short is no leave to ask at once; nor is one begun after it."""
    waits = []
    work = Work(*(error(retry_after_s=6.0) for _ in range(4)))
    policy = Retries(sleep=waits.append, stopping=lambda: len(waits) == tries or tries == 1)
    with pytest.raises(UnreachableError):
        policy.call(work)
    assert work.tries == tries
