"""From what the calendars say to what there is to do: new promises, old ones, and warnings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.domain import identity
from sync.domain import practice as rules
from sync.domain.catching_up import caught_up
from sync.domain.following import DELETED, STOOD, followed, turn_of, undone
from sync.domain.following import struck as replacement_struck
from sync.domain.lifecycle import TAGGED_UNDO, Fact, Raincheck, State, is_renamed
from sync.domain.passes import Warned, WarningCode
from sync.domain.plain import SIGNALS, cause_in_words, timed
from sync.domain.policy import SignalKind
from sync.domain.practice import Holds
from sync.domain.sessions import Kind, Session, SessionKey
from sync.domain.signals import (
    Disruption,
    is_dropped,
    is_handled,
    is_replacement,
    judged,
    words_of,
)
from sync.domain.words import sight_of
from sync.engine import closing, rebuilding, resting
from sync.engine.current import Pass
from sync.engine.forgiving import Forgiving
from sync.engine.looking import Look
from sync.engine.vanishing import vanished
from sync.ports import Entry

AFTER_A_BREAK = "found standing after a break"


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to do in this pass.

    ``looks`` are those whose cursors may be written down. ``new`` are promises first made now;
    ``open`` those an earlier pass left; ``followed`` are done ones that changed, or were rebuilt;
    ``resting`` are new ones that wait for `settle`; of those, ``taken_back`` never were.
    """

    looks: tuple[Look, ...]
    new: tuple[Raincheck, ...] = ()
    open: tuple[Raincheck, ...] = ()
    followed: tuple[Raincheck, ...] = ()
    resting: tuple[Raincheck, ...] = ()
    taken_back: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    warnings: tuple[Warned, ...] = ()

    def unexpected(self) -> tuple[Raincheck, ...]:
        """Return what is new and counts towards `max_new`: all that no closure explains."""
        return tuple(one for one in self.new if one.signal is not SignalKind.CLOSURE)

    def held_back(self) -> "Found":
        """Return it without what is new: those calendars are looked at again in the next pass."""
        held = {raincheck.original.calendar for raincheck in self.unexpected()}
        ids = {raincheck.id for raincheck in self.unexpected()}
        return replace(
            self,
            looks=tuple(look for look in self.looks if look.name not in held),
            new=tuple(raincheck for raincheck in self.new if raincheck.id not in ids),
            entries=tuple(entry for entry in self.entries if entry.raincheck not in ids),
        )


@dataclass(slots=True)
class _Seen:
    """The sessions of all changes, sorted by what they are to Raincheck."""

    disruptions: dict[str, Disruption] = field(default_factory=dict)
    originals: dict[str, Session] = field(default_factory=dict)
    replacements: dict[SessionKey, Session] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)

    def disrupt(self, disruption: Disruption) -> None:
        """Take in *disruption*; the same invitation in two calendars is one session, the first."""
        self.disruptions.setdefault(identity.raincheck_id(disruption.session.key), disruption)

    def ids(self) -> set[str]:
        """Return the ids of all rainchecks that this may be about, by name and by marks."""
        disrupted = [one.session for one in self.disruptions.values()]
        marked = (*disrupted, *self.replacements.values())
        return {
            *self.disruptions,
            *self.originals,
            *(session.marks.id for session in marked if session.marks),
        }


