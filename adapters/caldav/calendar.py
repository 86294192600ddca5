"""A calendar on a CalDAV server: the port's methods, each in the server's own few requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.caldav import cursor as cursors
from adapters.caldav import discovery
from adapters.caldav.client import DavClient, Limits
from adapters.caldav.cursor import Cursor, Place
from adapters.caldav.discovery import Collection
from adapters.caldav.errors import MAPPED, AnswerError, Call
from adapters.caldav.looking import TokenRefusedError, first_look, next_look
from adapters.caldav.reading import Reader
from adapters.caldav.shelf import BACK_MAX, GONE, Shelf
from adapters.caldav.translate import UnreadableResource
from adapters.caldav.writing import Writer
from sync.domain.sample import Origin, Sample
from sync.domain.sessions import Session, SessionKey, Span
from sync.domain.writes import Amendment, Draft
from sync.errors import CalendarMissingError, CursorExpiredError, RejectedError
from sync.ports import ChangeSet, Diary, Facts, Known, Listed

__all__ = ["CaldavAccount", "CaldavCalendar", "Limits"]

MARGIN = timedelta(days=1)
"""Servers read floating times and whole days in a zone of their own: ask for a day more."""


class CaldavAccount:
    """One login on one server; shared by its calendars. One request at a time.

    Args:
        name: As configured.
        url: Any address of the account: root, principal, home, calendar or well-known.
        username: Its login.
        password: Kept in memory only.
        clock: Returns the moment, aware.
        limits: What one exchange may cost.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str,
        username: str,
        password: str,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
    ) -> None:
        self.name = name
        self.url = url
        self.username = username
        self.clock = clock
        self.client = DavClient(url, username=username, password=password, limits=limits)

    def calendars(self) -> tuple[Collection, ...]:
        """Return what the account holds, in the server's order.

        Raises:
            CalendarError: as any other call; its ``calendar`` is empty.
        """
        call = Call("", "calendars", self.clock())
        try:
            return discovery.collections(self.client)
        except MAPPED as error:
            raise call.translated(error) from error

    def listed(self) -> tuple[Listed, ...]:
        """Return what the account holds; see `sync.ports.Server`."""
        return tuple(
            Listed(one.title, one.path, one.events, one.writable) for one in self.calendars()
        )

    def calendar(
        self, wanted: str, *, name: str, zone: ZoneInfo, everything: bool = False
    ) -> "CaldavCalendar":
        """Return one of its calendars; see `sync.ports.Server`."""
        return CaldavCalendar(
            self, name, wanted=wanted, zone=zone, clock=self.clock, everything=everything
        )

    def close(self) -> None:
        """Close its connections."""
        self.client.close()


