"""How far a pass has come: in words, in seconds, and to nobody where nobody looks."""

import io
import sys

import pytest

from sync.cli.progress import Timings, said, shown
from sync.cli.reporting import details
from sync.engine.current import Phase, Step, unseen
from tests.unit.cli.test_telling import report


def test_every_phase_has_its_words():
    """Plain ones, and a calendar's name cannot steer the terminal."""
    for phase in Phase:
        assert said(Step(phase, 1, 2, "sessions"))
    assert said(Step(Phase.LOOKING, 1, 2, "work\x1b[2J")) == "looking at work[2J (1 of 2)"
    assert said(Step(Phase.WRITING, 2, 3)) == "writing new sessions (2 of 3)"
    assert said(Step(Phase.MAILING, 1, 4)) == "mailing guests (1 of 4)"
    assert said(Step(Phase.PLACING, 1, 1)) == "placing 1 session"
    assert said(Step(Phase.PLACING, 1, 7)) == "placing 7 sessions"


def test_time_is_added_up_phase_by_phase():
    """Two looks count as one phase; what watches is told of each step; stopping twice is once."""
    moments = iter([0.0, 2.0, 2.0, 5.0, 5.0, 6.5])
    seen: list[Step] = []
    timings = Timings(seen.append, clock=lambda: next(moments))
    steps = [Step(Phase.LOOKING, 1, 2), Step(Phase.LOOKING, 2, 2), Step(Phase.WRITING, 1, 1)]
    for step in steps:
        timings(step)
    timings.stop()
    timings.stop()
    assert seen == steps
    assert timings.spent_s == {Phase.LOOKING: 5.0, Phase.WRITING: 1.5}


@pytest.mark.parametrize("wanted", [True, False])
def test_where_there_is_no_terminal_nothing_is_shown(monkeypatch, wanted):
    """Not a letter on stderr, whether it was wanted or not."""
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with shown(wanted=wanted) as progress:
        assert progress is unseen
        progress(Step(Phase.LOOKING, 1, 1, "sessions"))
    assert stderr.getvalue() == ""


def test_details_tell_what_it_cost():
    """Requests and kind of scan for each calendar, and the time for each phase."""
    moments = iter([0.0, 1.25])
    timings = Timings(clock=lambda: next(moments))
    timings(Step(Phase.LOOKING, 1, 1))
    timings.stop()
    told = list(details(report(), timings))
    assert told == [
        "sessions (home): full scan, 12 changed, 3 requests",
        "pass p7c1d0: 2.00 s (looking 1.25 s)",
    ]
