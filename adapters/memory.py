"""The reference Calendar: the whole protocol over values in memory.

It is what the contract's suite holds every adapter against, and what a simulation runs on. A
series is stored as explicit instances. Several calendars share one `MemoryServer`, as several
calendars share an account; `put` and `remove` are the person's own app.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sync.domain.notes import with_line, without_line
from sync.domain.sample import Origin, Sample
from sync.domain.sessions import Answer, Kind, Session, SessionKey, Span
from sync.domain.writes import Amendment, Draft
from sync.errors import (
    AlreadyExistsError,
    CalendarError,
    CalendarMissingError,
    CursorExpiredError,
    RejectedError,
    RevisionMismatchError,
    SessionGoneError,
)
from sync.ports import ChangeSet, Diary, Facts, Known, Letter, Lost, Scan, Unreadable


@dataclass(slots=True)
class _Resource:
    """What stands under one name: the sessions of one UID, or something nobody can read."""

    sessions: tuple[Session, ...]
    revision: int
    readable: bool = True


@dataclass(slots=True)
class MemoryMailer:
    """A mail server in memory; see `sync.ports.Mailer`. ``boxes`` maps ids to what came in.

    A letter that comes twice is one letter, as mailboxes have it. ``refuses`` are addresses.
    """

    boxes: dict[str, Letter] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)

    def send(self, letter: Letter) -> None:
        """Take *letter* in."""
        if self.refuses.intersection(letter.to):
            raise RejectedError("the address was refused", calendar="", operation="mail")
        self.boxes.setdefault(letter.id, letter)

    def greet(self) -> None:
        """Let anybody in."""


class MemoryCalendar:
    """One calendar in memory; see `sync.ports.Calendar`.

    Revisions are the numbers of the writes, counted from 1 and never used twice; a cursor is the
    number of the last write seen.

    Args:
        name: As configured.
        account: As configured.
        zone: The practice's, for whole days.
        invites: Whether it claims to tell guests by itself.
    """

    def __init__(
        self, name: str, *, account: str = "memory", zone: ZoneInfo, invites: bool = False
    ) -> None:
        self._name = name
        self._account = account
        self._zone = zone
        self._invites = invites
        self._resources: dict[str, _Resource] = {}
        self._removals: dict[str, int] = {}
        self._taken_out: dict[str, Lost] = {}
        self._writes = 0
        self._oldest_cursor = 0
        self._requests = 0
        self.missing = False

    @property
    def name(self) -> str:
        """The name by which the configuration knows it."""
        return self._name

    @property
    def account(self) -> str:
        """The name of its account."""
        return self._account

    @property
    def requests(self) -> int:
        """How many requests it would have sent so far: one for each call."""
        return self._requests

    # The person's own app.

    def put(self, session: Session) -> Session:
        """Store *session* in place of the one with its key, and return it as it stands.

        Without a resource it goes to the one that holds its UID, or to a new one.
        """
        resource = session.resource or self._resource_of(session.key.uid) or session.key.uid
        standing = self._resources.get(resource)
        others = tuple(s for s in standing.sessions if s.key != session.key) if standing else ()
        stored = replace(
            session,
            calendar=self._name,
            resource=resource,
            payload=session.payload or f"memory:{session.key.uid}",
        )
        self._store(resource, (*others, stored))
        return self._fresh(resource, session.key)

    def put_unreadable(self, resource: str) -> None:
        """Store something under *resource* that nobody can read."""
        self._store(resource, (), readable=False)

    def remove(self, key: SessionKey) -> None:
        """Delete the session with *key*, and its resource with the last one in it."""
        resource = self._resource_of(key.uid)
        assert resource is not None, "there is none to remove"
        left = tuple(s for s in self._resources[resource].sessions if s.key != key)
        if left:
            self._store(resource, left)
            self._take_out(resource, key)
            return
        del self._resources[resource]
        self._writes += 1
        self._removals[resource] = self._writes

    def _take_out(self, resource: str, key: SessionKey) -> None:
        if key.recurrence_id is None:
            return
        start = datetime.strptime(key.recurrence_id, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        name = f"{resource}#{key.recurrence_id}"
        self._taken_out[name] = Lost(name, resource, key.recurrence_id, start)

    def expire_cursors(self) -> None:
        """Forget every cursor given out so far, as servers do after a while."""
        self._writes += 1
        self._oldest_cursor = self._writes

    def sessions(self) -> tuple[Session, ...]:
        """Return all that stands, by resource and key, for a checker."""
        return tuple(
            replace(session, revision=str(stored.revision))
            for _, stored in sorted(self._resources.items())
            for session in sorted(stored.sessions, key=_order)
        )

    # The port.

    def changes(self, cursor: str | None, known: Known, *, since: datetime) -> ChangeSet:
        """Return what has changed since *cursor*; None: all that ends after *since*."""
        self._ask("changes")
        if cursor is None:
            return self._all(since)
        last = int(cursor) if cursor.isascii() and cursor.isdigit() else -1
        if not self._oldest_cursor <= last <= self._writes:
            raise self._error(CursorExpiredError, "the cursor is not known", "changes")
        fresh = {name: r for name, r in self._resources.items() if r.revision > last}
        gone = {name for name, at in self._removals.items() if at > last}
        seen = known(fresh.keys() | gone)
        fresh = {name: r for name, r in fresh.items() if seen.get(name) != str(r.revision)}
        removed = frozenset(gone - self._resources.keys()) & seen.keys()
        scan = Scan.INCREMENTAL if fresh or removed else Scan.UNCHANGED
        return self._change_set(fresh, frozenset(removed), scan)

    def agenda(self, window: Span) -> Diary:
        """Return all that overlaps *window*."""
        self._ask("agenda")
        found = (
            replace(session, payload="")
            for session in self.sessions()
            if session.kind is not Kind.SERIES and self._is_in(session, window)
        )
        sessions = sorted(found, key=lambda s: (s.span_in(self._zone), _order(s)))
        return Diary(tuple(sessions), _unreadable(self._resources))

    def read(self, key: SessionKey, resource: str | None) -> Session | None:
        """Return the session as it stands now, or None if it is not there."""
        self._ask("read")
        return self._find(key, resource or self._resource_of(key.uid) or "")

    def create(self, draft: Draft) -> Session:
        """Write a replacement and return it as it was read back."""
        self._ask("create")
        if self._resource_of(draft.key.uid) is not None:
            raise self._error(AlreadyExistsError, "there is one already", "create")
        original = draft.original
        return self.put(
            Session(
                key=draft.key,
                calendar=self._name,
                kind=Kind.SINGLE,
                when=draft.when,
                title=draft.title,
                notes=draft.notes,
                categories=draft.categories,
                status=draft.status,
                organizer=original.organizer if draft.invite else None,
                attendees=tuple(
                    replace(guest, answer=Answer.NEEDS_ACTION)
                    for guest in original.attendees
                    if draft.invite
                ),
                location=original.location,
                links=original.links,
                marks=draft.marks,
            )
        )

    def amend(
        self, key: SessionKey, resource: str, amendment: Amendment, *, expected: str | None
    ) -> Session:
        """Change what *amendment* names and nothing else, and return the session."""
        self._ask("amend")
        standing = self._find(key, resource)
        if standing is None:
            raise self._error(SessionGoneError, "it is no longer there", "amend")
        if expected is not None and expected != standing.revision:
            raise self._error(RevisionMismatchError, "it was changed", "amend")
        amended = _amended(standing, amendment)
        return standing if amended == standing else self.put(amended)

    def facts(self) -> Facts:
        """Return what `check` tells of it."""
        self._ask("facts")
        return Facts(self._name, f"memory:{self._name}", invites=self._invites, writable=True)

    def plant(self, sample: Sample) -> Session:
        """Write `doctor`'s event; see `sync.ports.Bench`."""
        self._ask("plant")
        if (resource := self._resource_of(sample.key.uid)) is not None:
            return self._fresh(resource, sample.key)
        return self.put(
            Session(
                key=sample.key,
                calendar=self._name,
                kind=Kind.SINGLE,
                when=sample.when,
                title=sample.title,
                notes=sample.notes,
                transparent=True,
            )
        )

    def uproot(self, key: SessionKey) -> None:
        """Delete `doctor`'s event."""
        self._ask("uproot")
        if self._resource_of(key.uid) is not None:
            self.remove(key)

    def origin(self, session: Session, category: str) -> Origin:  # noqa: ARG002 - there is one
        """Return where a category comes from."""
        return Origin.CATEGORY

    def _ask(self, operation: str) -> None:
        self._requests += 1
        if self.missing:
            raise self._error(CalendarMissingError, "there is no such calendar", operation)

    def _error(self, kind: type[CalendarError], message: str, operation: str) -> CalendarError:
        return kind(message, calendar=self._name, operation=operation)

    def _store(
        self, resource: str, sessions: tuple[Session, ...], *, readable: bool = True
    ) -> None:
        self._writes += 1
        self._resources[resource] = _Resource(sessions, self._writes, readable)
        self._removals.pop(resource, None)

    def _resource_of(self, uid: str) -> str | None:
        for resource, stored in self._resources.items():
            if any(session.key.uid == uid for session in stored.sessions):
                return resource
        return None

    def _find(self, key: SessionKey, resource: str) -> Session | None:
        stored = self._resources.get(resource)
        if stored is None or all(session.key != key for session in stored.sessions):
            return None
        return self._fresh(resource, key)

    def _fresh(self, resource: str, key: SessionKey) -> Session:
        stored = self._resources[resource]
        session = next(session for session in stored.sessions if session.key == key)
        return replace(session, revision=str(stored.revision))

    def _all(self, since: datetime) -> ChangeSet:
        found = {
            name: stored
            for name, stored in self._resources.items()
            if not stored.readable
            or any(s.span_in(self._zone).end > since for s in stored.sessions)
        }
        return self._change_set(found, frozenset(), Scan.FULL)

    def _change_set(
        self, found: Mapping[str, _Resource], removed: frozenset[str], scan: Scan
    ) -> ChangeSet:
        sessions = tuple(
            self._fresh(name, session.key)
            for name, stored in found.items()
            for session in stored.sessions
        )
        lost = tuple(one for one in self._taken_out.values() if one.series in found)
        return ChangeSet(
            sessions=sessions,
            revisions={name: str(stored.revision) for name, stored in found.items()}
            | {one.resource: "taken out" for one in lost},
            removed=removed,
            cursor=str(self._writes),
            scan=scan,
            unreadable=_unreadable(found),
            copies=sessions,
            lost=lost,
        )

    def _is_in(self, session: Session, window: Span) -> bool:
        span = session.span_in(self._zone)
        return span.overlaps(window) or (
            not span.length and window.start <= span.start < window.end
        )


def _unreadable(found: Mapping[str, _Resource]) -> tuple[Unreadable, ...]:
    return tuple(
        Unreadable(name, "it cannot be read")
        for name, stored in found.items()
        if not stored.readable
    )


def _amended(session: Session, amendment: Amendment) -> Session:
    """Return *session* with what *amendment* names."""
    notes = session.notes
    if amendment.note is not None:
        notes = with_line(notes, amendment.note) if amendment.note else without_line(notes)
    source = amendment.invite
    if source is not None and not session.attendees:
        guests = tuple(replace(guest, answer=Answer.NEEDS_ACTION) for guest in source.attendees)
        session = replace(session, attendees=guests, organizer=source.organizer)
    amended = replace(
        session,
        marks=amendment.marks or session.marks,
        notes=notes,
        status=amendment.status or session.status,
        transparent=session.transparent if amendment.transparent is None else amendment.transparent,
        when=amendment.when or session.when,
    )
    rescheduled = (amended.status, amended.when) != (session.status, session.when)
    return replace(amended, sequence=session.sequence + rescheduled)


def _order(session: Session) -> tuple[str, str]:
    return session.key.uid, session.key.recurrence_id or ""
