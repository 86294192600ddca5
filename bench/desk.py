"""A server with a calendar, and a person who edits it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from math import ceil
from pathlib import Path

from bench.corpus import Resource, changed, line_of
from bench.loading import place_of, served
from bench.raw import RawCalendar, replacement_of
from bench.scratch import scratch
from tests.servers.processes import Server

SESSIONS = "sessions"
EVENTS_A_QUERY = 18_000
"""Radicale answers 400 with more than 10,000 VEVENTs; about half of a calendar fits a first look,
so this many give some 8,000."""


class Desk:
    """A calendar to work on, and a person who edits it; *folder* is for what contenders keep."""

    def __init__(self, server: Server, resources: Sequence[Resource], folder: Path) -> None:
        now = datetime.now(UTC)
        self.place = place_of(server, SESSIONS)
        self.folder = folder
        self.events = len(resources)
        self.pieces = ceil(len(resources) / EVENTS_A_QUERY)
        self.ahead = [each for each in resources if each.start > now]
        """Everybody's window holds these, so that a change of one is work for all."""
        self._hand = RawCalendar(self.place.url, server.username, server.password)
        self._edits = 0

    def edit(self, count: int) -> list[str]:
        """Change so many events that are to come, and return their names."""
        self._edits += 1
        chosen = self.ahead[:count]
        assert len(chosen) == count, "the calendar is too small"
        for each in chosen:
            self._hand.put(each.name, changed(each, self._edits).text)
        return [each.name for each in chosen]

    def singles(self, count: int) -> list[str]:
        """Return the names of so many single sessions that are to come."""
        alone = (each.name for each in self.ahead if each.text.count("BEGIN:VEVENT") == 1)
        names = list(islice(alone, count))
        assert len(names) == count, "the calendar is too small"
        return names

    @property
    def edited(self) -> str:
        """Return the line that the last edit wrote."""
        return line_of(self._edits)

    def must_hold(self, batch: str, names: Sequence[str]) -> None:
        """Look whether *batch* left a replacement for each of *names*, and marked it: a measurement
        of writes that were not made means nothing.
        """
        new = [replacement_of(batch, number) for number in range(len(names))]
        found = self._hand.texts([f"{each}.ics" for each in new])
        missing = [each for each in new if f"UID:{each}".encode() not in found]
        assert not missing, (batch, missing)
        originals = self._hand.texts(names).split(b"</response>")
        marked = sum(batch.encode() in each for each in originals)  # everyone's mark names it
        assert marked == len(names), (batch, marked)


@contextmanager
def desk(resources: Sequence[Resource]) -> Iterator[Desk]:
    """Run a server with a calendar of *resources*."""
    with scratch() as folder, served(folder / "server", {SESSIONS: resources}) as server:
        yield Desk(server, resources, folder)
