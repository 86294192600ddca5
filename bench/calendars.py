"""Looking and writing, in Radicale: Raincheck, the caldav library, vdirsyncer and raw HTTP."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.commands import EMPTY_CLICK, RAINCHECK, idle_memory, took
from bench.contender import NAMES, Contender, Took, contender
from bench.corpus import Resource, changed
from bench.counting import counted
from bench.loading import calendar_for, place_of, served
from bench.measure import Job, Rounds, rounds
from bench.ours import configured
from bench.raw import RawCalendar
from bench.rivals import vdirsyncer
from bench.scratch import scratch
from tests.servers.processes import Server

SESSIONS, WRITES = "sessions", "writes"
WRITTEN = 100
RAW_COLD = (
    "import sys; from bench.raw import Raw; from bench.place import Place\n"
    "work = Raw(Place(*sys.argv[1:])); work.remember(); work.poll([])"
)


class Desk:
    """A server with the calendar to look at and one to write into, and a person who edits."""

    def __init__(self, server: Server, resources: Sequence[Resource], folder: Path) -> None:
        self.place = place_of(server, SESSIONS)
        self.writes = place_of(server, WRITES)
        self.resources = resources
        self.folder = folder
        self._hand = RawCalendar(self.place.url, server.username, server.password)
        self._edits = 0

    def edit(self, count: int) -> list[str]:
        """Change so many events, and return their names."""
        self._edits += 1
        for each in self.resources[:count]:
            self._hand.put(each.name, changed(each, self._edits).text)
        return [each.name for each in self.resources[:count]]


@contextmanager
def desk(events: int) -> Iterator[Desk]:
    """Run a server with a calendar of *events*."""
    resources = calendar_for(events)
    singles = [each for each in calendar_for(2 * WRITTEN) if "RECURRENCE-ID" not in each.text]
    with scratch() as folder:
        calendars = {SESSIONS: resources, WRITES: singles[:WRITTEN]}
        with served(folder / "server", calendars) as server:
            yield Desk(server, resources, folder)


def looks(at: Desk, count: int) -> Iterator[Rounds]:
    """Yield what first looks and polls took."""
    with ExitStack() as stack:
        all_ = {name: stack.enter_context(contender(name, at.place)) for name in NAMES}
        yield rounds("first look", {n: _job(c, "first_look") for n, c in all_.items()}, count)
        for each in all_.values():
            each.do("remember")
        yield rounds("poll, nothing changed", {n: _poll(c) for n, c in all_.items()}, count)
        for edits in (1, 100):
            yield _after_edits(at, all_, edits, count)


def _after_edits(at: Desk, all_: dict[str, Contender], edits: int, count: int) -> Rounds:
    """Let a person edit before each round; each contender finds it once."""
    names: dict[int, list[str]] = {}

    def edited(number: int) -> list[str]:
        if number not in names:
            names[number] = at.edit(edits)
        return names[number]

    def job(one: Contender) -> Job:
        return lambda number: one.do("poll", edited(number))

    work = f"poll after {edits} change{'s' if edits > 1 else ''}"
    return rounds(work, {name: job(one) for name, one in all_.items()}, count)


def writes(at: Desk, count: int) -> Iterator[Rounds]:
    """Yield what a hundred replacements and their marked originals took."""
    names = [f"bench-{number:06}.ics" for number in range(2 * WRITTEN) if number % 8][:WRITTEN]
    with ExitStack() as stack:
        all_ = {name: stack.enter_context(contender(name, at.writes)) for name in NAMES}
        for each in all_.values():
            each.do("remember")

        def job(name: str, one: Contender) -> Job:
            return lambda number: one.do("write", f"{name}{number}", names)

        yield rounds(
            f"{WRITTEN} replacements written", {n: job(n, c) for n, c in all_.items()}, count
        )


def colds(at: Desk, count: int) -> Iterator[Rounds]:
    """Yield what whole commands took: the first sync, one with nothing to do, the others."""
    ours, theirs = at.folder / "ours", at.folder / "theirs"
    config = configured(ours, at.place)
    rival = vdirsyncer(theirs, at.place)
    sync = [RAINCHECK, "sync", "--config", str(config)]

    def first(_: int) -> Took:
        shutil.rmtree(ours / "state")
        (ours / "state").mkdir()
        return took(sync)

    def first_of_theirs(_: int) -> Took:
        for name in ("status", "files"):
            shutil.rmtree(theirs / name, ignore_errors=True)
        took([*rival, "discover"], answers="y\n" * 4)
        return took([*rival, "sync"])

    jobs = {"raincheck": first, "vdirsyncer": first_of_theirs}
    yield rounds("first `sync`, a new process", jobs, count)
    place = at.place
    told = [place.root, place.calendar, place.username, place.password]
    raw = [sys.executable, "-c", RAW_COLD, *told]
    yield rounds(
        "`sync`, nothing changed, a new process",
        {
            "raincheck": lambda _: took(sync),
            "vdirsyncer": lambda _: took([*rival, "sync"]),
            "raw": lambda _: took(raw),
        },
        count,
    )
    click = [sys.executable, "-c", EMPTY_CLICK]
    status = [RAINCHECK, "status", "--config", str(config)]
    for work, command in (("--help", [RAINCHECK, "--help"]), ("status", status)):
        yield rounds(
            f"`{work}`",
            {"raincheck": lambda _, c=command: took(c), "empty click": lambda _: took(click)},
            count,
        )


def memory(at: Desk) -> tuple[float, float]:
    """Return the daemon's megabytes when it is idle, and its most."""
    return idle_memory(configured(at.folder / "daemon", at.place))


def counts(at: Desk) -> list[list[str]]:
    """Return how many requests and kilobytes each kind of work takes; nothing is timed."""
    rows = []
    for name in NAMES:
        with counted(at.place) as (place, count), contender(name, place) as one:
            for work, ask, edits in (
                ("first look", "first_look", 0),
                ("poll, nothing changed", "poll", 0),
                ("poll after 1 change", "poll", 1),
                ("poll after 100 changes", "poll", 100),
            ):
                if (work, ask) == ("poll, nothing changed", "poll"):
                    one.do("remember")
                names = at.edit(edits) if edits else []
                count.taken()
                one.do(ask, *([names] if ask == "poll" else []))
                rows.append([work, name, *count.taken()])
    rows += _cold_counts(at)
    return sorted(rows, key=lambda row: row[0])


def _cold_counts(at: Desk) -> list[list[str]]:
    rows = []
    with counted(at.place) as (place, count):
        config = configured(at.folder / "counted", place)
        rival = vdirsyncer(at.folder / "counted-theirs", place)
        took([*rival, "discover"], answers="y\n" * 4)
        both = {"raincheck": [RAINCHECK, "sync", "--config", str(config)]}
        both["vdirsyncer"] = [*rival, "sync"]
        for name, command in both.items():
            for work in ("first `sync`, a new process", "`sync`, nothing changed, a new process"):
                count.taken()
                took(command)
                rows.append([work, name, *count.taken()])
    return rows


def _job(one: Contender, work: str) -> Job:
    return lambda _: one.do(work)


def _poll(one: Contender) -> Job:
    return lambda _: one.do("poll", [])
