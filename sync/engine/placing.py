"""Finding slots for everything that wants one, with busy time read fresh."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from sync.domain import practice as rules
from sync.domain.lifecycle import Fact, Raincheck, State, after
from sync.domain.passes import Warned, WarningCode
from sync.domain.planner import Plan, Wish, plan
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import Practice
from sync.domain.sessions import Session, SessionKey, Span, Status
from sync.domain.signals import words_of
from sync.engine.current import Pass
from sync.engine.finding import Found
from sync.engine.looking import Look
from sync.engine.vanishing import DELETED
from sync.errors import CalendarError, RejectedError
from sync.ports import Calendar, Entry
from sync.retrying import Retries


@dataclass(slots=True)
class Placed:
    """Every raincheck of this pass, by id; which of them changed, and their story.

    ``known`` are the sessions that stood in the calendars when the slots were chosen.
    """

    rainchecks: dict[str, Raincheck] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    known: frozenset[SessionKey] = frozenset()
    warnings: list[Warned] = field(default_factory=list)

    def put(self, raincheck: Raincheck) -> None:
        """Take *raincheck* as it is now."""
        if self.rainchecks.get(raincheck.id) != raincheck:
            self.rainchecks[raincheck.id] = raincheck
            self.changed.add(raincheck.id)


UNWRITTEN = frozenset({State.PLANNED, State.WAITING, State.FAILED})
MOVED = "a person moved the original to another time"
PUT_BACK = "a person put the original back"
DROPPED = "a person tagged the original as one to drop"


class UnreadableBusyTimeError(Exception):
    """Busy time of a calendar is not known, so nothing may be placed."""


def place(found: Found, looks: Sequence[Look], current: Pass) -> Placed:
    """Return all rainchecks with slots where there are any.

    A slot that an earlier pass had planned but not written is looked for afresh, unless the
    replacement turns out to stand.
    """
    by_name = {look.name: look for look in looks}
    placed = Placed(entries=list(found.entries))

    def put(raincheck: Raincheck, what: str, why: str) -> None:
        placed.put(raincheck)
        placed.entries.append(current.entry(raincheck.id, what, why))

    for raincheck in (*found.new, *found.followed):
        placed.put(raincheck)
    for raincheck in found.open:
        placed.rainchecks[raincheck.id] = raincheck
        recovered = _recovered(raincheck, by_name, current.retries)
        if recovered.state is State.WRITTEN and recovered != raincheck:
            put(recovered, "written", "found standing after a break")
        elif recovered != raincheck:
            put(recovered, recovered.state.value, str(recovered.reason))
    wanting = [r for r in placed.rainchecks.values() if _wants_slot(r, by_name)]
    if wanting:
        for raincheck in _with_slots(wanting, placed, looks, current):
            if raincheck != placed.rainchecks[raincheck.id]:
                put(raincheck, raincheck.state.value, str(raincheck.reason))
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
    look = looks.get(raincheck.original.calendar)
    if look is None or look.changes is None or raincheck.state not in UNWRITTEN:
        return raincheck
    if raincheck.state is State.FAILED and not has_news(looks):
        return raincheck
    try:
        return _as_it_stands(raincheck, look.calendar, retries)
    except RejectedError:
        return raincheck  # one entry that cannot be read must not stop its whole calendar
    except CalendarError as error:
        look.fail(error)
        return raincheck


def _as_it_stands(raincheck: Raincheck, calendar: Calendar, retries: Retries) -> Raincheck:
    key, original = raincheck.replacement, raincheck.original
    if key is None:
        return raincheck
    if raincheck.slot is not None or raincheck.resource is not None:
        there = retries.call(lambda: calendar.read(key, None))
        if there is not None and rules.is_ours(there, raincheck):
            return rules.standing(raincheck, there, Fact.REPLACEMENT_WRITTEN)
        if there is None and raincheck.resource is not None:
            return replace(after(raincheck, Fact.REPLACEMENT_GONE), reason=DELETED)
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
    return DROPPED if "drop" in words_of(original) else None


def _wants_slot(raincheck: Raincheck, looks: dict[str, Look]) -> bool:
    """Return whether a slot is to be looked for in this pass."""
    look = looks.get(raincheck.original.calendar)
    if look is None or look.changes is None or raincheck.action is Action.RECORD:
        return False
    if raincheck.state is State.FAILED:
        return has_news(looks)
    return raincheck.state in (State.WAITING, State.PLANNED)


def has_news(looks: dict[str, Look]) -> bool:
    """Return whether anything has changed anywhere: what failed for good may go now."""
    return any(each.changes and each.changes.revisions for each in looks.values())


def _with_slots(
    wanting: Sequence[Raincheck], placed: Placed, looks: Sequence[Look], current: Pass
) -> list[Raincheck]:
    practice, now = current.practice, current.now
    wishes = [rules.wish_of(raincheck, practice, now=now) for raincheck in wanting]
    try:
        agenda, placed.warnings = agenda_of(looks, window_of(wishes), current.retries)
    except UnreadableBusyTimeError as error:
        why = f"the busy time of calendar {error} could not be read"
        return [rules.unplaced(raincheck, why) for raincheck in wanting]
    placed.known = frozenset(session.key for session in agenda)
    freed = frozenset[SessionKey]().union(*(rules.freed_by(r, practice) for r in wanting))
    staying = [session for session in agenda if session.key not in freed]
    made = plan(wishes, practice.hours, rules.busy_in(staying, practice), now=now)
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
