"""When accounts are looked at: spread, slower in trouble, at once after a sleep."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.daemon.schedule import SLOWEST, SPREAD, WISH_MAX, Rhythm, after_look, woken

MINUTE = timedelta(minutes=1)
chances = st.floats(0, 1)


@given(chances, st.integers(10, 7200))
def test_rhythms_are_spread(chance: float, poll_s: int) -> None:
    """An account that answers is asked again within a quarter of its rhythm, to both sides."""
    poll = timedelta(seconds=poll_s)
    fresh = after_look(Rhythm(0.0, failures=3), poll, ok=True, now_s=1000.0, chance=chance)
    assert fresh.failures == 0
    assert 1000 + poll_s * (1 - SPREAD) <= fresh.due_s <= 1000 + poll_s * (1 + SPREAD)


def test_chance_decides() -> None:
    """Two practices with one rhythm do not knock at one time."""
    due = {
        after_look(Rhythm(0.0), MINUTE, ok=True, now_s=0.0, chance=chance).due_s
        for chance in (0.0, 0.5, 1.0)
    }
    assert due == {45.0, 60.0, 75.0}


def test_trouble_slows_down_but_not_for_ever() -> None:
    """Each failure doubles the wait, up to a quarter of an hour."""
    rhythm, waits = Rhythm(0.0), []
    for _ in range(40):
        rhythm = after_look(rhythm, MINUTE, ok=False, now_s=0.0, chance=0.5)
        waits.append(rhythm.due_s)
    assert waits[:4] == [120.0, 240.0, 480.0, 900.0]
    assert set(waits[3:]) == {SLOWEST.total_seconds()}


@given(chances, st.integers(10, 7200), st.integers(0, 2000))
def test_spread_does_not_stretch_the_slowest(chance: float, poll_s: int, failures: int) -> None:
    """An account in trouble is asked every quarter of an hour or the practice's rhythm, or more."""
    poll = timedelta(seconds=poll_s)
    after = after_look(Rhythm(0.0, failures), poll, ok=False, now_s=0.0, chance=chance)
    assert after.failures == failures + 1
    assert 0 < after.due_s <= max(poll, SLOWEST).total_seconds()
    assert after.due_s >= poll_s * (1 - SPREAD)


def test_recovery_is_at_once() -> None:
    """One answer after forty failures, and the account is back in its rhythm."""
    fresh = after_look(Rhythm(0.0, failures=40), MINUTE, ok=True, now_s=5.0, chance=0.5)
    assert fresh == Rhythm(65.0, 0)
    assert after_look(fresh, MINUTE, ok=False, now_s=65.0, chance=0.5) == Rhythm(185.0, 1)


def test_a_slow_rhythm_is_not_hastened_by_trouble() -> None:
    """A practice that asks once an hour asks a dead account no more often."""
    hour = timedelta(hours=1)
    assert after_look(Rhythm(0.0), hour, ok=False, now_s=0.0, chance=0.5).due_s == 3600.0


@pytest.mark.parametrize(
    ("now_s", "at_once"),
    [
        *((1000.0, False), (1001.0, False), (1030.0, False)),
        *((1030.5, True), (4600.0, True), (999.5, True), (900.0, True)),
    ],
)
def test_sleep_and_clocks_put_back(now_s: float, *, at_once: bool) -> None:
    """After a suspended laptop, or a clock that was put back, everything is due now."""
    rhythm = Rhythm(due_s=9999.0, failures=5)
    after = woken(rhythm, now_s=now_s, before_s=1000.0, longest_s=30.0)
    assert after == (Rhythm(now_s, 0) if at_once else rhythm)


@pytest.mark.parametrize(
    ("wished_s", "wait_s"),
    [(None, 120.0), (0.0, 120.0), (60.0, 120.0), (1800.0, 1800.0), (3600.0, 3600.0)],
)
def test_a_servers_wish_is_kept_to(wished_s: float | None, wait_s: float) -> None:
    """Retry-After holds from one look to the next; a shorter one hastens nothing."""
    after = after_look(Rhythm(0.0), MINUTE, ok=False, now_s=9.0, chance=0.5, wished_s=wished_s)
    assert after == Rhythm(9.0 + wait_s, 1)


def test_no_server_ends_our_watch() -> None:
    """A wish for a week is granted for an hour; a practice that asks once a day asks no more."""
    week_s = 7 * 86400.0
    day = timedelta(days=1)
    for poll, wait in ((MINUTE, WISH_MAX), (day, day)):
        after = after_look(Rhythm(0.0), poll, ok=False, now_s=0.0, chance=0.5, wished_s=week_s)
        assert after.due_s == wait.total_seconds()
