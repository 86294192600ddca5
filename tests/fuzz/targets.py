"""Every reader of what comes from outside, as one function of bytes.

Each may end in the errors that its reader documents, which the function swallows; anything else
that comes out is a bug.
"""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from googleapiclient.errors import HttpError
from httplib2 import Response
from lxml import etree

from adapters.caldav.errors import UnusableAnswerError
from adapters.caldav.lines import UnreadableResource
from adapters.caldav.multistatus import parsed, preconditions
from adapters.caldav.reading import Reader
from adapters.caldav.rewrite import ComponentMissing, amended_text, replacement_text
from adapters.caldav.screen import may_carry_signal
from adapters.caldav.shelf import Fetched, Stored
from adapters.google import looking
from adapters.google import translate as google
from adapters.google.errors import MAPPED, Call
from sync.config.load import load
from sync.domain import words
from sync.domain.causes import BUILT_IN, TAG_WORDS
from sync.domain.sessions import Marks, Session, SessionKey, Span, Status, Timed
from sync.domain.signals import SignalSettings, Watch, judged
from sync.domain.writes import Amendment, Draft
from sync.errors import ConfigError
from sync.ports import Scan

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = Span(NOW - timedelta(days=14), NOW + timedelta(days=60))
WHEN = Timed(NOW.astimezone(ZONE), (NOW + timedelta(minutes=50)).astimezone(ZONE))
WATCH = Watch(
    words.dictionary(TAG_WORDS, BUILT_IN), SignalSettings(), frozenset({"p@example.org"}), ZONE
)
CALL = Call("sessions", "changes")
MARKED = Amendment(
    marks=Marks("abc", state="settled"),
    note="Raincheck: moved to Tue 1 Dec 2026 10:00.",
    status=Status.CANCELLED,
    transparent=True,
    when=WHEN,
)


def icalendar(data: bytes) -> None:
    """Look through a resource, expand it, judge its sessions, mark them and replace them."""
    text = data.decode("utf-8", "replace")
    stored = Stored("/s/1.ics", text, "e1")
    fetched = Fetched((stored,))
    reader = Reader("sessions", ZONE)
    may_carry_signal(text)
    reader.looked_through(fetched, now=NOW)
    occurring, _ = reader.within(fetched, WINDOW)
    try:
        sessions = reader.sessions(stored)
    except UnreadableResource:
        return
    for session in (*sessions[:3], *occurring[:3]):
        judged(session, WATCH, now=NOW)
        _written(text, session)


def _written(text: str, session: Session) -> None:
    draft = Draft(
        key=SessionKey("rc" + 32 * "0"),
        original=session,
        when=WHEN,
        status=Status.TENTATIVE,
        title=session.title,
        notes=session.notes,
        categories=session.categories,
        marks=Marks("abc", attempt=1),
        invite=True,
    )
    for write in (
        lambda: amended_text(text, session.key, MARKED, zone=ZONE, now=NOW),
        lambda: replacement_text(draft, now=NOW),
    ):
        try:
            write()
        except (UnreadableResource, ComponentMissing):
            continue


def google_json(data: bytes) -> None:
    """Take a page of events in, and every event by itself; or the same as a refusal."""
    _refused(data)
    try:
        page = json.loads(data)
    except MAPPED as error:  # as in the client: what is no JSON, or is nested without end
        CALL.translated(error)
        return
    reader = google.Reader("sessions", ZONE)
    events = tuple(looking.events_of({"items": page if isinstance(page, list) else [page]}))
    for event in events:
        try:
            session = reader.session(event)
        except google.UnreadableEventError:
            continue
        judged(session, WATCH, now=NOW)
    found = looking.Found(events, "token")
    for scan in (Scan.FULL, Scan.INCREMENTAL):
        looking.change_set(found, _known, lambda _: reader, scan=scan, get=lambda _: None)


def _refused(data: bytes) -> None:
    """Read *data* as the body of an error, as the client and then the adapter do."""
    refused: Exception
    for status in (403, 429):
        try:
            refused = HttpError(Response({"status": status}), data)
        except MAPPED as error:
            refused = error
        CALL.translated(refused, write=True)


def _known(resources: Any) -> Any:
    return dict.fromkeys(resources or (), "e0")


def xml(data: bytes) -> None:
    """Read a multistatus, and the reasons in an error."""
    preconditions(data)
    try:
        found = parsed(data)
    except (UnusableAnswerError, etree.LxmlError):
        return
    for row in found.rows:
        _ = (row.etag, row.text, row.gone)


def toml(data: bytes) -> None:
    """Read a configuration."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with suppress(ConfigError):
            load(Path(file.name), {})


TARGETS: dict[str, Callable[[bytes], None]] = {
    "icalendar": icalendar,
    "google": google_json,
    "xml": xml,
    "toml": toml,
}
