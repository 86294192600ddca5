"""`python -m tests.soak --minutes 60`: the real daemon, a server that keeps dying, a person.

Radicale is killed and started again at random, requests fail on the way, the daemon itself is
killed now and then. At the end every session must be accounted for. Prints figures; exits 1 if a
session was lost or doubled.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.checker import account
from tests.soak.scene import Scene, scene


def main() -> int:
    """Run it and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder), asked.seed) as played:
        _play(played, time.monotonic() + 60 * asked.minutes)
        quiet = played.settle()
        found = account(played.client)
        figures = played.figures()
    figures |= {
        "minutes": asked.minutes,
        "seed": asked.seed,
        "sessions": len(played.client.notes),
        "tagged": found.tagged,
        "rainchecks": found.replacements,
        "moved by hand": len(played.client.moved),
        "doubles": len(found.doubles),
        "losses": len(found.losses),
        "settled": quiet,
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    sys.stdout.writelines(f"{line}\n" for line in (*found.doubles, *found.losses))
    return 0 if quiet and not found.doubles and not found.losses else 1


def _play(played: Scene, until: float) -> None:
    while time.monotonic() < until:
        played.turn()


if __name__ == "__main__":
    sys.exit(main())
