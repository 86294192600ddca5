"""Whatever crashes or fails, and whenever: one replacement for each session, everything settled."""

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.domain.writes import Draft
from sync.errors import (
    AccessError,
    CalendarError,
    OutcomeUnknownError,
    RateLimitError,
    UnreachableError,
)
from tests.unit.engine.world import Crash, Steps, World, at, tagged


def _world(folder: Path) -> World:
    folder.mkdir(exist_ok=True)
    world = World(folder)
    world.sessions.put(tagged("ahead", at(2)))
    world.sessions.put(tagged("past", at(-3)))
    world.sessions.put(tagged("recorded", at(-2, 15), categories=("no-show",)))
    return world


def _check(world: World) -> None:
    """Read the calendar alone: every original is marked, and has exactly one replacement."""
    originals = [s for s in world.sessions.sessions() if s.marks is None or not s.marks.attempt]
    named = [s.marks.replacement for s in originals if s.marks is not None]
    assert len(named) == 3
    assert sorted(s.key.uid for s in world.replacements()) == sorted(name or "" for name in named)
    assert all(s.marks and s.marks.state == "settled" for s in originals)
    spans = sorted(s.when.span for s in world.replacements())  # type: ignore[union-attr]
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(spans))


def _steps_of_a_pass(folder: Path) -> int:
    steps = Steps()
    _world(folder).run(steps)
    return steps.count


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("lost", [False, True], ids=["state-kept", "state-lost"])
def test_a_crash_at_any_step_leaves_one_replacement(
    tmp_path: Path, *, after: bool, lost: bool
) -> None:
    """A pass killed before or after any call: the next one ends with one replacement each."""
    total = _steps_of_a_pass(tmp_path / "whole")
    assert total > 12
    for number in range(total):
        world = _world(tmp_path / f"at-{number}")
        with pytest.raises(Crash):
            world.run(Steps(at=number, after=after))
        if lost:
            world.state.unlink()
        world.run()
        _check(world)
        assert world.run().rainchecks == ()


def test_a_crash_in_the_pass_that_recovers_changes_nothing(tmp_path: Path) -> None:
    """Two crashes, at every pair of steps: still one replacement each."""
    total = _steps_of_a_pass(tmp_path / "whole")
    for first in range(0, total, 2):
        for second in range(1, total, 3):
            world = _world(tmp_path / f"at-{first}-{second}")
            with pytest.raises(Crash):
                world.run(Steps(at=first, after=True))
            with contextlib.suppress(Crash):
                world.run(Steps(at=second, after=True))
            world.run()
            world.run()
            _check(world)


def _error(kind: type[CalendarError]) -> Callable[[], CalendarError]:
    return lambda: kind("trouble", calendar="sessions", operation="any")


@pytest.mark.parametrize("after", [False, True], ids=["refused", "answer-lost"])
@pytest.mark.parametrize(
    "kind", [UnreachableError, OutcomeUnknownError, RateLimitError, AccessError]
)
def test_a_failure_at_any_step_is_made_good(
    tmp_path: Path, kind: type[CalendarError], *, after: bool
) -> None:
    """Any call that fails, with or without having done its work: made good by the next passes."""
    total = _steps_of_a_pass(tmp_path / "whole")
    for number in range(total):
        world = _world(tmp_path / f"at-{number}")
        # The journal never raises these: where one of its steps is hit, it is like a crash.
        with contextlib.suppress(CalendarError):
            world.run(Steps(at=number, after=after, trouble=_error(kind)))
        world.run()
        world.run()
        _check(world)


class Tries(Steps):
    """Fails at the first creation, if it is to, and notes what each was said to be."""

    def __init__(self, trouble: Callable[[], BaseException] | None = None) -> None:
        super().__init__()
        self.failing = trouble
        self.tried: list[bool] = []
        self.before_agenda: Callable[[], None] = lambda: None

    def guarded(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def create(draft: Draft) -> object:
            self.tried.append(draft.tried)
            trouble, self.failing = self.failing, None
            if trouble is not None:
                raise trouble()
            return work(draft)

        def agenda(*asked: object) -> object:
            self.before_agenda()
            return work(*asked)

        return {"create": create, "agenda": agenda}.get(work.__name__, work)


def _alone(folder: Path) -> World:
    folder.mkdir()
    world = World(folder)
    world.sessions.put(tagged("ahead", at(2)))
    return world


def test_only_a_first_try_is_said_to_be_the_first(tmp_path: Path) -> None:
    """After a lost answer, and in the pass after a crash, it is looked for more widely."""
    lost = Tries(lambda: OutcomeUnknownError("lost", calendar="sessions", operation="create"))
    _alone(tmp_path / "lost").run(lost)
    assert lost.tried == [False, True]

    world = _alone(tmp_path / "killed")
    killed, again = Tries(Crash), Tries()
    with pytest.raises(Crash):
        world.run(killed)
    world.run(again)
    assert (killed.tried, again.tried) == ([False], [True])


def test_a_name_that_stood_when_slots_were_chosen_is_no_first_try(tmp_path: Path) -> None:
    """What came between the look and the slots is known by its name."""
    before = _alone(tmp_path / "before")
    before.run()
    (made,) = before.replacements()
    world, steps = _alone(tmp_path / "after"), Tries()
    steps.before_agenda = lambda: world.sessions.put(tagged(made.key.uid, at(5), categories=()))
    world.run(steps)
    assert steps.tried == [True]
