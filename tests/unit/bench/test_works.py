"""All that is measured, once, on a small calendar: the works do what they are called after."""

import pytest

from bench import calendars, cold, growth, traffic, writes
from bench.contender import NAMES, contender
from bench.desk import desk
from bench.loading import calendar_for

EVENTS = 400
RIVAL = "vdirsyncer"


@pytest.fixture(scope="module")
def at():
    with desk(calendar_for(EVENTS)) as found:
        yield found


def test_everybody_does_the_same_work(at):
    """Each finds the same first look, and every edit once."""
    first, unchanged, one, hundred = calendars.looks(at, 1)
    for found in (first, unchanged, one, hundred):
        assert tuple(found.took) == NAMES
        assert not found.cannot
    assert len({took.found for (took,) in first.took.values()}) == 1
    assert {name: took.found for name, (took,) in unchanged.took.items()} == dict.fromkeys(NAMES, 0)
    assert {name: took.found for name, (took,) in one.took.items()} == dict.fromkeys(NAMES, 1)
    assert {name: took.found for name, (took,) in hundred.took.items()} == dict.fromkeys(NAMES, 100)


@pytest.mark.parametrize("name", ["raw", "caldav"])
def test_a_first_look_in_parts_finds_nothing_twice(at, name):
    """Series that lie in several parts count once."""
    with contender(name, at.place) as one:
        whole, parts = (one.do("first_look", pieces).found for pieces in (1, 3))
    assert whole == parts > 100


def test_whole_commands_take_what_a_person_edited(at):
    """A first sync, one with nothing to do, and those after edits; all in one stable order."""
    each = cold.Commands(at, at.folder / "commands", at.place)
    works = list(cold.syncs(at, each, 1))
    assert [found.work for found in works] == [cold.FIRST_SYNC, *cold.works()]
    for found in works:
        assert list(found.took) == ["raincheck", "raw", RIVAL]
        assert all(found.took.values())
    assert all(not found.cannot for found in cold.tells(each, 1))


def test_growth_has_a_row_for_each_size():
    """First looks and polls: what they find, and the CPU of a poll after nothing, 1 and 100."""
    looks, polls = growth.with_size(1, [EVENTS, EVENTS]).split("\n\n")
    for told in (looks, polls):
        assert [line.split(" | ")[0] for line in told.splitlines()[2:]] == ["| 400", "| 400"]
    assert "poll after 100 changes, CPU" in polls
    assert polls.splitlines()[2].count(" ms") == 3


def test_requests_are_counted_for_every_work(at):
    """Nothing changed is one request; raw reads an original and writes two texts for each."""
    rows = list(traffic.counts(at))
    assert all(cell for row in rows for cell in row[:3])
    counted = {(work, name): requests for work, name, requests, _ in rows}
    assert counted[calendars.UNCHANGED, "raincheck"] == counted[cold.UNCHANGED, "raincheck"] == "1"
    assert counted["10 replacements written", "raw"] == "30"
    assert set(counted) >= {(work, RIVAL) for work in (cold.FIRST_SYNC, *cold.works())}
    assert not any("cannot" in requests for requests in counted.values())


def test_replacements_are_on_the_server(at):
    """What a contender says it wrote is there; what nobody wrote is missed. Comes last: marks that
    nobody planned are no calendar to look at.
    """
    (found,) = writes.writes(at, 1, 2)
    assert found.work == "2 replacements written"
    assert list(found.took) == [*NAMES, RIVAL]
    assert all(found.took.values())
    with pytest.raises(AssertionError, match="rcnobody0000"):
        at.must_hold("nobody", at.singles(2))
    with pytest.raises(AssertionError, match="'raw0', 1"):
        at.must_hold("raw0", [at.singles(1)[0], at.ahead[-1].name])
