"""What the process ends with, and what it says before."""

from dataclasses import replace

import click
import pytest

from sync.cli.exits import Exit, Told
from sync.cli.verdict import exit_of
from sync.domain.lifecycle import State
from sync.domain.passes import CalendarLook, PassReport, Reach
from sync.errors import (
    AccessError,
    BusyError,
    CalendarMissingError,
    ConfigError,
    JournalError,
    Problem,
    RejectedError,
    UnreachableError,
)
from tests.unit.builders import NOW, raincheck

LOOK = CalendarLook("sessions", "home", Reach.OK, "full", 12, 3)


def code(*reaches, states=(), held=False) -> int:
    looks = tuple(replace(LOOK, reach=reach) for reach in reaches)
    rainchecks = tuple(raincheck(state=state) for state in states)
    return exit_of(PassReport("p1", False, NOW, NOW, looks, rainchecks, (), held))


def test_the_codes_are_the_contracts():
    """Numbers that scripts rely on."""
    assert [int(each) for each in Exit] == [0, 1, 2, 70, 75, 77, 78]


@pytest.mark.parametrize("state", State)
def test_what_waits_or_failed_needs_a_person(state):
    """Only these end a pass with 1."""
    assert code(Reach.OK, states=[state]) == int(state in (State.WAITING, State.FAILED))


def test_the_worst_trouble_wins():
    """A refused login before an outage, an outage before what waits for a person."""
    assert code(Reach.OK) == 0
    assert code(Reach.MISSING) == 1
    assert code(Reach.OK, held=True) == 1
    assert code(Reach.MISSING, Reach.UNREACHABLE, states=[State.WAITING], held=True) == 75
    assert code(Reach.UNREACHABLE, Reach.DENIED, Reach.MISSING) == 77


def calendar_error(kind):
    return kind("sessions: refused", calendar="sessions", operation="facts")


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (BusyError("another pass"), 75),
        (JournalError("no state"), 78),
        (ConfigError("f.toml", (Problem("practice", "missing", 3),)), 78),
        (calendar_error(UnreachableError), 75),
        (calendar_error(AccessError), 77),
        (calendar_error(CalendarMissingError), 1),
        (calendar_error(RejectedError), 1),
        (ValueError("Quillon"), 70),
    ],
)
def test_errors_end_with_their_code(error, ends, capsys):
    """Each is told on stderr, and a bug without its own words: they may quote a client."""
    with pytest.raises(SystemExit) as ended, Told():
        raise error
    assert ended.value.code == ends
    out, err = capsys.readouterr()
    assert out == ""
    assert err
    assert "Quillon" not in err
    assert ("a bug in Raincheck" in err) is (ends == 70)


@pytest.mark.parametrize(
    "end",
    [
        *(click.UsageError("wrong"), click.exceptions.Exit(2), click.Abort()),
        *(SystemExit(1), BrokenPipeError()),
    ],
)
def test_clicks_own_ends_are_left_alone(end, capsys):
    """Wrong use and a reader that went away are click's to tell."""
    with pytest.raises(type(end)) as raised, Told():
        raise end
    assert raised.value is end
    assert capsys.readouterr().err == ""


def test_an_interruption_is_told_and_ends_as_shells_say_it(capsys):
    """Ctrl-C is no exit 1, which would mean that something needs a person."""
    with pytest.raises(SystemExit) as raised, Told():
        raise KeyboardInterrupt
    assert raised.value.code == 130
    assert "nothing is lost" in capsys.readouterr().err


def test_without_error_nothing_is_said(capsys):
    """A command that ends well ends silently."""
    with Told():
        pass
    assert capsys.readouterr().err == ""
