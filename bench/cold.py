"""Whole commands, each a new process: a first sync, later ones, and those that only tell."""

import json
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from bench.calendars import EDITS, Find, after, after_edits
from bench.commands import EMPTY_CLICK, RAINCHECK, idle_memory, took
from bench.contender import Took
from bench.desk import Desk
from bench.measure import Job, Rounds, rounds
from bench.ours import configured
from bench.place import Place
from bench.vdirsyncer import Vdirsyncer

FIRST_SYNC, UNCHANGED = "first `sync`, a new process", "`sync`, nothing changed, a new process"


class Commands:
    """What each contender keeps in *folder*, and its commands."""

    def __init__(self, at: Desk, folder: Path, place: Place) -> None:
        self.config = configured(folder / "ours", place)
        self._rival = Vdirsyncer(folder / "theirs", place)
        self._raw = [sys.executable, "-m", "bench.raw", json.dumps(asdict(place))]
        self._raw.append(str(folder / "token"))
        self._at = at

    def begins(self) -> dict[str, Callable[[], None]]:
        """Return what makes each forget everything; vdirsyncer finds its calendar anew by this."""
        return {"raincheck": self._forget, "raw": lambda: None, "vdirsyncer": self._rival.begin}

    def firsts(self) -> dict[str, Find]:
        """Return what syncs for the first time after that."""
        return self.laters() | {"raw": lambda _: took([*self._raw, "look", str(self._at.pieces)])}

    def laters(self) -> dict[str, Find]:
        """Return what syncs later, told what has changed."""
        return {
            "raincheck": lambda _: self._ours(),
            "raw": lambda names: took([*self._raw, "poll", *names]),
            "vdirsyncer": lambda names: self._rival.sync(names, self._at.edited),
        }

    def _ours(self) -> Took:
        return took([RAINCHECK, "sync", "--config", str(self.config)])

    def _forget(self) -> None:
        state = self.config.parent / "state"
        shutil.rmtree(state)
        state.mkdir()


def works() -> dict[str, int]:
    """Return what is done after a first sync, with how many events a person edits before."""
    after_edits = {f"{after('`sync`', edits)}, a new process": edits for edits in EDITS}
    return {UNCHANGED: 0} | after_edits


def syncs(at: Desk, each: Commands, count: int) -> Iterator[Rounds]:
    """Yield what a first sync took, one with nothing to do, and those after a person's edits."""
    begins = each.begins()
    jobs = {name: _anew(begins[name], find) for name, find in each.firsts().items()}
    yield rounds(FIRST_SYNC, jobs, count)
    for work, edits in works().items():
        yield after_edits(at, each.laters(), work, edits, count)


def tells(each: Commands, count: int) -> Iterator[Rounds]:
    """Yield what commands took that ask no server, after a sync."""
    click = [sys.executable, "-c", EMPTY_CLICK]
    status = [RAINCHECK, "status", "--config", str(each.config)]
    for work, command in (("--help", [RAINCHECK, "--help"]), ("status", status)):
        jobs: dict[str, Job] = {"raincheck": _took(command), "empty click": _took(click)}
        yield rounds(f"`{work}`", jobs, count)


def memory(at: Desk, count: int) -> tuple[float, float]:
    """Return the median of the daemon's megabytes when it is idle, and its most."""
    found = [
        idle_memory(configured(at.folder / f"daemon-{number}", at.place)) for number in range(count)
    ]
    return statistics.median(idle for idle, _ in found), max(peak for _, peak in found)


def _anew(begin: Callable[[], None], find: Find) -> Job:
    def run(_: int) -> Took:
        begin()
        return find([])

    return run


def _took(command: list[str]) -> Job:
    return lambda _: took(command)
