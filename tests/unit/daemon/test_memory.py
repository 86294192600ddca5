"""Memory stays flat: what a pass needs goes with it."""

import gc
import tracemalloc
from dataclasses import replace
from pathlib import Path

from sync.daemon.metrics import Metrics
from sync.engine import Engine
from tests.unit.engine.world import World, at, tagged

PASSES = 150
ALLOWED_BYTES = 64_000


def test_many_passes_leave_nothing_behind(tmp_path: Path) -> None:
    """A hundred and fifty passes over a calendar that keeps changing need no more than ten."""
    world = World(tmp_path)
    for number in range(20):
        world.sessions.put(tagged(f"s{number}", at(2 + number), categories=()))
    world.sessions.put(tagged("one", at(2)))
    metrics = Metrics()
    with world.engine() as engine:
        tracemalloc.start()
        try:
            before = _after(10, world, engine, metrics)
            assert _after(PASSES, world, engine, metrics) - before < ALLOWED_BYTES
        finally:
            tracemalloc.stop()
    assert metrics.passes == 10 + PASSES


def _after(passes: int, world: World, engine: Engine, metrics: Metrics) -> int:
    """Return the bytes in use after so many passes, each with a change to look at."""
    for number in range(passes):
        session = world.original("s7")
        world.sessions.put(replace(session, notes=f"by hand {number % 7}"))
        metrics.passed(engine.run_pass())
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
