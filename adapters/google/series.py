"""Which instances a series at Google has by its own rule."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from adapters.google.translate import Event, UnreadableEventError, when_of
from sync.domain.sessions import Timed

_INSTANCES = ("RRULE", "RDATE")
_UNCLEAR = (
    *(ValueError, TypeError, KeyError, AttributeError, AssertionError, OverflowError),
    UnreadableEventError,
)


def has_instance(master: Event, start: datetime) -> bool:
    """Return whether the rule of *master* makes an instance that begins at *start* (aware).

    One beyond a new UNTIL or COUNT it makes no longer: Google reports that as cancelled like any
    other. What is taken out singly (EXDATE) still counts, and so does all of a rule that cannot be
    understood.
    """
    try:
        series = _series(master)
        moment = start.astimezone(UTC)
        found = recurring_ical_events.of(series).between(moment, moment + timedelta(seconds=1))
        return any(_begins(event["DTSTART"].dt, moment) for event in found)
    except _UNCLEAR:
        return True


def _begins(start: date, moment: datetime) -> bool:
    """Return whether *start* is that moment; the search also finds what is still going on."""
    return isinstance(start, datetime) and start.astimezone(UTC) == moment


def _series(master: Event) -> icalendar.Calendar:
    when = when_of(master, ZoneInfo("UTC"))
    assert isinstance(when, Timed), "whole days are no sessions"
    event = icalendar.Event()
    event.add("uid", "series")
    event.add("dtstart", when.start)
    event.add("dtend", when.end)
    text = event.to_ical().decode().replace("END:VEVENT\r\n", "")
    rules = [line for line in master["recurrence"] if line.upper().startswith(_INSTANCES)]
    lines = ["BEGIN:VCALENDAR", text.rstrip(), *rules, "END:VEVENT", "END:VCALENDAR", ""]
    found = icalendar.Calendar.from_ical("\r\n".join(lines))
    assert isinstance(found, icalendar.Calendar)
    return found
