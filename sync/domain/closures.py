"""Closures: what they close, and which sessions they disrupt (CONTRACT 2)."""

from datetime import UTC, datetime

from sync.domain import identity, words
from sync.domain.causes import Cause
from sync.domain.passes import Warned, WarningCode
from sync.domain.policy import SignalKind
from sync.domain.sessions import Kind, Session, Span, Status, Timed
from sync.domain.signals import (
    AHEAD_MAX,
    Disruption,
    Watch,
    disruption_of,
    hindrance,
    is_closure,
    is_silent,
    named_cause,
    warned,
    words_of,
)


def judged_closed(
    session: Session, closure: Session, watch: Watch, *, now: datetime
) -> Disruption | None:
    """Return what it says that *closure* lies over *session*; None for nothing.

    What was not to take place anyway is not disrupted, nor is somebody else's invitation.
    """
    said = words_of(session)
    if (
        session.status is Status.CANCELLED
        or words.is_cancelled_title(session.title)
        or session.transparent
        or identity.is_ours(session.key)
        or not isinstance(session.when, Timed)
        or not session.when.span.overlaps(closure.span_in(watch.zone))
        or is_silent(session, said, watch, now)
        or hindrance(session, watch) is not None
    ):
        return None
    return disruption_of(session, SignalKind.CLOSURE, cause_of_closure(closure, watch), said, now)


def cause_of_closure(closure: Session, watch: Watch) -> Cause:
    """Return why *closure* closes its time: the closure word that it carries."""
    said = (*words_of(closure), words.folded(closure.title))
    word = next(word for word in said if word in watch.dictionary.closures)
    return named_cause(word, watch)


def judged_closure(session: Session, watch: Watch, *, now: datetime) -> Warned | Span | None:
    """Return the time that *session* closes, if it is a closure that is to be acted on.

    Returns:
        The part of it in which sessions are looked at; a warning if it may not or cannot close
        anything; None if it is no closure, an old or a cancelled one, or `doctor`'s.
    """
    if not is_closure(session, watch.dictionary) or session.status is Status.CANCELLED:
        return None
    if identity.is_sample(session.key):
        return None
    trusted = watch.emails | watch.settings.trust
    if session.organizer is not None and session.organizer not in trusted:
        return warned(
            session,
            WarningCode.UNTRUSTED_ORGANIZER,
            "A closure in somebody else's invitation disrupts nothing. If you trust its "
            "organizer, add the address to [signals] trust.",
        )
    if session.kind is Kind.SERIES:
        return warned(
            session,
            WarningCode.TAG_ON_SERIES,
            "A repeating closure keeps its times free of new sessions, but disrupts none. "
            "Enter the one closure that came unplanned as an event of its own.",
        )
    span = session.span_in(watch.zone)
    first = now.astimezone(UTC) - watch.settings.lookback
    start, end = max(span.start, first), min(span.end, now.astimezone(UTC) + AHEAD_MAX)
    return Span(start, end) if start < end else None
