"""What the engine needs of the world, and the values that pass between them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from sync.domain.sessions import Session, SessionKey, Span
from sync.domain.writes import Amendment, Draft

__all__ = [
    "Amendment",
    "Calendar",
    "ChangeSet",
    "Draft",
    "Facts",
    "Known",
    "Scan",
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
class ChangeSet:
    """What a calendar answered to "what has changed?".

    ``sessions`` are those of the changed resources that may carry a signal or a mark, in full.
    ``revisions`` maps every changed resource to its revision; with ``Scan.FULL`` it is the whole
    window, and what is not in it is gone. ``removed`` are resources that are gone. ``cursor`` is
    to be given back next time; it belongs to this calendar and is opaque.
    """

    sessions: tuple[Session, ...]
    revisions: Mapping[str, str]
    removed: frozenset[str]
    cursor: str
    scan: Scan
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
    ``name``.
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

    def agenda(self, window: Span) -> tuple[Session, ...]:
        """Return all that overlaps *window*, series expanded, ascending by start.

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
