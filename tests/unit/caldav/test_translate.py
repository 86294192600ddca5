"""Reading: what a stored resource says, and what it cannot say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.caldav.translate import EVENTS_MAX, UnreadableResource
from sync.domain.sessions import (
    AllDay,
    Answer,
    Attendee,
    Kind,
    Marks,
    SessionKey,
    Status,
    Timed,
)
from tests.unit.caldav.builders import BERLIN, LONDON, at, calendar, event, held, read, sample

START = "DTSTART;TZID=Europe/Berlin:20261123T100000"
END = "DTEND;TZID=Europe/Berlin:20261123T105000"


def one(*lines: str):
    """Return the session of a resource with a single event of these lines."""
    (session,) = read(calendar(event(START, END, *lines)))
    return session


def test_a_single_event_is_read_with_all_its_fields():
    """Every field of a session comes from its property, unescaped and normalised."""
    text = calendar(
        event(
            START,
            END,
            r"SUMMARY:Wren\, Quillon\; first",
            r"DESCRIPTION:one\ntwo \\ three\Nfour",
            "CATEGORIES:video, paid",
            r"CATEGORIES:Client\, new,paid",
            "STATUS:TENTATIVE",
            "TRANSP:TRANSPARENT",
            "ORGANIZER;CN=Practice:MAILTO:Therapist@Example.org",
            'ATTENDEE;CN="Wren: Quillon";PARTSTAT=DECLINED:mailto:Quillon@example.com',
            "ATTENDEE;PARTSTAT=DELEGATED:mailto:ondine@example.com",
            "LOCATION:Room 2\\, upstairs",
            "URL:https://meet.example.org/a",
            "CONFERENCE;VALUE=URI:https://meet.example.org/b",
            "LAST-MODIFIED:20261120T091500Z",
            "X-RAINCHECK-ID:k3v9q2ab",
            "X-RAINCHECK-STATE:settled",
            "X-RAINCHECK-REPLACEMENT:rc0123",
            "X-RAINCHECK-ATTEMPT:2",
        )
    )
    (session,) = read(text)
    assert session.key == SessionKey("s1")
    assert (session.calendar, session.resource, session.revision) == ("sessions", "/s/1.ics", "r1")
    assert (session.kind, session.payload) == (Kind.SINGLE, text)
    assert session.when == held(at(2026, 11, 23, 10, zone=BERLIN))
    assert session.when.zone is BERLIN
    assert session.title == "Wren, Quillon; first"
    assert session.notes == "one\ntwo \\ three\nfour"
    assert session.categories == ("video", "paid", "Client, new")
    assert (session.status, session.transparent) == (Status.TENTATIVE, True)
    assert session.organizer == "therapist@example.org"
    assert session.attendees == (
        Attendee("quillon@example.com", Answer.DECLINED),
        Attendee("ondine@example.com", Answer.NEEDS_ACTION),
    )
    assert session.location == "Room 2, upstairs"
    assert session.links == ("https://meet.example.org/b", "https://meet.example.org/a")
    assert session.modified == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
    assert session.marks == Marks("k3v9q2ab", "settled", "rc0123", 2)


@pytest.mark.parametrize(
    ("lines", "minutes"),
    [
        ([START, "DURATION:PT50M"], 50),
        ([START, "DURATION:P1DT1H"], 25 * 60),
        ([START, "DURATION:P1W"], 7 * 24 * 60),
        ([START], 0),
        ([START, "DTEND;TZID=Europe/London:20261123T100000"], 60),
        ([START, "DTEND:20261123T093000Z"], 30),
        ([START, END, "DURATION:PT5H"], 50),
    ],
)
def test_the_end_is_told_by_dtend_or_duration_or_neither(lines, minutes):
    """DTEND counts first, then DURATION; a session with neither has no length."""
    (session,) = read(calendar(event(*lines)))
    assert session.when.length == timedelta(minutes=minutes)
    assert session.when.start == at(2026, 11, 23, 10, zone=BERLIN)


@pytest.mark.parametrize(
    ("lines", "first", "days"),
    [
        (["DTSTART;VALUE=DATE:20261123"], date(2026, 11, 23), 1),
        (["DTSTART:20261123"], date(2026, 11, 23), 1),
        (["DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261125"], date(2026, 11, 23), 2),
        (["DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261123"], date(2026, 11, 23), 1),
        (["DTSTART;VALUE=DATE:20261123", "DURATION:P3D"], date(2026, 11, 23), 3),
        (["DTSTART;VALUE=DATE:16040229", "RRULE:FREQ=YEARLY"], date(1604, 2, 29), 1),
    ],
)
def test_whole_days_are_dates_without_a_zone(lines, first, days):
    """An all-day event is half-open days, at least one."""
    (session,) = read(calendar(event(*lines)))
    assert session.when == AllDay(first, first + timedelta(days=days))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART:20261123T100000Z", at(2026, 11, 23, 10)),
        ("DTSTART:20261123T100000", at(2026, 11, 23, 10)),
        ("DTSTART;TZID=UTC:20260723T100000", at(2026, 7, 23, 11)),
        ("DTSTART;TZID=Etc/GMT:20260723T100000", at(2026, 7, 23, 11)),
        ("DTSTART;TZID=Europe/Berlin:20260723T100000Z", at(2026, 7, 23, 11)),
        ("DTSTART;TZID=W. Europe Standard Time:20261123T100000", at(2026, 11, 23, 10, zone=BERLIN)),
        (
            "DTSTART;TZID=/x.example/Europe/Berlin:20261123T100000",
            at(2026, 11, 23, 10, zone=BERLIN),
        ),
        ('DTSTART;TZID="Europe/Berlin":20261123T100060', at(2026, 11, 23, 10, 0, 59, zone=BERLIN)),
    ],
)
def test_the_zone_is_the_one_meant(start, expected):
    """UTC and floating times are held in the practice's zone; names of any kind are understood."""
    (session,) = read(calendar(event(start)))
    assert session.when.start == expected
    assert session.when.start.utcoffset() == expected.utcoffset()


