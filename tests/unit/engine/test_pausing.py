"""A limit on writing that outlasts a pass."""

from datetime import timedelta

import pytest

from sync.domain.lifecycle import State
from sync.domain.passes import Reach
from sync.errors import WriteLimitError
from tests.unit.engine.world import NOW, World, at, tagged

HOURS = timedelta(hours=6)


class Limited:
    """A calendar whose account has reached its limit; counts the writes that are tried."""

    def __init__(self, port, *, limited=True):
        self.port, self.limited, self.writes = port, limited, 0

    def __getattr__(self, name):
        return getattr(self.port, name)

    def create(self, draft):
        return self._write(lambda: self.port.create(draft))

    def amend(self, *args, **kwargs):
        return self._write(lambda: self.port.amend(*args, **kwargs))

    def _write(self, work):
        self.writes += 1
        if self.limited:
            wished = HOURS.total_seconds()
            raise WriteLimitError(
                "enough", calendar="sessions", operation="create", retry_after_s=wished
            )
        return work()


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    made.sessions.put(tagged("one", at(2)))
    made.calendars["sessions"] = Limited(made.sessions)
    return made


def test_nothing_is_written_until_the_time_has_come(world):
    """One try; later passes read, plan, write nothing and say until when; then all is done."""
    limited = world.calendars["sessions"]
    for moment in (NOW, NOW + timedelta(hours=1), NOW + HOURS - timedelta(seconds=1)):
        world.clock.moment = moment
        report = world.run()
        assert limited.writes == 1
        (look, _) = report.calendars
        assert look.reach is Reach.UNREACHABLE
        assert look.paused
        assert look.scan is not None
        assert "nothing is written before Mon 23 Nov 2026 15:00" in look.message
        assert [raincheck.state for raincheck in report.rainchecks] == [State.PLANNED]
    limited.limited = False
    world.clock.moment = NOW + HOURS
    report = world.run()
    assert [raincheck.state for raincheck in report.rainchecks] == [State.SETTLED]
    assert len(world.replacements()) == 1
    with world.journal() as journal:
        assert journal.paused(limited.account) is None


def test_a_limit_that_goes_on_starts_the_pause_anew(world):
    """After the time one write is tried, and refused again it is put off again."""
    world.run()
    world.clock.moment = NOW + HOURS
    world.run()
    assert world.calendars["sessions"].writes == 2
    with world.journal() as journal:
        assert journal.paused(world.sessions.account) == NOW + 2 * HOURS


def test_a_pass_with_nothing_to_write_is_no_failure(world):
    """During a pause a calendar in which nothing is to be done is simply read."""
    with world.journal() as journal:
        journal.pause(world.sessions.account, NOW + HOURS)
    world.sessions.put(tagged("one", at(2), categories=()))
    report = world.run()
    assert [look.reach for look in report.calendars] == [Reach.OK, Reach.OK]


def test_a_dry_run_notes_no_pause(world):
    """It tries no write, so it learns of no limit."""
    world.run(dry_run=True)
    assert world.calendars["sessions"].writes == 0
