"""What Raincheck did about each session, and why, in plain words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sync.demo.agenda import Numbered, plain, short_moment
from sync.domain.causes import BUILT_IN, TAG_WORDS, UNSPECIFIED, Fault
from sync.domain.fees import Fee, FeeState
from sync.domain.lifecycle import Raincheck, State
from sync.domain.passes import Warned
from sync.domain.policy import SignalKind
from sync.domain.sessions import Kind, Session, Status, Timed
from sync.domain.words import cleaned_title, dictionary

_WEEK = timedelta(days=7)
_FAULTS = {
    Fault.TECHNICAL: "technical",
    Fault.CLIENT: "on the client's side",
    Fault.PROVIDER: "on the practice's side",
    Fault.SITE: "with the building",
    Fault.NONE: "nobody's fault",
}
_SIGNALS = {
    SignalKind.TAG: "",
    SignalKind.CANCELLED: "the session is cancelled",
    SignalKind.DELETED: "the session was deleted",
    SignalKind.DECLINED: "the client declined",
    SignalKind.CLOSURE: "a closure lies over it",
}


@dataclass(frozen=True, slots=True)
class Story:
    """One raincheck for a reader; ``to`` is empty without a new time. Lines are (label, text)."""

    number: int
    title: str
    at: str
    to: str
    lines: tuple[tuple[str, str], ...]


def story(
    each: Numbered, agenda: Sequence[Session], warnings: Sequence[Warned], *, zone: ZoneInfo
) -> Story:
    """Return the story of one raincheck.

    Args:
        each: The raincheck.
        agenda: What stood in all calendars before the pass.
        warnings: Of the pass; those about this session are told with it.
        zone: In which moments are told.
    """
    raincheck = each.raincheck
    original, slot = raincheck.original, raincheck.slot
    known = dictionary(TAG_WORDS, BUILT_IN)
    lines = [("saw", _seen(raincheck)), ("did", _done(raincheck))]
    reasons = [raincheck.reason or "", _in_the_way(raincheck, agenda, zone) if slot else ""]
    if any(reasons):
        lines.append(("why", "; ".join(reason for reason in reasons if reason)))
    if raincheck.fee is not None:
        lines.append(("fee", _fee(raincheck.fee)))
    mine = {original.key.uid, raincheck.replacement.uid if raincheck.replacement else ""}
    lines += [("note", warned.message) for warned in warnings if warned.uid in mine]
    return Story(
        number=each.number,
        title=plain(cleaned_title(original.title, known)),
        at=_moment(original, zone),
        to=short_moment(slot.start.astimezone(zone)) if slot else "",
        lines=tuple((label, plain(text)) for label, text in lines),
    )


def _seen(raincheck: Raincheck) -> str:
    cause, original = raincheck.cause, raincheck.original
    where = ", on one session of a series" if original.kind is Kind.INSTANCE else ""
    if said := _SIGNALS[raincheck.signal]:
        return said + where
    if cause.name == UNSPECIFIED:
        return f"{_tag(original)}{where}; no cause given"
    return f"{_tag(original)}{where}; cause: {cause.name} ({_FAULTS[cause.fault]})"


def _tag(original: Session) -> str:
    """Return the tag as it stands there, and where."""
    if original.categories:
        return f'the category "{", ".join(original.categories)}"'
    if hashtags := [word for word in original.notes.split() if word.startswith("#")]:
        return f"{' '.join(hashtags)} in the notes"
    return f'"{original.title.partition(" ")[0]}" in front of the title'


def _done(raincheck: Raincheck) -> str:
    if raincheck.state is State.WAITING:
        return "found no slot yet; it is tried again in every pass"
    if raincheck.state is State.FAILED:
        return "the server refused the new session"
    if raincheck.slot is None:
        return "wrote it down; no new session, as the policy says for this cause"
    if raincheck.confirmed:
        return "booked a new session, confirmed"
    return "proposed a new session, tentative until the client accepts"


def _in_the_way(raincheck: Raincheck, agenda: Sequence[Session], zone: ZoneInfo) -> str:
    """Return what already stood where one would look first: a week later at the same hour."""
    when = raincheck.original.when
    assert isinstance(when, Timed), raincheck
    usual = when.moved_to(when.start + _WEEK)
    taken = next(
        (
            session
            for session in agenda
            if isinstance(session.when, Timed)
            and not session.transparent
            and session.status is not Status.CANCELLED
            and session.when.span.overlaps(usual.span)
        ),
        None,
    )
    if taken is None:
        return ""
    return f"{short_moment(usual.start.astimezone(zone))} is taken ({taken.title})"


def _fee(fee: Fee) -> str:
    if not fee.amount:
        return f"none ({fee.reason})"
    wait = ", for you to approve or waive" if fee.state is FeeState.PROPOSED else ""
    return f"{fee.amount} {fee.currency}{wait} ({fee.reason})"


def _moment(session: Session, zone: ZoneInfo) -> str:
    assert isinstance(session.when, Timed), session
    start: datetime = session.when.start
    return short_moment(start.astimezone(zone))
