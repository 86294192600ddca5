"""When the practice has time, on ordinary days and on those when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.domain.availability import Busy, Hours, busy_of, free_spans, opening_spans
from sync.domain.sessions import (
    AllDay,
    Answer,
    Attendee,
    Kind,
    Session,
    SessionKey,
    Span,
    Status,
    Timed,
)

LONDON = ZoneInfo("Europe/London")
HAVANA = ZoneInfo("America/Havana")
PRACTICE = frozenset({"therapist@example.org"})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(utc(start), utc(end))


def hours(*ranges: tuple[time, time], zone: ZoneInfo = LONDON, **more) -> Hours:
    return Hours(zone, dict.fromkeys(range(7), ranges), **more)


def session(when: Timed | AllDay | None = None, **more) -> Session:
    start = datetime(2026, 11, 23, 10, tzinfo=LONDON)
    when = when or Timed(start, start + timedelta(hours=1))
    return Session(SessionKey("wren-1"), "sessions", Kind.SINGLE, when, **more)


def taken(one: Session, *, counts: bool = True, closure: bool = False) -> Busy | None:
    return busy_of(one, zone=LONDON, practice=PRACTICE, counts=counts, closure=closure)


class TestOpenings:
    """`opening_spans`."""

    def test_ranges_follow_the_local_clock(self) -> None:
        """Nine o'clock is nine on the practice's clocks before and after they change."""
        found = opening_spans(
            hours((time(9), time(10))), span("2026-10-24T00:00", "2026-10-26T23:00")
        )
        assert found == (
            span("2026-10-24T08:00", "2026-10-24T09:00"),
            span("2026-10-25T09:00", "2026-10-25T10:00"),
            span("2026-10-26T09:00", "2026-10-26T10:00"),
        )

    def test_touching_ranges_are_one(self) -> None:
        """A session may run from one range into the next if nothing lies between."""
        open_ = hours((time(9), time(12)), (time(12), time(14)))
        found = opening_spans(open_, span("2026-11-23T00:00", "2026-11-24T00:00"))
        assert found == (span("2026-11-23T09:00", "2026-11-23T14:00"),)

    def test_midnight_joins_two_open_days(self) -> None:
        """A range to 24:00 goes on in the next day's range from 00:00."""
        open_ = Hours(LONDON, {0: ((time(22), time.max),), 1: ((time(0), time(1)),)})
        found = opening_spans(open_, span("2026-11-23T12:00", "2026-11-24T12:00"))
        assert found == (span("2026-11-23T22:00", "2026-11-24T01:00"),)

    def test_closed_days_and_holidays_are_left_out(self) -> None:
        """Neither a closed day nor a holiday opens, whatever its weekday."""
        open_ = hours(
            (time(9), time(10)),
            closed=frozenset({date(2026, 11, 23)}),
            holidays=frozenset({date(2026, 11, 24)}),
        )
        found = opening_spans(open_, span("2026-11-23T00:00", "2026-11-26T00:00"))
        assert found == (span("2026-11-25T09:00", "2026-11-25T10:00"),)

    def test_the_window_cuts(self) -> None:
        """Only what lies in the window is returned."""
        found = opening_spans(
            hours((time(9), time(12))), span("2026-11-23T10:00", "2026-11-24T09:30")
        )
        assert found == (
            span("2026-11-23T10:00", "2026-11-23T12:00"),
            span("2026-11-24T09:00", "2026-11-24T09:30"),
        )

    def test_a_range_that_ends_in_the_skipped_hour_ends_at_the_jump(self) -> None:
        """On 28 March 2027 London has no 01:30; the range to it ends when 01:00 becomes 02:00."""
        found = opening_spans(
            hours((time(0), time(1, 30))), span("2027-03-28T00:00", "2027-03-28T12:00")
        )
        assert found == (span("2027-03-28T00:00", "2027-03-28T01:00"),)

    def test_a_day_without_midnight_opens_at_its_first_instant(self) -> None:
        """In Havana 14 March 2027 begins at 01:00; a whole open day begins there too."""
        found = opening_spans(
            hours((time(0), time.max), zone=HAVANA), span("2027-03-14T00:00", "2027-03-16T04:00")
        )
        assert found == (span("2027-03-14T00:00", "2027-03-16T04:00"),)


