"""What the engine needs of the world, and the values that pass between them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

from sync.domain.fees import FeeState
from sync.domain.ledger import Row
from sync.domain.letters import Letter
from sync.domain.lifecycle import Raincheck
from sync.domain.sample import Origin, Sample
from sync.domain.sessions import Session, SessionKey, Span
from sync.domain.stories import Entry
from sync.domain.writes import Amendment, Draft

__all__ = [
    "Amendment",
    "Bench",
    "Calendar",
    "ChangeSet",
    "Clock",
    "Diary",
    "Draft",
    "Entry",
    "Facts",
    "Journal",
    "Known",
    "Ledger",
    "Letter",
    "Listed",
    "Lost",
    "Mailer",
    "Pauses",
    "Records",
    "Scan",
    "Seen",
    "Server",
    "Unreadable",
]

Known = Callable[[Collection[str] | None], Mapping[str, str]]
"""Return the last seen revision of each of these resources that is known; None: of all."""


class Scan(Enum):
    """How a calendar was looked at."""

    FULL = "full"
    INCREMENTAL = "incremental"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A resource that was skipped; *reason* holds nothing that its owner wrote."""

    resource: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An instance of a series that is deleted while the series stands.

    ``resource`` is its own, ``series`` its master's. ``recurrence_id`` is written as in
    `SessionKey`; *start* is when it would have begun, aware.
    """

    resource: str
    series: str
    recurrence_id: str
    start: datetime


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What a calendar answered to "what has changed?".

    ``sessions`` are those of the changed resources that may carry a signal or a mark, in full.
    ``revisions`` maps every changed resource to its revision; with ``Scan.FULL`` it is the whole
    window, and what is not in it is gone. ``removed`` are resources that are gone. ``cursor`` is
    to be given back next time; it belongs to this calendar and is opaque. ``copies`` are the
    sessions of the changed resources, to be remembered: a deletion comes without a body; ``lost``
    are single instances deleted since the cursor.
    """

    sessions: tuple[Session, ...]
    revisions: Mapping[str, str]
    removed: frozenset[str]
    cursor: str
    scan: Scan
    unreadable: tuple[Unreadable, ...] = ()
    copies: tuple[Session, ...] = ()
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class Diary:
    """What stands in a calendar at some time: *sessions* ascending by start.

    ``unreadable`` may stand there as well, or not: nobody can tell their time.
    """

    sessions: tuple[Session, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What `check` tells of a calendar. ``invites``: the server tells guests by itself."""

    title: str
    address: str
    invites: bool
    writable: bool


class Calendar(Protocol):
    """One calendar on one server. Every method may raise the CalendarErrors of `sync.errors`.

    Nothing is retried inside: one call, one try (except that a lost race for a revision, which
    needs a fresh read anyway, is run again a few times). Sessions come with ``calendar`` set to
    ``name``. What a write returns has a revision only if nothing but that write is in it.
    """

    @property
    def name(self) -> str:
        """The name by which the configuration knows it."""
        ...

    @property
    def account(self) -> str:
        """The name of its account."""
        ...

    @property
    def requests(self) -> int:
        """How many requests it has sent so far."""
        ...

    def changes(self, cursor: str | None, known: Known, *, since: datetime) -> ChangeSet:
        """Return what has changed since *cursor*; None: all that ends after *since*.

        Raises:
            CursorExpiredError: call again with None.
        """
        ...

    def agenda(self, window: Span) -> Diary:
        """Return all that overlaps *window*, series expanded.

        Read fresh. Cancelled and transparent ones are included. Instances have ``Kind.INSTANCE``
        and the series' UID. Payloads are empty.
        """
        ...

    def read(self, key: SessionKey, resource: str | None) -> Session | None:
        """Return the session as it stands now, or None if it is not there.

        Without *resource* it is looked for where `create` would have put it, then by UID.
        """
        ...

    def create(self, draft: Draft) -> Session:
        """Write a replacement and return it as it was read back.

        Raises:
            AlreadyExistsError: something stands there; nothing was changed.
            OutcomeUnknownError: it may stand there now.
        """
        ...

    def amend(
        self, key: SessionKey, resource: str, amendment: Amendment, *, expected: str | None
    ) -> Session:
        """Change what *amendment* names and nothing else, and return the session as read back.

        With *expected*, only if that is still the revision; without, on whatever stands there
        now, always guarded by its fresh revision. An instance without an override gets one.

        Raises:
            SessionGoneError, RevisionMismatchError: nothing was changed.
            OutcomeUnknownError: it may be changed now.
        """
        ...

    def facts(self) -> Facts:
        """Return what `check` tells of it; fails as any other call if it cannot be reached."""
        ...


class Bench(Calendar, Protocol):
    """A calendar as `doctor` needs it: a sample is put there, and taken away again.

    Both may be called again, and raise OutcomeUnknownError where it may stand there now.
    """

    def plant(self, sample: Sample) -> Session:
        """Write *sample* and return it as it was read back."""
        ...

    def uproot(self, key: SessionKey) -> None:
        """Delete the sample with *key*, wherever in here it stands; nothing if it does not."""
        ...

    def origin(self, session: Session, category: str) -> Origin:
        """Return where one of the categories of *session*, as it was read, comes from."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """The revision of a resource after a write of ours, so that it is no news in the next pass."""

    calendar: str
    resource: str
    revision: str


class Pauses(Protocol):
    """Which accounts have reached a limit on writing that outlasts a pass."""

    def paused(self, account: str) -> datetime | None:
        """Return before when nothing is to be written into *account*, UTC; None: no pause."""
        ...

    def pause(self, account: str, until: datetime | None) -> None:
        """Write down that *account* takes no writes before *until*, aware; None: it does again."""
        ...


class Records(Protocol):
    """The records of rainchecks, for reading."""

    def rainchecks(self, ids: Collection[str] | None = None) -> tuple[Raincheck, ...]:
        """Return the records with these ids, or all that are open or owe a write.

        They come by time noticed and id.
        """
        ...

    def every_raincheck(self) -> tuple[Raincheck, ...]:
        """Return all records, by time noticed and id."""
        ...

    def written_in(self, pass_id: str) -> tuple[Raincheck, ...]:
        """Return the records whose replacement one pass wrote."""
        ...

    def rainchecks_at(self, resources: Collection[str]) -> tuple[Raincheck, ...]:
        """Return the records whose replacement stands, or stood, at one of *resources*."""
        ...

    def story(self, raincheck: str) -> tuple[Entry, ...]:
        """Return what happened to one raincheck, oldest first."""
        ...


class Ledger(Protocol):
    """The fees that were assessed; written with the records, in the same transactions."""

    def fees(self) -> tuple[Row, ...]:
        """Return all rows, by the start of the session."""
        ...

    def forgiven(self, client: str, year: int) -> int:
        """Return how many fees of *client* (a digest) were forgiven for sessions of *year*."""
        ...

    def decide(self, ids: Collection[str], state: FeeState) -> None:
        """Write down what a person says of these rows; ids that nobody knows are passed over."""
        ...


class Journal(Pauses, Records, Ledger, Protocol):
    """What Raincheck remembers. Every method is one transaction; JournalError stops everything."""

    def cursor(self, calendar: str) -> str | None:
        """Return where the last look at *calendar* ended, or None."""
        ...

    def known(self, calendar: str) -> Known:
        """Return the lookup of the revisions last seen in *calendar*."""
        ...

    def copies(self, calendar: str, resources: Collection[str]) -> tuple[Session, ...]:
        """Return the sessions of these resources as they were last seen; by resource and key."""
        ...

    def record(
        self,
        looks: Mapping[str, ChangeSet],
        rainchecks: Sequence[Raincheck],
        entries: Sequence[Entry],
        *,
        forget: datetime | None = None,
        taken_back: Collection[str] = (),
    ) -> None:
        """Write down cursors, revisions, copies and intentions together: all of it or nothing.

        Records with the ids *taken_back* never were, nor was their story.

        Copies of what is gone are dropped, and those of sessions that ended before *forget*;
        series are kept.
        """
        ...

    def advance(self, raincheck: Raincheck, entry: Entry, seen: Sequence[Seen] = ()) -> None:
        """Write down that something was done."""
        ...


class Clock(Protocol):
    """The time of day; injected, so that a pass can be run at any moment."""

    def now(self) -> datetime:
        """Return the moment, UTC."""
        ...


class Mailer(Protocol):
    """Where mail is handed in. What it raises are CalendarErrors without a calendar."""

    def send(self, letter: Letter) -> None:
        """Hand *letter* in; without addresses it goes to the practice itself.

        The same letter may be handed in twice, after a lost answer: it carries the same id, by
        which mailboxes know it again, and the same invitation, which calendars take once.

        Raises:
            RejectedError: this letter will never be taken.
            DelayedError: not now, but other letters perhaps.
            AccessError: the mail server lets nobody in by this login.
            TransientError: later, perhaps.
        """
        ...

    def greet(self) -> None:
        """Log in and out, to see that all is well; raises as `send`."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar that an account holds, for `check` and for choosing one."""

    title: str
    path: str
    holds_events: bool
    writable: bool


class Server(Protocol):
    """One account on one server."""

    @property
    def name(self) -> str:
        """The account's name in the configuration."""
        ...

    def listed(self) -> tuple[Listed, ...]:
        """Return what the account holds, in the server's order. Raises CalendarErrors."""
        ...

    def calendar(
        self, wanted: str, *, name: str, zone: ZoneInfo, everything: bool = False
    ) -> Bench:
        """Return the calendar that *wanted* names (display name, path or id); sends nothing.

        Args:
            wanted: As the configuration has it.
            name: What everything else calls it.
            zone: The practice's.
            everything: Whether `Calendar.changes` is to return all sessions, not only those that
                may carry a signal: for the drop calendar.
        """
        ...

    def close(self) -> None:
        """Let go of its connections."""
        ...
