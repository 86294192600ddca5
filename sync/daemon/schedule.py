"""When each account is looked at again: spread, and slower while it is in trouble. Pure."""

from dataclasses import dataclass, replace
from datetime import timedelta

SPREAD = 0.25
"""Rhythms vary by so much to both sides, so that many practices do not knock at one time."""
SLOWEST = timedelta(minutes=15)
"""An account in trouble is asked at least so often, unless its server wishes for less."""
WISH_MAX = timedelta(hours=1)
"""The longest wish of a server that is granted: a slip of its own must not end our watch."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When one account is due, in seconds of the wall clock. ``failures`` are those in a row."""

    due_s: float
    failures: int = 0


def after_look(
    rhythm: Rhythm,
    poll: timedelta,
    *,
    ok: bool,
    now_s: float,
    chance: float,
    wished_s: float | None = None,
) -> Rhythm:
    """Return when the account is due next.

    Args:
        rhythm: As it was.
        poll: The practice's own rhythm.
        ok: Whether the account could be looked at.
        now_s: The moment.
        chance: From 0 to 1.
        wished_s: How long the server wishes not to be asked (Retry-After), if it does.
    """
    failures = 0 if ok else rhythm.failures + 1
    slowest = max(poll, SLOWEST)
    wait = min(poll * 2 ** min(failures, 10), slowest) * (1 + SPREAD * (2 * chance - 1))
    wait = min(wait, slowest) if failures else wait
    wished = min(wished_s or 0.0, WISH_MAX.total_seconds())
    return Rhythm(now_s + max(wait.total_seconds(), wished), failures)


def woken(rhythm: Rhythm, *, now_s: float, before_s: float, longest_s: float) -> Rhythm:
    """Return *rhythm* after the clock went from *before_s* to *now_s* while we slept.

    A clock that was put back, or a computer that slept for longer than any wait, means: now.
    """
    if now_s < before_s or now_s - before_s > longest_s:
        return replace(rhythm, due_s=now_s, failures=0)
    return rhythm