def test_a_skipped_hour_is_the_one_the_clocks_show():
    """A start in the hour that spring skips is the instant after it, shown as it reads then."""
    (session,) = read(calendar(event("DTSTART;TZID=Europe/London:20260329T013000")))
    assert session.when.start.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert (session.when.start.hour, session.when.start.minute) == (2, 30)


def test_a_series_is_its_master_and_its_overrides():
    """Each override is an instance by its RECURRENCE-ID in UTC; nothing is expanded."""
    sessions = read(
        calendar(
            event(START, END, "RRULE:FREQ=WEEKLY"),
            event("RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000", START, "STATUS:CANCELLED"),
        )
    )
    assert [(s.kind, s.key.recurrence_id) for s in sessions] == [
        (Kind.SERIES, None),
        (Kind.INSTANCE, "20261130T090000Z"),
    ]
    assert sessions[1].status is Status.CANCELLED


def test_an_override_of_whole_days_is_known_by_its_day():
    """A RECURRENCE-ID that is a date stays a date."""
    text = calendar(event("RECURRENCE-ID;VALUE=DATE:20261130", "DTSTART;VALUE=DATE:20261201"))
    assert read(text)[0].key.recurrence_id == "20261130"


def test_rdates_alone_make_a_series():
    """A master needs no RRULE."""
    (session,) = read(calendar(event(START, "RDATE;TZID=Europe/Berlin:20261201T100000")))
    assert session.kind is Kind.SERIES


def test_rooms_do_not_attend_and_mail_addresses_are_found():
    """Rooms and equipment are no guests; EMAIL tells the address where the value does not."""
    session = one(
        "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@example.org",
        "ATTENDEE;EMAIL=Pell@example.com;PARTSTAT=TENTATIVE:urn:uuid:1234",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:pell@example.com",
    )
    assert session.attendees == (Attendee("pell@example.com", Answer.TENTATIVE),)


