"""DATE, DATE-TIME and DURATION values, as they are written."""

import re
from datetime import date, datetime, time, timedelta

from adapters.caldav.lines import UnreadableResource

YEARS = range(1600, 2201)
"""Years that are read; some address books start birthdays in 1604."""

_TIME = re.compile(r"(\d{8})(?:(T(?:[01]\d|2[0-3])\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)


def local_time(value: str) -> datetime:
    """Return a DATE-TIME or DATE value as it reads on the wall, without a zone.

    Raises:
        UnreadableResource: it is none, or not in `YEARS`.
    """
    read = read_time(value)[0]
    return read if isinstance(read, datetime) else datetime.combine(read, time())


def read_time(value: str) -> tuple[date | datetime, bool]:
    """Return what *value* says, and whether it says so in UTC.

    Raises:
        UnreadableResource: it is no time, or not in `YEARS`.
    """
    match = _TIME.fullmatch(value.strip())
    if not match or int(match[1][:4]) not in YEARS:
        raise UnreadableResource("a time that cannot be read")
    day, hours, second, utc = match.groups()
    try:
        if hours is None:
            return date.fromisoformat(day), False
        # RFC 5545, 3.3.12: who knows no leap second reads 60 as 59.
        return datetime.fromisoformat(f"{day}{hours}{min(second, '59')}"), bool(utc)
    except ValueError:
        raise UnreadableResource("a time that cannot be read") from None


def duration(value: str) -> tuple[timedelta, timedelta]:
    """Return a DURATION as whole days, counted on the calendar, and exact time (RFC 5545, 3.3.6).

    Raises:
        UnreadableResource: it is none, or negative.
    """
    match = _DURATION.fullmatch(value.strip().upper())
    if not match or not any(match.groups()[1:]):
        raise UnreadableResource("a duration that cannot be read")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    nominal = timedelta(weeks=weeks, days=days)
    exact = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if match[1] == "-" and (nominal or exact):
        raise UnreadableResource("end before start")
    return nominal, exact
