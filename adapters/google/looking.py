"""Looking at a Google calendar: what has changed, and what stands in a window."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.google.client import GoogleClient
from adapters.google.cursor import Cursor
from adapters.google.series import has_instance
from adapters.google.translate import (
    Event,
    Reader,
    UnreadableEventError,
    is_ordinary,
    kind_of,
    recurrence_id,
    stands,
)
from sync.domain.sessions import Kind, Session, Span
from sync.ports import ChangeSet, Diary, Known, Lost, Scan, Unreadable

EVENT = (
    "id,etag,status,iCalUID,summary,description,location,start,end,originalStartTime,"
    "recurringEventId,recurrence,transparency,visibility,organizer,attendees,extendedProperties,"
    "conferenceData,hangoutLink,attachments,reminders,source,colorId,eventLabelId,eventType,"
    "guestsCanInviteOthers,guestsCanModify,guestsCanSeeOtherGuests,updated"
)
"""All that is asked of one event; the same everywhere, so that payloads are alike."""

PAGE = f"nextPageToken,nextSyncToken,items({EVENT})"
BUSY = (
    "nextPageToken,items(id,etag,status,iCalUID,summary,description,start,end,originalStartTime,"
    "recurringEventId,transparency,organizer,attendees,extendedProperties,colorId,eventLabelId,"
    "eventType)"
)
PAGE_SIZE = 2500
MARGIN = timedelta(days=1)
"""Whole days are read in the calendar's zone by Google, in the practice's by us."""


_ID = re.compile(r"[!-~]{1,1100}")
"""Google's own are of fewer letters still (Events resource, ``id``)."""


class NoSyncTokenError(ValueError):
    """The last page of a list held no token: it cannot be gone on from."""


@dataclass(frozen=True, slots=True)
class Found:
    """All pages of one look."""

    events: tuple[Event, ...]
    token: str


def first_look(client: GoogleClient, calendar: str, *, since: datetime) -> Found:
    """Return all that ends after *since*, deleted ones too, and where to go on."""
    return _pages(client, calendar, timeMin=since.astimezone(UTC).isoformat())


def next_look(client: GoogleClient, cursor: Cursor) -> Found:
    """Return what has changed since *cursor*."""
    return _pages(client, cursor.id, syncToken=cursor.token)


def _pages(client: GoogleClient, calendar: str, **where: str) -> Found:
    # The same query for the first look and all later ones, apart from *where*.
    pages = client.pages(
        client.service.events().list,
        calendarId=calendar,
        singleEvents=False,
        showDeleted=True,
        maxResults=PAGE_SIZE,
        fields=PAGE,
        **where,
    )
    latest: dict[str, Event] = {}
    token = ""
    for page in pages:
        for event in events_of(page):
            latest[str(event.get("id"))] = event
        token = str(page.get("nextSyncToken", ""))
    if not token:
        raise NoSyncTokenError("no sync token")
    return Found(tuple(latest.values()), token)


def events_of(page: Mapping[str, Any]) -> Iterator[Event]:
    """Yield the events of *page*; what has no id is none, and cannot even be told of."""
    for item in page.get("items") or ():
        if isinstance(item, dict) and _ID.fullmatch(str(item.get("id", ""))):
            yield item


def change_set(
    found: Found,
    known: Known,
    reader_of: Callable[[Iterable[Event]], Reader],
    *,
    scan: Scan,
    get: Callable[[str], Event | None],
) -> ChangeSet:
    """Return *found* as changes; what has its known revision is no news. The cursor is empty.

    A deleted event counts as removed if it was known. Deleted instances are told as lost while
    their series stands and still has them. *get* reads a series that is not among *found*.
    """
    whole = scan is Scan.FULL
    seen = known([str(event.get("id")) for event in found.events])
    fresh = [
        event
        for event in found.events
        if whole or seen.get(str(event.get("id"))) != str(event.get("etag", ""))
    ]
    standing = [event for event in fresh if stands(event)]
    gone = [event for event in fresh if not stands(event)]
    lost = [event for event in gone if kind_of(event) is Kind.INSTANCE]
    removed = frozenset(str(e["id"]) for e in gone if e not in lost and str(e["id"]) in seen)
    ordinary = [event for event in standing if is_ordinary(event)]
    sessions, unreadable = _read(ordinary, reader_of(ordinary))
    revisions = {str(e["id"]): str(e.get("etag", "")) for e in (*standing, *lost)}
    if not whole:
        scan = Scan.INCREMENTAL if revisions or removed else Scan.UNCHANGED
    return ChangeSet(
        sessions=sessions,
        revisions=revisions,
        removed=frozenset() if whole else removed,
        cursor="",
        scan=scan,
        unreadable=unreadable,
        copies=tuple(session for session in sessions if session.marks is None),
        lost=_lost_of_standing(lost, found, None if whole else get),
    )


