"""The demo's hand-written iCalendar text says what it was given."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync.demo.ical import Happening, calendar_text

STAMP = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
START = datetime(2026, 11, 24, 10, tzinfo=ZONE)
printable = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \n"))


@example(title="a\\nb, c; d\n\\", notes="\\;")
@given(title=printable, notes=printable)
def test_text_comes_back_and_lines_are_short(title, notes):
    """Any text comes back as it was, from lines of at most 75 octets (RFC 5545, 3.1)."""
    happening = Happening("a@example.org", f"x{title}", START, START, notes=f"{notes}y" * 9)
    text = calendar_text([happening], ZONE, stamp=STAMP)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (read,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert str(read["SUMMARY"]) == happening.title
    assert str(read["DESCRIPTION"]) == happening.notes


@pytest.mark.parametrize(
    "name", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
)
def test_every_change_of_the_clocks_begins_when_it_does_in_the_world(name):
    """Each observance but the first starts at the local time that the old offset gives."""
    zone = ZoneInfo(name)
    text = calendar_text([], zone, stamp=STAMP)
    (rules,) = icalendar.Calendar.from_ical(text).walk("VTIMEZONE")
    first, *changes = rules.subcomponents
    assert first["TZOFFSETFROM"].td == first["TZOFFSETTO"].td
    seen = {}
    for change in changes:
        before, after = change["TZOFFSETFROM"].td, change["TZOFFSETTO"].td
        instant = (change["DTSTART"].dt - before).replace(tzinfo=UTC)
        assert (instant - timedelta(seconds=1)).astimezone(zone).utcoffset() == before
        assert instant.astimezone(zone).utcoffset() == after
        seen[instant] = after
    day = STAMP - timedelta(days=100)
    offset = first["TZOFFSETTO"].td
    while day < STAMP + timedelta(days=390):
        offset = next((seen[at] for at in sorted(seen, reverse=True) if at <= day), offset)
        assert day.astimezone(zone).utcoffset() == offset, day
        day += timedelta(hours=12)
