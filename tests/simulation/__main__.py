"""`python -m tests.simulation --seeds 1000`: many practices in virtual time, all cores at work.

Ten seeds are a year of one practice. Prints figures; for each seed that breaks a promise, what was
broken and its whole trace. Exits 1 if any did.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.stage import DAYS, Outcome, Stage


def main() -> int:
    """Run them and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    begun = time.monotonic()
    outcomes = []
    with ProcessPoolExecutor() as pool:
        seeds = range(asked.first, asked.first + asked.seeds)
        for outcome in pool.map(_lived, seeds, chunksize=5):
            outcomes.append(outcome)
            if outcome.broken:
                sys.stdout.write(_told(outcome))
                sys.stdout.flush()
    sys.stdout.write(_figures(outcomes, time.monotonic() - begun))
    return 1 if any(outcome.broken for outcome in outcomes) else 0


def _lived(seed: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        return Stage(seed, Path(folder)).run()


def _told(outcome: Outcome) -> str:
    lines = [f"seed {outcome.seed} broke a promise:", *outcome.broken, *outcome.trace]
    return "\n".join(lines) + "\n\n"


def _figures(outcomes: Sequence[Outcome], seconds: float) -> str:
    figures = {
        "seeds": len(outcomes),
        "years of practice": round(len(outcomes) * DAYS / 365, 1),
        "passes": sum(each.passes for each in outcomes),
        "crashes": sum(each.crashes for each in outcomes),
        "faults": sum(each.faults for each in outcomes),
        "rainchecks": sum(each.rainchecks for each in outcomes),
        "replacements": sum(each.replacements for each in outcomes),
        "seeds that broke a promise": sum(bool(each.broken) for each in outcomes),
        "seconds": round(seconds),
    }
    return "".join(f"{name}: {value}\n" for name, value in figures.items())


if __name__ == "__main__":
    sys.exit(main())
