"""The figures of a month."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from sync.domain.causes import Cause, Fault
from sync.domain.fees import FeeState
from sync.domain.ledger import row_of
from sync.domain.lifecycle import State
from sync.domain.sessions import AllDay, SessionKey
from sync.report.month import TITLE_MAX, Standing, sums, tallies
from sync.report.wording import brief, days_in_words
from tests.unit.builders import at, raincheck, session
from tests.unit.report.november import november, report, titles


def one(start="2026-11-10T10:00", slot="2026-11-17T10:00", **more):
    number = more.pop("number", 1)
    when = more.pop("when", None) or at(start)
    original = session(key=SessionKey(f"s{number}"), when=when)
    return raincheck(
        **{
            "id": f"k{number}",
            "original": original,
            "slot": at(slot) if slot else None,
            "state": State.SETTLED,
            **more,
        }
    )


def test_every_session_is_counted_once():
    """What has a new time, is owed, was withdrawn or only recorded adds up to all of them."""
    made = report()
    counts = {standing: len(made.having(standing)) for standing in Standing}
    assert counts == {
        Standing.REBOOKED: 8,
        Standing.OWED: 2,
        Standing.WITHDRAWN: 1,
        Standing.RECORDED: 1,
    }
    assert [case.number for case in made.cases] == list(range(1, 13))


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_standing(state):
    """Only a replacement that stands makes up for anything, and only it has a new time."""
    (case,) = report([one(state=state)]).cases
    made_up = state in {State.WRITTEN, State.SETTLED}
    assert (case.standing is Standing.REBOOKED) is made_up
    assert (case.new_time is not None) is made_up
    assert (case.days is not None) is made_up


def test_waits():
    """Counted by the calendar, from the lost session to its replacement."""
    made = report()
    assert made.waits == (2, 7, 0, 7, 3, 8, 16, 7)
    assert made.median_days == 7
    earlier = report([one(slot="2026-11-08T10:00"), one(number=2, slot="2026-11-13T10:00")])
    assert earlier.cases[0].days == -2
    assert earlier.waits == (0, 3)
    assert earlier.median_days == 1.5
    assert report([one(state=State.WAITING, slot=None)]).median_days is None


def test_days_are_the_calendars_across_a_change_of_clocks():
    """A week is seven days though one of them has 25 hours; the day is the practice's own."""
    (case,) = report([one("2026-10-20T10:00", "2026-10-27T10:00")], month="2026-10").cases
    assert case.days == 7


@pytest.mark.parametrize(
    ("start", "zone", "month"),
    [
        ("2026-10-31T23:30", "Europe/London", "2026-10"),
        ("2026-10-31T23:30", "Asia/Tokyo", "2026-11"),
        ("2026-11-01T00:00", "Europe/London", "2026-11"),
        ("2026-11-01T00:00", "America/Havana", "2026-10"),
    ],
)
def test_the_month_is_that_of_the_practices_zone(start, zone, month):
    """A session belongs where the practice's own clock saw it begin."""
    for asked in ("2026-10", "2026-11"):
        found = report([one(start)], month=asked, zone=ZoneInfo(zone)).cases
        assert bool(found) is (asked == month)


def test_the_fullest_week_is_drawn():
    """Of several the earliest; a week that is named wins."""
    assert report().week == date(2026, 11, 9)
    two = [one("2026-11-05T10:00"), one("2026-11-20T10:00", number=2)]
    assert report(two).week == date(2026, 11, 2)
    assert report(two, week=date(2026, 11, 22)).week == date(2026, 11, 16)
    assert report([]).week is None


def test_causes_are_tallied_by_fault_too():
    """One name with two faults (the configuration was changed) is two lines; frequent first."""
    changed = [
        one(cause=Cause("cat", Fault.CLIENT)),
        one(number=2, cause=Cause("cat", Fault.SITE)),
        one(number=3, cause=Cause("cat", Fault.SITE), state=State.WAITING, slot=None),
    ]
    found = [(t.cause.fault, t.count, t.rebooked, t.owed) for t in tallies(report(changed).cases)]
    assert found == [(Fault.SITE, 2, 1, 1), (Fault.CLIENT, 1, 1, 0)]


def test_fees_are_summed_by_state_and_currency():
    """No two currencies are ever added."""
    rows = list(report().fees)
    rows.append(replace(rows[0], fee=replace(rows[0].fee, currency="EUR", amount=Decimal("1.50"))))
    assert sums(rows) == (
        ("approved", "EUR", Decimal("1.50")),
        ("approved", "GBP", Decimal("80.00")),
        ("proposed", "GBP", Decimal("120.00")),
        ("waived", "GBP", Decimal("40.00")),
    )
    assert {row.fee.state for row in rows} == set(FeeState)


def test_fees_of_other_months_are_left_out():
    """A row belongs to the month of its session."""
    row = row_of(november()[1])
    other = replace(row, session_start=datetime(2026, 12, 1, tzinfo=UTC))
    assert report([], fees=[row, other]).fees == (row,)


def test_names_come_only_from_titles():
    """Without them a session is a number, whatever stands in our own copy."""
    case = report([one()]).cases[0]
    assert (case.raincheck.original.title, case.title, case.name) == (
        "Quillon Wren",
        "",
        "Session 1",
    )
    named = report(names=titles())
    assert named.cases[0].name == "Quillon Wren"
    assert (named.named, report().named) == (True, False)


@pytest.mark.parametrize(
    ("title", "name"),
    [("\u202e\u200b \n", "Session 1"), ("w" * 999, "w" * (TITLE_MAX - 1) + "…"), (" x ", "x")],
)
def test_a_title_is_a_line(title, name):
    """One that nobody could see is none, and one without end is cut."""
    only = one()
    key = only.original.calendar, only.original.key
    assert report([only], names={key: title}).cases[0].name == name


def test_a_whole_day_is_told_by_its_day():
    """An original that has become an all-day entry has no hour."""
    day = AllDay(date(2026, 11, 24), date(2026, 11, 25))
    (case,) = report([one(when=day)]).cases
    assert case.is_whole_day
    assert case.start.date() == day.first


def test_words_for_days_and_times():
    """Singular, halves, before and after; a year only where it differs."""
    said = [days_in_words(days) for days in (0, 1, 2, 6.5, -1, -3)]
    assert said == ["the same day", "1 day", "2 days", "6.5 days", "1 day before", "3 days before"]
    december, january = datetime(2026, 12, 30, 9, tzinfo=UTC), datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert brief(december, december) == "Wed 30 Dec 09:00"
    assert brief(january, december) == "Mon 4 Jan 2027 09:00"
