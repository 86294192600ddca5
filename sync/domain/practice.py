"""The practice as the core sees it, and the promises it makes: from disruption to raincheck."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from math import ceil

from sync.domain import identity
from sync.domain.availability import Busy, Hours, busy_of
from sync.domain.causes import UNSPECIFIED, Cause, Fault
from sync.domain.fees import (
    CANCELLATIONS,
    Charge,
    Fee,
    Forgiven,
    Tariff,
    assessed,
    none_forgiven,
)
from sync.domain.guests import clients_of
from sync.domain.lifecycle import Fact, Raincheck, State, after
from sync.domain.modality import modality_of
from sync.domain.planner import Wish
from sync.domain.policy import (
    Action,
    Decision,
    Favour,
    Policy,
    Preference,
    SignalKind,
    Situation,
    Terms,
    decided,
)
from sync.domain.sessions import AllDay, Kind, Marks, Session, SessionKey, Span, Status, Timed
from sync.domain.signals import AHEAD_MAX, Disruption, Watch, is_closure, is_dropped
from sync.domain.words import cleaned_title, most_telling, words_of
from sync.domain.writes import Amendment, is_confirmed_at_once

WEEKLY = timedelta(days=7)
"""The rhythm assumed of a series: what a copy of one instance tells is only that there is one."""

BY_MARKS = "marks in the calendar"
"""The rule of a raincheck that was rebuilt after a lost state file."""


class Holds(Enum):
    """What a calendar holds: ``sessions`` in its configuration."""

    ALL = "all"
    INVITED = "invited"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Practice:
    """All that decides. ``calendars`` maps a calendar's name to what it holds.

    ``mails`` says whether guests are mailed where their calendar's server tells them nothing.
    """

    watch: Watch
    policy: Policy
    hours: Hours
    tariff: Tariff | None
    calendars: Mapping[str, Holds]
    mails: bool = False


def is_session(session: Session, practice: Practice) -> bool:
    """Return whether *session* is one with a client, by the calendar it is in.

    What was dragged into the drop calendar is one; what `doctor` put there is none.
    """
    if identity.is_sample(session.key):
        return False
    if is_dropped(session, practice.watch):
        return True
    holds = practice.calendars[session.calendar]
    if holds is Holds.INVITED:
        return bool(clients_of(session, practice.watch.emails))
    return holds is Holds.ALL


def raincheck_of(
    disruption: Disruption,
    practice: Practice,
    pass_id: str,
    forgiven: Forgiven = none_forgiven,
) -> Raincheck | None:
    """Return the promise for *disruption*, waiting for a slot; None if policy ignores it.

    For `record` there is nothing to find: it is planned at once. *forgiven* counts the fees that
    the client was forgiven already.
    """
    decision = _decision(disruption, practice)
    action = decision.terms.action
    if action is Action.IGNORE:
        return None
    key = disruption.session.key
    recorded = action is Action.RECORD
    return Raincheck(
        id=identity.raincheck_id(key),
        original=disruption.session,
        signal=disruption.signal,
        cause=disruption.cause,
        action=action,
        rule=decision.rule,
        noticed=disruption.noticed,
        state=State.PLANNED if recorded else State.WAITING,
        pass_id=pass_id,
        replacement=None if recorded else identity.replacement_key(key, 1),
        fee=_fee(disruption, practice, forgiven),
        paid=disruption.paid,
        urgent=disruption.urgent,
        home=disruption.home,
    )


def terms_of(raincheck: Raincheck, practice: Practice) -> Decision:
    """Return today's terms for a raincheck that is open; its action stays as it was decided."""
    disruption = Disruption(
        raincheck.original,
        raincheck.signal,
        raincheck.cause,
        raincheck.noticed,
        paid=raincheck.paid,
    )
    return _decision(disruption, practice)


def wish_of(raincheck: Raincheck, practice: Practice, *, now: datetime) -> Wish:
    """Return what a raincheck asks of the planner (CONTRACT 3: the search window)."""
    original = raincheck.original
    assert isinstance(original.when, Timed), raincheck
    terms = terms_of(raincheck, practice).terms
    start = now + terms.notice
    # A slip of the year must not make a search of decades.
    end = min(max(now, original.when.span.start), now + AHEAD_MAX) + terms.within
    when = to_be_held(raincheck, terms)
    recurring = original.kind is not Kind.SINGLE
    refused = _own_time(original.when, practice, same_day=terms.same_day)
    return Wish(
        id=raincheck.id,
        when=when,
        window=_window(start, end, when.length),
        prefer=terms.prefer,
        refused=(refused, *raincheck.declined),
        clients=clients_of(original, practice.watch.emails) | {f"uid:{original.key.uid}"},
        hint=cleaned_title(original.title, practice.watch.dictionary).casefold(),
        same_day=terms.same_day,
        urgent=raincheck.urgent,
        rhythm=WEEKLY if recurring else None,
    )


