"""From what the calendars say to what there is to do: new promises, old ones, and warnings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.domain import identity
from sync.domain import practice as rules
from sync.domain.lifecycle import Fact, Raincheck, State, is_renamed
from sync.domain.passes import Warned, WarningCode
from sync.domain.practice import Practice
from sync.domain.sessions import Kind, Session, SessionKey
from sync.domain.signals import Disruption, is_handled, is_replacement, judged
from sync.engine.current import Pass
from sync.engine.looking import Look
from sync.engine.vanishing import DELETED, vanished
from sync.errors import CalendarError, RejectedError
from sync.ports import Calendar, Entry
from sync.retrying import Retries


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to do in this pass.

    ``looks`` are those whose cursors may be written down. ``new`` are promises first made now;
    ``open`` those an earlier pass left; ``followed`` are done ones that changed, or were rebuilt.
    """

    looks: tuple[Look, ...]
    new: tuple[Raincheck, ...] = ()
    open: tuple[Raincheck, ...] = ()
    followed: tuple[Raincheck, ...] = ()
    entries: tuple[Entry, ...] = ()
    warnings: tuple[Warned, ...] = ()

    def held_back(self) -> "Found":
        """Return it without what is new: those calendars are looked at again in the next pass."""
        held = {raincheck.original.calendar for raincheck in self.new}
        ids = {raincheck.id for raincheck in self.new}
        return replace(
            self,
            looks=tuple(look for look in self.looks if look.name not in held),
            new=(),
            entries=tuple(entry for entry in self.entries if entry.raincheck not in ids),
        )


@dataclass(slots=True)
class _Seen:
    """The sessions of all changes, sorted by what they are to Raincheck."""

    disruptions: dict[str, Disruption] = field(default_factory=dict)
    originals: dict[str, Session] = field(default_factory=dict)
    replacements: dict[str, Session] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)

    def marked_otherwise(self) -> set[str]:
        """Return the ids in marks on disrupted sessions that do not fit their own names."""
        return {d.session.marks.id for d in self.disruptions.values() if d.session.marks}


def find(looks: Sequence[Look], current: Pass) -> Found:
    """Return what there is to do. Reads the journal, and a calendar only to rebuild lost state."""
    journal = current.journal
    read = [look for look in looks if look.changes is not None]
    seen = _sorted(read, current.practice, current.now)
    missed = vanished(looks, seen.replacements, current)
    for disruption in missed.deleted:
        seen.disruptions.setdefault(identity.raincheck_id(disruption.session.key), disruption)
    ids = {*seen.disruptions, *seen.originals, *seen.replacements, *seen.marked_otherwise()}
    remembered = {raincheck.id: raincheck for raincheck in journal.rainchecks(ids)}
    promised = _promised(seen, remembered, current)
    new = [raincheck for raincheck in promised if raincheck.state is not State.WRITTEN]
    standing = [raincheck for raincheck in promised if raincheck.state is State.WRITTEN]
    rebuilt, unread = _rebuilt(seen, remembered, looks, current)
    moved = _moved_by_hand(seen, remembered)
    told = [
        *((r, "seen", _seen_words(r)) for r in new),
        *((r, "written", "found standing, after a lost state file") for r in standing),
        *((r, r.state.value, str(r.reason)) for r in rebuilt),
        *((r, "moved", "a person moved the replacement") for r in moved),
        *((r, "withdrawn", DELETED) for r in missed.withdrawn),
    ]
    changed = {raincheck.id for raincheck in (*moved, *missed.withdrawn)}
    return Found(
        looks=tuple(look for look in read if look.name not in unread | missed.emptied),
        new=tuple(new),
        open=tuple(r for r in journal.rainchecks() if r.id not in changed),
        followed=(*standing, *rebuilt, *moved, *missed.withdrawn),
        entries=tuple(current.entry(r.id, what, why) for r, what, why in told),
        warnings=(*seen.warnings, *(_emptied(name) for name in sorted(missed.emptied))),
    )


def _sorted(looks: Iterable[Look], practice: Practice, now: datetime) -> _Seen:
    seen = _Seen()
    for look in looks:
        assert look.changes is not None
        for skipped in look.changes.unreadable:
            message = f"An entry was skipped, the others were not: {skipped.reason}."
            seen.warnings.append(Warned(WarningCode.UNREADABLE, message, look.name))
        masters = {s.key.uid: s for s in look.changes.sessions if s.kind is Kind.SERIES}
        for session in look.changes.sessions:
            master = masters.get(session.key.uid) if session.kind is Kind.INSTANCE else None
            _sort(session, master, seen, practice, now)
    return seen