class TestFree:
    """`free_spans`."""

    def test_busy_time_and_its_buffer_are_taken_out(self) -> None:
        """What is left keeps the buffer on both sides."""
        open_ = hours((time(9), time(13)), buffer=timedelta(minutes=10))
        found = free_spans(
            open_,
            [Busy(span("2026-11-23T10:00", "2026-11-23T11:00"))],
            span("2026-11-23T00:00", "2026-11-24T00:00"),
        )
        assert found == (
            span("2026-11-23T09:00", "2026-11-23T09:50"),
            span("2026-11-23T11:10", "2026-11-23T13:00"),
        )

    def test_long_and_overlapping_ones(self) -> None:
        """A long absence over several days hides what lies within it."""
        busy = [
            Busy(span("2026-11-23T12:00", "2026-11-25T10:00")),
            Busy(span("2026-11-23T12:30", "2026-11-23T12:45")),
            Busy(span("2026-11-24T09:00", "2026-11-24T10:00")),
        ]
        found = free_spans(
            hours((time(9), time(13))), busy, span("2026-11-23T00:00", "2026-11-26T00:00")
        )
        assert found == (
            span("2026-11-23T09:00", "2026-11-23T12:00"),
            span("2026-11-25T10:00", "2026-11-25T13:00"),
        )

    def test_a_buffer_reaches_into_the_window(self) -> None:
        """Something that ends just before the window still keeps its distance."""
        open_ = hours((time(9), time(13)), buffer=timedelta(minutes=10))
        found = free_spans(
            open_,
            [Busy(span("2026-11-23T09:00", "2026-11-23T10:00"))],
            span("2026-11-23T10:00", "2026-11-23T12:00"),
        )
        assert found == (span("2026-11-23T10:10", "2026-11-23T12:00"),)

    def test_what_has_no_length_takes_no_time(self) -> None:
        """An entry without a length is a note, not an appointment."""
        open_ = hours((time(9), time(13)), buffer=timedelta(minutes=10))
        found = free_spans(
            open_,
            [Busy(span("2026-11-23T10:00", "2026-11-23T10:00"))],
            span("2026-11-23T00:00", "2026-11-24T00:00"),
        )
        assert found == (span("2026-11-23T09:00", "2026-11-23T13:00"),)


class TestBusy:
    """`busy_of`."""

    def test_a_session_and_whom_it_is_with(self) -> None:
        """The practice itself is no client; the UID and the title are kept."""
        guests = (Attendee("therapist@example.org"), Attendee("quillon@example.com"))
        assert taken(session(title="  Quillon WREN ", attendees=guests)) == Busy(
            span("2026-11-23T10:00", "2026-11-23T11:00"),
            session=True,
            clients=frozenset({"quillon@example.com", "uid:wren-1"}),
            hint="quillon wren",
        )

    @pytest.mark.parametrize(
        "more",
        [
            {"status": Status.CANCELLED},
            {"transparent": True},
            {"attendees": (Attendee("therapist@example.org", Answer.DECLINED),)},
        ],
    )
    def test_what_takes_no_time(self, more) -> None:
        """Cancelled, transparent and declined by the practice: not busy."""
        assert taken(session(**more)) is None

    def test_a_client_who_declined_still_has_the_time(self) -> None:
        """Only the practice's own answer frees the time."""
        guest = Attendee("quillon@example.com", Answer.DECLINED)
        assert taken(session(attendees=(guest,))) is not None

    def test_a_length_of_nothing(self) -> None:
        """A session without a length takes no time."""
        at = datetime(2026, 11, 23, 10, tzinfo=LONDON)
        assert taken(session(Timed(at, at))) is None

    def test_whole_days(self) -> None:
        """An all-day entry takes its days as the practice's clocks see them, and is no session."""
        found = taken(session(AllDay(date(2026, 10, 25), date(2026, 10, 26))))
        assert found is not None
        assert found.span == span("2026-10-24T23:00", "2026-10-26T00:00")
        assert not found.session

    def test_a_closure_closes_even_when_transparent(self) -> None:
        """A closure takes its time, and does not count towards a day's sessions."""
        found = taken(session(transparent=True), closure=True)
        assert found is not None
        assert not found.session

    def test_a_cancelled_closure_is_open_again(self) -> None:
        """Called off is called off."""
        assert taken(session(status=Status.CANCELLED), closure=True) is None

    def test_private_appointments_do_not_count(self) -> None:
        """What stands in a calendar without sessions is only busy."""
        found = taken(session(), counts=False)
        assert found is not None
        assert not found.session
