"""What has changed: the first look, and the cheap ones after it.

First: the server's name for its state, then one query over the window; in that order, so that
what changes between the two is seen twice rather than never. Later: one sync-collection, or the
change tag where there is none (facts/caldav.md, quirk 8). A sync answer is a hint: what counts is
the ETag (quirk 7). Servers that never refuse a bad token lose changes silently (quirk 4), so all
ETags are compared once a day, whatever the server.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.caldav import bodies
from adapters.caldav.cursor import Cursor, Place
from adapters.caldav.discovery import ctag_of, token_of
from adapters.caldav.errors import AnswerError, UnusableAnswerError
from adapters.caldav.multistatus import Multistatus
from adapters.caldav.reading import Reader
from adapters.caldav.remembering import is_path
from adapters.caldav.shelf import Fetched, Shelf, together
from sync.ports import ChangeSet, Known, Scan

COMPARE_EVERY = timedelta(days=1)
PAGES_MAX = 200
TAKEN_OUT = "taken out"
"""The revision of an instance that is no more."""

REFUSALS = frozenset({400, 405, 409, 412, 501})
"""How servers say that they cannot go on from a token without naming why."""


class TokenRefusedError(Exception):
    """The token is of no use any more: look from the start."""


@dataclass(frozen=True, slots=True)
class News:
    """Paths that may have changed, with their ETags, and paths that are said to be gone."""

    etags: dict[str, str]
    gone: frozenset[str]

    def __add__(self, other: "News") -> "News":
        return News(self.etags | other.etags, (self.gone | other.gone) - set(other.etags))


NOTHING = News({}, frozenset())


def first_look(
    shelf: Shelf, place: Place, reader: Reader, known: Known, *, since: datetime, now: datetime
) -> tuple[ChangeSet, Cursor]:
    """Return all that ends after *since*, and where to go on from.

    What is known and still stands, but was not found by its time, is looked up and is part of the
    answer: Xandikos does not find an instance moved far away from its series (quirk 16), and that
    must not look like a deletion.
    """
    token = token_of(shelf.state())
    # Radicale reads the whole calendar for each of the two: ask for the second where it counts.
    tag = "" if token else ctag_of(shelf.state(bodies.CTAG))
    found = shelf.window(since)
    missing = _known_paths(known) - _paths(found)
    if missing:
        found = together((found, shelf.fetch(missing & shelf.etags().keys())))
    cursor = Cursor(place, token, tag, since, now)
    return _change_set(found, reader, Scan.FULL, now), cursor


def next_look(
    shelf: Shelf, cursor: Cursor, reader: Reader, known: Known, *, now: datetime
) -> tuple[ChangeSet, Cursor]:
    """Return what has changed since *cursor*, and where to go on from.

    Raises:
        TokenRefusedError: it can only be looked at from the start.
    """
    news, after = _since_token(shelf, cursor) if cursor.token else _since_tag(shelf, cursor, known)
    if now - cursor.compared >= COMPARE_EVERY:
        news += _compared(shelf, cursor, known)
        after = replace(after, compared=now)
    last = known(news.etags.keys() | news.gone) if news.etags or news.gone else {}
    changed = [path for path, etag in news.etags.items() if not etag or last.get(path) != etag]
    found = shelf.fetch(changed)
    gone = (news.gone | found.gone) & last.keys()
    found = replace(found, gone=frozenset(gone))
    silent = not (found.stored or found.unreadable or found.gone)
    scan = Scan.UNCHANGED if silent else Scan.INCREMENTAL
    return _change_set(found, reader, scan, now), after


def _since_token(shelf: Shelf, cursor: Cursor) -> tuple[News, Cursor]:
    """Return the answers to sync-collection, all pages of it (RFC 6578, 3.6)."""
    news, token = NOTHING, cursor.token
    for _ in range(PAGES_MAX):
        answer = _asked(shelf, token)
        rows = [row for row in answer.rows if row.path.rstrip("/") != shelf.path.rstrip("/")]
        members = [row for row in rows if not row.path.endswith("/")]
        news += News(
            {row.path: row.etag for row in members if not row.gone},
            frozenset(row.path for row in members if row.gone),
        )
        if not answer.token:
            raise TokenRefusedError
        partial = any(row.status == 507 for row in answer.rows)
        if not partial or answer.token == token:
            return news, cursor.moved_on(token=answer.token)
        token = answer.token
    raise UnusableAnswerError("the list of changes does not end")


def _asked(shelf: Shelf, token: str) -> Multistatus:
    try:
        return shelf.since(token)
    except AnswerError as error:
        if error.status in REFUSALS or any("supported-report" in e for e in error.preconditions):
            raise TokenRefusedError from error
        raise


def _since_tag(shelf: Shelf, cursor: Cursor, known: Known) -> tuple[News, Cursor]:
    """Return what comparing says, unless the change tag says that there is nothing."""
    if not cursor.ctag:
        return _compared(shelf, cursor, known), cursor
    tag = ctag_of(shelf.state(bodies.CTAG))
    if tag == cursor.ctag:
        return NOTHING, cursor
    return _compared(shelf, cursor, known), cursor.moved_on(ctag=tag)


def _compared(shelf: Shelf, cursor: Cursor, known: Known) -> News:
    """Return where the window's ETags differ from the known ones.

    What is known but no longer found by its time may only have been moved: the list of the whole
    collection decides.
    """
    last = {path: etag for path, etag in known(None).items() if is_path(path)}
    standing = shelf.window_etags(cursor.since)
    gone: frozenset[str] = frozenset()
    if missing := last.keys() - standing.keys():
        everywhere = shelf.etags()
        standing |= {path: everywhere[path] for path in missing & everywhere.keys()}
        gone = frozenset(missing - everywhere.keys())
    return News({path: etag for path, etag in standing.items() if last.get(path) != etag}, gone)


def _paths(found: Fetched) -> set[str]:
    unreadable: Iterable[str] = (path for path, _, _ in found.unreadable)
    return {stored.path for stored in found.stored} | set(unreadable)


def _known_paths(known: Known) -> set[str]:
    return {path for path in known(None) if is_path(path)}


def _change_set(found: Fetched, reader: Reader, scan: Scan, now: datetime) -> ChangeSet:
    """Return what *found* says; an instance that was taken out stands there as one of its own."""
    told = reader.looked_through(found, now=now)
    revisions = {stored.path: stored.etag for stored in found.stored}
    revisions |= {path: etag for path, etag, _ in found.unreadable}
    revisions |= {lost.resource: TAKEN_OUT for lost in told.lost}
    return ChangeSet(
        told.sessions,
        revisions,
        frozenset() if scan is Scan.FULL else found.gone,
        cursor="",
        scan=scan,
        unreadable=told.unreadable,
        copies=told.copies,
        lost=told.lost,
    )
