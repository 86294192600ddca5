"""The invented week tells the same story on every day, and lies nowhere over itself."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.demo.week import PRIVATE, SESSIONS, sample_week

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
# Parsing and expanding with a library takes far longer than what is tested.
few = settings(max_examples=30, deadline=None)
zones = st.sampled_from(ZONES).map(ZoneInfo)


def events_of(week, calendar, *, first=None, end=None):
    """Return the VEVENTs of one calendar, series expanded, ascending."""
    found = []
    for entry in week.entries:
        if entry.calendar == calendar:
            parsed = icalendar.Calendar.from_ical(entry.text)
            assert not parsed.errors
            found += recurring_ical_events.of(parsed).between(
                first or week.first - timedelta(days=40), end or week.end + timedelta(days=60)
            )
    return sorted(found, key=lambda event: str(event.start))


def timed(events):
    return [event for event in events if isinstance(event.start, datetime)]


def titled(events, part):
    return next(event for event in events if part in str(event["SUMMARY"]))


@few
@given(today=days, zone=zones)
@example(today=date(2026, 3, 29), zone=ZoneInfo("Europe/London"))
@example(today=date(2026, 10, 24), zone=ZoneInfo("Europe/London"))
@example(today=date(2027, 1, 1), zone=ZoneInfo("Europe/London"))
def test_nothing_overlaps(today, zone):
    """No session overlaps another, nor anything private."""
    week = sample_week(today, zone)
    everything = timed(events_of(week, SESSIONS) + events_of(week, PRIVATE))
    for one, other in combinations(everything, 2):
        assert one.end <= other.start or other.end <= one.start, (one["SUMMARY"], other["SUMMARY"])


@few
@given(today=days, zone=zones)
def test_what_went_wrong_is_where_the_story_needs_it(today, zone):
    """Two signals lie on the last working day, two ahead by more than a day's half."""
    events = events_of(sample_week(today, zone), SESSIONS)
    past = [titled(events, "Quillon"), titled(events, "[no-show]")]
    cancelled = next(event for event in events if event.get("STATUS") == "CANCELLED")
    tagged = next(event for event in events if "CATEGORIES" in event)
    for event in past:
        assert today - timedelta(days=3) <= event.start.date() < today
    for event in (cancelled, tagged):
        assert today < event.start.date() <= today + timedelta(days=4)
    assert tagged["RECURRENCE-ID"].dt == tagged.start
    assert len({event.start.date() for event in (past[0], cancelled, tagged)}) == 3


@few
@given(today=days, zone=zones)
def test_everyone_works_from_monday_to_friday(today, zone):
    """No session lies on a weekend, and every one keeps its local hour within opening hours."""
    for event in events_of(sample_week(today, zone), SESSIONS):
        assert event.start.weekday() < 5
        assert 9 <= event.start.hour < 18


@few
@given(today=days, zone=zones)
@example(today=date(2026, 3, 27), zone=ZoneInfo("Europe/London"))
def test_the_zone_in_the_file_agrees_with_the_world(today, zone):
    """A reader that knows no zones but the file's own finds the same instants."""
    for entry in sample_week(today, zone).entries:
        parsed = icalendar.Calendar.from_ical(entry.text)
        (own,) = parsed.walk("VTIMEZONE")
        rules = own.to_tz(lookup_tzid=False)
        for event in timed(parsed.walk("VEVENT")):
            naive = event.start.replace(tzinfo=None)
            theirs = naive.replace(tzinfo=rules).utcoffset()
            assert theirs == naive.replace(tzinfo=zone).utcoffset()


@few
@given(today=days, zone=zones)
def test_lines_are_as_long_as_the_standard_allows(today, zone):
    """Every line ends in CRLF and has at most 75 octets (RFC 5545, 3.1)."""
    for entry in sample_week(today, zone).entries:
        assert entry.text.endswith("\r\n")
        assert "\n" not in entry.text.replace("\r\n", "")
        assert all(len(line.encode()) <= 75 for line in entry.text.split("\r\n"))


def test_guests_are_nobody():
    """The only addresses are at example.org, where nobody can be."""
    texts = "".join(e.text for e in sample_week(date(2026, 11, 23), ZoneInfo("UTC")).entries)
    addresses = [part.split("\r")[0] for part in texts.split("mailto:")[1:]]
    assert addresses
    assert all(address.endswith("@example.org") for address in addresses)


@pytest.mark.parametrize("weekday", range(7))
def test_the_first_choice_of_the_failed_session_is_taken(weekday):
    """A week after the session whose internet failed, the private dentist stands at its hour."""
    zone = ZoneInfo("Europe/London")
    week = sample_week(date(2026, 11, 23) + timedelta(days=weekday), zone)
    failed = titled(events_of(week, SESSIONS), "Quillon")
    dentist = titled(events_of(week, PRIVATE), "Dentist")
    assert dentist.start == failed.start + timedelta(days=7)
    assert dentist.start.astimezone(UTC) != failed.start.astimezone(UTC)
