"""The doctor's event: tagged, cancelled, closing or deleted, no pass does anything about it."""

from dataclasses import replace
from pathlib import Path

import pytest

from sync.domain.identity import sample_key
from sync.domain.passes import PassReport
from sync.domain.practice import Holds
from sync.domain.sessions import Attendee, Kind, Status
from sync.domain.signals import SignalSettings
from tests.unit.engine.world import PRACTICE, World, at, tagged

SAMPLE = sample_key("a visit")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def says_nothing(report: PassReport) -> bool:
    return report.rainchecks == () and report.warnings == () and not report.held


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"status": Status.CANCELLED},
        {"title": "Lockdown", "categories": ()},
        {"categories": ("lockdown",)},
        {"kind": Kind.SERIES},
        {"organizer": "somebody@example.com"},
        {"attendees": (Attendee("quillon@example.com"),), "organizer": PRACTICE},
    ],
)
def test_whatever_a_person_does_to_it_a_pass_does_nothing(world: World, edit) -> None:
    """No raincheck, no warning, nothing written, and what stands at its time stays."""
    world.sessions.put(tagged("beside", at(1), categories=()))
    world.sessions.put(replace(tagged(SAMPLE.uid, at(1)), **edit))
    before = world.sessions.sessions()
    for _ in range(2):
        assert says_nothing(world.run())
    assert world.sessions.sessions() == before


def test_its_deletion_is_no_signal(world: World) -> None:
    """It was seen upcoming, and is gone: the doctor took it away."""
    world.sessions.put(tagged("beside", at(2), categories=()))
    world.sessions.put(tagged(SAMPLE.uid, at(1), categories=()))
    world.run()
    world.sessions.remove(SAMPLE)
    assert says_nothing(world.run())


def test_a_name_that_a_server_added_to_is_known(world: World) -> None:
    """Google's iCalUID, as another calendar of the practice may have it."""
    world.sessions.put(tagged(f"{SAMPLE.uid}@google.com", at(1)))
    assert says_nothing(world.run())


def test_in_the_drop_calendar_it_is_nothing(tmp_path: Path) -> None:
    """Dragged there it is seen by the doctor alone."""
    world = World(
        tmp_path,
        signals=SignalSettings(drop_calendar="drop"),
        holds={"sessions": Holds.ALL, "drop": Holds.NONE},
    )
    world.calendars["drop"].put(tagged(SAMPLE.uid, at(1), categories=()))
    assert says_nothing(world.run())


def test_it_takes_no_time(world: World) -> None:
    """An app that made it block its time keeps no replacement away."""
    world.sessions.put(tagged("gone", at(-1, 10)))
    (free,) = world.run(dry_run=True).rainchecks
    assert free.slot is not None
    world.sessions.put(
        replace(tagged(SAMPLE.uid, free.slot), transparent=False, categories=("closure",))
    )
    (placed,) = world.run().rainchecks
    assert placed.slot == free.slot


def test_other_names_are_sessions(world: World) -> None:
    """What only looks like it is acted on: the rule is no wider than it says."""
    world.sessions.put(tagged("rcdoctor-at-noon", at(1)))
    assert len(world.run().rainchecks) == 1
