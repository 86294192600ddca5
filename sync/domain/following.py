"""What becomes of a replacement that stands: answers, words and hands of people move it on."""

from dataclasses import replace
from datetime import datetime

from sync.domain import identity
from sync.domain import practice as rules
from sync.domain.dates import day_and_time
from sync.domain.fees import Fee, FeeState
from sync.domain.guests import answer_of, clients_of
from sync.domain.lifecycle import (
    TAGGED_UNDO,
    Duty,
    DutyKind,
    Fact,
    Raincheck,
    State,
    after,
)
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import Practice
from sync.domain.sessions import Answer, Marks, Session, Status
from sync.domain.signals import Disruption, is_upcoming, words_of
from sync.domain.words import is_cancelled_title, most_telling
from sync.domain.writes import Amendment

DELETED = "a person deleted the replacement"
CANCELLED = "a person cancelled the replacement"
DECLINED = "the offer was declined"
STRUCK = "the replacement was disrupted"
PUT_THERE = "a person put it there"

STOOD = frozenset({State.WRITTEN, State.SETTLED, State.FAILED})
"""States in which a replacement was seen; a failed one's original could not be marked."""


def followed(
    raincheck: Raincheck, there: Session, practice: Practice, *, now: datetime
) -> Raincheck:
    """Return *raincheck* after its replacement was seen to stand as *there* does.

    What a person wrote on it comes first, then what became of it, then what its guests answer.

    Args:
        raincheck: With a replacement that stood: written, settled or failed.
        there: That replacement, as it stands now.
        practice: What decides.
        now: The moment, aware.
    """
    said = words_of(there)
    if "undo" in said:
        return undone(raincheck, TAGGED_UNDO, now=now)
    told = most_telling(said, practice.watch.dictionary)
    if told is not None:
        return struck(raincheck, Disruption(there, SignalKind.TAG, told, now), practice, now=now)
    if there.status is Status.CANCELLED and there.marks and there.marks.state:
        return raincheck  # by us, elsewhere or before an old state file was put back
    if there.status is Status.CANCELLED or is_cancelled_title(there.title):
        return withdrawn(raincheck, CANCELLED)
    stands = rules.standing(raincheck, there, Fact.REPLACEMENT_WRITTEN)
    if stands.slot != raincheck.slot:
        stands = replace(stands, reason=PUT_THERE)
    if answer_of(there, practice.watch.emails) is Answer.DECLINED and is_upcoming(there, now=now):
        return offered_again(stands, DECLINED, practice, now=now)
    return _agreed(stands, there, said, practice)


def struck(
    raincheck: Raincheck, disruption: Disruption, practice: Practice, *, now: datetime
) -> Raincheck:
    """Return *raincheck* after its own replacement was disrupted: the same promise, once more.

    Policy decides afresh, for the replacement's cause and time; what the fee is follows from it.
    """
    fresh = rules.raincheck_of(
        replace(disruption, paid=disruption.paid or raincheck.paid), practice, raincheck.pass_id
    )
    if fresh is None:
        return raincheck
    again = replace(
        raincheck,
        signal=disruption.signal,
        cause=disruption.cause,
        action=fresh.action,
        rule=fresh.rule,
        noticed=disruption.noticed,
        # What is owed for the first time stays owed, whatever became of the second.
        fee=fresh.fee if fresh.fee and fresh.fee.amount else raincheck.fee,
        urgent=raincheck.urgent or disruption.urgent,
    )
    if fresh.action is not Action.RECORD:
        return offered_again(again, STRUCK, practice, now=now)
    return replace(
        after(again, Fact.RECORDED),
        attempt=raincheck.attempt + 1,
        replacement=None,
        resource=None,
        slot=None,
        reason="the replacement was disrupted; no new session, as the policy says",
    )


def offered_again(
    raincheck: Raincheck, why: str, practice: Practice, *, now: datetime
) -> Raincheck:
    """Return *raincheck* waiting for its next attempt; the slot it had is not offered again.

    The replacement that it had is cancelled if it is still ahead. After the last attempt it waits
    for a person.
    """
    assert raincheck.replacement is not None, raincheck
    assert raincheck.slot is not None, raincheck
    again = after(raincheck, Fact.OFFERED_AGAIN)
    duties = again.duties
    if raincheck.slot.span.start > now:
        duties = _with(duties, Duty(DutyKind.CANCEL, raincheck.replacement, _place(raincheck)))
    again = replace(
        again,
        attempt=raincheck.attempt + 1,
        replacement=identity.replacement_key(raincheck.original.key, raincheck.attempt + 1),
        resource=None,
        slot=None,
        confirmed=False,
        declined=(*raincheck.declined, raincheck.slot.span),
        duties=tuple(duty for duty in duties if duty.kind is not DutyKind.CONFIRM),
        reason=why,
    )
    return replace(again, reason=tired(again)) if is_exhausted(again, practice) else again


def is_exhausted(raincheck: Raincheck, practice: Practice) -> bool:
    """Return whether all attempts were made; then a person has to find a time."""
    return raincheck.attempt > rules.terms_of(raincheck, practice).terms.attempts


def tired(raincheck: Raincheck) -> str:
    """Return why nothing more is offered."""
    made = raincheck.attempt - 1
    times = "once" if made == 1 else f"{made} times"
    return f"it was offered {times} (policy.attempts); please agree on a time with the client"


def withdrawn(raincheck: Raincheck, why: str) -> Raincheck:
    """Return *raincheck* given up because its replacement is gone; the original is put back."""
    gone = replace(after(raincheck, Fact.REPLACEMENT_GONE), reason=why)
    return replace(gone, duties=(*still_owed(raincheck), *_restoring(raincheck)))


