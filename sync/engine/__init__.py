"""One pass: look, decide, plan, write down, write out. It carries values about and holds no rule.

A pass begins by finishing what an earlier one left open, so recovery after a crash is the normal
path and has no code of its own. No transaction spans a request.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sync.domain.lifecycle import OPEN, Raincheck
from sync.domain.passes import PassReport, Warned, WarningCode
from sync.domain.policy import Policy, Terms
from sync.domain.practice import Practice
from sync.domain.signals import AHEAD_MAX
from sync.engine import finding, looking, placing
from sync.engine.current import Pass
from sync.engine.finding import Found
from sync.engine.placing import Placed
from sync.engine.writing import Writer
from sync.ports import Calendar, Clock, Journal
from sync.retrying import Retries

Holidays = Callable[[Collection[int]], frozenset[date]]
"""Return the public holidays of these years; asked only when something is to be placed."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One practice and its ports. ``allow_many`` lifts `max_new` for this pass."""

    practice: Practice
    calendars: Sequence[Calendar]
    journal: Journal
    clock: Clock
    holidays: Holidays
    retries: Retries = field(default_factory=Retries)
    allow_many: bool = False
    dry_run: bool = False

    def run_pass(self) -> PassReport:
        """Do one pass and return what it did.

        Raises:
            JournalError: nothing more was written after it.
        """
        started = self.clock.now()
        current = Pass(
            f"p{int(started.timestamp() * 1000):x}",
            started,
            self.practice,
            self.journal,
            self.clock,
            self.retries,
        )
        looks = looking.look(self.calendars, current)
        found = finding.find(looks, current)
        warnings = list(found.warnings)
        held = not self.allow_many and len(found.new) > self.practice.policy.max_new
        if held:
            warnings.append(_too_many(len(found.new), self.practice.policy.max_new))
            found = found.held_back()
        if found.new or found.open:
            current = replace(current, practice=self._with_holidays(started))
        placed = placing.place(found, looks, current)
        warnings += placed.warnings
        self._record(found, placed, started)
        if not self.dry_run:
            writer = Writer(current, {look.name: look for look in looks})
            writer.write(placed)
            looking.catch_up((look for look in looks if look.name in writer.written), current)
            warnings += writer.warnings
        return PassReport(
            id=current.id,
            dry_run=self.dry_run,
            started=started,
            finished=self.clock.now(),
            calendars=tuple(look.reported() for look in looks),
            rainchecks=_reported(placed),
            warnings=tuple(warnings),
            held=held,
        )

    def _record(self, found: Found, placed: Placed, now: datetime) -> None:
        """Write looks, copies and intentions down together, before the first write outside."""
        self.journal.record(
            {look.name: look.changes for look in found.looks if look.changes is not None},
            [placed.rainchecks[id_] for id_ in sorted(placed.changed)],
            placed.entries,
            forget=now - self.practice.watch.settings.lookback,
        )

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
        if raincheck.id in placed.changed or raincheck.state in OPEN
    )
    return tuple(sorted(told, key=lambda raincheck: (raincheck.noticed, raincheck.id)))