def agenda(
    client: GoogleClient,
    calendar: str,
    window: Span,
    reader_of: Callable[[Iterable[Event]], Reader],
) -> Diary:
    """Return all that overlaps *window*, series expanded by Google, cancelled ones too."""
    pages = client.pages(
        client.service.events().list,
        calendarId=calendar,
        singleEvents=True,
        showDeleted=True,
        timeMin=(window.start - MARGIN).isoformat(),
        timeMax=(window.end + MARGIN).isoformat(),
        maxResults=PAGE_SIZE,
        fields=BUSY,
    )
    found = {str(event.get("id")): event for page in pages for event in events_of(page)}
    timed = [
        event
        for event in found.values()
        if event.get("start") and event.get("eventType") != "workingLocation" and _is_told(event)
    ]
    reader = reader_of(timed)
    sessions, unreadable = _read(timed, reader, payload=False)
    inside = [one for one in sessions if _is_in(one.span_in(reader.zone), window)]
    return Diary(tuple(sorted(inside, key=lambda s: _order(s, reader))), unreadable)


def _read(
    events: Iterable[Event], reader: Reader, *, payload: bool = True
) -> tuple[tuple[Session, ...], tuple[Unreadable, ...]]:
    sessions: list[Session] = []
    unreadable: list[Unreadable] = []
    for event in events:
        try:
            sessions.append(reader.session(event, payload=payload))
        except UnreadableEventError as error:
            unreadable.append(Unreadable(str(event.get("id")), str(error)))
    return tuple(sessions), tuple(unreadable)


def _lost_of_standing(
    gone: Iterable[Event], found: Found, get: Callable[[str], Event | None] | None
) -> tuple[Lost, ...]:
    """Return those *gone* whose series would still have them.

    Google may tell of a series and of its instances in different looks; a full one has all.
    """
    masters: dict[str, Event | None] = {str(event.get("id")): event for event in found.events}
    told: list[Lost] = []
    for event in gone:
        lost = _lost(event)
        if lost is None:
            continue
        if lost.series not in masters:
            masters[lost.series] = None if get is None else get(lost.series)
        master = masters[lost.series]
        if master is not None and stands(master) and has_instance(master, lost.start):
            told.append(lost)
    return tuple(told)


def _lost(event: Mapping[str, Any]) -> Lost | None:
    """Return a deleted instance; Google guarantees its id, its series and its original start."""
    try:
        start = event["originalStartTime"]
        if not start.get("dateTime"):
            return None  # whole days are no sessions
        begins = datetime.fromisoformat(start["dateTime"])
        return Lost(str(event["id"]), str(event["recurringEventId"]), recurrence_id(start), begins)
    except (KeyError, ValueError, TypeError, AttributeError, UnreadableEventError):
        return None


def _is_told(event: Event) -> bool:
    """Return whether it belongs in an agenda: an instance taken out of its series does not."""
    return stands(event) or kind_of(event) is not Kind.INSTANCE


def _is_in(span: Span, window: Span) -> bool:
    return span.overlaps(window) or (not span.length and window.start <= span.start < window.end)


def _order(session: Session, reader: Reader) -> tuple[Span, str, str]:
    key = session.key
    return session.span_in(reader.zone), key.uid, key.recurrence_id or ""
