"""A calendar at Google: the port's methods, each in few requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from googleapiclient.errors import HttpError

from adapters.google import cursor as cursors
from adapters.google import looking, planting
from adapters.google.client import TIMEOUT_S, GoogleClient
from adapters.google.cursor import Cursor
from adapters.google.errors import MAPPED, Call, status_of
from adapters.google.labels import ensure_labels
from adapters.google.login import Login
from adapters.google.looking import EVENT
from adapters.google.shelf import ABSENT, Shelf
from adapters.google.translate import (
    Event,
    Reader,
    UnreadableEventError,
    colors_of,
    is_ordinary,
    stands,
)
from adapters.google.writing import (
    NotTheOriginalError,
    is_patched,
    patch_body,
    replacement_body,
    tells_guests,
)
from sync.domain.sample import Origin, Sample
from sync.domain.sessions import Session, SessionKey, Span
from sync.domain.writes import Amendment, Draft
from sync.errors import (
    AlreadyExistsError,
    CalendarMissingError,
    CursorExpiredError,
    OutcomeUnknownError,
    RejectedError,
    RevisionMismatchError,
    SessionGoneError,
)
from sync.ports import ChangeSet, Diary, Facts, Known, Listed, Scan

ROUNDS_MAX = 3
"""Lost races for an etag that are run again."""

WRITERS = frozenset({"owner", "writer"})


class GoogleAccount:
    """One login at Google; shared by its calendars. One request at a time.

    Args:
        name: As configured.
        login: How to log in; loaded when it is first needed.
        endpoint: The API's root; empty for Google's own.
        colors: ``[signals] colors``: colour to tag.
        timeout_s: How long the server may keep silent.
    """

    def __init__(
        self,
        name: str,
        *,
        login: Login,
        endpoint: str = "",
        colors: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.name = name
        self.client = GoogleClient(login, endpoint, timeout_s=timeout_s)
        self.colors = colors_of(colors or {})

    def listed(self) -> tuple[Listed, ...]:
        """Return what the account holds; see `sync.ports.Server`."""
        call = Call("", "calendars")
        try:
            return tuple(_listed(entry) for entry in self.entries())
        except MAPPED as error:
            raise call.translated(error) from error

    def entries(self) -> Iterator[Mapping[str, Any]]:
        """Yield the account's list of calendars, as Google has it; library errors pass."""
        fields = "nextPageToken,items(id,summary,summaryOverride,accessRole,deleted)"
        method = self.client.service.calendarList().list
        for page in self.client.pages(method, maxResults=250, fields=fields):
            yield from page.get("items", ())

    def calendar(
        self,
        wanted: str,
        *,
        name: str,
        zone: ZoneInfo,
        everything: bool = False,  # noqa: ARG002 - every changed event is read anyway
    ) -> "GoogleCalendar":
        """Return one of its calendars; see `sync.ports.Server`."""
        return GoogleCalendar(self, name, wanted=wanted, zone=zone)

    def close(self) -> None:
        """Close its connections."""
        self.client.close()


