"""Public holidays, asked for until it is clear whose: many countries have them part by part."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sync.cli.init import questions as q
from sync.cli.init.accounts import Desk
from sync.cli.init.asking import Question, answered, paragraph, say
from sync.config import values
from sync.config.holidays import parts_that_differ, public_holidays
from sync.config.opening import Week

SHOWN_MAX = 4


def closed_on(desk: Desk, week: Week, zone: str) -> str:
    """Return whose public holidays are closed, and tell the next of them; empty: nobody's."""
    today = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    years = (today.year, today.year + 1)
    code = answered(q.HOLIDAYS, desk.flags.holidays, asks=desk.asks)
    code = _part_of(code, years, desk)
    if code:
        say(f"  Closed for {code}, next: {coming_days(public_holidays(code, years), week, today)}.")
    return code


def _part_of(code: str, years: Collection[int], desk: Desk) -> str:
    """Return the part of a country that a person means, where its parts differ.

    The country alone lacks days: plain "GB" is open on Easter Monday.
    """
    parts = parts_that_differ(code, years)
    if not parts:
        return code
    if not desk.asks:
        say(f"  Careful: {code} alone has only what all of it keeps; {parts[0]}, say, has more.")
        return code
    paragraph(f"{code} has several: {', '.join(parts)}.")
    words = f"Which of them? (Enter: only the days that all of {code} keeps)"
    return answered(Question("--holidays", words, lambda a: _part(a, code), ""), None, asks=True)


def _part(answer: str, country: str) -> str:
    """Return the part of *country* that is meant, with or without the country before it."""
    for wanted in (answer or country, f"{country}-{answer}"):
        try:
            found = q.holidays(wanted)
        except ValueError:
            continue
        if found.partition("-")[0] == country:
            return found
    raise ValueError(f"{values.shown(answer)} is none of them")


def coming_days(days: Collection[date], week: Week, today: date) -> str:
    """Return the next of *days* that would be open."""
    coming = [
        day for day in sorted(days) if day >= today and values.WEEKDAYS[day.weekday()] in week
    ]
    return ", ".join(f"{day:%a} {day.day} {day:%b %Y}" for day in coming[:SHOWN_MAX]) or "no day"
