"""Expanding: all of a resource that is in a window, whatever its rule."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.caldav.rules import INSTANCES_MAX
from adapters.caldav.translate import UnreadableResource
from sync.domain.sessions import AllDay, Kind, Span, Status
from tests.unit.caldav.builders import BERLIN, at, calendar, event, expanded, held, sample

FROM = at(2026, 11, 23)
WEEKLY = ("DTSTART;TZID=Europe/Berlin:20261005T100000", "DURATION:PT50M", "RRULE:FREQ=WEEKLY")


def starts(sessions):
    """Return when they begin, as local text."""
    return [f"{s.when.start:%m-%d %H:%M}" for s in sessions]


def test_a_single_event_counts_if_it_overlaps():
    """Windows are half-open; what has no length counts if it starts in them."""
    single = calendar(event("DTSTART:20261123T100000Z", "DTEND:20261123T110000Z"))
    point = calendar(event("DTSTART:20261123T100000Z"))
    for text, begin, count in [
        (single, at(2026, 11, 23, 10, 59), 1),
        (single, at(2026, 11, 23, 11), 0),
        (single, at(2026, 11, 22, 10), 0),
        (single, at(2026, 11, 22, 10, 1), 1),
        (point, at(2026, 11, 23, 10), 1),
        (point, at(2026, 11, 22, 10), 0),
    ]:
        found = expanded(text, begin, 1)
        assert len(found) == count
        assert all((s.kind, s.payload, s.revision) == (Kind.SINGLE, "", "r1") for s in found)


def test_instances_are_named_and_keep_their_hour():
    """Each instance has its RECURRENCE-ID and the local hour of the series, across the clocks."""
    found = expanded(
        calendar(event(*WEEKLY, "SUMMARY:x", "X-RAINCHECK-ID:abc")), at(2026, 10, 19), 14
    )
    assert starts(found) == ["10-19 10:00", "10-26 10:00"]
    assert [s.key.recurrence_id for s in found] == ["20261019T080000Z", "20261026T090000Z"]
    assert found[0].when == held(at(2026, 10, 19, 10, zone=BERLIN))
    assert {(s.kind, s.title, s.marks) for s in found} == {(Kind.INSTANCE, "x", None)}


def test_exdates_and_rdates_count():
    """What was taken out is out, what was added is in, and an added period has its own length."""
    text = calendar(
        event(
            *WEEKLY,
            "EXDATE;TZID=Europe/Berlin:20261123T100000,20261130T100000",
            "EXDATE:20261207T090000Z",
            "RDATE;TZID=Europe/Berlin:20261124T120000",
            "RDATE;VALUE=PERIOD:20261125T090000Z/PT2H,20261126T090000Z/20261126T100000Z",
        )
    )
    found = expanded(text, FROM, 22)
    assert starts(found) == ["11-24 12:00", "11-25 10:00", "11-26 10:00", "12-14 10:00"]
    assert [s.when.length.seconds // 60 for s in found] == [50, 120, 60, 50]


def test_overrides_stand_where_they_were_moved():
    """Moved into the window they are found, moved out of it they are not, with all their fields."""
    text = calendar(
        event(*WEEKLY),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20261012T100000",
            "DTSTART;TZID=Europe/Berlin:20261125T090000",
            "DURATION:PT10M",
            "CATEGORIES:paid",
            "STATUS:CANCELLED",
            "TRANSP:TRANSPARENT",
            "X-RAINCHECK-ID:abc",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:ondine@example.com",
        ),
        event("RECURRENCE-ID:20261123T090000Z", "DTSTART:20270301T090000Z"),
    )
    found = expanded(text, FROM, 8)
    assert [s.key.recurrence_id for s in found] == ["20261012T080000Z", "20261130T090000Z"]
    assert (found[0].status, found[0].transparent) == (Status.CANCELLED, True)
    assert (found[0].categories, found[0].attendees[0].answer.value) == (("paid",), "declined")
    assert found[0].marks is not None
    assert starts(expanded(text, at(2027, 3, 1), 1)) == ["03-01 09:00", "03-01 10:00"]


def test_an_override_of_what_was_taken_out_is_out():
    """EXDATE wins over a leftover override."""
    text = calendar(
        event(*WEEKLY, "EXDATE;TZID=Europe/Berlin:20261123T100000"),
        event("RECURRENCE-ID:20261123T090000Z", "DTSTART:20261123T120000Z"),
    )
    assert expanded(text, FROM, 7) == ()


def test_this_and_all_after_moves_the_rest():
    """Later instances keep their names and stand where the change puts them."""
    text = calendar(
        event(*WEEKLY, "SUMMARY:old"),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE:20261130T100000",
            "DTSTART;TZID=Europe/Berlin:20261201T113000",
            "DURATION:PT20M",
            "SUMMARY:new",
        ),
    )
    found = expanded(text, FROM, 21)
    assert starts(found) == ["11-23 10:00", "12-01 11:30", "12-08 11:30"]
    assert [s.title for s in found] == ["old", "new", "new"]
    assert [s.key.recurrence_id for s in found][1:] == ["20261130T090000Z", "20261207T090000Z"]
    assert found[2].when.length == timedelta(minutes=20)


def test_whole_days_repeat_as_days():
    """A series of whole days has dates, and is read in the practice's zone."""
    text = calendar(event("DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=MONTHLY;UNTIL=20270101"))
    found = expanded(text, at(2026, 12, 1), 62)
    assert [s.when for s in found] == [
        AllDay(date(2026, 12, 1), date(2026, 12, 2)),
        AllDay(date(2027, 1, 1), date(2027, 1, 2)),
    ]
    assert [s.key.recurrence_id for s in found] == ["20261201", "20270101"]


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("FREQ=DAILY;UNTIL=20261125T090000Z", 3),
        ("FREQ=DAILY;UNTIL=20261125T085959Z", 2),
        ("FREQ=DAILY;UNTIL=20261125", 3),
        ("FREQ=DAILY;UNTIL=20261125T100000", 3),
        ("FREQ=DAILY;UNTIL=99991231T235959Z", 60),
        ("FREQ=DAILY;COUNT=55", 6),
        ("FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU", 18),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1", 2),
        ("FREQ=HOURLY;INTERVAL=24;COUNT=52", 3),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 0),
        ("freq=daily;interval=2;", 30),
    ],
)
def test_rules_mean_what_they_say(rule, count):
    """UNTIL is inclusive, in any form; the other parts are the library's."""
    text = calendar(
        event("DTSTART;TZID=Europe/Berlin:20261005T100000", "DURATION:PT50M", f"RRULE:{rule}")
    )
    assert len(expanded(text, FROM, 60)) == count


