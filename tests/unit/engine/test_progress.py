"""Whoever watches a pass is told of every step, and of nobody's name."""

from pathlib import Path

from adapters.memory import MemoryMailer
from sync.domain.policy import Action, Policy, Terms
from sync.domain.sessions import Attendee
from sync.engine.current import Phase, Step
from tests.unit.engine.world import World, at, tagged


def test_a_pass_tells_its_steps_in_order(tmp_path: Path) -> None:
    """Looks, the placing of all, each new session, each original; counted from 1 to the last."""
    world = World(tmp_path, policy=Policy(terms=Terms(action=Action.BOOK)))
    for number in (2, 3):
        world.sessions.put(tagged(f"s{number}@example.org", at(number)))
    seen: list[Step] = []
    world.run(progress=seen.append)
    assert seen == [
        Step(Phase.LOOKING, 1, 2, "sessions"),
        Step(Phase.LOOKING, 2, 2, "private"),
        Step(Phase.PLACING, 1, 2),
        Step(Phase.WRITING, 1, 2),
        Step(Phase.WRITING, 2, 2),
        Step(Phase.MARKING, 1, 2),
        Step(Phase.MARKING, 2, 2),
    ]


def test_a_pass_with_nothing_to_do_only_looks(tmp_path: Path) -> None:
    """No empty phase is told of; a dry run writes nothing, and says nothing of writing."""
    world = World(tmp_path)
    seen: list[Step] = []
    world.run(progress=seen.append)
    assert {step.phase for step in seen} == {Phase.LOOKING}
    world.sessions.put(tagged("s@example.org", at(2)))
    seen.clear()
    world.run(progress=seen.append, dry_run=True)
    assert {step.phase for step in seen} == {Phase.LOOKING, Phase.PLACING}


def test_an_undo_tells_what_it_finishes(tmp_path: Path) -> None:
    """Taking back owes writes, and each raincheck is one step."""
    world = World(tmp_path)
    world.sessions.put(tagged("s@example.org", at(2)))
    (made,) = world.run().rainchecks
    seen: list[Step] = []
    with world.engine(progress=seen.append) as engine:
        engine.undo([made.id])
    assert seen == [Step(Phase.FINISHING, 1, 1)]


def test_each_mail_to_a_guest_is_a_step(tmp_path: Path) -> None:
    """A mail server takes its time for every one."""
    world, seen = World(tmp_path, mailer=MemoryMailer()), list[Step]()
    guests = (Attendee("quillon@example.org"),)
    world.sessions.put(tagged("one", at(2), attendees=guests))
    world.run(progress=seen.append)
    mailing = [step for step in seen if step.phase is Phase.MAILING]
    assert mailing == [Step(Phase.MAILING, 1, 2), Step(Phase.MAILING, 2, 2)]
