"""Which instances a series at Google has by its own rule.

The libraries that know are imported when a series is asked about, which is seldom: they cost as
much time as all the rest of a pass that finds nothing.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.google.translate import Event, UnreadableEventError, when_of
from sync.domain.sessions import Timed

_RULED = ("RRULE", "RDATE")
_RULE = re.compile(
    r"RRULE:(?=.*FREQ=(?P<freq>DAILY|WEEKLY|MONTHLY|YEARLY)\b)"
    r"(?:(?:FREQ=[A-Z]+|INTERVAL=[0-9]{1,3}|COUNT=[0-9]{1,4}|UNTIL=[0-9TZ]+|WKST=[A-Z]{2}"
    r"|(?:BYDAY|BYMONTHDAY|BYSETPOS|BYMONTH)=[-+0-9A-Z,]{1,99})(?:;|$))+"
)
_ROOMY = frozenset({"MONTHLY", "YEARLY"})
_AGE_MAX = timedelta(days=30 * 366)
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
        moment = start.astimezone(UTC)
        if not _is_soon_expanded(master, moment):
            return True
        found = _instances(master, moment)
        return any(_begins(event["DTSTART"].dt, moment) for event in found)
    except _UNCLEAR:
        return True


def _is_soon_expanded(master: Event, moment: datetime) -> bool:
    """Return whether the rule is of the kind that Google's own apps make: it always comes true.

    Others, such as every 30th of February, keep a library busy until the year 9999.
    """
    when = when_of(master, ZoneInfo("UTC"))
    rules = [line for line in master["recurrence"] if line.upper().startswith("RRULE")]
    return (
        isinstance(when, Timed)
        and when.length <= _AGE_MAX / 30
        and abs(moment - when.span.start) <= _AGE_MAX
        and len(rules) == 1
        and (found := _RULE.fullmatch(rules[0])) is not None
        and (found["freq"] in _ROOMY or set(re.findall("BY[A-Z]+", rules[0])) <= {"BYDAY"})
    )


def _begins(start: date, moment: datetime) -> bool:
    """Return whether *start* is that moment; the search also finds what is still going on."""
    return isinstance(start, datetime) and start.astimezone(UTC) == moment


def _instances(master: Event, moment: datetime) -> list[dict[str, Any]]:
    """Return the instances of *master* that go on at *moment*, as their libraries tell them."""
    import icalendar
    import recurring_ical_events

    when = when_of(master, ZoneInfo("UTC"))
    assert isinstance(when, Timed), "whole days are no sessions"
    event = icalendar.Event()
    event.add("uid", "series")
    event.add("dtstart", when.start)
    event.add("dtend", when.end)
    text = event.to_ical().decode().replace("END:VEVENT\r\n", "")
    rules = [line for line in master["recurrence"] if line.upper().startswith(_RULED)]
    lines = ["BEGIN:VCALENDAR", text.rstrip(), *rules, "END:VEVENT", "END:VCALENDAR", ""]
    series = icalendar.Calendar.from_ical("\r\n".join(lines))
    return list(recurring_ical_events.of(series).between(moment, moment + timedelta(seconds=1)))