def test_an_old_endless_series_is_expanded_to_its_window():
    """Thirty years of days are no obstacle."""
    text = calendar(event("DTSTART:19961123T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"))
    found = expanded(text, FROM, 60)
    assert len(found) == 60
    assert found[0].when.start == at(2026, 11, 23, 10)


def test_a_zone_that_only_the_resource_knows_repeats_by_its_own_clocks():
    """9 o'clock there is 13:00 in London while clocks differ, 14:00 afterwards."""
    found = expanded(sample("exchange-customized-zone.ics"), at(2026, 10, 20), 40)
    assert starts(found) == ["10-26 13:00", "11-02 14:00", "11-09 14:00", "11-16 14:00"]


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:FREQ=SECONDLY"],
        ["RRULE:FREQ=MINUTELY;UNTIL=20300101T000000Z"],
        ["RRULE:FREQ=HOURLY"],
        ["RRULE:FREQ=HOURLY;COUNT=1001"],
        ["RRULE:FREQ=SECONDLY;COUNT=2;BYMONTH=2;BYMONTHDAY=30"],
        [f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE=1,2,3,4,5,6,7,8"],
        ["RRULE:FREQ=DAILY"] * 6,
        ["EXRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"],
        ["RDATE:" + ",".join(["20261124T100000Z"] * 2001)],
        ["RRULE:FREQ=DAILY", "EXDATE:" + ",".join(["20261124T100000Z"] * 2001)],
        [f"DURATION:P{INSTANCES_MAX}D", "RRULE:FREQ=DAILY"],
    ],
)
def test_a_recurrence_that_would_take_long_is_refused(lines):
    """Every bomb known is told by its structure, before anything is expanded."""
    with pytest.raises(UnreadableResource, match="recurrence too large"):
        expanded(calendar(event("DTSTART:20000101T000000Z", *lines)), FROM, 60)


@pytest.mark.parametrize(
    "parts",
    [
        [event("DTSTART:16261125T100000Z", "DTEND:20261125T110000Z", "RDATE:20261203T100000Z")],
        [event("DTSTART:20261125T100000Z", "RDATE;VALUE=PERIOD:22001203T100000Z/P99999D")],
        [
            event("DTSTART:20261125T100000Z", "RDATE:20261203T100000Z"),
            event(
                "DTSTART;VALUE=DATE:16000101", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261203T100000Z"
            ),
        ],
        [
            event("DTSTART:20261125T100000Z", "RRULE:FREQ=WEEKLY"),
            event("DTSTART:16000101T100000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T100000Z"),
        ],
        [
            event("DTSTART;VALUE=DATE:20261125", "RRULE:FREQ=WEEKLY"),
            event("DTSTART:20261125T100000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T100000Z"),
        ],
    ],
)
def test_a_series_that_no_app_would_write_is_refused(parts):
    """What the library cannot count with is one unreadable entry, never the end of a pass."""
    with pytest.raises(UnreadableResource):
        expanded(calendar(*parts), FROM, 60)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "DAILY",
        "FREQ=SOMETIMES",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=1,2",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;UNTIL=never",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYEASTER=0",
        "FREQ=DAILY;BYHOUR=١",
        "RSCALE=CHINESE;FREQ=YEARLY",
    ],
)
def test_a_rule_that_rfc_5545_does_not_know_is_refused(rule):
    """Nothing is guessed about a broken or foreign rule."""
    with pytest.raises(UnreadableResource):
        expanded(calendar(event("DTSTART:20000101T000000Z", f"RRULE:{rule}")), FROM, 60)


def test_a_window_of_years_is_bounded():
    """Too many instances in one window are refused as well."""
    text = calendar(event("DTSTART:20200101T000000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6"))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert Span(start, start).length == timedelta(0)
    with pytest.raises(UnreadableResource, match="too large"):
        expanded(text, start, 4000)
