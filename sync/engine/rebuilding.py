"""What the marks in the calendars tell of promises that the journal has lost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sync.domain import practice as rules
from sync.domain.lifecycle import Duty, DutyKind, Raincheck
from sync.domain.sessions import Session, SessionKey, Status, Timed
from sync.engine.current import Pass
from sync.engine.looking import Look
from sync.errors import CalendarError, RejectedError


def rebuilt(
    originals: Mapping[str, Session],
    replacements: Collection[Session],
    looks: Sequence[Look],
    current: Pass,
) -> tuple[list[Raincheck], set[str]]:
    """Return the records of *originals* (by raincheck), and the calendars that were not read.

    *replacements* are all that were seen in this pass, of every attempt.
    """
    found: list[Raincheck] = []
    unread: set[str] = set()
    for id_, original in originals.items():
        ours = [one for one in replacements if one.marks is not None and one.marks.id == id_]
        standing = [one for one in ours if one.status is not Status.CANCELLED]
        last = max(standing, key=_attempt, default=None)
        named = original.marks.replacement if original.marks else None
        if named and last is None:
            try:
                last = _read(named, looks, current)
            except RejectedError:
                continue  # it stands, unreadable; the marks on the original hold without a record
            except CalendarError as error:
                next(one for one in looks if one.name == original.calendar).fail(error)
                unread.add(original.calendar)
                continue
        made = rules.rebuilt(original, last, current.practice, current.id, current.now)
        past = [one.when.span for one in ours if one is not last and isinstance(one.when, Timed)]
        home = last.calendar if last and last.calendar != original.calendar else None
        owed = tuple(
            Duty(DutyKind.CANCEL, one.key, one.resource)
            for one in standing
            if one is not last and one.span_in(current.practice.watch.zone).start > current.now
        )
        found.append(replace(made, declined=tuple(sorted(past)), home=home, duties=owed))
    return found, unread


def _attempt(session: Session) -> int:
    return (session.marks.attempt if session.marks else None) or 1


def _read(uid: str, looks: Sequence[Look], current: Pass) -> Session | None:
    """Return the replacement of this name, wherever it stands."""
    for look in looks:
        there = current.retries.call(lambda: look.calendar.read(SessionKey(uid), None))  # noqa: B023 - called at once
        if there is not None and there.status is not Status.CANCELLED:
            return there
    return None
