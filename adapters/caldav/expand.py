"""What a stored resource holds within a window, series expanded; pure and bounded.

The rule is expanded by recurring-ical-events, but never on what the owner wrote: it gets a lean
copy, times alone, after `guarded` has looked at every number in it. Two tricks bound its work:

- The copy is in local time without a zone, as rules are meant (RFC 5545, 3.3.10); what comes out
  is put back into its zone. So no foreign VTIMEZONE is ever run or remembered by a library.
- The copy is moved 7,600 years ahead. The calendar repeats every 400 years, weekdays included, and
  dateutil gives up in the year 9999: a rule that never comes true ends after four centuries
  instead of eighty.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event, vDDDTypes, vRecur

from adapters.caldav.lines import Component, Line, UnreadableResource
from adapters.caldav.rules import INSTANCES_MAX, RULES_MAX, TOO_LARGE, UNCLEAR, Frame, guarded
from adapters.caldav.times import YEARS, duration
from adapters.caldav.translate import Reading, Whereabouts, is_for_all_after, read, shift_of
from adapters.caldav.zones import Zones, recurrence_id
from sync.domain.sessions import AllDay, Kind, Session, SessionKey, Span, Timed

CYCLE_YEARS = 7_600
LAST_YEAR = 2_399

DATES_MAX = 2_000
"""RDATE and EXDATE of one series."""

REACH_MAX = timedelta(days=400)
"""An instance of a series that lasts longer, or moves all later ones further, is a slip."""


def occurrences(
    text: str, window: Span, *, calendar: str, zone: ZoneInfo, resource: str, revision: str
) -> tuple[Session, ...]:
    """Return all of one resource that overlaps *window*, ascending by start.

    Args:
        text: The resource.
        window: Half-open. What has no length counts if it starts in it.
        calendar: The calendar's name in the configuration.
        zone: The practice's.
        resource: Its href.
        revision: Its ETag.

    Returns:
        Single events and instances, cancelled and transparent ones too; payloads are empty.

    Raises:
        UnreadableResource: it cannot be understood, or its recurrence is too large.
    """
    zones, readings = read(text, zone, Whereabouts(calendar, resource, revision))
    found = [
        session
        for session in _all(zones, readings, window)
        if _is_in(session.span_in(zone), window)
    ]
    return tuple(sorted(found, key=lambda session: session.span_in(zone).start))


def _is_in(span: Span, window: Span) -> bool:
    if span.start == span.end:
        return window.start <= span.start < window.end
    return span.overlaps(window)


def _all(zones: Zones, readings: tuple[Reading, ...], window: Span) -> Iterator[Session]:
    """Yield what may overlap *window*, and perhaps more."""
    master = next((each for each in readings if each.session.kind is Kind.SERIES), None)
    if master is None:
        yield from (reading.session for reading in readings)
        return
    series = _Series(zones, master, tuple(each for each in readings if each is not master))
    gone = series.excluded
    for override in series.overrides:
        if override.session.key.recurrence_id not in gone:
            yield override.session
    yield from series.instances(window)


@dataclass(frozen=True, slots=True)
class _Series:
    """A master and its overrides, seen as wall-clock times of the master's own zone."""

    zones: Zones
    master: Reading
    overrides: tuple[Reading, ...]

    @property
    def start(self) -> Line:
        """Return the master's DTSTART."""
        line = self.master.event.first("DTSTART")
        assert line is not None
        return line

    @property
    def zone(self) -> tzinfo | None:
        """Return the zone of the rule; None for whole days."""
        if isinstance(self.master.session.when, AllDay):
            return None
        return self.zones.of(self.start)

    @property
    def excluded(self) -> frozenset[str]:
        """Return the recurrence ids that were taken out, as in `SessionKey`."""
        event = self.master.event
        return frozenset(recurrence_id(when) for when, _ in dates_of(event, "EXDATE", self.zones))

    def local(self, when: date | datetime) -> date | datetime:
        """Return *when* as the rule counts it: without a zone, and a whole cycle later."""
        if isinstance(when, datetime):
            if self.zone is None:
                return _later(when.date())
            return _later(when.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None))
        return _later(when)

    def instant(self, local: date | datetime) -> date | datetime:
        """Return what `local` was made from; for a time that the clocks skip, the one after."""
        when = _earlier(local)
        if not isinstance(when, datetime) or self.zone is None:
            return when
        return when.replace(tzinfo=self.zone).astimezone(UTC)

    def instances(self, window: Span) -> Iterator[Session]:
        """Yield the instances without an override of their own that may overlap *window*."""
        own = {override.session.key.recurrence_id for override in self.overrides}
        near = window.widened(timedelta(days=2))
        for pattern in (self.master, *(override for _, override, _ in self._for_all_after())):
            self._require_sane(pattern)
        lean = self._lean(near)
        found = recurring_ical_events.of(lean).between(self._wall(near.start), self._wall(near.end))
        if len(found) > INSTANCES_MAX:
            raise UnreadableResource(TOO_LARGE)
        patterns = (self.master, *self.overrides)
        for made in found:
            session = self._instance(made, patterns[int(made["X-PATTERN"])])
            if session.key.recurrence_id not in own:
                yield session

    def _for_all_after(self) -> Iterator[tuple[int, Reading, Line]]:
        """Yield the overrides that change all later instances too: number, itself, its name."""
        for at, override in enumerate(self.overrides, start=1):
            line = override.event.first("RECURRENCE-ID")
            if line is not None and is_for_all_after(line):
                yield at, override, line

    def _require_sane(self, pattern: Reading) -> None:
        """Raise if the library could not count with *pattern*: it fails on what no app writes."""
        if isinstance(pattern.session.when, AllDay) != (self.zone is None):
            raise UnreadableResource("an hour and a day in one series")
        reach = max(self._begins(pattern.session)[1], abs(shift_of(pattern.event, self.zones)))
        if reach > REACH_MAX:
            raise UnreadableResource(TOO_LARGE)

    def _wall(self, instant: datetime) -> datetime:
        local = _later(instant.astimezone(self.zone or self.zones.home).replace(tzinfo=None))
        assert isinstance(local, datetime)
        return local

    def _instance(self, made: Event, pattern: Reading) -> Session:
        """Return the instance that the library *made* from *pattern*, at its true time."""
        begins, length = _made(made)
        named = self.instant(begins - shift_of(pattern.event, self.zones))
        key = SessionKey(pattern.session.key.uid, recurrence_id(named))
        when = pattern.session.when
        start = self.instant(begins)
        if isinstance(when, Timed):
            assert isinstance(start, datetime)
            until = (start + length).astimezone(when.zone)
            when = Timed(start.astimezone(when.zone), until)
        else:
            when = AllDay(start, start + max(length, timedelta(days=1)))
        return replace(pattern.session, key=key, kind=Kind.INSTANCE, when=when, marks=None)

    def _lean(self, window: Span) -> Calendar:
        """Return the series with nothing but its times.

        Overrides take their instance out of the rule; one for all after also gives the pattern.
        """
        master = self._lean_event(0, self.master)
        for rule in self._rules(window):
            master.add("RRULE", rule)
        event = self.master.event
        for name in ("RDATE", "EXDATE"):
            for when, length in dates_of(event, name, self.zones):
                if length and length > REACH_MAX:
                    raise UnreadableResource(TOO_LARGE)
                local = self.local(when)
                master.add(name, [(local, local + length) if length else local])
        lean = Calendar()
        lean.add_component(master)
        for at, override, line in self._for_all_after():
            made = self._lean_event(at, override)
            made["RECURRENCE-ID"] = vDDDTypes(self.local(self.zones.time(line)))
            made["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
            lean.add_component(made)
        return lean

    def _lean_event(self, at: int, reading: Reading) -> Event:
        event = Event()
        event["UID"], event["X-PATTERN"] = "series", str(at)
        begins, length = self._begins(reading.session)
        event["DTSTART"], event["DTEND"] = vDDDTypes(begins), vDDDTypes(begins + length)
        return event

    def _begins(self, session: Session) -> tuple[date | datetime, timedelta]:
        """Return when *session* begins, as `local`, and how long it truly lasts."""
        when = session.when
        if isinstance(when, Timed):
            return self.local(when.start), when.length
        return self.local(when.first), when.end - when.first

    def _rules(self, window: Span) -> Iterator[vRecur]:
        lines = self.master.event.all("RRULE")
        if len(lines) > RULES_MAX or self.master.event.all("EXRULE"):
            raise UnreadableResource(TOO_LARGE)
        begins, length = self._begins(self.master.session)
        if not isinstance(begins, datetime):
            begins = datetime.combine(begins, time())
        frame = Frame(begins, length, (self._wall(window.start), self._wall(window.end)))
        for line in lines:
            rule = guarded(line.value, frame, self._until)
            text = ";".join(f"{name}={value}" for name, value in rule.items())
            try:
                yield vRecur.from_ical(text)
            except ValueError:  # a number beyond what RFC 5545, 3.3.8, allows
                raise UnreadableResource(UNCLEAR) from None

    def _until(self, value: str) -> date | datetime | None:
        """Return UNTIL as `local`; a mere day is meant to its end."""
        year = value.strip()[:4]
        if year.isascii() and year.isdigit() and int(year) not in YEARS:
            return None
        when = self.zones.time(self.start, value)
        if self.zone is None or isinstance(when, datetime):
            return self.local(when)
        return datetime.combine(_later(when), time(23, 59, 59))


def _made(made: Event) -> tuple[date | datetime, timedelta]:
    """Return when an instance that the library made begins, and how long it lasts."""
    start, end = made["DTSTART"], made["DTEND"]
    assert isinstance(start, vDDDTypes)
    assert isinstance(end, vDDDTypes)
    begins, ends = start.dt, end.dt
    assert isinstance(begins, date)
    assert isinstance(ends, date)
    return begins, ends - begins


def dates_of(
    event: Component, name: str, zones: Zones
) -> Iterator[tuple[date | datetime, timedelta | None]]:
    """Yield every value of RDATE or EXDATE, and how long it lasts if it says so (a PERIOD)."""
    found = [(line, value) for line in event.all(name) for value in line.value.split(",")]
    if len(found) > DATES_MAX:
        raise UnreadableResource(TOO_LARGE)
    for line, value in found:
        begins, _, ends = value.partition("/")
        when = zones.time(line, begins)
        yield when, _length(when, ends, line, zones) if ends else None


def _length(when: date | datetime, ends: str, line: Line, zones: Zones) -> timedelta:
    if ends.strip().upper().startswith(("P", "+P")):
        return sum(duration(ends), timedelta(0))
    last = zones.time(line, ends)
    if not isinstance(last, datetime) or not isinstance(when, datetime):
        raise UnreadableResource(UNCLEAR)
    length = last.astimezone(UTC) - when.astimezone(UTC)
    if length < timedelta(0):
        raise UnreadableResource("end before start")
    return length


def _later(when: date) -> date:
    return when.replace(year=min(when.year, LAST_YEAR) + CYCLE_YEARS)


def _earlier(when: date) -> date:
    return when.replace(year=when.year - CYCLE_YEARS)