@pytest.mark.parametrize(
    ("lines", "marks"),
    [
        (["X-RAINCHECK-ID:a b"], None),
        (["X-RAINCHECK-STATE:settled"], None),
        (["X-RAINCHECK-ID:abc", "X-RAINCHECK-ATTEMPT:minus one"], Marks("abc")),
        (["X-RAINCHECK-ID:abc", "X-RAINCHECK-ATTEMPT:0"], Marks("abc")),
        (["X-RAINCHECK-ID:abc", r"X-RAINCHECK-STATE:set\,tled"], Marks("abc")),
    ],
)
def test_a_damaged_mark_is_as_good_as_none(lines, marks):
    """What is no plain token is ignored, mark by mark."""
    assert one(*lines).marks == marks


def test_tasks_alone_hold_no_sessions():
    """A resource of tasks or journals is readable and empty."""
    assert read(calendar("BEGIN:VTODO\r\nUID:t1\r\nEND:VTODO")) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not one whole calendar"),
        ("nonsense", "not a calendar resource"),
        (calendar(), "no event in it"),
        (calendar(event(START, END)) * 2, "not one whole calendar"),
        (calendar(event("SUMMARY:x")), "an event without a start"),
        (calendar(event(START, uid=" ")), "an event without a UID"),
        (calendar(event(START), event(START, uid="s2")), "more than one UID"),
        (calendar(event(START), event(START)), "the same event twice"),
        (calendar(event(START, "DTEND:20261123T085959Z")), "end before start"),
        (calendar(event(START, "DURATION:-PT1H")), "end before start"),
        (calendar(event(START, "DURATION:soon")), "a duration that cannot be read"),
        (calendar(event(START, "DURATION:P999999W")), "a time that cannot be read"),
        (calendar(event(START, "DTEND;VALUE=DATE:20261124")), "an hour that ends on a day"),
        (
            calendar(event("DTSTART:20261123", "DTEND:20261124T090000Z")),
            "a day that ends at an hour",
        ),
        (calendar(event("DTSTART:20260230T100000Z")), "a time that cannot be read"),
        (calendar(event("DTSTART:99991231T100000Z")), "a time that cannot be read"),
        (calendar(event("DTSTART;TZID=Nowhere/Land:20261123T100000")), "unknown time zone"),
        (calendar(event(START, "SUMMARY:" + "x" * 1_000_000)), "larger than a megabyte"),
        (calendar(event(START, "SUMMARY:" + "é" * 600_000)), "larger than a megabyte"),
        (calendar(event(START, "SUMMARY:\ud800")), "not text"),
        (calendar(event(START, "SUMMARY:\x00")), "not text"),
        (calendar("BEGIN:VEVENT\r\nEND:VTODO"), "components not closed in order"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 50, "components nested too deep"),
        (calendar(*[event(START)] * (EVENTS_MAX + 1)), "too many events"),
    ],
)
def test_what_cannot_be_understood_is_refused(text, reason):
    """Broken resources raise UnreadableResource, whose reason holds nothing of theirs."""
    with pytest.raises(UnreadableResource) as caught:
        read(text)
    assert caught.value.reason == reason


def test_a_zone_described_in_the_resource_gives_the_instant():
    """A TZID that nobody knows is read from its VTIMEZONE, and shown in the practice's zone."""
    zone = sample("exchange-customized-zone.ics").split("BEGIN:VEVENT")[0].split("VERSION:2.0")[1]
    zone = zone.strip().replace("Customized Time Zone 1", r"(UTC-05:00) East\, custom")
    for local, utc in (("20260701T090000", 13), ("20261123T090000", 14)):
        start = f'DTSTART;TZID="(UTC-05:00) East, custom":{local}'
        (session,) = read(calendar(zone, event(start)))
        assert isinstance(session.when, Timed)
        assert session.when.start.astimezone(UTC).hour == utc
        assert session.when.zone is LONDON
