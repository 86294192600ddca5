"""Who is to be mailed, and when: where a calendar server tells guests nothing, Raincheck does.

A mail is a duty like any other write: it is on disk before the write that it tells of, waits until
that write stands, and says then how the calendar stands.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import Enum

from sync.domain.following import STOOD
from sync.domain.guests import clients_of
from sync.domain.lifecycle import MAILS, OPEN, Duty, DutyKind, Raincheck, State
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import Practice, freed_by
from sync.domain.sessions import Session, SessionKey, Status, Timed


class Verdict(Enum):
    """What is to be done about a mail that is owed."""

    SEND = "send"
    WAIT = "wait"  # what it tells of does not stand yet
    DROP = "drop"  # there is nothing to tell any more


def owing(before: Raincheck | None, raincheck: Raincheck, practice: Practice) -> Raincheck:
    """Return *raincheck* with the mails that are owed because of its step from *before*.

    Args:
        before: As it was; None if it is new.
        raincheck: As it is now, to be written down.
        practice: What decides. Without mail nothing is owed.
    """
    if not practice.mails:
        return raincheck
    duties = (*raincheck.duties, *_called_for(before, raincheck, practice))
    return replace(raincheck, duties=tuple(dict.fromkeys(duties)))


def _called_for(
    before: Raincheck | None, raincheck: Raincheck, practice: Practice
) -> Iterator[Duty]:
    guests = sorted(clients_of(raincheck.original, practice.watch.emails))
    for kind, key in _told(before, raincheck, practice):
        yield from (Duty(kind, key, guest=guest) for guest in guests)
    if raincheck.needs_a_person and not (before and before.needs_a_person):
        yield Duty(DutyKind.NOTE, raincheck.original.key)


def _told(
    before: Raincheck | None, raincheck: Raincheck, practice: Practice
) -> Iterator[tuple[DutyKind, SessionKey]]:
    """Yield what every guest is to be told of."""
    original = raincheck.original
    if _is_newly_planned(before, raincheck) and raincheck.replacement is not None:
        if raincheck.action is not Action.HOLD:
            yield DutyKind.INVITE, raincheck.replacement
        if raincheck.attempt == 1 and _frees(raincheck, practice):
            yield DutyKind.UNINVITE, original.key
    known = frozenset(before.duties if before else ())
    for duty in raincheck.duties:
        if duty not in known and duty.kind in _FOLLOWS:
            yield _FOLLOWS[duty.kind], duty.key


_FOLLOWS = {
    DutyKind.CANCEL: DutyKind.UNINVITE,
    DutyKind.CONFIRM: DutyKind.INVITE,
    DutyKind.RESTORE: DutyKind.INVITE,
}
"""What guests hear of each write that changes what they were told before."""


def _is_newly_planned(before: Raincheck | None, raincheck: Raincheck) -> bool:
    if raincheck.state is not State.PLANNED or raincheck.slot is None:
        return False
    planned = before is not None and before.state is State.PLANNED
    return not planned or before is None or before.attempt != raincheck.attempt


def _frees(raincheck: Raincheck, practice: Practice) -> bool:
    """Return whether writing the replacement is going to cancel the original."""
    gone = raincheck.signal is SignalKind.DELETED
    already = raincheck.original.status is Status.CANCELLED
    return not (gone or already) and bool(freed_by(raincheck, practice))


def is_ripe(duty: Duty, raincheck: Raincheck) -> Verdict:
    """Return what is to be done about a mail, as far as the record tells.

    `SEND` still depends on how the session stands: see `stands`.
    """
    assert duty.kind in MAILS, duty
    if duty.kind is DutyKind.NOTE:
        return Verdict.SEND if raincheck.needs_a_person else Verdict.DROP
    if any(other.key == duty.key and other.kind not in MAILS for other in raincheck.duties):
        return Verdict.WAIT
    if duty.key == raincheck.original.key or duty.kind is DutyKind.UNINVITE:
        return Verdict.SEND
    if raincheck.state is State.WITHDRAWN or duty.key != raincheck.replacement:
        return Verdict.DROP
    return Verdict.SEND if raincheck.state in STOOD else Verdict.WAIT


def may_come_true(duty: Duty, raincheck: Raincheck, *, now: datetime) -> bool:
    """Return whether what the mail tells of may still be written, if it does not stand yet.

    An original is cancelled once its replacement stands; and it stays cancelled while a next time
    is looked for, for which its guests do not wait. One that is over is not cancelled any more.
    """
    if isinstance(when := raincheck.original.when, Timed) and when.span.end <= now:
        return False
    original = duty.key == raincheck.original.key
    return original and duty.kind is DutyKind.UNINVITE and raincheck.state in OPEN


def stands(duty: Duty, raincheck: Raincheck, there: Session | None, *, now: datetime) -> bool:
    """Return whether *there*, the session as it stands, is what the mail was to tell the guest.

    An original that was never cancelled is not told to take place after all. Nobody is told of what
    is over, or of what a person has made a whole day of.
    """
    if there is None or not isinstance(there.when, Timed) or there.when.span.end <= now:
        return False
    if all(guest.address != duty.guest for guest in there.attendees):
        return False
    cancelled = there.status is Status.CANCELLED
    if duty.kind is DutyKind.UNINVITE:
        return cancelled
    restored = duty.key == raincheck.original.key
    return not cancelled and not (restored and there.sequence <= raincheck.original.sequence)
