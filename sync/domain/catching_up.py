"""Records that are behind the calendar: an old copy of the state file, or a second machine.

What the marks tell was written after the record, so the marks are right.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sync.domain import practice as rules
from sync.domain.following import STOOD, still_owed
from sync.domain.lifecycle import Duty, DutyKind, Fact, Raincheck, State, after
from sync.domain.sessions import Session, Status, Timed

LATER = "a later offer stands, as its marks tell"
TAKEN_BACK = "it was withdrawn, as the marks tell"


def caught_up(
    raincheck: Raincheck, original: Session | None, offers: Collection[Session], *, now: datetime
) -> Raincheck:
    """Return *raincheck* as the marks have it; itself, if it is not behind.

    Args:
        raincheck: As the journal has it.
        original: Its original with its marks, if it was seen.
        offers: Replacements with the raincheck's marks that were seen.
        now: The moment, aware.
    """
    if raincheck.state is State.WITHDRAWN:
        return raincheck
    marks = original.marks if original else None
    if marks is not None and marks.state == State.WITHDRAWN.value:
        gone = after(raincheck, Fact.REPLACEMENT_GONE)
        return replace(gone, reason=TAKEN_BACK, duties=still_owed(raincheck))
    later = [one for one in offers if _attempt(one) > raincheck.attempt and _stands(one)]
    if not later or raincheck.state is State.SETTLING:
        return raincheck
    return _adopted(raincheck, max(later, key=_attempt), now=now)


def _adopted(raincheck: Raincheck, there: Session, *, now: datetime) -> Raincheck:
    """Return *raincheck* with the offer that stands; the one it knew is no longer offered."""
    duties, declined = raincheck.duties, raincheck.declined
    if raincheck.slot is not None:
        declined = (*declined, raincheck.slot.span)
        if raincheck.replacement is not None and raincheck.slot.span.start > now:
            place = raincheck.resource or ""
            cancel = Duty(DutyKind.CANCEL, raincheck.replacement, place)
            duties = (*(one for one in duties if one.kind is not DutyKind.CONFIRM), cancel)
    waits = after(raincheck, Fact.OFFERED_AGAIN) if raincheck.state in STOOD else raincheck
    behind = replace(
        waits,
        attempt=_attempt(there),
        replacement=there.key,
        declined=declined,
        duties=tuple(dict.fromkeys(duties)),
        reason=LATER,
    )
    return rules.standing(behind, there, Fact.REPLACEMENT_WRITTEN)


def _attempt(session: Session) -> int:
    return (session.marks.attempt if session.marks else None) or 1


def _stands(session: Session) -> bool:
    return session.status is not Status.CANCELLED and isinstance(session.when, Timed)
