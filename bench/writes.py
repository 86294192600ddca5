"""Replacements written and originals marked, in Radicale; vdirsyncer pushes them from its folder.

Radicale's own work for each grows with the calendar, so there are fewer in a larger one.
"""

from collections.abc import Iterator

from bench.calendars import contenders
from bench.contender import Took
from bench.desk import Desk
from bench.measure import Job, Rounds, rounds
from bench.vdirsyncer import Vdirsyncer

WRITTEN_MAX = 100
WRITTEN_TIMES_EVENTS = 100_000


def written_at(events: int) -> int:
    """Return how many are written into a calendar of that size."""
    return max(1, min(WRITTEN_MAX, WRITTEN_TIMES_EVENTS // events))


def work_of(written: int) -> str:
    """Return what this work is called."""
    return f"{written} replacements written"


def writes(at: Desk, count: int, written: int) -> Iterator[Rounds]:
    """Yield what so many replacements and their marked originals took."""
    names = at.singles(written)
    rival = Vdirsyncer(at.folder / "pushed", at.place)
    with contenders(at.place) as all_:
        for name, one in all_.items():
            one.do("write", f"{name}first", names[:1])  # whoever logs in, has done so

        def kept(name: str) -> Job:
            return lambda number: all_[name].do("write", f"{name}{number}", names)

        def pushed(number: int) -> Took:
            if not number:
                rival.begin()
            rival.fill(f"vdirsyncer{number}", names)
            return rival.sync()

        jobs = {name: kept(name) for name in all_} | {"vdirsyncer": pushed}
        found = {name: _checked(at, name, names, job) for name, job in jobs.items()}
        yield rounds(work_of(written), found, count)


def _checked(at: Desk, name: str, names: list[str], job: Job) -> Job:
    """Return *job*, after which every replacement has to be on the server."""

    def run(number: int) -> Took:
        took = job(number)
        at.must_hold(f"{name}{number}", names)
        return took

    return run
