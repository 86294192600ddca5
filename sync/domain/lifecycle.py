"""The life of a raincheck: its states, and the facts that move it. The table is the law.

    settling ──► planned ──► written ──► settled
        │          ▲  │          │           │
        │          │  └► failed ─┤           │   (a failed one is tried again: back to planned)
        │       waiting ◄────────┤◄──────────┤   (declined or disrupted again: the next attempt)
        └──────────┴─────► withdrawn ◄───────┘

The journal's schema repeats the list of states; a test holds the two together.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from sync.domain.actions import Action, SignalKind
from sync.domain.causes import Cause
from sync.domain.dues import Fee
from sync.domain.sessions import Kind, Session, SessionKey, Span, Timed


class State(Enum):
    """Where a raincheck stands (CONTRACT 1)."""

    SETTLING = "settling"  # seen by the daemon, resting for `settle`
    PLANNED = "planned"  # the intention is on disk; the replacement may or may not stand
    WRITTEN = "written"  # the replacement stands; the original does not carry its marks yet
    SETTLED = "settled"  # both stand; nothing more to do
    WAITING = "waiting"  # no slot, tried again in every pass
    WITHDRAWN = "withdrawn"  # a person wants no replacement; it never comes back
    FAILED = "failed"  # the server will not take a write; tried again when something changes


class Fact(Enum):
    """What has been seen to be true; the only thing that moves a raincheck."""

    SLOT_FOUND = "slot-found"
    NO_SLOT = "no-slot"
    REPLACEMENT_WRITTEN = "replacement-written"
    REPLACEMENT_GONE = "replacement-gone"
    ORIGINAL_MARKED = "original-marked"
    CALLED_OFF = "called-off"  # a person saw to the original itself
    WRITE_REFUSED = "write-refused"
    OFFERED_AGAIN = "offered-again"  # declined, or disrupted itself: the next attempt
    RECORDED = "recorded"  # it was disrupted itself, and there is to be no new one
    UNDONE = "undone"  # a person takes it all back


TRANSITIONS: dict[State, dict[Fact, State]] = {
    State.SETTLING: {
        Fact.SLOT_FOUND: State.PLANNED,
        Fact.NO_SLOT: State.WAITING,
        Fact.REPLACEMENT_GONE: State.WITHDRAWN,
        Fact.CALLED_OFF: State.WITHDRAWN,
        Fact.UNDONE: State.WITHDRAWN,
    },
    State.PLANNED: {
        Fact.SLOT_FOUND: State.PLANNED,
        Fact.NO_SLOT: State.WAITING,
        Fact.REPLACEMENT_WRITTEN: State.WRITTEN,
        Fact.REPLACEMENT_GONE: State.WITHDRAWN,
        Fact.CALLED_OFF: State.WITHDRAWN,  # a person was faster
        Fact.ORIGINAL_MARKED: State.SETTLED,  # `record`: there is no replacement to write
        Fact.WRITE_REFUSED: State.FAILED,
        Fact.UNDONE: State.WITHDRAWN,
    },
    State.WRITTEN: {
        Fact.REPLACEMENT_WRITTEN: State.WRITTEN,
        Fact.ORIGINAL_MARKED: State.SETTLED,
        Fact.REPLACEMENT_GONE: State.WITHDRAWN,
        Fact.WRITE_REFUSED: State.FAILED,
        Fact.OFFERED_AGAIN: State.WAITING,
        Fact.RECORDED: State.SETTLED,
        Fact.UNDONE: State.WITHDRAWN,
    },
    State.SETTLED: {
        Fact.REPLACEMENT_WRITTEN: State.SETTLED,  # it was moved, by us or by a person
        Fact.REPLACEMENT_GONE: State.WITHDRAWN,
        Fact.OFFERED_AGAIN: State.WAITING,
        Fact.RECORDED: State.SETTLED,
        Fact.UNDONE: State.WITHDRAWN,
    },
    State.WAITING: {
        Fact.SLOT_FOUND: State.PLANNED,
        Fact.NO_SLOT: State.WAITING,
        Fact.REPLACEMENT_WRITTEN: State.WRITTEN,
        Fact.REPLACEMENT_GONE: State.WITHDRAWN,
        Fact.CALLED_OFF: State.WITHDRAWN,
        Fact.UNDONE: State.WITHDRAWN,
    },
    State.FAILED: {
        Fact.SLOT_FOUND: State.PLANNED,
        Fact.NO_SLOT: State.WAITING,
        Fact.REPLACEMENT_WRITTEN: State.WRITTEN,
        Fact.REPLACEMENT_GONE: State.WITHDRAWN,
        Fact.CALLED_OFF: State.WITHDRAWN,
        Fact.ORIGINAL_MARKED: State.SETTLED,
        Fact.WRITE_REFUSED: State.FAILED,
        Fact.OFFERED_AGAIN: State.WAITING,
        Fact.RECORDED: State.SETTLED,
        Fact.UNDONE: State.WITHDRAWN,
    },
    State.WITHDRAWN: {},
}


class DutyKind(Enum):
    """What is still to be written, whatever the state."""

    CANCEL = "cancel"  # a replacement that is no longer the one
    CONFIRM = "confirm"  # the replacement; guests who were not invited yet are invited
    RESTORE = "restore"  # what was changed of the original
    INVITE = "invite"  # mail a guest the session as it stands, where the server tells nobody
    UNINVITE = "uninvite"  # mail a guest that the session is cancelled
    NOTE = "note"  # mail the practice that the raincheck waits for a person


MAILS = frozenset({DutyKind.INVITE, DutyKind.UNINVITE, DutyKind.NOTE})
"""Duties that are no writes into a calendar."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One write that is owed, and to what; it is on disk before it is done, and may be repeated.

    ``refused`` says that the server will not take it; it is tried again when something changes.
    ``guest`` is who an invitation or its end is mailed to; empty for everything else.
    """

    kind: DutyKind
    key: SessionKey
    resource: str = ""
    refused: bool = False
    guest: str = field(default="", repr=False)


OPEN = frozenset({State.SETTLING, State.PLANNED, State.WRITTEN, State.WAITING, State.FAILED})
"""States in which a pass still has something to do."""

NEEDS_A_PERSON = frozenset({State.WAITING, State.FAILED})
"""States that end a pass with exit 1."""


TAGGED_UNDO = "a person tagged it to be undone"
UNDONE = "undone by command"
UNDOING = frozenset({TAGGED_UNDO, UNDONE})
"""Reasons of what was taken back."""


@dataclass(frozen=True, slots=True)
class Raincheck:
    """The record of one promise.

    ``original`` is the session as it was when the signal was first seen. ``noticed``
    is UTC. ``slot`` is where the replacement is planned or
    stands; None for `record`, and while there is none. ``rule`` names what decided the action.
    ``reason`` is for the user: why this slot, why none, why it failed. ``pass_id`` is the pass
    that saw the signal. ``home`` is the calendar for the replacement where that is not the
    original's (one that was dragged into the drop calendar). ``declined`` are times that were
    offered before, and are not offered again. ``duties`` are owed in any state.
    """

    id: str
    original: Session
    signal: SignalKind
    cause: Cause
    action: Action
    rule: str
    noticed: datetime
    state: State
    pass_id: str
    attempt: int = 1
    slot: Timed | None = None
    confirmed: bool = False
    replacement: SessionKey | None = None
    resource: str | None = None
    fee: Fee | None = None
    reason: str | None = None
    paid: bool = False
    urgent: bool = False
    home: str | None = None
    declined: tuple[Span, ...] = ()
    duties: tuple[Duty, ...] = ()

    @property
    def calendar(self) -> str:
        """Return the name of the calendar that the replacement is written into."""
        return self.home or self.original.calendar

    @property
    def undone(self) -> bool:
        """Return whether a person took it all back, the fee as well."""
        return self.state is State.WITHDRAWN and self.reason in UNDOING

    @property
    def needs_a_person(self) -> bool:
        """Return whether it ends a pass with exit 1."""
        return self.state in NEEDS_A_PERSON or any(duty.refused for duty in self.duties)

    def __repr__(self) -> str:
        """Return what may be seen by anyone."""
        return f"Raincheck({self.id}, {self.state.value}, attempt {self.attempt})"


class ImpossibleMoveError(Exception):
    """A bug: the table knows no such move."""


def after(raincheck: Raincheck, fact: Fact) -> Raincheck:
    """Return *raincheck* in the state that *fact* leads to.

    Raises:
        ImpossibleMoveError: the table has no such move.
    """
    try:
        state = TRANSITIONS[raincheck.state][fact]
    except KeyError:
        raise ImpossibleMoveError(f"{raincheck.state.value} + {fact.value}") from None
    return replace(raincheck, state=state)


def is_renamed(session: Session, raincheck: Raincheck) -> bool:
    """Return whether *session*, with the marks of *raincheck*, is its original by another name.

    Apps rename instances when a person edits the series: the whole series moves, and with it every
    RECURRENCE-ID; or "this and following" is split off, under a new UID. Marks and tag stay. A
    duplicate that a person made stands at another time under another UID: that one is new.
    """
    original = raincheck.original
    moved_along = session.kind is Kind.INSTANCE and session.key.uid == original.key.uid
    return moved_along or session.when == original.when
