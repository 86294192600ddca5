"""The month as values: each disrupted session, what became of it, and the sums."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from statistics import median
from zoneinfo import ZoneInfo

from sync.domain.causes import Cause
from sync.domain.ledger import Row, in_month
from sync.domain.lifecycle import OPEN, Raincheck, State
from sync.domain.plain import how_it_stands, visible
from sync.domain.policy import SignalKind
from sync.domain.sessions import SessionKey, Timed

Titles = Mapping[tuple[str, SessionKey], str]
TITLE_MAX = 120
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Standing(Enum):
    """What became of a disrupted session."""

    REBOOKED = "new time found"
    OWED = "still owed"
    WITHDRAWN = "withdrawn"
    RECORDED = "recorded only"


@dataclass(frozen=True, slots=True)
class Case:
    """One disrupted session. ``start``, ``end`` and ``slot`` are in the practice's zone.

    ``number`` counts from 1 by start. ``title`` is empty where nobody is named. ``slot`` is the
    time that is planned or stands for it; None while there is none.
    """

    number: int
    raincheck: Raincheck
    start: datetime
    end: datetime
    slot: Timed | None
    title: str = ""

    @property
    def name(self) -> str:
        """Return what it is called on the page."""
        return self.title or f"Session {self.number}"

    @property
    def is_whole_day(self) -> bool:
        """Return whether it has become an entry without hours."""
        return not isinstance(self.raincheck.original.when, Timed)

    @property
    def standing(self) -> Standing:
        """Return what became of it."""
        if self.raincheck.state is State.WITHDRAWN:
            return Standing.WITHDRAWN
        if self.raincheck.state in OPEN - {State.WRITTEN}:
            return Standing.OWED
        return Standing.RECORDED if self.raincheck.slot is None else Standing.REBOOKED

    @property
    def stands_again(self) -> bool:
        """Return whether the session itself was put back; of a deleted one there is nothing."""
        deleted = self.raincheck.signal is SignalKind.DELETED
        return self.standing is Standing.WITHDRAWN and not deleted

    @property
    def outcome(self) -> str:
        """Return what became of it, in words."""
        return f"{self.standing.value}{', stands again' if self.stands_again else ''}"

    @property
    def new_time(self) -> Timed | None:
        """Return its new time, planned for sure or not; None if no such session stands."""
        return self.slot if self.standing is Standing.REBOOKED else None

    @property
    def days(self) -> int | None:
        """Return how many days later the new time is; less than zero: before it was lost."""
        new = self.new_time
        return None if new is None else (new.start.date() - self.start.date()).days

    @property
    def to_do(self) -> str | None:
        """Return what is still open about it; None if nothing is."""
        return how_it_stands(replace(self.raincheck, slot=self.slot))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sessions one cause has cost, and what became of them."""

    cause: Cause
    count: int
    rebooked: int
    owed: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that is on the page.

    ``month`` is ``2026-11``. ``cases`` ascend by start. ``week`` is the Monday of the week to be
    drawn, None if there is none. ``named`` says that titles were asked for. ``made`` is in the
    practice's zone.
    """

    practice: str
    zone: ZoneInfo
    month: str
    cases: tuple[Case, ...]
    fees: tuple[Row, ...]
    titles: Titles
    week: date | None
    named: bool
    made: datetime

    @property
    def month_in_words(self) -> str:
        """Return ``November 2026``."""
        return f"{_MONTHS[int(self.month[5:]) - 1]} {self.month[:4]}"

    def title_of(self, row: Row) -> str:
        """Return the title of the session that a fee is for; nothing if it is not known."""
        return shortened(self.titles.get((row.calendar, row.key), ""))

    def having(self, standing: Standing) -> tuple[Case, ...]:
        """Return the cases that ended so."""
        return tuple(case for case in self.cases if case.standing is standing)

    @property
    def waits(self) -> tuple[int, ...]:
        """Return the days until each new time; a day before counts as none."""
        return tuple(max(0, case.days) for case in self.cases if case.days is not None)

    @property
    def median_days(self) -> float | None:
        """Return the days in the middle; None if there is no new time."""
        return float(median(self.waits)) if self.waits else None


def report_of(
    rainchecks: Iterable[Raincheck],
    fees: Iterable[Row],
    titles: Titles | None,
    *,
    practice: str,
    zone: ZoneInfo,
    month: str,
    week: date | None,
    now: datetime,
) -> Report:
    """Return the report of *month*.

    Args:
        rainchecks: Any order; those of other months are passed over.
        fees: The same.
        titles: By which sessions are called; None: by numbers.
        practice: Its name, or nothing.
        zone: The practice's.
        month: ``2026-11``, of the start of the disrupted session.
        week: A day in the week to be drawn; None: the week with most disruptions.
        now: Aware.
    """
    cases = _cases(rainchecks, month, zone, titles or {})
    return Report(
        practice=practice,
        zone=zone,
        month=month,
        cases=cases,
        fees=tuple(
            sorted(in_month(fees, month, zone), key=lambda row: (row.session_start, row.id))
        ),
        titles=titles or {},
        week=monday_of(week) if week else _fullest_week(cases),
        named=titles is not None,
        made=now.astimezone(zone),
    )


def is_in(raincheck: Raincheck, month: str, zone: ZoneInfo) -> bool:
    """Return whether the disrupted session began in *month* in *zone*."""
    start = raincheck.original.span_in(zone).start.astimezone(zone)
    return month_of(start) == month


def month_of(at: date) -> str:
    """Return ``2026-11``."""
    return f"{at.year:04}-{at.month:02}"


def monday_of(day: date) -> date:
    """Return the first day of its week."""
    return day - timedelta(days=day.weekday())


def tallies(cases: Sequence[Case]) -> tuple[Tally, ...]:
    """Return a line for each cause, the most frequent first."""
    made, owed = (
        Counter(case.raincheck.cause for case in cases if case.standing is standing)
        for standing in (Standing.REBOOKED, Standing.OWED)
    )
    counted = Counter(case.raincheck.cause for case in cases)
    found = [Tally(cause, count, made[cause], owed[cause]) for cause, count in counted.items()]
    return tuple(sorted(found, key=lambda each: (-each.count, each.cause.name)))


def sums(fees: Iterable[Row]) -> tuple[tuple[str, str, Decimal], ...]:
    """Return state, currency and sum of the fees, in this order."""
    found: dict[tuple[str, str], Decimal] = {}
    for row in fees:
        key = row.fee.state.value, row.fee.currency
        found[key] = found.get(key, Decimal(0)) + row.fee.amount
    return tuple((*key, amount) for key, amount in sorted(found.items()))


def shortened(title: str) -> str:
    """Return *title* as long as a line of a table may be; nothing if there is nothing to see."""
    seen = visible(title).strip()
    return seen if len(seen) <= TITLE_MAX else f"{seen[: TITLE_MAX - 1]}…"


def _cases(
    rainchecks: Iterable[Raincheck], month: str, zone: ZoneInfo, titles: Titles
) -> tuple[Case, ...]:
    chosen = [each for each in rainchecks if is_in(each, month, zone)]
    chosen.sort(key=lambda each: (each.original.span_in(zone), each.id))
    return tuple(_case(number, each, zone, titles) for number, each in enumerate(chosen, 1))


def _case(number: int, raincheck: Raincheck, zone: ZoneInfo, titles: Titles) -> Case:
    span = raincheck.original.span_in(zone)
    slot = raincheck.slot
    return Case(
        number,
        raincheck,
        span.start.astimezone(zone),
        span.end.astimezone(zone),
        slot and Timed(slot.start.astimezone(zone), slot.end.astimezone(zone)),
        shortened(titles.get((raincheck.original.calendar, raincheck.original.key), "")),
    )


def _fullest_week(cases: Iterable[Case]) -> date | None:
    """Return the Monday of the week with most disruptions, the earliest of several."""
    counted = Counter(monday_of(case.start.date()) for case in cases)
    return min(counted, key=lambda monday: (-counted[monday], monday), default=None)