class GoogleCalendar:
    """One calendar; see `sync.ports.Calendar`.

    Args:
        account: Its account.
        name: What everything else calls it.
        wanted: Which one it is: its id, ``primary``, or its title.
        zone: The practice's.
    """

    def __init__(self, account: GoogleAccount, name: str, *, wanted: str, zone: ZoneInfo) -> None:
        self._account = account
        self._client = account.client
        self._name = name
        self._wanted = wanted
        self._owner = cursors.owner(self._client.endpoint, account.name, wanted)
        self._reader = Reader(name, zone, account.colors)
        self._found: str | None = None
        self._requests = 0

    @property
    def name(self) -> str:
        """The name by which the configuration knows it."""
        return self._name

    @property
    def account(self) -> str:
        """The name of its account."""
        return self._account.name

    @property
    def requests(self) -> int:
        """How many requests it has sent so far; refreshing the login is not counted."""
        return self._requests

    def changes(self, cursor: str | None, known: Known, *, since: datetime) -> ChangeSet:
        """Return what has changed since *cursor*; None: all that ends after *since*."""
        with self._calling("changes") as call:
            mine = cursors.read(cursor, of=self._owner)
            if mine is None or since < mine.since:
                id_ = self._id()
                found = looking.first_look(self._client, id_, since=since)
                changes = self._changes(found, known, Scan.FULL)
                return self._with_cursor(changes, Cursor(id_, found.token, since))
            self._found = mine.id
            try:
                found = looking.next_look(self._client, mine)
            except HttpError as error:
                # A string that is no token is 400, an old one 410.
                if status_of(error) not in {400, 410}:
                    raise
                raise call.error(CursorExpiredError, "Google no longer knows the cursor") from error
            changes = self._changes(found, known, Scan.INCREMENTAL)
            return self._with_cursor(changes, replace(mine, token=found.token))

    def agenda(self, window: Span) -> Diary:
        """Return all that overlaps *window*, series expanded."""
        with self._calling("agenda"):
            return looking.agenda(self._client, self._id(), window, self._reader_of)

    def read(self, key: SessionKey, resource: str | None) -> Session | None:
        """Return the session as it stands now, or None if it is not there."""
        with self._calling("read") as call:
            event = self._shelf().event(key, resource)
            if event is None or not stands(event):
                return None
            return self._session(event, call)

    def create(self, draft: Draft) -> Session:
        """Write a replacement and return it as Google stored it.

        Its id is ours, so that a second insert, by us or by the HTTP library, is refused.
        """
        with self._calling("create") as call:
            return self._created(draft, call)

    def amend(
        self, key: SessionKey, resource: str, amendment: Amendment, *, expected: str | None
    ) -> Session:
        """Change what *amendment* names and nothing else, and return the session as stored."""
        with self._calling("amend") as call:
            for _ in range(ROUNDS_MAX):
                event = self._shelf().event(key, resource)
                if event is None or not stands(event):
                    raise call.error(SessionGoneError, "it is no longer there")
                if expected is not None and expected != event.get("etag"):
                    raise call.error(RevisionMismatchError, "it was changed since it was read")
                amended = self._patched(event, amendment, call)
                if amended is not None:
                    return self._session(amended, call)
            raise call.error(RevisionMismatchError, "others keep changing it")

    def facts(self) -> Facts:
        """Return what `check` tells of it."""
        with self._calling("facts"):
            id_ = self._id()
            told = self._ask(
                self._events.list(calendarId=id_, maxResults=1, fields="summary,accessRole")
            )
            writable = told.get("accessRole") in WRITERS
            return Facts(str(told.get("summary", id_)), id_, invites=True, writable=writable)

    def plant(self, sample: Sample) -> Session:
        """Write `doctor`'s event and return it as stored; see `sync.ports.Bench`."""
        with self._calling("plant") as call:
            return self._session(planting.plant(self._shelf(), sample, call), call)

    def uproot(self, key: SessionKey) -> None:
        """Delete `doctor`'s event."""
        with self._calling("uproot") as call:
            planting.uproot(self._shelf(), key, call)

    def origin(self, session: Session, category: str) -> Origin:
        """Return whether a category of *session* is one, or a label's name, or a colour's tag."""
        return self._reader.origin(session, category)

    def add_labels(self, wanted: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Return the names of those labels, of (name, colour), that were added."""
        with self._calling("labels"):
            return ensure_labels(self._client.service, self._id(), wanted, self._ask)

    def _changes(self, found: looking.Found, known: Known, scan: Scan) -> ChangeSet:
        get = self._shelf().get
        return looking.change_set(found, known, self._reader_of, scan=scan, get=get)

    @property
    def _events(self) -> Any:  # noqa: ANN401 - built by the client library
        return self._client.service.events()

    def _ask(self, request: Any, *, etag: str | None = None) -> dict[str, Any]:  # noqa: ANN401
        return self._client.execute(request, etag=etag)

    def _created(self, draft: Draft, call: Call) -> Session:
        try:
            body = replacement_body(draft, self._labelled(draft))
        except NotTheOriginalError as error:
            raise call.error(RejectedError, str(error)) from error
        request = self._events.insert(
            calendarId=self._id(),
            body=body,
            conferenceDataVersion=1,
            eventLabelVersion=1,
            supportsAttachments=True,
            sendUpdates=tells_guests(body, body),
            fields=EVENT,
        )
        try:
            made = self._ask(request)
        except MAPPED as error:
            told = call.translated(error, write=True)
            if not isinstance(told, OutcomeUnknownError):
                raise told from error
            # The answer is lost, not always the write: what stands there tells.
            there = self._shelf().get(str(body["id"]))
            if there is None:
                raise told from error
            if not stands(there):
                raise call.error(AlreadyExistsError, "it was there, and was deleted") from error
            made = dict(there)
        session = self._session(made, call)
        if session.marks != draft.marks:
            raise call.error(AlreadyExistsError, "something else stands there")
        return session

    def _patched(self, event: Event, amendment: Amendment, call: Call) -> Event | None:
        """Return *event* after one patch; None if somebody was faster."""
        body = patch_body(event, amendment)
        if not body:
            return event
        request = self._events.patch(
            calendarId=self._id(),
            eventId=event["id"],
            body=body,
            conferenceDataVersion=1,
            eventLabelVersion=1,
            sendUpdates=tells_guests(event, body),
            fields=EVENT,
        )
        try:
            return self._ask(request, etag=str(event["etag"]))
        except MAPPED as error:
            told = call.translated(error, write=True)
            if isinstance(error, HttpError) and status_of(error) in ABSENT:
                raise call.error(SessionGoneError, "it is no longer there") from error
            # 412 may be our own success, sent twice by the HTTP library.
            if not isinstance(told, OutcomeUnknownError | RevisionMismatchError):
                raise told from error
            there = self._shelf().get(str(event["id"]))
            if there is not None and is_patched(there, body):
                return there
            if isinstance(told, RevisionMismatchError):
                return None
            raise told from error

    def _shelf(self) -> Shelf:
        return Shelf(self._client, self._id())

    def _session(self, event: Event, call: Call) -> Session:
        if not is_ordinary(event):
            raise call.error(RejectedError, "it is of a kind that is left alone")
        try:
            return self._reader_of([event]).session(event)
        except UnreadableEventError as error:
            raise call.error(RejectedError, "what stands there cannot be read") from error

    def _labelled(self, draft: Draft) -> Reader:
        """Return a reader that knows the labels, if the original may carry one."""
        used = "eventLabelId" in draft.original.payload
        return self._reader_of([{"eventLabelId": "?"}]) if used else self._reader

    def _reader_of(self, events: Iterable[Event]) -> Reader:
        """Return a reader for *events*; the names of labels are asked for only if they are used."""
        used = {str(event["eventLabelId"]) for event in events if event.get("eventLabelId")}
        if used - self._reader.labels.keys():
            fields = "labelProperties(eventLabels(id,name))"
            calendars = self._client.service.calendars()
            told = self._ask(calendars.get(calendarId=self._id(), fields=fields))
            labels = (told.get("labelProperties") or {}).get("eventLabels") or ()
            names = {str(one["id"]): str(one.get("name", "")) for one in labels}
            # One that is not defined is not asked for again.
            self._reader = replace(self._reader, labels=dict.fromkeys(used, "") | names)
        return self._reader

    def _with_cursor(self, changes: ChangeSet, cursor: Cursor) -> ChangeSet:
        return replace(changes, cursor=cursors.written(cursor, of=self._owner))

    def _id(self) -> str:
        """Return the calendar's id; a title is looked up once.

        Raises:
            CalendarMissingError: the title is nobody's, or that of several.
        """
        if self._found is None:
            self._found = self._wanted if _is_id(self._wanted) else self._looked_up()
        return self._found

    def _looked_up(self) -> str:
        call = Call(self._name, "discovery")
        entries = [entry for entry in self._account.entries() if not entry.get("deleted")]
        found = [str(entry["id"]) for entry in entries if self._wanted in _titles(entry)]
        if len(found) == 1:
            return found[0]
        if found:
            message = f"the name fits {len(found)} calendars: give its id"
        else:
            message = f"none of the account's {len(entries)} calendars is so called"
        raise call.error(CalendarMissingError, message)

    @contextmanager
    def _calling(self, operation: str) -> Iterator[Call]:
        """Run one call: its requests are counted, its errors are told in the port's words."""
        call = Call(self._name, operation)
        with self._client.lock:
            before = self._client.sent
            try:
                yield call
            except MAPPED as error:
                raise call.translated(error) from error
            finally:
                self._requests += self._client.sent - before


def _listed(entry: Mapping[str, Any]) -> Listed:
    title = entry.get("summaryOverride") or entry.get("summary") or entry["id"]
    writable = entry.get("accessRole") in WRITERS
    return Listed(str(title), str(entry["id"]), holds_events=True, writable=writable)


def _titles(entry: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(entry.get(name)) for name in ("summary", "summaryOverride", "id"))


def _is_id(wanted: str) -> bool:
    return wanted == "primary" or "@" in wanted


__all__ = ["GoogleAccount", "GoogleCalendar"]
