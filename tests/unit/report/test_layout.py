"""Where things stand in the picture."""

from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest

from sync.domain.lifecycle import State
from sync.domain.sessions import AllDay, SessionKey
from sync.report.layout import HEAD, HOUR, LABEL, WIDTH, layout_of
from tests.unit.builders import at, raincheck, session
from tests.unit.report.november import november, report


def moved(number, start, slot, minutes=50, **more):
    return raincheck(
        **{
            "id": f"k{number:03}",
            "original": session(key=SessionKey(f"s{number}"), when=at(start, minutes)),
            "slot": at(slot, minutes) if slot else None,
            "state": State.SETTLED,
            **more,
        }
    )


def drawn(*rainchecks, **more):
    return layout_of(report(rainchecks, **more))


def overlap(one, other):
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def test_days_are_columns_and_hours_are_rows():
    """A box stands in its day's column at the height of its hour."""
    made = drawn(moved(1, "2026-11-10T10:30", "2026-11-19T12:00", 60))
    old, new = made.boxes
    tuesday, thursday = made.columns[1], made.columns[8]
    assert (tuesday.day, thursday.day) == (date(2026, 11, 10), date(2026, 11, 19))
    assert tuesday.x < old.x < old.x + old.width < tuesday.x + made.column_width
    assert thursday.x < new.x < new.x + new.width < thursday.x + made.column_width
    assert new.y - old.y == pytest.approx(1.5 * HOUR)
    assert made.first_hour == 10


def test_each_move_is_an_arrow():
    """One for every session with a new time, and none for the others."""
    made = drawn(
        moved(1, "2026-11-10T10:00", "2026-11-17T10:00"),
        moved(2, "2026-11-10T12:00", "2026-11-30T12:00"),
        moved(3, "2026-11-11T10:00", None, state=State.WAITING),
        moved(4, "2026-11-11T12:00", "2026-11-18T12:00", state=State.WITHDRAWN),
    )
    assert [move.case.number for move in made.moves] == [1, 2]
    assert [move.new is None for move in made.moves] == [False, True]
    assert sorted(box.case.number for box in made.boxes) == [1, 1, 2, 3, 4]


def test_only_that_week_is_drawn():
    """Sessions lost in other weeks have their own; one that is named may be empty."""
    rainchecks = november()
    assert {m.case.number for m in layout_of(report(rainchecks)).moves} == {3, 4, 5, 6, 7, 9}
    second = layout_of(report(rainchecks, week=date(2026, 11, 3)))
    assert {box.case.number for box in second.boxes} == {1, 2}
    assert layout_of(report(rainchecks, week=date(2026, 10, 5))) is None
    assert layout_of(report([])) is None


def test_weekends_are_shown_when_needed():
    """Five days of each week, or as many as there is something on."""
    assert drawn(moved(1, "2026-11-10T10:00", "2026-11-20T10:00")).days_per_week == 5
    assert drawn(moved(1, "2026-11-10T10:00", "2026-11-14T10:00")).days_per_week == 6
    assert drawn(moved(1, "2026-11-15T10:00", "2026-11-20T10:00")).days_per_week == 7


def test_nothing_covers_anything():
    """What shares a time stands side by side, however much it is; all within the picture."""
    crowd = [
        moved(n, f"2026-11-10T{9 + n % 3:02}:{15 * (n % 4):02}", "2026-11-17T10:00")
        for n in range(12)
    ]
    made = drawn(*crowd)
    assert len(made.boxes) == 24
    for one, other in combinations(made.boxes, 2):
        assert not overlap(one, other), (one, other)
    for box in made.boxes:
        assert box.x >= 0
        assert box.x + box.width <= made.width
        assert box.y >= HEAD
        assert box.y + box.height <= made.bottom
        assert box.width > 20
    assert made.width > WIDTH


def test_labels_at_the_edge_do_not_meet():
    """As many as there are, each has a line of its own in the picture."""
    away = [moved(n, "2026-11-10T14:00", "2026-12-10T14:00") for n in range(9)]
    made = drawn(*away)
    heights = sorted(move.edge[1] for move in made.moves)
    assert all(low - high >= LABEL - 0.01 for high, low in pairwise(heights))
    assert heights[-1] < made.height
    assert all(move.edge[0] < made.width for move in made.moves)


@pytest.mark.parametrize(
    ("start", "minutes"),
    [
        ("2026-11-10T23:30", 60),
        ("2026-11-10T00:00", 15),
        ("2026-11-10T22:00", 600),
        ("2026-11-10T12:00", 0),
        ("2026-11-10T23:59", 1),
    ],
)
def test_nights_and_moments_fit(start, minutes):
    """What goes on after midnight ends there; what takes no time can be seen all the same."""
    made = drawn(moved(1, start, None, minutes, state=State.WAITING))
    (box,) = made.boxes
    assert box.height > 10
    assert HEAD < box.y < box.y + box.height < made.bottom


def test_the_night_the_clocks_go_back():
    """A session that ends, by the clock, before it began is drawn upright."""
    early = moved(1, "2026-10-25T01:30", None, 45, state=State.WAITING)
    made = layout_of(report([early], month="2026-10"))
    assert made.boxes[0].height > 10
    assert made.boxes[0].y + made.boxes[0].height <= made.bottom


def test_a_whole_day_fills_its_column():
    """It stands over the hours that the others need."""
    day = AllDay(date(2026, 11, 10), date(2026, 11, 11))
    whole = replace(moved(1, "2026-11-10T10:00", None), original=session(when=day))
    made = drawn(whole, moved(2, "2026-11-11T10:00", None))
    box = next(box for box in made.boxes if box.case.is_whole_day)
    assert box.height == pytest.approx(made.bottom - HEAD - 2)
