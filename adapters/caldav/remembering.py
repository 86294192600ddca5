"""What is remembered of a resource, because a deletion comes without a body; pure."""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.caldav.expand import dates_of
from adapters.caldav.translate import Reading
from adapters.caldav.zones import Zones, recurrence_id
from sync.domain.sessions import Kind, Session
from sync.ports import Lost

AHEAD_MAX = timedelta(days=400)
"""Instances of series further ahead than this are not looked at."""

_STARTS = re.compile(r"^DTSTART[^:\r\n]*:\s*(\d{8})", re.IGNORECASE | re.MULTILINE)
_REPEATS = re.compile(r"^(?:RRULE|RDATE)[;:]", re.IGNORECASE | re.MULTILINE)
_A_DAY = timedelta(days=1)
_UTC = ZoneInfo("UTC")
_OF_AN_INSTANCE = "#"
"""Between a series' path and the name of an instance; no path holds it, it is quoted there."""


def may_be_ahead(text: str, now: datetime) -> bool:
    """Return whether *text*, one stored resource, may hold something upcoming; never a false no."""
    if _REPEATS.search(text):
        return True
    found = _STARTS.findall(text)
    # A folded line hides its date: then it has to be read.
    first = (now - _A_DAY).strftime("%Y%m%d")
    return not found or max(found) >= first


def is_to_be_kept(session: Session, now: datetime) -> bool:
    """Return whether a copy of *session* is kept: of a series always, else of what is ahead."""
    return session.kind is Kind.SERIES or session.span_in(_UTC).end > now


def lost_of(readings: Collection[Reading], zones: Zones, now: datetime) -> Iterator[Lost]:
    """Yield each upcoming instance that was taken out of the series in one resource (EXDATE).

    Raises:
        UnreadableResource: a date cannot be read.
    """
    for reading in readings:
        if reading.session.kind is not Kind.SERIES:
            continue
        for when, _ in dates_of(reading.event, "EXDATE", zones):
            if isinstance(when, datetime) and now < when < now + AHEAD_MAX:
                series, name = reading.session.resource, recurrence_id(when)
                yield Lost(f"{series}{_OF_AN_INSTANCE}{name}", series, name, when.astimezone(UTC))


def is_path(resource: str) -> bool:
    """Return whether *resource* is a path on the server, and no instance that was taken out."""
    return _OF_AN_INSTANCE not in resource
