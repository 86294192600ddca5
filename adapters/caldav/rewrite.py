"""Amendments to a stored resource that leave everything else as it was; pure.

What is not named stays, line by line: unknown properties, parameters, alarms, VTIMEZONEs, other
components, and their order. A replacement's own text is made in `replacing`.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from adapters.caldav.forms import (
    MARKS,
    RECURRING,
    ComponentMissing,
    Form,
    found,
    mark_lines,
    pattern_of,
    stamp,
    times,
)
from adapters.caldav.lines import Component, Line, component, escaped, folded
from adapters.caldav.replacing import guests_of, replacement_text
from adapters.caldav.translate import Reading, marks_of, read, sequence_of, shift_of, when_of
from adapters.caldav.zones import Zones, recurrence_id
from sync.domain.notes import with_line, without_line
from sync.domain.sessions import Kind, Marks, SessionKey, Status, Timed
from sync.domain.writes import Amendment

__all__ = ["ComponentMissing", "amended_text", "replacement_text"]


def amended_text(
    text: str, key: SessionKey, amendment: Amendment, *, zone: ZoneInfo, now: datetime
) -> str:
    """Return the resource *text* with *amendment* made to the session *key*.

    An instance without an override gets one, copied from the master. An amendment that changes
    nothing, such as one made before, gives *text* back as it is.

    Args:
        text: The resource as it stands on the server.
        key: Which of its sessions.
        amendment: What to change.
        zone: The practice's, for floating times.
        now: For DTSTAMP and LAST-MODIFIED.

    Raises:
        ComponentMissing: no such session, or its instance was taken out of the series.
        UnreadableResource: the resource cannot be understood.
    """
    zones, readings = read(text, zone)
    standing = found(readings, key)
    event = standing.event if standing else _override(readings, key, zones)
    changed = _changed(event, amendment, zones)
    if changed == event:
        return text
    if _is_rescheduled(event, changed):
        changed = changed.with_line(Line(f"SEQUENCE:{sequence_of(event) + 1}"))
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        changed = changed.with_line(stamp(name, now))
    return folded(_with_event(zones.calendar, standing.event if standing else None, changed))


def _with_event(calendar: Component, old: Component | None, new: Component) -> Component:
    """Return *calendar* with *new* in place of *old*, or after its last event."""
    body = list(calendar.body)
    if old is not None:
        at = next(at for at, part in enumerate(body) if part is old)
        body[at] = new
    else:
        events = (
            at
            for at, part in enumerate(body)
            if isinstance(part, Component) and part.name == "VEVENT"
        )
        body.insert(max(events) + 1, new)
    return replace(calendar, body=tuple(body))


def _changed(event: Component, amendment: Amendment, zones: Zones) -> Component:
    if amendment.marks is not None and amendment.marks != marks_of(event):
        event = _marked(event, amendment.marks)
    if amendment.note is not None:
        event = _noted(event, amendment.note)
    if amendment.status is not None and amendment.status is not _status(event):
        event = event.with_line(Line(f"STATUS:{amendment.status.name}"))
    if amendment.transparent is not None and amendment.transparent != _is_transparent(event):
        event = event.with_line(Line(f"TRANSP:{_transp(transparent=amendment.transparent)}"))
    if amendment.when is not None and amendment.when.span != _span(event, zones):
        event = _moved(event, amendment.when, zones)
    if amendment.invite is not None and not event.all("ATTENDEE"):
        event = _invited(event, guests_of(amendment.invite))
    return event


def _invited(event: Component, guests: tuple[Line, ...]) -> Component:
    """Return *event* with *guests*, before its alarms; an organizer that it names stays."""
    named = {"ORGANIZER"} if event.first("ORGANIZER") else set()
    new = (line for line in guests if line.name not in named)
    return replace(event, body=(*event.lines, *new, *event.components))


def _marked(event: Component, marks: Marks) -> Component:
    wanted = mark_lines(marks)
    event = event.without(*({*MARKS} - {line.name for line in wanted}))
    for line in wanted:
        event = event.with_line(line)
    return event


def _noted(event: Component, note: str) -> Component:
    """Return *event* with Raincheck's line in its notes; an empty *note* takes the line out."""
    standing = event.first("DESCRIPTION")
    notes = standing.words if standing else ""
    wanted = with_line(notes, note) if note else without_line(notes)
    if wanted == notes:
        return event
    if not wanted:
        return event.without("DESCRIPTION")
    return event.with_line((standing or Line("DESCRIPTION:")).with_value(escaped(wanted)))


