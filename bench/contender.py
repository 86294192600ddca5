"""A contender as a process of its own: it works when told to, one line of JSON at a time.

Its own process, so that its memory and its CPU are its own; kept, so that its connection is kept
and its imports are done, as in a daemon. What is timed is the work alone.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from bench.place import Place

NAMES = ("raincheck", "raw", "caldav")


class Work(Protocol):
    """What every contender can do. Each returns how many resources it got or wrote."""

    def remember(self) -> int:
        """Be ready to poll from the present state; not timed."""
        ...

    def first_look(self, pieces: int) -> int:
        """Read all that ends after the look-back, as if for the first time; in *pieces*, for those
        who have to be told what the server can answer at once.
        """
        ...

    def poll(self, names: list[str]) -> int:
        """Read what has changed since the last time; it is *names*, for those who cannot tell."""
        ...

    def write(self, batch: str, names: list[str]) -> int:
        """Write a replacement for each of *names* and mark it; *batch* makes the UIDs new."""
        ...


@dataclass(frozen=True, slots=True)
class Took:
    """What one piece of work took. Seconds; megabytes are the most so far, of the process."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    found: int


class Contender:
    """A running one."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def do(self, work: str, *arguments: object) -> Took:
        """Let it do one piece of work."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([work, *arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the contender ended while it was to {work}"
        return Took(**json.loads(answer))


@contextmanager
def contender(name: str, place: Place) -> Iterator[Contender]:
    """Run one until the block ends."""
    command = [sys.executable, "-m", "bench.contender", name, json.dumps(asdict(place))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()  # it is ready, and asks nothing of its own any more
        yield Contender(process)
        process.stdin.close()


def main(name: str, place: Place) -> None:
    """Do what stands on stdin until it ends."""
    worker = _worker(name, place)
    print(flush=True)
    for line in sys.stdin:
        work, *arguments = json.loads(line)
        begun, used = time.perf_counter(), time.process_time()
        found = getattr(worker, work)(*arguments)
        took = time.perf_counter() - begun, time.process_time() - used
        print(json.dumps(asdict(Took(*took, _peak_mb(), found))), flush=True)


def _peak_mb() -> float:
    """Return the most memory this program had; getrusage would count who started it as well."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _worker(name: str, place: Place) -> Work:
    if name == "raincheck":
        from bench.ours import Ours

        return Ours(place)
    if name == "caldav":
        from bench.rivals import CaldavLibrary

        return CaldavLibrary(place)
    from bench.raw import Raw

    return Raw(place)


if __name__ == "__main__":
    main(sys.argv[1], Place(**json.loads(sys.argv[2])))
