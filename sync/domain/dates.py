"""Dates as people read them, whatever the locale."""

from datetime import date

from sync.domain.sessions import Timed

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_and_time(when: Timed) -> str:
    """Return the start as clients read it: ``Mon 23 Nov 2026 10:00``, whatever the locale."""
    return f"{day_in_words(when.start)} {when.start:%H:%M}"


def day_in_words(day: date) -> str:
    """Return ``Mon 23 Nov 2026``, whatever the locale."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"