def _status(event: Component) -> Status:
    said = event.words("STATUS").strip().upper()
    return Status[said] if said in Status.__members__ else Status.CONFIRMED


def _is_transparent(event: Component) -> bool:
    return event.words("TRANSP").strip().upper() == "TRANSPARENT"


def _transp(*, transparent: bool) -> str:
    return "TRANSPARENT" if transparent else "OPAQUE"


def _span(event: Component, zones: Zones) -> object:
    when = when_of(event, zones)
    return when.span if isinstance(when, Timed) else when


def _moved(event: Component, when: Timed, zones: Zones) -> Component:
    """Return *event* at another time, written as it was; DURATION becomes DTEND."""
    start = event.first("DTSTART")
    assert start is not None
    if isinstance(zones.time(start), datetime):
        form = Form(zones.of(start), start)
    else:
        form = Form(UTC, Line("DTSTART:"))
    return _in_place_of(event.without("DTEND", "DURATION"), start, times(form, when))


def _is_rescheduled(before: Component, after: Component) -> bool:
    """Return whether guests must be told again (RFC 5546, 2.1.4)."""
    names = ("DTSTART", "DTEND", "DURATION", "STATUS")
    return before.all(*names) != after.all(*names)


def _override(readings: tuple[Reading, ...], key: SessionKey, zones: Zones) -> Component:
    """Return a new override for the instance *key*: what the series says, at that one time.

    Raises:
        ComponentMissing: there is no series, or it has no such instance.
    """
    master = found(readings, SessionKey(key.uid))
    pattern = pattern_of(readings, key, zones)
    if key.recurrence_id is None or master is None or master.session.kind is not Kind.SERIES:
        raise ComponentMissing(key)
    first = master.event.first("DTSTART")
    start = pattern.event.first("DTSTART")
    assert first is not None
    assert start is not None
    named = _instance_start(zones.time(first), key)
    if named is None or key.recurrence_id in _excluded(master.event, zones):
        raise ComponentMissing(key)
    lines = [
        _time_line("RECURRENCE-ID", named, first, zones),
        *_instance_times(named, pattern, start, zones),
    ]
    event = pattern.event.without("DTEND", "DURATION", "RECURRENCE-ID", *RECURRING, *MARKS)
    return _in_place_of(event, start, lines)


def _instance_start(first: date | datetime, key: SessionKey) -> date | datetime | None:
    """Return when the instance begins, or None if the series cannot have it."""
    said = Line(f"RECURRENCE-ID:{key.recurrence_id}")
    begins = Zones(component("VCALENDAR", ()), ZoneInfo("UTC")).time(said)
    if isinstance(begins, datetime) and isinstance(first, datetime):
        return begins if begins >= first.astimezone(UTC) else None
    if isinstance(begins, datetime) or isinstance(first, datetime):
        return None
    return begins if begins >= first else None


def _excluded(event: Component, zones: Zones) -> set[str]:
    return {
        recurrence_id(zones.time(line, value))
        for line in event.all("EXDATE")
        for value in line.value.split(",")
    }


def _instance_times(
    named: date | datetime, pattern: Reading, start: Line, zones: Zones
) -> list[Line]:
    """Return DTSTART and DTEND of the instance that the series has at *named*."""
    when = pattern.session.when
    shift = shift_of(pattern.event, zones)
    if isinstance(when, Timed):
        assert isinstance(named, datetime)
        zone = zones.of(start)
        begins = named.astimezone(zone) + shift  # wall-clock, as the whole series was moved
        return times(Form(zone, start), when.moved_to(begins))
    days = named.date() if isinstance(named, datetime) else named
    ends = days + shift + (when.end - when.first)
    return [
        Line(f"{name};VALUE=DATE:{day:%Y%m%d}")
        for name, day in (("DTSTART", days + shift), ("DTEND", ends))
    ]


def _time_line(name: str, when: date | datetime, like: Line, zones: Zones) -> Line:
    if isinstance(when, datetime):
        return Form(zones.of(like), like).line(name, when)
    return Line(f"{name};VALUE=DATE:{when:%Y%m%d}")


def _in_place_of(event: Component, old: Line, new: list[Line]) -> Component:
    body = list(event.body)
    at = next(at for at, part in enumerate(body) if part is old)
    body[at : at + 1] = new
    return replace(event, body=tuple(body))
