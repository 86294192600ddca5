"""What is said of rounds: medians, ratios within a round, and who cannot."""

from datetime import timedelta

import pytest

from bench.contender import Took
from bench.measure import CannotError, rounds
from bench.raw import LOOKBACK, ranges, replaced
from bench.tables import head, took
from bench.writes import written_at


def lasting(*seconds: float):
    """Return a job that takes so long in each round."""
    return lambda number: Took(seconds[number], cpu_s=0.001, peak_mb=20, found=1)


def unable(_: int) -> Took:
    raise CannotError("the server answers 400")


def test_ratios_are_taken_within_a_round():
    """A slow moment slows both: each is twice as slow as the other in the median round."""
    found = rounds("poll", {"ours": lasting(2, 20, 4), "raw": lasting(1, 10, 4)}, 3)
    assert found.told("raw") == [
        ["poll", "ours", "4,000 ms", "2.00", "1.0 ms", "20 MB"],
        ["poll", "raw", "4,000 ms", "1.00", "1.0 ms", "20 MB"],
    ]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_who_cannot_says_so_in_its_row(count):
    """The others go on, in the same order, without a ratio to it; nobody asks it twice."""
    asked = []

    def asking(number: int) -> Took:
        asked.append(number)
        return unable(number)

    jobs = {"ours": lasting(*[2] * count), "theirs": asking, "raw": lasting(*[1] * count)}
    told = took([rounds("sync", jobs, count)], "raw", "theirs").splitlines()
    assert told[0].count("times as long as") == 2
    assert told[2:] == [
        "| sync | ours | 2,000 ms | 2.00 |  | 1.0 ms | 20 MB |",
        "| sync | theirs | cannot: the server answers 400 |  |  |  |  |",
        "| sync | raw | 1,000 ms | 1.00 |  | 1.0 ms | 20 MB |",
    ]
    assert asked == [0]


def test_the_head_says_what_figures_stand_on():
    """How many rounds, and the versions of all that was measured."""
    told = head(5)
    assert told.startswith("5 rounds; Python 3.")
    for name in ("Radicale 3.", "vdirsyncer", "caldav 3.", "CPUs."):
        assert name in told
    assert head(1).startswith("1 round; ")


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_parts_of_a_first_look_follow_each_other(pieces):
    """Each part begins where the one before ends; the last one has no end."""
    found = ranges(pieces)
    assert len(found) == pieces
    assert [each.get("end") for each in found] == [
        *(each["start"] for each in found[1:]),
        None,
    ]
    assert all(each["start"] < each["end"] for each in found[:-1])
    assert all(found[0]["start"] + LOOKBACK + timedelta(days=365) > each["start"] for each in found)


def test_a_replacement_has_an_address_of_its_own():
    """Everybody who writes by hand gives the same texts: a new UID, and a mark on the original."""
    text = "BEGIN:VEVENT\r\nUID:bench-000001\r\nEND:VEVENT\r\n"
    assert replaced(text, "bench-000001.ics", "raw0", 7) == (
        "rcraw00007.ics",
        "BEGIN:VEVENT\r\nUID:rcraw00007\r\nEND:VEVENT\r\n",
        "BEGIN:VEVENT\r\nUID:bench-000001\r\nX-BENCH:raw0\r\nEND:VEVENT\r\n",
    )


@pytest.mark.parametrize(("events", "written"), [(1_000, 100), (50_000, 2), (1_000_000, 1)])
def test_fewer_are_written_where_each_takes_longer(events, written):
    """The server's own work for each grows with the calendar."""
    assert written_at(events) == written
