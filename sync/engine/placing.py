"""Finding slots for everything that wants one, with busy time read fresh."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from sync.domain import practice as rules
from sync.domain.following import DELETED, is_exhausted, withdrawn
from sync.domain.lifecycle import TAGGED_UNDO, Fact, Raincheck, State, after
from sync.domain.passes import Warned, WarningCode
from sync.domain.placement import found_for, wishes_of
from sync.domain.plain import timed
from sync.domain.planner import Plan, Wish
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import Practice
from sync.domain.sessions import Session, SessionKey, Span, Status
from sync.domain.signals import words_of
from sync.engine.current import Pass, Phase, Step
from sync.engine.finding import AFTER_A_BREAK, Found
from sync.engine.looking import Look
from sync.errors import CalendarError, RejectedError
from sync.ports import Calendar, Entry
from sync.retrying import Retries


@dataclass(slots=True)
class Placed:
    """Every raincheck of this pass, by id; which of them changed, and their story.

    ``known`` are the sessions that stood in the calendars when the slots were chosen; ``tried`` the
    ids of rainchecks whose replacement an earlier pass may have written.
    """

    rainchecks: dict[str, Raincheck] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    known: frozenset[SessionKey] = frozenset()
    tried: set[str] = field(default_factory=set)
    warnings: list[Warned] = field(default_factory=list)

    def put(self, raincheck: Raincheck) -> None:
        """Take *raincheck* as it is now."""
        if self.rainchecks.get(raincheck.id) != raincheck:
            self.rainchecks[raincheck.id] = raincheck
            self.changed.add(raincheck.id)


UNWRITTEN = frozenset({State.PLANNED, State.WAITING, State.FAILED})
MOVED = "a person moved the original to another time"
PUT_BACK = "a person put the original back"
_NO_MORE = {"drop": "a person tagged the original as one to drop", "undo": TAGGED_UNDO}


class UnreadableBusyTimeError(Exception):
    """Busy time of a calendar is not known, so nothing may be placed."""


def place(found: Found, looks: Sequence[Look], current: Pass) -> Placed:
    """Return all rainchecks with slots where there are any.

    A slot that an earlier pass had planned but not written is looked for afresh, unless the
    replacement turns out to stand.
    """
    by_name = {look.name: look for look in looks}
    tried = {raincheck.id for raincheck in found.open if raincheck.slot is not None}
    placed = Placed(entries=list(found.entries), tried=tried)

    def put(raincheck: Raincheck, what: str, why: str) -> None:
        placed.put(raincheck)
        placed.entries.append(current.entry(raincheck.id, what, why))

    for raincheck in (*found.resting, *found.new, *found.followed):
        placed.put(raincheck)
    for raincheck in found.open:
        placed.rainchecks[raincheck.id] = raincheck
        if raincheck.state is State.WAITING and not current.replan:
            continue
        recovered = _recovered(raincheck, by_name, current.retries)
        if recovered.state is State.WRITTEN and recovered != raincheck:
            put(recovered, "written", timed(recovered, AFTER_A_BREAK))
        elif recovered != raincheck:
            put(recovered, recovered.state.value, str(recovered.reason))
    later = set() if current.replan else {r.id for r in found.open if r.state is State.WAITING}
    wanting = [
        raincheck
        for raincheck in placed.rainchecks.values()
        if raincheck.id not in later and _wants_slot(raincheck, by_name, current)
    ]
    if wanting:
        for raincheck in _with_slots(wanting, placed, looks, current):
            if raincheck != placed.rainchecks[raincheck.id]:
                put(raincheck, raincheck.state.value, timed(raincheck, str(raincheck.reason)))
    return placed


def agenda_of(
    looks: Iterable[Look], window: Span, retries: Retries
) -> tuple[tuple[Session, ...], list[Warned]]:
    """Return all that stands in *window*, widened by a day, in every calendar of the practice.

    Limits count by whole days, hence the day on both sides. The warnings tell of entries that may
    stand there too, but cannot be read.

    Raises:
        UnreadableBusyTimeError: one calendar could not be read; an unknown time is not free.
    """
    wide = window.widened(timedelta(days=1))
    sessions: list[Session] = []
    warnings: list[Warned] = []
    for look in looks:
        if look.changes is None:
            raise UnreadableBusyTimeError(look.name)
        try:
            diary = retries.call(partial(look.calendar.agenda, wide))
        except CalendarError as error:
            look.fail(error)
            raise UnreadableBusyTimeError(look.name) from error
        sessions += diary.sessions
        told = {one.resource for one in look.changes.unreadable}
        fresh = [one for one in diary.unreadable if one.resource not in told]
        warnings += [Warned(WarningCode.UNREADABLE, _free(one.reason), look.name) for one in fresh]
    return tuple(sessions), warnings


def _free(reason: str) -> str:
    return f"An entry that cannot be read may lie on a time that was taken for free: {reason}."


def _recovered(raincheck: Raincheck, looks: dict[str, Look], retries: Retries) -> Raincheck:
    """Return an open raincheck as it really stands, whatever happened since it was noted.

    A crash may have come between writing a replacement and noting it; and while a promise waits,
    a person may move the original to a new time, or say that it is to be dropped: then there is
    nothing left to make up for.
    """
    if raincheck.state not in UNWRITTEN or not _is_read(raincheck, looks):
        return raincheck
    if raincheck.state is State.FAILED and not has_news(looks):
        return raincheck
    look, home = looks[raincheck.original.calendar], looks[raincheck.calendar]
    for at, act in ((home, _replacement_as_it_stands), (look, _original_as_it_stands)):
        try:
            found = act(raincheck, at.calendar, retries)
        except RejectedError:
            return raincheck  # one entry that cannot be read must not stop its whole calendar
        except CalendarError as error:
            at.fail(error)
            return raincheck
        if found != raincheck:
            return found
    return raincheck


def _replacement_as_it_stands(
    raincheck: Raincheck, calendar: Calendar, retries: Retries
) -> Raincheck:
    key = raincheck.replacement
    if key is None or (raincheck.slot is None and raincheck.resource is None):
        return raincheck
    there = retries.call(lambda: calendar.read(key, None))
    if there is not None and rules.is_ours(there, raincheck):
        return rules.standing(raincheck, there, Fact.REPLACEMENT_WRITTEN)
    gone = there is None and raincheck.resource is not None
    return withdrawn(raincheck, DELETED) if gone else raincheck


def _original_as_it_stands(raincheck: Raincheck, calendar: Calendar, retries: Retries) -> Raincheck:
    original = raincheck.original
    if raincheck.replacement is None or raincheck.attempt > 1:
        return raincheck
    now_stands = retries.call(lambda: calendar.read(original.key, original.resource))
    why = None if now_stands is None else _called_off(raincheck, now_stands)
    return raincheck if why is None else replace(after(raincheck, Fact.CALLED_OFF), reason=why)


def _called_off(raincheck: Raincheck, original: Session) -> str | None:
    """Return why nothing is left to make up for, now that *original* stands like this."""
    deleted = raincheck.signal is SignalKind.DELETED
    if deleted and original.status is not Status.CANCELLED:
        return PUT_BACK
    if not deleted and original.when != raincheck.original.when:
        return MOVED
    said = words_of(original)
    return next((why for word, why in _NO_MORE.items() if word in said), None)


def _wants_slot(raincheck: Raincheck, looks: dict[str, Look], current: Pass) -> bool:
    """Return whether a slot is to be looked for in this pass."""
    if not _is_read(raincheck, looks):
        return False
    if raincheck.action is Action.RECORD or is_exhausted(raincheck, current.practice):
        return False
    if raincheck.state is State.FAILED:
        return has_news(looks)
    return raincheck.state in (State.WAITING, State.PLANNED)


def _is_read(raincheck: Raincheck, looks: dict[str, Look]) -> bool:
    """Return whether the calendars of the original and of the replacement could be looked at."""
    places = (looks.get(name) for name in (raincheck.original.calendar, raincheck.calendar))
    return all(place is not None and place.changes is not None for place in places)


def has_news(looks: Mapping[str, Look]) -> bool:
    """Return whether anything has changed anywhere: what failed for good may go now."""
    found = [each.changes for each in looks.values() if each.changes]
    return any(changes.revisions or changes.removed for changes in found)


def _with_slots(
    wanting: Sequence[Raincheck], placed: Placed, looks: Sequence[Look], current: Pass
) -> list[Raincheck]:
    practice, now = current.practice, current.now
    current.progress(Step(Phase.PLACING, 1, len(wanting)))
    window = window_of(wishes_of(wanting, practice, now=now))
    try:
        agenda, placed.warnings = agenda_of(looks, window, current.retries)
    except UnreadableBusyTimeError as error:
        why = f"the busy time of calendar {error} could not be read"
        return [rules.unplaced(raincheck, why) for raincheck in wanting]
    placed.known = frozenset(session.key for session in agenda)
    freed = frozenset[SessionKey]().union(
        *(rules.freed_by(r, practice) | rules.past_offers(r) for r in wanting)
    )
    staying = [session for session in agenda if session.key not in freed]
    made = found_for(wanting, practice, rules.busy_in(staying, practice), now=now)
    return applied(wanting, made, practice)


def window_of(wishes: Sequence[Wish]) -> Span:
    """Return the time that holds the windows of all *wishes*; there is at least one."""
    return Span(min(w.window.start for w in wishes), max(w.window.end for w in wishes))


def applied(rainchecks: Sequence[Raincheck], made: Plan, practice: Practice) -> list[Raincheck]:
    """Return *rainchecks* with what the plan found for each."""
    slots = {placed.id: placed for placed in made.placed}
    obstacles = dict(made.unplaced)
    return [
        rules.planned_at(r, slots[r.id].when, slots[r.id].why, practice)
        if r.id in slots
        else rules.unplaced(r, obstacles[r.id].value)
        for r in rainchecks
    ]
