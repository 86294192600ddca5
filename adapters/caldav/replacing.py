"""A replacement's own resource, copied from its original (CONTRACT 4); pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from adapters.caldav.forms import (
    MARKS,
    RECURRING,
    Form,
    found,
    mark_lines,
    pattern_of,
    stamp,
    times,
)
from adapters.caldav.lines import Component, Line, component, escaped, folded
from adapters.caldav.translate import address_of, organizer_of, read, when_of
from adapters.caldav.vtimezone import generated
from adapters.caldav.zones import Zones, zone_named
from sync.domain.sample import Sample
from sync.domain.sessions import Answer, Session, Timed
from sync.domain.writes import Draft

PRODUCT = "-//Raincheck//Raincheck//EN"

_SNOOZED = ("ACKNOWLEDGED", "X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME")
_NOT_COPIED = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE"}
    | {"RECURRENCE-ID", *RECURRING, *MARKS, *_SNOOZED}
    | {"SUMMARY", "DESCRIPTION", "X-ALT-DESC", "CATEGORIES", "STATUS", "TRANSP", "RELATED-TO"}
    | {"ORGANIZER", "ATTENDEE", "REQUEST-STATUS", "X-RESPONSE-COMMENT"}
    | {"X-CALENDARSERVER-ATTENDEE-COMMENT", "X-CALENDARSERVER-PRIVATE-COMMENT"}
    | {"X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS"}
    | {"X-MICROSOFT-CDO-APPT-SEQUENCE", "X-MICROSOFT-CDO-OWNERAPPTID"}
    | {"X-MOZ-GENERATION", "X-MOZ-SEND-INVITATIONS", "X-MOZ-RECEIVED-DTSTAMP", "X-LIC-ERROR"}
)
"""What a replacement says for itself, or what was about the original alone."""

_ABSOLUTE_ALARM_MAX = timedelta(days=400)
"""An alarm at a date further off than this is no reminder: Apple writes 1976 for "never"."""


def replacement_text(draft: Draft, *, now: datetime) -> str:
    """Return the resource of the replacement that *draft* describes (CONTRACT 4).

    Args:
        draft: Its original's payload holds the original, or the master of its series.
        now: For DTSTAMP, CREATED and LAST-MODIFIED.

    Raises:
        ComponentMissing: the payload does not hold the original.
        UnreadableResource: the payload cannot be understood.
    """
    original = draft.original
    zones, readings = read(original.payload, draft.when.zone)
    source = found(readings, original.key) or pattern_of(readings, original.key, zones)
    event, form = source.event, _form_for(source.event, draft, zones)
    lines = [
        Line(f"UID:{escaped(draft.key.uid)}"),
        *(stamp(name, now) for name in ("DTSTAMP", "CREATED", "LAST-MODIFIED")),
        Line("SEQUENCE:0"),
        *times(form, draft.when),
        *_told(event, draft),
        Line(f"RELATED-TO:{escaped(original.key.uid)}"),
        *mark_lines(draft.marks),
        *(_guests(event) if draft.invite else ()),
        *(line for line in event.lines if line.name not in _NOT_COPIED and line.name),
    ]
    was = source.session.when
    moved = draft.when.span.start - was.span.start if isinstance(was, Timed) else None
    inside = tuple(_inside(event, zones, moved, invite=draft.invite))
    made = component("VEVENT", (*lines, *inside))
    return folded(_calendar(made, zones, draft.when))


def sample_text(sample: Sample, *, now: datetime) -> str:
    """Return the resource of `doctor`'s event; its times in UTC, which every app reads alike."""
    lines = [
        Line(f"UID:{escaped(sample.key.uid)}"),
        *(stamp(name, now) for name in ("DTSTAMP", "CREATED", "LAST-MODIFIED")),
        Line("SEQUENCE:0"),
        stamp("DTSTART", sample.when.start),
        stamp("DTEND", sample.when.end),
        Line(f"SUMMARY:{escaped(sample.title)}"),
        Line(f"DESCRIPTION:{escaped(sample.notes)}"),
        Line("TRANSP:TRANSPARENT"),
    ]
    head = [Line("VERSION:2.0"), Line(f"PRODID:{PRODUCT}")]
    return folded(component("VCALENDAR", (*head, component("VEVENT", lines))))


