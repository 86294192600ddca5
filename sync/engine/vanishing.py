"""What is no longer there: sessions and replacements that a person deleted, calendars emptied."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync.domain import practice as rules
from sync.domain.following import DELETED, STOOD
from sync.domain.following import withdrawn as given_up
from sync.domain.lifecycle import Raincheck
from sync.domain.sessions import Kind, Session, SessionKey, Timed
from sync.domain.signals import (
    Disruption,
    instance_of,
    is_most,
    is_upcoming,
    judged_deleted,
)
from sync.engine.current import Pass
from sync.engine.looking import Look
from sync.ports import ChangeSet, Lost, Scan


@dataclass(frozen=True, slots=True)
class Vanished:
    """What is gone: sessions, and replacements, whose records are withdrawn for good.

    ``emptied`` are calendars of which most is suddenly gone. No person tidies like that: a disk
    is not mounted, a backup was put back. There nothing is taken for deleted.
    """

    deleted: tuple[Disruption, ...] = ()
    withdrawn: tuple[Raincheck, ...] = ()
    emptied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Gap:
    """What is no longer in one calendar. ``resources`` are gone, those of instances included."""

    name: str
    changes: ChangeSet
    resources: frozenset[str]
    deleted: tuple[Disruption, ...]
    missing: tuple[Raincheck, ...]


def vanished(looks: Sequence[Look], replaced: Collection[SessionKey], current: Pass) -> Vanished:
    """Return what is gone since the last look; *replaced* are replacements that stand."""
    gaps = [_gap(one.name, one.changes, replaced, current) for one in looks if one.changes]
    if not any(gap.deleted or gap.missing for gap in gaps):
        return Vanished()
    copies = {one.name: _all_copies(one.name, current) for one in looks}
    standing = _standing(gaps, copies)
    deleted: list[Disruption] = []
    withdrawn: list[Raincheck] = []
    emptied: set[str] = set()
    for gap in gaps:
        # What stands in another calendar, or here under another name, was moved.
        really = [each for each in gap.deleted if each.session.key not in standing]
        if (really or gap.missing) and _is_emptied(gap, copies[gap.name], standing, current):
            emptied.add(gap.name)
            continue
        deleted += really
        withdrawn += (given_up(r, DELETED) for r in gap.missing)
    return Vanished(tuple(deleted), tuple(withdrawn), frozenset(emptied))


def _gap(name: str, changes: ChangeSet, replaced: Collection[SessionKey], current: Pass) -> _Gap:
    removed = changes.removed
    if changes.scan is Scan.FULL:
        known = current.journal.known(name)(None)
        removed |= known.keys() - changes.revisions.keys()
    missing = tuple(
        raincheck
        for raincheck in current.journal.rainchecks_at(removed)
        if raincheck.calendar == name
        and raincheck.state in STOOD
        and raincheck.replacement not in replaced
        and (changes.scan is not Scan.FULL or _is_ahead(raincheck, current.now))
    )
    resources = removed | {lost.resource for lost in changes.lost}
    return _Gap(name, changes, resources, _deleted(name, changes, removed, current), missing)


def _is_ahead(raincheck: Raincheck, now: datetime) -> bool:
    return raincheck.slot is not None and raincheck.slot.span.start > now


def _deleted(
    name: str, changes: ChangeSet, removed: frozenset[str], current: Pass
) -> tuple[Disruption, ...]:
    """Return what the vanished sessions of one calendar say, not asking where else they stand."""
    practice = current.practice
    copies = current.journal.copies(name, removed)
    ended = {copy.key.uid for copy in copies if copy.kind is Kind.SERIES}
    # An instance that is not even told as lost has fallen off the end of a series that stands.
    ended |= {copy.key.uid for copy in changes.copies if copy.kind is Kind.SERIES}
    gone: list[tuple[Session, Session | None]] = [
        (copy, None) for copy in copies if copy.key.uid not in ended
    ]
    gone += _lost(name, changes, removed, current)
    said = (
        judged_deleted(session, practice.watch, now=current.now, master=master)
        for session, master in gone
        if rules.is_session(session, practice)
    )
    return tuple(disruption for disruption in said if disruption is not None)


def _lost(
    name: str, changes: ChangeSet, removed: frozenset[str], current: Pass
) -> Iterable[tuple[Session, Session | None]]:
    """Return each lost instance as it was last seen, with its series.

    With a series that is gone or was moved as a whole, its instances go too: that says nothing.
    """
    resources = {lost.resource for lost in changes.lost}
    seen = current.journal.known(name)(resources)
    own = {copy.resource: copy for copy in current.journal.copies(name, resources)}
    wanted = {lost.series for lost in changes.lost} - removed
    copies = current.journal.copies(name, wanted)
    # Where an instance has no resource of its own, its copy is with the series.
    written = {(copy.resource, copy.key.recurrence_id): copy for copy in copies}
    masters = {copy.resource: copy for copy in copies if copy.kind is Kind.SERIES}
    stands = {copy.resource: copy.when for copy in changes.copies if copy.kind is Kind.SERIES}
    for lost in changes.lost:
        master = masters.get(lost.series)
        if master is None or stands.get(lost.series, master.when) != master.when:
            continue
        # Known, but without a copy: it was deleted long ago.
        session = own.get(lost.resource)
        if session is None and lost.resource not in seen:
            session = written.get((lost.series, lost.recurrence_id)) or _made(master, lost)
        if session is not None:
            yield session, master


def _made(master: Session, lost: Lost) -> Session | None:
    if not isinstance(master.when, Timed):
        return None
    return instance_of(master, lost.recurrence_id, lost.start, lost.resource)


def _all_copies(name: str, current: Pass) -> tuple[Session, ...]:
    return current.journal.copies(name, current.journal.known(name)(None).keys())


def _standing(
    gaps: Iterable[_Gap], copies: dict[str, tuple[Session, ...]]
) -> frozenset[SessionKey]:
    """Return the names of all that stands, by what was seen just now and else by its copy."""
    fresh: set[SessionKey] = set()
    stale: dict[str, set[str]] = {}
    for gap in gaps:
        seen = (*gap.changes.sessions, *gap.changes.copies)
        fresh |= {session.key for session in seen}
        stale[gap.name] = {*gap.resources, *(session.resource for session in seen)}
    return frozenset(fresh) | {
        copy.key
        for name, kept in copies.items()
        for copy in kept
        if copy.resource not in stale.get(name, ())
    }


def _is_emptied(
    gap: _Gap, copies: Sequence[Session], standing: frozenset[SessionKey], current: Pass
) -> bool:
    """Return whether most of what was known is gone at once, and not just a handful.

    Counted are all resources, and what is upcoming with and without series: none hides the others.
    """
    upcoming = [copy for copy in copies if is_upcoming(copy, now=current.now)]
    single = [copy for copy in upcoming if copy.kind is not Kind.SERIES]
    series = [copy for copy in copies if copy.kind is Kind.SERIES]
    for counted in (single, [*single, *series]):
        gone = [c for c in counted if c.resource in gap.resources and c.key not in standing]
        if is_most(len(gone), len(counted)):
            return True
    if gap.changes.scan is Scan.FULL:
        # What has ended since the last full look leaves the window; an empty one tells enough.
        return not gap.changes.revisions
    known = current.journal.known(gap.name)(None).keys()
    return is_most(len(known & gap.changes.removed), len(known))
