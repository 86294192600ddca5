"""The XML that is asked with; pure.

Filters stay as plain as they can be, because SOGo ignores the finer ones (facts/caldav.md, quirk
15); no limit is ever asked for, because Xandikos then loses members for good (quirk 6); expansion
is done at home (quirk 17).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from adapters.caldav.multistatus import address

_SPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
)
_ETAG = "<D:getetag/>"
_DATA = "<D:getetag/><C:calendar-data/>"

WHO = "<D:resourcetype/><D:current-user-principal/><C:calendar-home-set/>"
ABOUT = (
    "<D:resourcetype/><D:displayname/><C:supported-calendar-component-set/>"
    "<D:current-user-privilege-set/><D:current-user-principal/><C:calendar-home-set/>"
)
STATE = "<D:sync-token/><D:supported-report-set/><D:resourcetype/>"
CTAG = "<S:getctag/>"
ETAG = _ETAG


def propfind(properties: str) -> bytes:
    """Return a PROPFIND for *properties*, one of the constants above."""
    return _bytes("D:propfind", f"<D:prop>{properties}</D:prop>")


def query(start: datetime, end: datetime | None = None, *, data: bool = True) -> bytes:
    """Return a calendar-query for events that overlap the time; without *end*, for all after."""
    return _query(_time_range(start, end), data=data)


def multiget(paths: Sequence[str]) -> bytes:
    """Return a calendar-multiget of *paths*, given in their comparable form."""
    hrefs = "".join(f"<D:href>{escape(address(path))}</D:href>" for path in paths)
    return _bytes("C:calendar-multiget", f"<D:prop>{_DATA}</D:prop>{hrefs}")


def sync_collection(token: str) -> bytes:
    """Return a sync-collection for what changed since *token* (RFC 6578, 3.2)."""
    return _bytes(
        "D:sync-collection",
        f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
        f"<D:prop>{_ETAG}</D:prop>",
    )


def _query(event_filter: str, *, data: bool) -> bytes:
    inside = f'<C:comp-filter name="VEVENT">{event_filter}</C:comp-filter>'
    return _bytes(
        "C:calendar-query",
        f"<D:prop>{_DATA if data else _ETAG}</D:prop><C:filter>"
        f'<C:comp-filter name="VCALENDAR">{inside}</C:comp-filter></C:filter>',
    )


def _time_range(start: datetime, end: datetime | None) -> str:
    until = f' end="{_utc(end)}"' if end else ""
    return f'<C:time-range start="{_utc(start)}"{until}/>'


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _bytes(name: str, inside: str) -> bytes:
    text = f'<?xml version="1.0" encoding="utf-8"?><{name} {_SPACES}>{inside}</{name}>'
    return text.encode("utf-8")
