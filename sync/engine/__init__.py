"""One pass: look, decide, plan, write down, write out. It carries values about and holds no rule.

A pass begins by finishing what an earlier one left open, so recovery after a crash is the normal
path and has no code of its own. No transaction spans a request.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sync.domain.following import undone
from sync.domain.lifecycle import OPEN, UNDONE, Raincheck, State
from sync.domain.mails import owing
from sync.domain.passes import PassReport, Reach, Warned, WarningCode
from sync.domain.policy import Policy, Terms
from sync.domain.practice import Practice, is_session
from sync.domain.sessions import bare
from sync.domain.signals import AHEAD_MAX
from sync.engine import finding, looking, placing
from sync.engine.current import Pass, Progress, unseen
from sync.engine.finding import Found
from sync.engine.mailing import Postman
from sync.engine.placing import Placed
from sync.engine.writing import Writer, forewarned
from sync.ports import Calendar, ChangeSet, Clock, Journal, Mailer
from sync.retrying import Retries

Holidays = Callable[[Collection[int]], frozenset[date]]
"""Return the public holidays of these years; asked only when something is to be placed."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One practice and its ports. ``allow_many`` lifts `max_new` for this pass.

    ``settle``, ``stopping`` and ``replan`` are the daemon's, as in `Pass`; a one-off pass does not
    wait. ``mailer`` is there if ``practice.mails``, ``progress`` for whoever watches.
    """

    practice: Practice
    calendars: Sequence[Calendar]
    journal: Journal
    clock: Clock
    holidays: Holidays
    retries: Retries = field(default_factory=Retries)
    allow_many: bool = False
    dry_run: bool = False
    settle: timedelta = timedelta(0)
    stopping: Callable[[], bool] = lambda: False
    replan: bool = True
    mailer: Mailer | None = None
    progress: Progress = unseen

    def look(self, account: str) -> tuple[looking.Look, ...]:
        """Return a look at each calendar of *account*, for a pass to be given; writes nothing."""
        mine = [calendar for calendar in self.calendars if calendar.account == account]
        return looking.look(mine, self._begun())

    def run_pass(self, looks: Sequence[looking.Look] | None = None) -> PassReport:
        """Do one pass and return what it did.

        Args:
            looks: At every calendar, if they were taken already.

        Raises:
            JournalError: nothing more was written after it.
        """
        current = self._begun()
        looks = looking.look(self.calendars, current) if looks is None else looks
        found = finding.find(looks, current)
        warnings = list(found.warnings)
        new, allowed = len(found.unexpected()), self.practice.policy.max_new
        held = not self.allow_many and new > allowed
        if held:
            warnings.append(_too_many(new, allowed))
            found = found.held_back()
        if found.new or found.open or found.followed:
            current = replace(current, practice=self._with_holidays(current.now))
        placed = placing.place(found, looks, current)
        warnings += placed.warnings
        self._owe(placed)
        self._record(found, placed, current.now)
        said, mail = self._write(placed, looks, current)
        warnings += said
        return self._report(placed, looks, warnings, current, held=held, mail=mail)

    def undo(self, ids: Collection[str]) -> PassReport:
        """Take the rainchecks with *ids* back: replacements are cancelled, originals restored.

        What was taken back before is left alone, and so are ids that nobody knows.

        Raises:
            JournalError: nothing more was written after it.
        """
        current = self._begun()
        looks = tuple(looking.Look(calendar) for calendar in self.calendars)
        placed = Placed()
        for raincheck in self.journal.rainchecks(ids):
            if raincheck.state is not State.WITHDRAWN:
                placed.put(undone(raincheck, UNDONE, now=current.now))
        self._owe(placed)
        entries = [current.entry(id_, "withdrawn", UNDONE) for id_ in sorted(placed.changed)]
        self.journal.record({}, list(placed.rainchecks.values()), entries)
        warnings, mail = self._write(placed, looks, current)
        return self._report(placed, looks, warnings, current, mail=mail)

    def _begun(self) -> Pass:
        now = self.clock.now()
        return Pass(
            f"p{int(now.timestamp() * 1000):x}",
            now,
            self.practice,
            self.journal,
            self.clock,
            self.retries,
            self.settle,
            self.stopping,
            self.replan,
            self.mailer,
            self.progress,
        )

    def _owe(self, placed: Placed) -> None:
        """Add the mails that are owed because of what has changed, before it is written down."""
        if not self.practice.mails:
            return
        before = {one.id: one for one in self.journal.rainchecks(placed.changed)}
        for id_ in sorted(placed.changed):
            placed.put(owing(before.get(id_), placed.rainchecks[id_], self.practice))

    def _write(
        self, placed: Placed, looks: Sequence[looking.Look], current: Pass
    ) -> tuple[list[Warned], Reach]:
        """Write everything out; a dry run only says what there would be to say.

        Return what there is to say of it, and how the mail server did.
        """
        by_name = {look.name: look for look in looks}
        if self.dry_run:
            return forewarned(placed, by_name, current), Reach.OK
        writer, postman = Writer(current, by_name), Postman(current, by_name)
        writer.write(placed)
        postman.deliver(placed)
        if not current.stopping():
            looking.catch_up((look for look in looks if look.name in writer.written), current)
        return writer.warnings + postman.warnings, postman.reach

    def _report(
        self,
        placed: Placed,
        looks: Sequence[looking.Look],
        warnings: Sequence[Warned],
        current: Pass,
        *,
        held: bool = False,
        mail: Reach = Reach.OK,
    ) -> PassReport:
        return PassReport(
            id=current.id,
            dry_run=self.dry_run,
            started=current.now,
            finished=self.clock.now(),
            calendars=tuple(look.reported() for look in looks),
            rainchecks=_reported(placed),
            warnings=tuple(warnings),
            held=held,
            mail=mail,
        )

    def _record(self, found: Found, placed: Placed, now: datetime) -> None:
        """Write looks, copies and intentions down together, before the first write outside."""
        self.journal.record(
            {look.name: self._kept(look.changes) for look in found.looks if look.changes},
            [placed.rainchecks[id_] for id_ in sorted(placed.changed)],
            placed.entries,
            forget=now - self.practice.watch.settings.lookback,
            taken_back=found.taken_back,
        )

    def _kept(self, changes: ChangeSet) -> ChangeSet:
        """Return *changes* as they are remembered: of what is no session, no words."""
        copies = (
            copy if is_session(copy, self.practice) else bare(copy) for copy in changes.copies
        )
        return replace(changes, copies=tuple(copies))

    def _with_holidays(self, now: datetime) -> Practice:
        """Return the practice with the public holidays of every year a slot could lie in."""
        last = now + AHEAD_MAX + max(terms.within for terms in _all_terms(self.practice.policy))
        holidays = self.holidays(range(now.year, last.year + 1))
        return replace(self.practice, hours=replace(self.practice.hours, holidays=holidays))


def _all_terms(policy: Policy) -> tuple[Terms, ...]:
    return (policy.terms, *(rule.terms for rule in policy.rules))


def _too_many(new: int, allowed: int) -> Warned:
    return Warned(
        WarningCode.TOO_MANY,
        f"{new} sessions were disrupted at once; more than {allowed} (policy.max_new) is more "
        "likely a slip than a day's work, so nothing was written for them. If it is right, run "
        "`raincheck sync --allow-many` once.",
    )


def _reported(placed: Placed) -> tuple[Raincheck, ...]:
    """Return what this pass changed and what is open, by the time it was noticed."""
    told = (
        raincheck
        for raincheck in placed.rainchecks.values()
        if raincheck.id in placed.changed or raincheck.state in OPEN or raincheck.duties
    )
    return tuple(sorted(told, key=lambda raincheck: (raincheck.noticed, raincheck.id)))
