"""What closures do: the sessions that lie under those that were just entered or changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sync.domain import practice as rules
from sync.domain.closures import cause_of_closure, judged_closed, judged_closure
from sync.domain.passes import Warned
from sync.domain.policy import SignalKind
from sync.domain.practice import Holds
from sync.domain.sessions import Session, Span
from sync.domain.signals import Disruption, is_dropped, is_replacement
from sync.engine.current import Pass
from sync.engine.looking import Look
from sync.errors import CalendarError, RejectedError
from sync.ports import ChangeSet

EVERYWHERE = "all"
NOWHERE = "none"


@dataclass(slots=True)
class Shut:
    """What the closures of one pass say.

    ``struck`` are replacements under a closure. ``unread`` are calendars whose closures could not
    be followed up: they are looked at again in the next pass.
    """

    disruptions: list[Disruption] = field(default_factory=list)
    struck: list[Disruption] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def shut(looks: Sequence[Look], current: Pass) -> Shut:
    """Return what lies under each closure that is new or was changed since the last look.

    A closure that was acted on says nothing more: what is entered under it later was put there by
    somebody who knew.
    """
    found = Shut()
    if current.practice.watch.settings.closures == NOWHERE:
        return found
    for look in looks:
        for closure in _fresh(look.name, look.changes, current):
            verdict = judged_closure(closure, current.practice.watch, now=current.now)
            if isinstance(verdict, Warned):
                found.warnings.append(verdict)
            elif verdict is not None:
                _follow(closure, verdict, looks, found, current)
    return found


def _fresh(name: str, changes: ChangeSet | None, current: Pass) -> Iterator[Session]:
    """Yield the sessions of one calendar that are not as they were when last seen."""
    if changes is None:
        return
    known = current.journal.known(name)({session.resource for session in changes.sessions})
    for session in changes.sessions:
        if known.get(session.resource) != session.revision:
            yield session


def _follow(
    closure: Session, span: Span, looks: Sequence[Look], found: Shut, current: Pass
) -> None:
    for look in looks:
        if not _is_covered(closure, look.name, current):
            continue
        try:
            if look.changes is None:
                found.unread.add(closure.calendar)
                continue
            _look_under(closure, span, look, found, current)
        except CalendarError as error:
            look.fail(error)
            found.unread.add(closure.calendar)


def _is_covered(closure: Session, name: str, current: Pass) -> bool:
    practice = current.practice
    holds = practice.calendars[name] is not Holds.NONE
    return holds and (practice.watch.settings.closures == EVERYWHERE or name == closure.calendar)


def _look_under(closure: Session, span: Span, look: Look, found: Shut, current: Pass) -> None:
    practice, watch = current.practice, current.practice.watch
    diary = current.retries.call(lambda: look.calendar.agenda(span))
    for listed in diary.sessions:
        if is_dropped(listed, watch) or not listed.span_in(watch.zone).overlaps(span):
            continue
        session = _read(look, listed, current)
        if session is None:
            continue
        if is_replacement(session):
            cause = cause_of_closure(closure, watch)
            found.struck.append(Disruption(session, SignalKind.CLOSURE, cause, current.now))
        elif rules.is_session(session, practice):
            said = judged_closed(session, closure, watch, now=current.now)
            found.disruptions += [said] if said is not None else []


def _read(look: Look, listed: Session, current: Pass) -> Session | None:
    """Return *listed* in full: an agenda tells times, and a replacement needs all of it."""
    try:
        return current.retries.call(lambda: look.calendar.read(listed.key, listed.resource or None))
    except RejectedError:
        return None