def find(looks: Sequence[Look], current: Pass) -> Found:
    """Return what there is to do. Reads the journal, and calendars only where it must."""
    journal = current.journal
    read = [look for look in looks if look.changes is not None]
    seen = _sorted(read, current)
    shut = closing.shut(looks, current)
    missed = vanished(looks, seen.replacements.keys(), current)
    for disruption in (*shut.disruptions, *missed.deleted):
        seen.disrupt(disruption)
    struck = {s.session.marks.id: s for s in shut.struck if s.session.marks}
    remembered = {
        r.id: r for r in journal.rainchecks(seen.ids() | struck.keys()) if not _is_behind(r, seen)
    }
    rested = resting.rested(
        [r for r in journal.rainchecks() if r.state is State.SETTLING and not _is_behind(r, seen)],
        {look.name: look for look in looks},
        current,
    )
    promised = _promised(seen, remembered, current)
    standing = [raincheck for raincheck in promised if raincheck.state is State.WRITTEN]
    fresh = [raincheck for raincheck in promised if raincheck.state is not State.WRITTEN]
    lost = {id_: one for id_, one in seen.originals.items() if id_ not in remembered}
    rebuilt, unread = rebuilding.rebuilt(lost, seen.replacements.values(), looks, current)
    stood = {r.id: r for r in _stood(remembered.values(), seen)}
    records = {**remembered, **stood, **{r.id: r for r in (*standing, *rebuilt)}}
    turned = _turned(records, seen, struck, current)
    # What was deleted may be an offer that a later one has taken the place of.
    passed = {before.id for before, after in turned if after.attempt != before.attempt}
    deleted = [raincheck for raincheck in missed.withdrawn if raincheck.id not in passed]
    told = [
        *((r, "seen", _seen_words(r, current)) for r in fresh),
        *((r, "rested", _seen_words(r, current)) for r in rested.ripe),
        *((r, "written", timed(r, "found standing, after a lost state file")) for r in standing),
        *((r, r.state.value, str(r.reason)) for r in rebuilt),
        *((r, "written", timed(r, AFTER_A_BREAK)) for r, _ in turned if stood.get(r.id) is r),
        *((now_stands, *turn_of(before, now_stands)) for before, now_stands in turned),
        *((r, "withdrawn", DELETED) for r in deleted),
    ]
    followed = {r.id: r for r in (*standing, *rebuilt, *(after for _, after in turned), *deleted)}
    gone = {*followed, *rested.taken_back, *(r.id for r in rested.ripe)}
    rests = bool(current.settle)
    return Found(
        looks=tuple(one for one in read if one.name not in unread | shut.unread | missed.emptied),
        new=(*rested.ripe, *(() if rests else fresh)),
        resting=tuple(resting.resting_of(one) for one in fresh) if rests else (),
        open=tuple(r for r in journal.rainchecks() if r.id not in gone),
        followed=tuple(followed.values()),
        taken_back=tuple(rested.taken_back),
        entries=tuple(current.entry(r.id, what, why) for r, what, why in told),
        warnings=(
            *seen.warnings,
            *shut.warnings,
            *(_emptied(name) for name in sorted(missed.emptied)),
        ),
    )


def _is_behind(raincheck: Raincheck, seen: _Seen) -> bool:
    """Return whether it was acted on already, as the marks tell, by an old state file's successor.

    Such a record knows nothing that the marks do not know better.
    """
    return raincheck.state is State.SETTLING and raincheck.id in seen.originals


def _sorted(looks: Sequence[Look], current: Pass) -> _Seen:
    seen = _Seen()
    for look in looks:
        assert look.changes is not None
        for skipped in look.changes.unreadable:
            message = f"An entry was skipped, the others were not: {skipped.reason}."
            seen.warnings.append(Warned(WarningCode.UNREADABLE, message, look.name))
        masters = {s.key.uid: s for s in look.changes.sessions if s.kind is Kind.SERIES}
        for session in look.changes.sessions:
            master = masters.get(session.key.uid) if session.kind is Kind.INSTANCE else None
            _sort(session, master, seen, looks, current)
    return seen


def _sort(
    session: Session, master: Session | None, seen: _Seen, looks: Sequence[Look], current: Pass
) -> None:
    practice = current.practice
    # Marks count in every calendar: what was a calendar of sessions may now be private.
    if session.marks is not None and is_handled(session):
        seen.originals[session.marks.id] = session
    if is_replacement(session):
        seen.replacements[session.key] = session
    if not rules.is_session(session, practice):
        return
    verdict = judged(session, practice.watch, now=current.now, master=master)
    if isinstance(verdict, Warned):
        seen.warnings.append(verdict)
    elif verdict is not None:
        dropped = is_dropped(session, practice.watch)
        home = _home_of(session, looks, current) if dropped else None
        seen.disrupt(replace(verdict, home=home))


def _home_of(session: Session, looks: Sequence[Look], current: Pass) -> str | None:
    """Return the calendar that *session* was dragged away from; else the first one of sessions."""
    journal, practice = current.journal, current.practice
    homes = [
        look.name
        for look in looks
        if practice.calendars[look.name] is not Holds.NONE and look.name != session.calendar
    ]
    for name in homes:
        copies = journal.copies(name, journal.known(name)(None).keys())
        if any(copy.key.uid == session.key.uid for copy in copies):
            return name
    return homes[0] if homes else None


