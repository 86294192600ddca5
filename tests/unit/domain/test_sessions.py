"""Times and keys."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given

from sync.domain.sessions import AllDay, Span, Timed
from tests.property.strategies import timed
from tests.unit.builders import LONDON, at, session


def span(start: int, end: int) -> Span:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    return Span(day + timedelta(hours=start), day + timedelta(hours=end))


def test_touching_spans_do_not_overlap():
    """Spans are half-open."""
    assert not span(9, 10).overlaps(span(10, 11))
    assert not span(10, 11).overlaps(span(9, 10))
    assert span(9, 11).overlaps(span(10, 12))
    assert span(9, 12).overlaps(span(10, 11))
    assert span(9, 10).widened(timedelta(hours=1)) == span(8, 11)


def test_spans_are_utc_and_in_order():
    """Anything else is a bug of ours."""
    with pytest.raises(AssertionError):
        span(10, 9)
    with pytest.raises(AssertionError):
        Span(*(datetime(2026, 1, 1, tzinfo=timezone(timedelta(0), "x")) for _ in range(2)))


def test_a_session_has_an_iana_zone():
    """Neither naive times nor bare offsets are sessions' times."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(AssertionError):
        Timed(start, start)
    with pytest.raises(AssertionError):
        Timed(start.replace(tzinfo=None), start.replace(tzinfo=None))


def test_length_is_true_length():
    """On the night the clocks go back, 00:30 to 02:30 takes three hours."""
    night = Timed(
        datetime(2026, 10, 25, 0, 30, tzinfo=LONDON), datetime(2026, 10, 25, 2, 30, tzinfo=LONDON)
    )
    assert night.length == timedelta(hours=3)
    assert night.moved_to(datetime(2026, 12, 1, 10, tzinfo=UTC)).span.length == timedelta(hours=3)


@given(timed(), timed())
def test_moving_keeps_length_and_zone(one, other):
    """A moved session begins at the given instant, lasts as long, in its own zone."""
    moved = one.moved_to(other.start)
    assert moved.span.start == other.span.start
    assert moved.length == one.length
    assert moved.zone is one.zone


def test_days_are_read_in_a_zone():
    """Whole days begin and end at local midnight, also when the clocks change."""
    day = AllDay(date(2026, 10, 25), date(2026, 10, 26))
    assert day.span_in(LONDON).length == timedelta(hours=25)
    assert session(when=day).span_in(LONDON) == day.span_in(LONDON)
    assert session().span_in(LONDON) == at("2026-11-24T10:00").span
    with pytest.raises(AssertionError):
        AllDay(date(2026, 10, 25), date(2026, 10, 25))


def test_a_session_shows_no_client():
    """Its repr holds no title, note, address or UID."""
    assert "Quillon" not in repr(session(notes="Quillon", location="Quillon"))