def _window(start: datetime, end: datetime, length: timedelta) -> Span:
    """Return the time from *start* on; a session may begin at the very *end*."""
    last = end + length if end >= start else start
    return Span(start.astimezone(UTC), last.astimezone(UTC))


def going_on(raincheck: Raincheck, practice: Practice, *, now: datetime) -> Wish | None:
    """Return the wish for the rest of this day, if the session broke off and may go on (`resume`).

    None if the signal did not come during the session, or its day is over: then the usual window
    is all there is.
    """
    held = _broken_off(raincheck)
    if raincheck.action is not Action.RESUME or held is None:
        return None
    zone = practice.watch.zone
    today = now.astimezone(zone).date()
    if held.start.astimezone(zone).date() != today:
        return None
    terms = terms_of(raincheck, practice).terms
    start = (now + terms.resume_after).astimezone(UTC)
    end = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
    usual = wish_of(raincheck, practice, now=now)
    return replace(
        usual,
        window=Span(start, max(start, end)),
        prefer=Preference(Favour.SOONEST),
        refused=tuple(span for span in raincheck.declined if span != held),
        same_day=True,
        rhythm=None,
    )


def to_be_held(raincheck: Raincheck, terms: Terms) -> Timed:
    """Return the original's time, shortened to what is left of it where it is resumed.

    A session of which less than ``prorate_after`` had been held is held again as a whole.
    """
    when = raincheck.original.when
    assert isinstance(when, Timed), raincheck
    held = _broken_off(raincheck)
    if raincheck.action is not Action.RESUME or held is None:
        return when
    if raincheck.noticed - held.start < terms.prorate_after:
        return when
    left = timedelta(minutes=ceil((held.end - raincheck.noticed) / timedelta(minutes=1)))
    return Timed(when.start, (when.span.start + left).astimezone(when.zone))


def _broken_off(raincheck: Raincheck) -> Span | None:
    """Return the time of the session, or of its replacement, during which the signal came."""
    assert isinstance(raincheck.original.when, Timed), raincheck
    times = (*reversed(raincheck.declined), raincheck.original.when.span)
    return next((span for span in times if span.start <= raincheck.noticed < span.end), None)


def _own_time(when: Timed, practice: Practice, *, same_day: bool) -> Span:
    """Return the time of the original that is never offered: its whole day, or itself.

    What came between on that day mostly lasts for the day; and a client who lost a session in the
    morning is not asked to come in the afternoon, unless the practice says `same_day`.
    """
    if same_day:
        return when.span
    first, last = (
        moment.astimezone(practice.watch.zone).date() for moment in (when.start, when.end)
    )
    return AllDay(first, last + timedelta(days=1)).span_in(practice.watch.zone)


def busy_in(agenda: Iterable[Session], practice: Practice) -> tuple[Busy, ...]:
    """Return what takes time in *agenda*, closures included."""
    known = practice.watch.dictionary
    found = (
        busy_of(
            session,
            zone=practice.watch.zone,
            practice=practice.watch.emails,
            counts=is_session(session, practice),
            closure=is_closure(session, known),
        )
        for session in agenda
    )
    return tuple(busy for busy in found if busy is not None)


def freed_by(raincheck: Raincheck, practice: Practice) -> frozenset[SessionKey]:
    """Return the original, if it will stop blocking its time once its replacement stands."""
    keeps = terms_of(raincheck, practice).terms.keep_original
    return frozenset() if keeps else frozenset({raincheck.original.key})


def past_offers(raincheck: Raincheck) -> frozenset[SessionKey]:
    """Return the replacements of earlier attempts: they are, or will be, in nobody's way."""
    original = raincheck.original.key
    return frozenset(identity.replacement_key(original, n) for n in range(1, raincheck.attempt))


def attempt_of(replacement: SessionKey, raincheck: Raincheck) -> int:
    """Return which attempt *replacement* was, counted from 1."""
    original = raincheck.original.key
    tried = range(1, raincheck.attempt)
    made = (n for n in tried if identity.replacement_key(original, n) == replacement)
    return next(made, raincheck.attempt)


def planned_at(raincheck: Raincheck, slot: Timed, why: str, practice: Practice) -> Raincheck:
    """Return *raincheck* with an intention: a slot, and why this one."""
    zone = practice.watch.zone
    goes_on = (
        raincheck.action is Action.RESUME
        and slot.start.astimezone(zone).date() == raincheck.noticed.astimezone(zone).date()
    )
    confirmed = goes_on or is_confirmed_at_once(raincheck, practice.watch.emails)
    moved = after(raincheck, Fact.SLOT_FOUND)
    return replace(moved, slot=slot, reason=why, confirmed=confirmed)