class CaldavCalendar:
    """One calendar; see `sync.ports.Calendar`.

    Args:
        account: Its account.
        name: What everything else calls it.
        wanted: Which one it is, if not *name*: display name, path, or the path's last part.
        zone: The practice's.
        clock: Returns the moment, aware.
        everything: Whether whatever stands there counts as a signal.
    """

    def __init__(
        self,
        account: CaldavAccount,
        name: str,
        *,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        wanted: str | None = None,
        everything: bool = False,
    ) -> None:
        self._account = account
        self._client = account.client
        self._name = name
        self._wanted = wanted or name
        self._clock = clock
        self._reader = Reader(name, zone, everything)
        self._owner = cursors.owner(account.url, account.username, self._wanted)
        self._found: Place | None = None
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
        """How many requests it has sent so far, discovery and logins included."""
        return self._requests

    def changes(self, cursor: str | None, known: Known, *, since: datetime) -> ChangeSet:
        """Return what has changed since *cursor*; None: all that ends after *since*."""
        with self._calling("changes") as call:
            mine = cursors.read(cursor, of=self._owner)
            if mine is not None:
                self._remember(mine.place)
            if mine is None or since < mine.since:
                return self._first(known, since)
            try:
                found, after = next_look(self._shelf(), mine, self._reader, known, now=call.now)
            except TokenRefusedError as error:
                raise call.error(
                    CursorExpiredError, "the server no longer knows the cursor"
                ) from error
            except AnswerError as error:
                if error.status not in GONE and not 300 <= error.status < 400:
                    raise
                self._found = None  # it has moved, or is gone: look for it once
                return self._first(known, since)
            return self._with_cursor(found, after)

    def agenda(self, window: Span) -> Diary:
        """Return all that overlaps *window*, series expanded.

        Xandikos does not find an instance that was moved far out of its series by its new time
        (facts/caldav.md, quirk 16): such a one is missing there.
        """
        with self._calling("agenda"):
            found = self._shelf().window(window.start - MARGIN, window.end + MARGIN)
            sessions, unreadable = self._reader.within(found, window)
            return Diary(tuple(sorted(sessions, key=self._order)), unreadable)

    def read(self, key: SessionKey, resource: str | None) -> Session | None:
        """Return the session as it stands now, or None if it is not there."""
        with self._calling("read") as call:
            shelf = self._shelf()
            stored = shelf.get(resource or shelf.path_of(key.uid))
            try:
                if stored is not None:
                    return self._reader.one(stored, key)
            except UnreadableResource as error:
                raise call.error(RejectedError, "what stands there cannot be read") from error
            return None if resource else self._by_uid(shelf, key)

    def create(self, draft: Draft) -> Session:
        """Write a replacement and return it as it was read back."""
        with self._calling("create") as call:
            return self._writer(call).create(draft)

    def amend(
        self, key: SessionKey, resource: str, amendment: Amendment, *, expected: str | None
    ) -> Session:
        """Change what *amendment* names and nothing else, and return the session as read back."""
        with self._calling("amend") as call:
            return self._writer(call).amend(key, resource, amendment, expected=expected)

    def facts(self) -> Facts:
        """Return what `check` tells of it; from memory, if it was found before."""
        with self._calling("facts"):
            place = self._place()
            return Facts(place.title, place.url, invites=place.invites, writable=place.writable)

    def plant(self, sample: Sample) -> Session:
        """Write `doctor`'s event and return it as it was read back; see `sync.ports.Bench`."""
        with self._calling("plant") as call:
            return self._writer(call).plant(sample)

    def uproot(self, key: SessionKey) -> None:
        """Delete `doctor`'s event, wherever it stands."""
        with self._calling("uproot") as call:
            self._writer(call).uproot(key)

    def origin(self, session: Session, category: str) -> Origin:  # noqa: ARG002 - there is one
        """Return where a category comes from: CATEGORIES."""
        return Origin.CATEGORY

    def _order(self, session: Session) -> tuple[Span, str, str]:
        key = session.key
        return session.span_in(self._reader.zone), key.uid, key.recurrence_id or ""

    def _by_uid(self, shelf: Shelf, key: SessionKey) -> Session | None:
        for stored in shelf.with_uid(key.uid, self._clock() - BACK_MAX):
            try:
                session = self._reader.one(stored, key)
            except UnreadableResource:
                continue
            if session is not None:
                return session
        return None

    def _first(self, known: Known, since: datetime) -> ChangeSet:
        place = self._place()
        shelf = Shelf(self._client, place.url)
        found, after = first_look(shelf, place, self._reader, known, since=since, now=self._clock())
        return self._with_cursor(found, after)

    def _with_cursor(self, found: ChangeSet, after: Cursor) -> ChangeSet:
        place = replace(after.place, scheme=self._client.scheme)
        return replace(found, cursor=cursors.written(replace(after, place=place), of=self._owner))

    def _remember(self, place: Place) -> None:
        """Take up what an earlier process found out, unless this one knows better."""
        if self._found is None and self._client.allows(place.url):
            self._found = place
        if self._client.scheme is None and place.scheme is not None:
            self._client.log_in_with(place.scheme)

    def _shelf(self) -> Shelf:
        return Shelf(self._client, self._place().url)

    def _writer(self, call: Call) -> Writer:
        return Writer(self._shelf(), self._reader, call, call.now)

    def _place(self) -> Place:
        """Return where the calendar is; found once.

        Raises:
            CalendarMissingError: it is not there, or could be one of several.
        """
        if self._found is None:
            one = self._discovered()
            self._found = Place(
                url=one.url,
                title=one.title,
                invites=discovery.schedules(self._client, one.url),
                writable=one.writable,
                scheme=self._client.scheme,
            )
        return self._found

    def _discovered(self) -> Collection:
        call = Call(self._name, "discovery", self._clock())
        listed = discovery.collections(self._client)
        found = discovery.chosen(listed, self._wanted)
        if len(found) > 1:
            raise call.error(
                CalendarMissingError, f"the name fits {len(found)} calendars: give its path"
            )
        one = found[0] if found else discovery.at_address(self._client, self._wanted)
        if one is None:
            raise call.error(
                CalendarMissingError, f"none of the account's {len(listed)} calendars is so called"
            )
        return one

    @contextmanager
    def _calling(self, operation: str) -> Iterator[Call]:
        """Run one call: its requests are counted, its errors are told in the port's words."""
        call = Call(self._name, operation, self._clock())
        with self._client.lock:
            before = self._client.sent
            try:
                yield call
            except MAPPED as error:
                raise call.translated(error) from error
            finally:
                self._requests += self._client.sent - before