def _sort(
    session: Session, master: Session | None, seen: _Seen, practice: Practice, now: datetime
) -> None:
    # Marks count in every calendar: what was a calendar of sessions may now be private.
    if session.marks is not None and is_handled(session):
        seen.originals[session.marks.id] = session
    if session.marks is not None and is_replacement(session):
        seen.replacements[session.marks.id] = session
    if not rules.is_session(session, practice):
        return
    verdict = judged(session, practice.watch, now=now, master=master)
    if isinstance(verdict, Warned):
        seen.warnings.append(verdict)
    elif verdict is not None:
        # The same invitation in two calendars is one session: the first calendar has it.
        seen.disruptions.setdefault(identity.raincheck_id(session.key), verdict)


def _promised(seen: _Seen, remembered: dict[str, Raincheck], current: Pass) -> list[Raincheck]:
    """Return the new promises; `written` where a lost journal's replacement turns out to stand."""
    promised: list[Raincheck] = []
    for id_, disruption in seen.disruptions.items():
        if id_ in remembered or _is_renamed(disruption.session, remembered):
            continue
        made = rules.raincheck_of(disruption, current.practice, current.id)
        if made is None:
            continue
        there = seen.replacements.get(id_)
        if there is not None and there.key == made.replacement and rules.is_ours(there, made):
            made = rules.standing(made, there, Fact.REPLACEMENT_WRITTEN)
        promised.append(made)
    return promised


def _is_renamed(session: Session, remembered: dict[str, Raincheck]) -> bool:
    raincheck = remembered.get(session.marks.id) if session.marks is not None else None
    return raincheck is not None and is_renamed(session, raincheck)


def _rebuilt(
    seen: _Seen, remembered: dict[str, Raincheck], looks: Sequence[Look], current: Pass
) -> tuple[list[Raincheck], set[str]]:
    """Return what the marks tell of promises that the journal has lost, and what was not read."""
    rebuilt: list[Raincheck] = []
    unread: set[str] = set()
    by_name = {look.name: look for look in looks}
    for id_, original in seen.originals.items():
        if id_ in remembered or original.marks is None:
            continue
        look = by_name[original.calendar]
        named = original.marks.replacement
        replacement = seen.replacements.get(id_)
        if named and replacement is None:
            try:
                replacement = _read(look.calendar, SessionKey(named), current.retries)
            except RejectedError:
                continue  # it stands, unreadable; the marks on the original hold without a record
            except CalendarError as error:
                look.fail(error)
                unread.add(look.name)
                continue
        rebuilt.append(
            rules.rebuilt(original, replacement, current.practice, current.id, current.now)
        )
    return rebuilt, unread


def _read(calendar: Calendar, key: SessionKey, retries: Retries) -> Session | None:
    return retries.call(lambda: calendar.read(key, None))


def _moved_by_hand(seen: _Seen, remembered: dict[str, Raincheck]) -> list[Raincheck]:
    """Return the records of replacements that a person moved or confirmed."""
    moved: list[Raincheck] = []
    for id_, session in seen.replacements.items():
        raincheck = remembered.get(id_)
        if raincheck is None or raincheck.replacement != session.key:
            continue
        if raincheck.state not in (State.WRITTEN, State.SETTLED):
            continue
        if not rules.is_ours(session, raincheck):
            continue
        now_stands = rules.standing(raincheck, session, Fact.REPLACEMENT_WRITTEN)
        if now_stands.slot != raincheck.slot:
            moved.append(replace(now_stands, reason="a person put it there"))
        elif now_stands != raincheck:
            moved.append(now_stands)
    return moved


def _emptied(calendar: str) -> Warned:
    return Warned(
        WarningCode.CALENDAR_EMPTIED,
        "Most of this calendar is suddenly gone, so nothing there was taken for deleted. Is its "
        "server all right?",
        calendar,
    )


def _seen_words(raincheck: Raincheck) -> str:
    return (
        f"{raincheck.signal.value}: {raincheck.cause.name} ({raincheck.cause.fault.value});"
        f" {raincheck.rule} says {raincheck.action.value}"
    )