def _form_for(event: Component, draft: Draft, zones: Zones) -> Form:
    """Return how the replacement writes its times: as the original, if its zone is the same."""
    line = event.first("DTSTART")
    assert line is not None
    start = zones.time(line)
    if isinstance(start, datetime) and start.tzinfo is not None:
        if start.tzinfo is UTC:
            return Form(UTC, line)
        if line.parameter("TZID") and zones.shown(start.tzinfo) == draft.when.zone:
            return Form(start.tzinfo, line)
    return Form(draft.when.zone, Line(f"DTSTART;TZID={draft.when.zone.key}:"))


def _told(event: Component, draft: Draft) -> Iterator[Line]:
    """Yield what the draft itself says."""
    for name, words in (("SUMMARY", draft.title), ("DESCRIPTION", draft.notes)):
        if words:
            # ALTREP may point to the words as HTML, tags and all.
            like = (event.first(name) or Line(f"{name}:")).with_parameters(ALTREP=None)
            yield like.with_value(escaped(words))
    if draft.categories:
        yield Line(f"CATEGORIES:{','.join(map(escaped, draft.categories))}")
    yield Line(f"STATUS:{draft.status.name}")
    yield Line("TRANSP:OPAQUE")


def guests_of(original: Session) -> tuple[Line, ...]:
    """Return the organizer and the guests of *original*, from its payload, their answers reset.

    Raises:
        ComponentMissing: the payload does not hold the original.
        UnreadableResource: the payload cannot be understood.
    """
    assert isinstance(original.when, Timed), original
    zones, readings = read(original.payload, original.when.zone)
    source = found(readings, original.key) or pattern_of(readings, original.key, zones)
    return tuple(_guests(source.event))


def _guests(event: Component) -> Iterator[Line]:
    """Yield the organizer and the guests, their answers reset."""
    host = organizer_of(event)
    for line in event.all("ORGANIZER", "ATTENDEE"):
        fresh = line.with_parameters(SCHEDULE_STATUS=None, SCHEDULE_FORCE_SEND=None)
        if line.name == "ORGANIZER":
            yield fresh
        elif address_of(line) == host:
            yield fresh.with_parameters(PARTSTAT=Answer.ACCEPTED.name)
        else:
            fresh = fresh.with_parameters(X_RESPONSE_COMMENT=None, X_NUM_GUESTS=None)
            yield fresh.with_parameters(PARTSTAT="NEEDS-ACTION", RSVP="TRUE")


def _inside(
    event: Component, zones: Zones, moved: timedelta | None, *, invite: bool
) -> Iterator[Component]:
    """Yield what stands in the event: alarms as if never rung, and what else there is."""
    for part in event.components:
        if part.name == "VALARM":
            if not _is_snooze(part):
                yield _alarm(part, zones, event, moved)
        elif invite or part.name != "PARTICIPANT":
            yield part


def _is_snooze(alarm: Component) -> bool:
    """Return whether *alarm* only repeats another one (RFC 9074, 7)."""
    return any(line.parameter("RELTYPE").upper() == "SNOOZE" for line in alarm.all("RELATED-TO"))


def _alarm(alarm: Component, zones: Zones, event: Component, moved: timedelta | None) -> Component:
    """Return *alarm* unrung; one at an absolute time is moved along with the session."""
    alarm = alarm.without(*_SNOOZED)
    trigger = alarm.first("TRIGGER")
    when = when_of(event, zones)
    if trigger is None or moved is None or not trigger.value.strip()[:1].isdigit():
        return alarm
    rings = zones.time(trigger)
    if not isinstance(rings, datetime) or not isinstance(when, Timed):
        return alarm
    if abs(rings.astimezone(UTC) - when.span.start) > _ABSOLUTE_ALARM_MAX:
        return alarm
    return alarm.with_line(
        Form(zones.of(trigger), trigger).line("TRIGGER", rings.astimezone(UTC) + moved)
    )


def _calendar(event: Component, zones: Zones, when: Timed) -> Component:
    """Return the whole resource: *event*, and a VTIMEZONE for every zone that it names."""
    used = dict.fromkeys(
        tzid
        for part in (event, *event.components)
        for line in part.lines
        if (tzid := line.parameter("TZID").strip())
    )
    described = []
    for tzid in used:
        standing = zones.description(tzid)
        if standing is not None:
            described.append(standing)
        elif (zone := zone_named(tzid)) is not None:
            described.append(generated(tzid, zone, when.start))
    head = [Line("VERSION:2.0"), Line(f"PRODID:{PRODUCT}"), *zones.calendar.all("CALSCALE")]
    return component("VCALENDAR", (*head, *described, event))
