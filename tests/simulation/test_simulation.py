"""Practices in virtual time: whatever fails, every session is made up once and no word is lost."""

from pathlib import Path

import pytest

from tests.simulation.planted import PLANTS
from tests.simulation.stage import Stage

SEEDS, BATCH = 200, 10
PLANTED_SEEDS = 40


@pytest.mark.parametrize("batch", range(SEEDS // BATCH))
def test_a_year(tmp_path: Path, batch: int) -> None:
    """In every five weeks of ten, nothing is doubled, lost, forgotten or left undone."""
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        outcome = Stage(seed, _folder(tmp_path, seed)).run()
        assert not outcome.broken, "\n".join([*outcome.broken, *outcome.trace])


def test_a_seed_tells_the_same_story_twice(tmp_path: Path) -> None:
    """A failing seed can be looked at again, step by step."""
    first = Stage(7, _folder(tmp_path, 1)).run()
    second = Stage(7, _folder(tmp_path, 2)).run()
    assert first.trace
    assert first.trace == second.trace
    assert min(first.passes, first.crashes, first.faults, first.rainchecks) > 0


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_bug_is_noticed(tmp_path: Path, name: str) -> None:
    """What could be written wrong breaks a promise within a few seeds, and the judge says which."""
    for seed in range(PLANTED_SEEDS):
        stage = Stage(seed, _folder(tmp_path, seed), plant=PLANTS[name].make())
        if any(line.startswith(PLANTS[name].noticed) for line in stage.run().broken):
            return
    pytest.fail(f"{name}: {PLANTED_SEEDS} seeds, and nothing was noticed")


def _folder(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / str(number)
    folder.mkdir()
    return folder
