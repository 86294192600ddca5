"""Times and numbers in words, in the practice's zone and whatever the locale."""

from datetime import datetime

from sync.domain.dates import day_in_words
from sync.report.month import Case


def moment(at: datetime) -> str:
    """Return ``Mon 23 Nov 2026 10:00``."""
    return f"{day_in_words(at)} {at:%H:%M}"


def brief(at: datetime, beside: datetime) -> str:
    """Return ``Mon 23 Nov 10:00``, with the year only if it is not that of *beside*."""
    year = "" if at.year == beside.year else f" {at.year}"
    return f"{day_in_words(at).rsplit(' ', 1)[0]}{year} {at:%H:%M}"


def lost_at(case: Case) -> str:
    """Return when the session was to begin; only the day if it has become a whole one.

    The year is the month's, which stands at the top of the page.
    """
    at = brief(case.start, case.start)
    return at.rpartition(" ")[0] if case.is_whole_day else at


def days_in_words(days: float) -> str:
    """Return ``the same day``, ``1 day``, ``6.5 days`` or ``2 days before``."""
    if not days:
        return "the same day"
    number = f"{abs(days):.1f}".removesuffix(".0")
    counted = f"{number} day" if number == "1" else f"{number} days"
    return f"{counted} before" if days < 0 else counted


def counted(number: int, noun: str) -> str:
    """Return ``1 session`` or ``2 sessions``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
