"""How cost grows with a calendar's size and with the number of calendars, on the client's side.

Rounds are interleaved no further: it is CPU that is told, and that hardly depends on who else runs.
"""

import statistics

from bench.calendars import SESSIONS
from bench.commands import RAINCHECK, took
from bench.contender import contender
from bench.loading import calendar_for, place_of, served
from bench.measure import table
from bench.ours import configured
from bench.scratch import scratch

SIZES = (1_000, 10_000, 50_000)
CALENDARS = (1, 10, 50)
EACH = 20
"""Events in each of many calendars."""


def told(rounds: int) -> str:
    """Return both tables."""
    head = ("events", "found", "first look, CPU", "per found event", "poll, CPU", "peak memory")
    sizes = table(head, [_of_size(size, rounds) for size in SIZES])
    head = ("calendars", "`sync`, nothing changed, CPU", "more than with one, per calendar")
    return f"{sizes}\n{table(head, _of_many(rounds))}"


def _of_size(size: int, rounds: int) -> list[str]:
    with (
        scratch() as folder,
        served(folder / "server", {SESSIONS: calendar_for(size)}) as server,
        contender("raincheck", place_of(server, SESSIONS)) as one,
    ):
        looks = [one.do("first_look") for _ in range(rounds)]
        one.do("poll", [])
        polls = [one.do("poll", []) for _ in range(rounds)]
    look = statistics.median(each.cpu_s for each in looks)
    poll = statistics.median(each.cpu_s for each in polls)
    found = looks[0].found
    return [
        f"{size:,}",
        f"{found:,}",
        f"{look:.2f} s",
        f"{1000 * look / found:.2f} ms",
        f"{1000 * poll:.1f} ms",
        f"{looks[-1].peak_mb:.0f} MB",
    ]


def _of_many(rounds: int) -> list[list[str]]:
    names = [f"room-{number:02}" for number in range(max(CALENDARS))]
    held = {name: _small(number) for number, name in enumerate(names)}
    rows: list[list[str]] = []
    with scratch() as folder, served(folder / "server", held) as server:
        alone = 0.0
        for count in CALENDARS:
            config = configured(folder / f"of-{count}", place_of(server, ""), names[:count])
            sync = [RAINCHECK, "sync", "--config", str(config)]
            took(sync)
            cpu = statistics.median(took(sync).cpu_s for _ in range(rounds))
            alone = alone or cpu
            each = f"{1000 * (cpu - alone) / (count - 1):.1f} ms" if count > 1 else ""
            rows.append([f"{count}", f"{1000 * cpu:.0f} ms", each])
    return rows


def _small(number: int):
    """Return a small calendar, another for every number."""
    return calendar_for(EACH, seed=number)