def undone(raincheck: Raincheck, why: str, *, now: datetime) -> Raincheck:
    """Return *raincheck* taken back: the replacement is cancelled, the original put back.

    A replacement whose time has come is not cancelled: it was held, or is being held.
    """
    back = replace(after(raincheck, Fact.UNDONE), reason=why)
    duties = _restoring(raincheck)
    if raincheck.replacement is not None and raincheck.slot is not None:
        cancel = Duty(DutyKind.CANCEL, raincheck.replacement, _place(raincheck))
        duties = (cancel, *duties) if raincheck.slot.span.start > now else duties
    duties = tuple(dict.fromkeys((*still_owed(raincheck), *duties)))
    return replace(back, duties=duties, fee=_waived(raincheck.fee))


def still_owed(raincheck: Raincheck) -> tuple[Duty, ...]:
    """Return what is owed whatever becomes of the last offer: earlier ones are still cancelled."""
    ends = (DutyKind.CANCEL, DutyKind.UNINVITE)
    return tuple(duty for duty in raincheck.duties if duty.kind in ends)


def _waived(fee: Fee | None) -> Fee | None:
    """Return *fee* as it is after an undo: what nobody has approved yet is not asked for."""
    if fee is None or fee.state is not FeeState.PROPOSED:
        return fee
    return replace(fee, state=FeeState.WAIVED)


def amendment_for(duty: Duty, raincheck: Raincheck) -> Amendment:
    """Return what is to be written for *duty*."""
    if duty.kind is DutyKind.CANCEL:
        marks = Marks(
            raincheck.id, state=State.WITHDRAWN.value, attempt=rules.attempt_of(duty.key, raincheck)
        )
        return Amendment(marks=marks, status=Status.CANCELLED, transparent=True)
    if duty.kind is DutyKind.CONFIRM:
        return Amendment(status=Status.CONFIRMED, invite=raincheck.original)
    return rules.restoring(raincheck)


def done(raincheck: Raincheck, duty: Duty) -> Raincheck:
    """Return *raincheck* without *duty*."""
    rest = tuple(one for one in raincheck.duties if one != duty)
    confirmed = raincheck.confirmed or duty.kind is DutyKind.CONFIRM
    return replace(raincheck, duties=rest, confirmed=confirmed)


def _agreed(
    raincheck: Raincheck, there: Session, said: tuple[str, ...], practice: Practice
) -> Raincheck:
    """Return *raincheck* booked, if the practice or the client says so."""
    guests = clients_of(raincheck.original, practice.watch.emails)
    booked = "book" in said
    if raincheck.action is Action.HOLD and (booked or there.status is Status.CONFIRMED):
        held = replace(raincheck, action=Action.BOOK)
        uninvited = bool(guests) and not clients_of(there, practice.watch.emails)
        return _confirming(held) if uninvited or not held.confirmed else held
    accepted = answer_of(there, practice.watch.emails) is Answer.ACCEPTED
    offered = raincheck.action is not Action.HOLD and not raincheck.confirmed
    return _confirming(raincheck) if offered and (booked or accepted) else raincheck


def _confirming(raincheck: Raincheck) -> Raincheck:
    assert raincheck.replacement is not None, raincheck
    duty = Duty(DutyKind.CONFIRM, raincheck.replacement, _place(raincheck))
    return replace(raincheck, duties=_with(raincheck.duties, duty))


def _restoring(raincheck: Raincheck) -> tuple[Duty, ...]:
    """Return the duty to put the original back; of one that a person deleted there is nothing."""
    if raincheck.signal is SignalKind.DELETED:
        return ()
    original = raincheck.original
    return (Duty(DutyKind.RESTORE, original.key, original.resource),)


def turn_of(before: Raincheck, now_stands: Raincheck) -> tuple[str, str]:
    """Return a word and a sentence for what `followed` made of *before*."""
    why = str(now_stands.reason)
    if now_stands.state is State.WITHDRAWN:
        return "withdrawn", why
    if now_stands.attempt != before.attempt:
        what = "recorded" if now_stands.action is Action.RECORD else "offered-again"
        return what, _turned_down(before, now_stands)
    if now_stands.slot != before.slot:
        to = f"to {day_and_time(now_stands.slot)}, " if now_stands.slot else ""
        return "moved", f"{to}by a person"
    if now_stands.action is not before.action:
        return "booked", "the practice booked what was held"
    if now_stands.duties != before.duties:
        return "accepted", "it is to be confirmed: the client accepted, or the practice said so"
    return "confirmed" if now_stands.confirmed else "changed", "a person changed its status"


def _turned_down(before: Raincheck, now_stands: Raincheck) -> str:
    """Return what became of the offer that *before* had, and what follows if that is not usual."""
    why = str(now_stands.reason)
    if before.slot is None or now_stands.slot is not None:
        return why
    at = day_and_time(before.slot)
    struck = now_stands.noticed != before.noticed
    cause = f", cause: {now_stands.cause.name}" if struck else ""
    became = (
        f"the new session of {at} was disrupted{cause}" if struck else f"the client declined {at}"
    )
    return became if why in {DECLINED, STRUCK} else f"{became}; {why}"


def _place(raincheck: Raincheck) -> str:
    return raincheck.resource or ""


def _with(duties: tuple[Duty, ...], duty: Duty) -> tuple[Duty, ...]:
    return duties if duty in duties else (*duties, duty)
