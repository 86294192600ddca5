"""Signals: what in a calendar shows that a session was disrupted (CONTRACT 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sync.domain import identity, words
from sync.domain.causes import UNSPECIFIED, Cause, Fault
from sync.domain.guests import answer_of
from sync.domain.passes import Warned, WarningCode
from sync.domain.policy import SignalKind
from sync.domain.sessions import AllDay, Answer, Kind, Session, SessionKey, Status, Timed
from sync.domain.slips import slip_of

AHEAD_MAX = timedelta(days=400)
"""Instances of series further ahead than this are not looked at."""


YEAR_MAX = 9000
"""Nobody meets later; and at the end of all dates no day can be added."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that count.

    ``tags`` maps each tag word to a cause's name, built-in ones included; ``causes`` maps each
    known cause to its fault. Words are as configured; `words.folded` makes them comparable.
    """

    tags: Mapping[str, str]
    causes: Mapping[str, Fault]


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """The practice's ``[signals]``; the defaults are the contract's. Addresses are lower case."""

    lookback: timedelta = timedelta(days=14)
    cancelled: bool = True
    deleted: bool = True
    declined: bool = True
    closures: str = "all"
    drop_calendar: str = ""
    trust: frozenset[str] = frozenset()
    colors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watch:
    """By what a practice's sessions are judged. ``emails`` are the practice's own, lower case."""

    dictionary: words.Dictionary
    settings: SignalSettings
    emails: frozenset[str]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Disruption:
    """A session that was disrupted, why, and what showed it; *noticed* is UTC.

    ``home`` names the calendar for the replacement where that is not the session's own.
    """

    session: Session
    signal: SignalKind
    cause: Cause
    noticed: datetime
    paid: bool = False
    urgent: bool = False
    home: str | None = None


def judged(
    session: Session, watch: Watch, *, now: datetime, master: Session | None = None
) -> Disruption | Warned | None:
    """Return what *session*, as it stands in a calendar of sessions, says; None for nothing.

    A session that carries the marks of an original has been dealt with and says nothing; what a
    replacement says is for `following`.

    Args:
        session: From a calendar of sessions.
        watch: By what it is judged.
        now: The moment, aware.
        master: The series that an instance belongs to, if it is at hand. What the whole series
            says is as ambiguous on an instance: apps copy it there with every edit of one.
    """
    said = words_of(session)
    if is_replacement(session) or is_silent(session, said, watch, now):
        return None
    inherited = () if master is None else words_of(master)
    own = tuple(word for word in said if word not in inherited)
    cause = words.most_telling(own, watch.dictionary)
    if cause is None and is_dropped(session, watch):
        cause = _PLAIN
    if cause is not None:
        hindered = hindrance(session, watch)
        if hindered is not None:
            return hindered
        return disruption_of(session, SignalKind.TAG, cause, said, now)
    if hindrance(session, watch):
        return None
    given_up = _given_up(session, watch, said, now, master)
    return given_up if given_up is not None else _misspelt(session, own, watch)


def _misspelt(session: Session, own: tuple[str, ...], watch: Watch) -> Warned | None:
    """Return a warning if what stands in *session* can only have been meant as a tag."""
    tag = slip_of(own, watch.dictionary)
    if tag is None:
        return None
    message = f'A tag is misspelt and counts for nothing; the nearest one is "{tag}".'
    return warned(session, WarningCode.UNSUPPORTED, message)


def _given_up(
    session: Session, watch: Watch, said: tuple[str, ...], now: datetime, master: Session | None
) -> Disruption | None:
    """Return what status and answers say; what is true of the whole series says nothing."""
    if _is_cancelled(session, watch) and not (master and _is_cancelled(master, watch)):
        return disruption_of(session, SignalKind.CANCELLED, _PLAIN, said, now)
    if _is_declined(session, watch) and not (master and _is_declined(master, watch)):
        return disruption_of(
            session, SignalKind.DECLINED, named_cause("declined", watch), said, now
        )
    return None


def is_dropped(session: Session, watch: Watch) -> bool:
    """Return whether *session* was dragged into the drop calendar."""
    drop = watch.settings.drop_calendar
    return bool(drop) and session.calendar == drop


def judged_deleted(
    session: Session, watch: Watch, *, now: datetime, master: Session | None = None
) -> Disruption | None:
    """Return what it says that *session*, as last seen, is no longer there; None for nothing.

    Only an upcoming session counts, and one that was still to take place. Somebody else's
    invitation that is taken back says nothing: it was theirs.

    Args:
        session: The copy of a session of a calendar of sessions.
        watch: By what it is judged.
        now: The moment, aware.
        master: The series that it was an instance of, if that is known; see `judged`.
    """
    said = words_of(session)
    if (
        not watch.settings.deleted
        or not is_upcoming(session, now=now)
        or session.status is Status.CANCELLED
        or words.is_cancelled_title(session.title)
        or identity.is_ours(session.key)
        or is_silent(session, said, watch, now)
        or hindrance(session, watch) is not None
    ):
        return None
    inherited = () if master is None else words_of(master)
    own = tuple(word for word in said if word not in inherited)
    cause = words.most_telling(own, watch.dictionary) or _PLAIN
    return disruption_of(session, SignalKind.DELETED, cause, said, now)


def is_upcoming(session: Session, *, now: datetime) -> bool:
    """Return whether *session* has a time and has not begun."""
    return isinstance(session.when, Timed) and session.when.span.start > now


def instance_of(master: Session, recurrence_id: str, start: datetime, resource: str) -> Session:
    """Return the instance of *master* at *start* as it was without an override of its own."""
    assert isinstance(master.when, Timed), master
    return replace(
        master,
        key=SessionKey(master.key.uid, recurrence_id),
        kind=Kind.INSTANCE,
        when=master.when.moved_to(start),
        marks=None,
        resource=resource,
        revision="",
    )


_PLAIN = Cause(UNSPECIFIED, Fault.NONE)

EMPTIED_MIN = 5


def is_most(gone: int, known: int) -> bool:
    """Return whether what is *gone* at once is most of what was *known*, and not a handful."""
    return gone >= EMPTIED_MIN and 2 * gone > known


def is_handled(session: Session) -> bool:
    """Return whether *session* carries an original's marks, and its own.

    Apps copy marks along when a person duplicates an event; the id tells whose they are.
    """
    marks = session.marks
    return (
        marks is not None
        and marks.attempt is None
        and marks.id == identity.raincheck_id(session.key)
    )


def is_replacement(session: Session) -> bool:
    """Return whether *session* was written by Raincheck: marks and a name of its own making."""
    marks = session.marks
    return marks is not None and marks.attempt is not None and identity.is_ours(session.key)


def words_of(session: Session) -> tuple[str, ...]:
    """Return every word, folded, that stands in a place for tags in *session*."""
    return words.words_of(session.title, session.notes, session.categories)


def is_closure(session: Session, known: words.Dictionary) -> bool:
    """Return whether *session* closes its time: it is tagged so, or its title is that word."""
    said = (*words_of(session), words.folded(session.title))
    return any(word in known.closures for word in said)


def is_watched(session: Session, watch: Watch, *, now: datetime) -> bool:
    """Return whether *session* lies where signals count: since `lookback`, 400 days for series."""
    if session.kind is Kind.SERIES:
        return True
    first = session.when.first if isinstance(session.when, AllDay) else session.when.start
    if first.year >= YEAR_MAX:
        return False
    span = session.span_in(watch.zone)
    if session.kind is Kind.INSTANCE and span.start > now + AHEAD_MAX:
        return False
    return span.end > now.astimezone(UTC) - watch.settings.lookback


def is_silent(session: Session, said: tuple[str, ...], watch: Watch, now: datetime) -> bool:
    """Return whether nothing that stands in *session* counts, whatever it is."""
    return (
        is_handled(session)
        or "drop" in said
        or is_closure(session, watch.dictionary)
        or not is_watched(session, watch, now=now)
    )


def _is_cancelled(session: Session, watch: Watch) -> bool:
    return (
        watch.settings.cancelled
        and not is_replacement(session)
        and (session.status is Status.CANCELLED or words.is_cancelled_title(session.title))
    )


def _is_declined(session: Session, watch: Watch) -> bool:
    """Return whether every guest of *session* has declined it."""
    return (
        watch.settings.declined
        and not is_replacement(session)
        and answer_of(session, watch.emails) is Answer.DECLINED
    )


def named_cause(cause: str, watch: Watch) -> Cause:
    """Return the known cause of this name, with the fault that the practice gives it."""
    found = watch.dictionary.cause_of(f"disrupted-{cause}")
    assert found is not None, cause
    return found


def hindrance(session: Session, watch: Watch) -> Warned | None:
    """Return why a signal on *session* is not acted on, as a warning; None if nothing hinders."""
    trusted = watch.emails | watch.settings.trust
    if session.organizer is not None and session.organizer not in trusted:
        return warned(
            session,
            WarningCode.UNTRUSTED_ORGANIZER,
            "A tag in somebody else's invitation is not acted on. If you trust its organizer, "
            "add the address to [signals] trust.",
        )
    if session.kind is Kind.SERIES:
        return warned(
            session,
            WarningCode.TAG_ON_SERIES,
            "A whole series is tagged; Raincheck cannot know which session is meant. "
            'Tag the one session instead (in your app: "this event only").',
        )
    if isinstance(session.when, AllDay):
        return warned(
            session,
            WarningCode.UNSUPPORTED,
            "An all-day event is tagged; only sessions with a time can be rescheduled.",
        )
    return None


def warned(session: Session, code: WarningCode, message: str) -> Warned:
    """Return a warning about *session*."""
    return Warned(code, message, session.calendar, session.key.uid, session)


def disruption_of(
    session: Session, signal: SignalKind, cause: Cause, said: tuple[str, ...], now: datetime
) -> Disruption:
    """Return the disruption of *session*, with the qualifiers that were *said*."""
    return Disruption(session, signal, cause, now, paid="paid" in said, urgent="urgent" in said)
