"""Asking every calendar what has changed, each account on its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sync.domain.fingerprint import fingerprint
from sync.domain.passes import CalendarLook, Reach
from sync.engine.current import Pass, Phase, Step
from sync.errors import (
    AccessError,
    CalendarError,
    CalendarMissingError,
    CursorExpiredError,
    TransientError,
    WriteLimitError,
)
from sync.ports import Calendar, ChangeSet, Scan


@dataclass(slots=True)
class Look:
    """One calendar in this pass. ``changes`` is None when it could not be read.

    ``retry_after_s``: its server wishes not to be asked before.
    """

    calendar: Calendar
    reach: Reach = Reach.OK
    changes: ChangeSet | None = None
    message: str | None = None
    paused: bool = False
    retry_after_s: float | None = None

    @property
    def name(self) -> str:
        """Return the calendar's name."""
        return self.calendar.name

    def fail(self, error: CalendarError) -> None:
        """Note that the calendar cannot be worked with in this pass."""
        self.reach = _REACH.get(type(error), Reach.UNREACHABLE)
        self.message = str(error)
        self.paused = isinstance(error, WriteLimitError)
        if isinstance(error, TransientError) and not self.paused:  # while paused, reads go on
            self.retry_after_s = error.retry_after_s

    def reported(self) -> CalendarLook:
        """Return what the pass tells of it; to be called at the end, when all is counted."""
        scan = self.changes.scan.value if self.changes else None
        return CalendarLook(
            name=self.name,
            account=self.calendar.account,
            reach=self.reach,
            scan=scan,
            changed=_changed(self.changes),
            requests=self.calendar.requests,
            message=self.message,
            paused=self.paused,
        )


_REACH: dict[type[CalendarError], Reach] = {
    AccessError: Reach.DENIED,
    CalendarMissingError: Reach.MISSING,
}


def look(calendars: Sequence[Calendar], current: Pass) -> tuple[Look, ...]:
    """Return a look at every calendar, in their order.

    An account that is down or refuses the login is not asked again for its other calendars.
    """
    looks: list[Look] = []
    lost: dict[str, CalendarError] = {}
    for number, calendar in enumerate(calendars, 1):
        current.progress(Step(Phase.LOOKING, number, len(calendars), calendar.name))
        one = Look(calendar)
        looks.append(one)
        if calendar.account in lost:
            one.fail(lost[calendar.account])
            continue
        try:
            one.changes = _changes(calendar, current)
        except CalendarError as error:
            one.fail(error)
            if isinstance(error, AccessError | TransientError):
                lost[calendar.account] = error
    return tuple(looks)


def catch_up(looks: Iterable[Look], current: Pass) -> None:
    """Move the cursors past our own writes, where nothing else has changed.

    A cursor from before a write does not tell of a replacement that a person deletes before the
    next pass: to the server it came and went (seen on Xandikos 0.4). Where something else has
    changed, or the calendar does not answer, the next pass sees to it.
    """
    for one in looks:
        if one.reach is not Reach.OK:
            continue
        try:
            changes = _changes(one.calendar, current)
        except CalendarError:
            continue
        if changes.scan is Scan.UNCHANGED:
            current.journal.record({one.name: changes}, [], [])


def _changes(calendar: Calendar, current: Pass) -> ChangeSet:
    """Return what has changed; all of it where the cursor is no longer good.

    That is when the server has forgotten it, or when the practice judges by other words or rules
    than it did: the cursor is kept together with the judgement's fingerprint.
    """
    known = current.journal.known(calendar.name)
    judgement = fingerprint(current.practice)
    stored = current.journal.cursor(calendar.name) or ""
    judged_by, _, cursor = stored.partition(" ")
    if judged_by != judgement:
        cursor = ""
    since = current.now - current.practice.watch.settings.lookback
    try:
        found = current.retries.call(lambda: calendar.changes(cursor or None, known, since=since))
    except CursorExpiredError:
        found = current.retries.call(lambda: calendar.changes(None, known, since=since))
    return replace(found, cursor=f"{judgement} {found.cursor}")


def _changed(changes: ChangeSet | None) -> int:
    if changes is None or changes.scan is Scan.UNCHANGED:
        return 0
    # An instance that was taken out is no entry of its own.
    changed = changes.revisions.keys() - {lost.resource for lost in changes.lost}
    return len(changed) + len(changes.removed)
