"""Signals that rest: in the daemon a new one waits for `settle`, and may be taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sync.domain.closures import judged_closed, judged_closure
from sync.domain.lifecycle import Raincheck, State
from sync.domain.passes import Warned
from sync.domain.policy import SignalKind
from sync.domain.sessions import Session, Status
from sync.domain.signals import Disruption, is_handled, judged
from sync.engine.current import Pass
from sync.engine.forgiving import Forgiving
from sync.engine.looking import Look
from sync.errors import CalendarError, RejectedError


class _ActedOnError(Exception):
    """The session carries marks already: the state file is an old one, which `finding` sees to."""


class _UnseenError(Exception):
    """The closure may stand in a calendar that does not answer."""


@dataclass(slots=True)
class Rested:
    """Promises whose rest is over, as they are now; and the ids of those that were taken back."""

    ripe: list[Raincheck] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)


def rested(resting: Iterable[Raincheck], looks: Mapping[str, Look], current: Pass) -> Rested:
    """Return what has become of signals that have rested long enough.

    The last word of the person counts: the cause may have been added while it rested.
    """
    found = Rested()
    forgiving = Forgiving(current.journal)
    for raincheck in resting:
        look = looks.get(raincheck.original.calendar)
        if raincheck.noticed + current.settle > current.now or look is None or look.changes is None:
            continue
        try:
            said = _said_now(raincheck, look, looks, current)
        except (RejectedError, _ActedOnError, _UnseenError):
            continue
        except CalendarError as error:
            look.fail(error)
            continue
        if said is None:
            found.taken_back.append(raincheck.id)
            continue
        said = replace(said, noticed=raincheck.noticed, home=raincheck.home)
        fresh = forgiving.raincheck_of(said, current)
        if fresh is None:
            found.taken_back.append(raincheck.id)
        else:
            found.ripe.append(fresh)
    return found


def resting_of(raincheck: Raincheck) -> Raincheck:
    """Return *raincheck* as it is written down while its signal rests."""
    return replace(raincheck, state=State.SETTLING)


def _said_now(
    raincheck: Raincheck, look: Look, looks: Mapping[str, Look], current: Pass
) -> Disruption | None:
    original, watch = raincheck.original, current.practice.watch
    there = current.retries.call(
        lambda: look.calendar.read(original.key, original.resource or None)
    )
    deleted = raincheck.signal is SignalKind.DELETED
    if there is None or (deleted and there.status is Status.CANCELLED):
        # Gone: what was said of it is the last that is known.
        return _as_before(raincheck)
    if is_handled(there):
        raise _ActedOnError
    verdict = judged(there, watch, now=current.now)
    if isinstance(verdict, Disruption):
        return verdict
    closed = raincheck.signal is SignalKind.CLOSURE
    return _closed_now(there, looks, current) if closed else None


def _as_before(raincheck: Raincheck) -> Disruption:
    return Disruption(
        raincheck.original,
        raincheck.signal,
        raincheck.cause,
        raincheck.noticed,
        paid=raincheck.paid,
        urgent=raincheck.urgent,
    )


def _closed_now(session: Session, looks: Mapping[str, Look], current: Pass) -> Disruption | None:
    """Return what a closure that still lies over *session* says.

    Raises:
        _UnseenError: none was found, but not every calendar answers.
    """
    watch = current.practice.watch
    span = session.span_in(watch.zone)
    for look in looks.values():
        if look.changes is None:
            continue
        for other in current.retries.call(lambda: look.calendar.agenda(span)).sessions:  # noqa: B023 - called at once
            verdict = judged_closure(other, watch, now=current.now)
            if verdict is None or isinstance(verdict, Warned):
                continue
            said = judged_closed(session, other, watch, now=current.now)
            if said is not None:
                return said
    if any(look.changes is None for look in looks.values()):
        raise _UnseenError
    return None