def _promised(seen: _Seen, remembered: dict[str, Raincheck], current: Pass) -> list[Raincheck]:
    """Return the new promises; `written` where a lost journal's replacement turns out to stand."""
    promised: list[Raincheck] = []
    forgiving = Forgiving(current.journal)
    for id_, disruption in seen.disruptions.items():
        if id_ in remembered or _is_renamed(disruption.session, remembered):
            continue
        made = forgiving.raincheck_of(disruption, current)
        if made is None:
            continue
        there = seen.replacements.get(made.replacement) if made.replacement else None
        if there is not None and rules.is_ours(there, made):
            made = rules.standing(made, there, Fact.REPLACEMENT_WRITTEN)
        promised.append(made)
    return promised


def _is_renamed(session: Session, remembered: dict[str, Raincheck]) -> bool:
    raincheck = remembered.get(session.marks.id) if session.marks is not None else None
    return raincheck is not None and is_renamed(session, raincheck)


def _stood(remembered: Iterable[Raincheck], seen: _Seen) -> Iterator[Raincheck]:
    """Yield what was planned and turns out to stand, as if it had been noted before a crash.

    What people said of it meanwhile is seen in this pass and in no other.
    """
    for raincheck in remembered:
        key = raincheck.replacement
        there = seen.replacements.get(key) if key and raincheck.state is State.PLANNED else None
        if there is not None and rules.is_ours(there, raincheck):
            yield rules.standing(raincheck, there, Fact.REPLACEMENT_WRITTEN)


def _turned(
    records: Mapping[str, Raincheck],
    seen: _Seen,
    struck: Mapping[str, Disruption],
    current: Pass,
) -> list[tuple[Raincheck, Raincheck]]:
    """Return the records that people, clients or a closure moved on: as they were, and now."""
    offers: dict[str, list[Session]] = {}
    for session in seen.replacements.values():
        if session.marks is not None:
            offers.setdefault(session.marks.id, []).append(session)
    turned: list[tuple[Raincheck, Raincheck]] = []
    for raincheck in records.values():
        original = seen.originals.get(raincheck.id)
        became = caught_up(raincheck, original, offers.get(raincheck.id, ()), now=current.now)
        if became is raincheck:
            became = _moved_on(raincheck, seen, struck.get(raincheck.id), current)
        if became != raincheck:
            turned.append((raincheck, became))
    return turned


def _moved_on(
    raincheck: Raincheck, seen: _Seen, blow: Disruption | None, current: Pass
) -> Raincheck:
    """Return what people made of *raincheck*, and what struck it."""
    practice, now = current.practice, current.now
    original = seen.originals.get(raincheck.id)
    there = seen.replacements.get(raincheck.replacement) if raincheck.replacement else None
    if original is not None and "undo" in words_of(original):
        withdrawn = raincheck.state is State.WITHDRAWN
        return raincheck if withdrawn else undone(raincheck, TAGGED_UNDO, now=now)
    if raincheck.state not in STOOD or raincheck.slot is None:
        return raincheck
    became = raincheck
    if there is not None and rules.is_ours(there, raincheck):
        became = followed(raincheck, there, practice, now=now)
    # What was also said in the same moment, an acceptance or a move, opens nothing that is closed.
    stands = became.state in STOOD and became.slot is not None
    if stands and blow and blow.session.key == became.replacement:
        return replacement_struck(became, blow, practice, now=now)
    return became


def _emptied(calendar: str) -> Warned:
    return Warned(
        WarningCode.CALENDAR_EMPTIED,
        "Most of this calendar is suddenly gone, so nothing there was taken for deleted. Is its "
        "server all right?",
        calendar,
    )


def _seen_words(raincheck: Raincheck, current: Pass) -> str:
    """Return what was seen where, and which rule decided; nothing that a person wrote."""
    original, known = raincheck.original, current.practice.watch.dictionary
    place = ""
    if raincheck.signal is SignalKind.TAG:
        words = original.title, original.notes, original.categories
        place = sight_of(*words, known, raincheck.cause)
        place = f" ({place or 'it was dragged into the drop calendar'})"
    signal, cause = SIGNALS[raincheck.signal], cause_in_words(raincheck.cause)
    decided = f"{raincheck.rule} says {raincheck.action.value}"
    return f"{signal}{place} in {original.calendar}{cause}; {decided}"
