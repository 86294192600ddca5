"""What fuzzing has found: one small input for each, so that it is never written again."""

import json
from typing import Any

import pytest

from tests.fuzz.seeds import EVENT, INSTANCE, MULTISTATUS
from tests.fuzz.targets import TARGETS
from tests.unit.caldav.builders import calendar, event

DAV = ("DTSTART:20261125T100000Z", "DTEND:20261125T105000Z", "CATEGORIES:disrupted")


def status(words: str) -> str:
    return MULTISTATUS.replace("HTTP/1.1 404 Not Found", words)


def google(**more: Any) -> str:
    return json.dumps([{**EVENT, **more}, INSTANCE])


FOUND = {
    "a count beyond RFC 5545": ("icalendar", "COUNT=99999999999"),
    "a sequence of 5,000 digits": ("icalendar", "9" * 5000),
    "a year of superscripts": ("icalendar", "UNTIL=²²²²0101"),
    "a status that is no number": ("xml", status("HTTP/1.1 ²")),
    "a status of 5,000 digits": ("xml", status("HTTP/1.1 " + "9" * 5000)),
    "an address that is none": ("xml", MULTISTATUS.replace("http://h/s/2.ics", "http://[")),
    "an event that is a number": ("google", "[7]"),
    "a start that is true": (
        "google",
        json.dumps([EVENT, {**INSTANCE, "originalStartTime": True}]),
    ),
    "properties that are a list": ("google", google(extendedProperties=[1], status="cancelled")),
    "a series of a thousand years": (
        "google",
        google(start={"dateTime": "1013-11-25T10:00:00Z"}, recurrence=["RRULE:FREQ=DAILY"]),
    ),
    "every 30th of February": (
        "google",
        google(recurrence=["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"]),
    ),
    "half a letter in a name": ("google", google(iCalUID="s1\ud800@example.org")),
    "half a letter in an id": ("google", google(id="s1\ud800")),
    "every second": ("google", google(recurrence=["RRULE:FREQ=SECONDLY"])),
    "a series that ends before it starts": (
        "google",
        google(end=INSTANCE["originalStartTime"], start={"dateTime": "2027-01-01T00:00:00Z"}),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_it_is_read_or_refused(name: str) -> None:
    """Each once ended a whole pass as a bug of ours; now it costs nothing but itself."""
    target, text = FOUND[name]
    if target == "icalendar":
        line = f"SEQUENCE:{text}" if text.isdigit() else f"RRULE:FREQ=WEEKLY;{text}"
        text = calendar(event(*DAV, line))
    TARGETS[target](text.encode())