def unplaced(raincheck: Raincheck, why: str) -> Raincheck:
    """Return *raincheck* waiting, and why."""
    return replace(after(raincheck, Fact.NO_SLOT), slot=None, reason=why)


def standing(raincheck: Raincheck, replacement: Session, fact: Fact) -> Raincheck:
    """Return *raincheck* with its replacement as it really stands, wherever a person put it."""
    assert isinstance(replacement.when, Timed), raincheck
    return replace(
        after(raincheck, fact),
        slot=replacement.when,
        confirmed=replacement.status is Status.CONFIRMED,
        resource=replacement.resource,
    )


def restoring(raincheck: Raincheck) -> Amendment:
    """Return what puts the original back as it was; the marks stay, and say `withdrawn`."""
    original = raincheck.original
    return Amendment(
        marks=Marks(raincheck.id, state=State.WITHDRAWN.value),
        note="",
        status=original.status,
        transparent=original.transparent,
    )


def is_ours(session: Session, raincheck: Raincheck) -> bool:
    """Return whether *session* is the replacement that *raincheck* speaks of."""
    return (
        session.marks is not None
        and session.marks.id == raincheck.id
        and isinstance(session.when, Timed)
    )


def rebuilt(
    original: Session, replacement: Session | None, practice: Practice, pass_id: str, now: datetime
) -> Raincheck:
    """Return the raincheck that the marks on *original* tell of, after a lost state file.

    A replacement that the marks name and that is not there was deleted by a person: withdrawn.
    The action is no longer known; it was done. Nor is the moment of the signal, so a fee that
    depends on it is not assessed again.
    """
    assert original.marks is not None, original
    said = words_of(original.title, original.notes, original.categories)
    told = most_telling(said, practice.watch.dictionary)
    cause = told or Cause(UNSPECIFIED, Fault.NONE)
    signal = SignalKind.TAG if told else SignalKind.CANCELLED
    named = original.marks.replacement
    gone = original.marks.state == State.WITHDRAWN.value or (named and replacement is None)
    disruption = Disruption(original, signal, cause, now, paid="paid" in said)
    raincheck = Raincheck(
        id=original.marks.id,
        original=original,
        signal=signal,
        cause=cause,
        action=Action.PROPOSE if named else Action.RECORD,
        rule=BY_MARKS,
        noticed=now,
        state=State.WITHDRAWN if gone else State.SETTLED,
        pass_id=pass_id,
        replacement=SessionKey(named) if named else None,
        fee=None if cause.name in CANCELLATIONS else _fee(disruption, practice),
        reason="rebuilt from the marks in the calendar",
        paid=disruption.paid,
    )
    if replacement is None or not isinstance(replacement.when, Timed):
        return raincheck
    attempt = (replacement.marks.attempt if replacement.marks else None) or 1
    marked = replacement.key.uid == named
    return replace(
        raincheck,
        # A later offer was written, and the original does not name it yet.
        state=raincheck.state if marked or gone else State.WRITTEN,
        replacement=replacement.key,
        slot=replacement.when,
        attempt=attempt,
        confirmed=replacement.status is Status.CONFIRMED,
        resource=replacement.resource,
    )


def _decision(disruption: Disruption, practice: Practice) -> Decision:
    session = disruption.session
    situation = Situation(
        cause=disruption.cause.name,
        fault=disruption.cause.fault,
        signal=disruption.signal,
        calendar=session.calendar,
        modality=modality_of(session),
        paid=disruption.paid,
        recurring=session.kind is not Kind.SINGLE,
        until_start=session.span_in(practice.watch.zone).start - disruption.noticed,
    )
    return decided(practice.policy, situation)


def client_of(session: Session, practice: Practice) -> str:
    """Return what tells the client apart without a name: a digest of addresses, or of the title."""
    clients = sorted(clients_of(session, practice.watch.emails))
    name = cleaned_title(session.title, practice.watch.dictionary).strip().casefold()
    return identity.digest(",".join(clients) or f"title:{name}")


def _fee(
    disruption: Disruption, practice: Practice, forgiven: Forgiven = none_forgiven
) -> Fee | None:
    if practice.tariff is None:
        return None
    session = disruption.session
    start = session.span_in(practice.watch.zone).start
    charge = Charge(
        cause=disruption.cause.name,
        fault=disruption.cause.fault,
        paid=disruption.paid,
        clients=clients_of(session, practice.watch.emails),
        until_start=start - disruption.noticed,
        client=client_of(session, practice),
        year=start.astimezone(practice.watch.zone).year,
        at=disruption.noticed.astimezone(UTC),
    )
    return assessed(charge, practice.tariff, forgiven)
