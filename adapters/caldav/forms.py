"""How a session's lines are written: its times in their own form, its marks, its stamps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from adapters.caldav.lines import Line
from adapters.caldav.translate import Reading, is_for_all_after
from adapters.caldav.zones import Zones, recurrence_id
from sync.domain.sessions import Marks, SessionKey, Timed

RECURRING = ("RRULE", "RDATE", "EXDATE", "EXRULE")
"""What makes a series of an event."""

MARKS = (
    "X-RAINCHECK-ID",
    "X-RAINCHECK-STATE",
    "X-RAINCHECK-REPLACEMENT",
    "X-RAINCHECK-ATTEMPT",
)
"""In the order of the fields of `Marks`."""


class ComponentMissing(KeyError):  # noqa: N818 -- it tells of the resource, not of a mistake
    """The resource holds no such session."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a session writes its times: the zone, and the DTSTART whose parameters are repeated."""

    zone: tzinfo
    like: Line

    def line(self, name: str, when: datetime) -> Line:
        """Return the property *name* for the instant *when*."""
        local = when.astimezone(UTC).astimezone(self.zone)
        kept = self.like.with_value("").partition(";")[2]
        is_plain = not self.like.parameter("TZID") or self.like.value.strip().endswith("Z")
        suffix = "Z" if self.zone is UTC and is_plain else ""
        return Line(f"{name}{';' + kept if kept else ':'}{local:%Y%m%dT%H%M%S}{suffix}")


def times(form: Form, when: Timed) -> list[Line]:
    """Return DTSTART and DTEND; a session without length has no DTEND, which may not equal it."""
    lines = [form.line("DTSTART", when.start)]
    if when.length:
        lines.append(form.line("DTEND", when.end))
    return lines


def stamp(name: str, now: datetime) -> Line:
    """Return the property *name* for the instant *now*, in UTC."""
    return Line(f"{name}:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def mark_lines(marks: Marks) -> tuple[Line, ...]:
    """Return a line for each of *marks* that is set."""
    values = (marks.id, marks.state, marks.replacement, marks.attempt)
    return tuple(
        Line(f"{name}:{value}")
        for name, value in zip(MARKS, values, strict=True)
        if value is not None
    )


def found(readings: Sequence[Reading], key: SessionKey) -> Reading | None:
    """Return the event with this very key, or None."""
    return next((reading for reading in readings if reading.session.key == key), None)


def pattern_of(readings: Sequence[Reading], key: SessionKey, zones: Zones) -> Reading:
    """Return what an instance without an override follows: the last change that holds for it and
    all after it (RFC 5545, 3.2.13), else the master.

    Raises:
        ComponentMissing: there is none.
    """
    wide = {
        recurrence_id(zones.time(line)): reading
        for reading in readings
        if (line := reading.event.first("RECURRENCE-ID")) and is_for_all_after(line)
    }
    before = [name for name in wide if key.recurrence_id and name < key.recurrence_id]
    if before:
        return wide[max(before)]
    master = found(readings, SessionKey(key.uid))
    if master is None:
        raise ComponentMissing(key)
    return master
