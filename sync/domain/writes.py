"""What is written into calendars (CONTRACT 4), as values."""

from dataclasses import dataclass

from sync.domain.dates import day_and_time
from sync.domain.guests import clients_of
from sync.domain.lifecycle import Raincheck, State
from sync.domain.notes import with_line
from sync.domain.policy import Action
from sync.domain.sessions import Marks, Session, SessionKey, Status, Timed
from sync.domain.words import (
    Dictionary,
    cleaned_categories,
    cleaned_notes,
    cleaned_title,
)

CATEGORY = "raincheck"
"""The category that every replacement carries."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A replacement to be written.

    Everything not named here is taken from the original's payload: location, URL, conference,
    alarms, class, zone, organizer. ``invite`` copies the attendees, their
    answers reset. ``tried``: an earlier try may have written it, so it is looked for under other
    names as well.
    """

    key: SessionKey
    original: Session
    when: Timed
    status: Status
    title: str
    notes: str
    categories: tuple[str, ...]
    marks: Marks
    invite: bool
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Amendment:
    """What to change of a session that stands; None leaves a part as it is.

    ``note`` is Raincheck's one line in the notes: it replaces an earlier one, and ``""`` takes it
    away. ``invite`` is the session whose guests (and organizer) are invited, their answers open;
    a session that has guests already keeps them as they are.
    """

    marks: Marks | None = None
    note: str | None = None
    status: Status | None = None
    transparent: bool | None = None
    when: Timed | None = None
    invite: Session | None = None


def is_confirmed_at_once(raincheck: Raincheck, practice: frozenset[str]) -> bool:
    """Return whether the replacement is confirmed from the start.

    A booking always is; a proposal only if there is nobody who could accept it.
    """
    if raincheck.action is Action.HOLD:
        return False
    return raincheck.action is Action.BOOK or not clients_of(raincheck.original, practice)


def draft_of(raincheck: Raincheck, known: Dictionary) -> Draft:
    """Return the replacement for a planned raincheck."""
    original, slot = raincheck.original, raincheck.slot
    assert slot is not None, raincheck
    assert raincheck.replacement is not None, raincheck
    assert isinstance(original.when, Timed), raincheck
    replaces = f"Raincheck: replaces the session of {day_and_time(original.when)}."
    return Draft(
        key=raincheck.replacement,
        original=original,
        when=slot,
        status=Status.CONFIRMED if raincheck.confirmed else Status.TENTATIVE,
        title=cleaned_title(original.title, known),
        notes=with_line(cleaned_notes(original.notes, known), replaces),
        categories=tuple(
            dict.fromkeys((*cleaned_categories(original.categories, known), CATEGORY))
        ),
        marks=Marks(raincheck.id, attempt=raincheck.attempt),
        invite=raincheck.action is not Action.HOLD,
    )


def mark_of(raincheck: Raincheck, *, ahead: bool) -> Amendment:
    """Return what the original gets once its replacement stands (or at once, for `record`).

    Args:
        raincheck: In any state from `planned` on.
        ahead: The original has not begun and is to stop blocking its time.
    """
    note = None
    if raincheck.slot is not None:
        note = f"Raincheck: moved to {day_and_time(raincheck.slot)}."
    freed = ahead and raincheck.slot is not None
    replacement: SessionKey | None = raincheck.replacement
    return Amendment(
        marks=Marks(
            raincheck.id,
            state=State.SETTLED.value,
            replacement=replacement.uid if replacement and raincheck.slot else None,
        ),
        note=note,
        status=Status.CANCELLED if freed else None,
        transparent=True if freed else None,
    )
