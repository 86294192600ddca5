"""The person at the other app: enters, tags, writes notes and moves, whatever the server does."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import icalendar
import niquests

from tests.e2e.desk import Desk, in_days, session

TAGS = ("disrupted", "no-show", "disrupted-power", "disrupted-client-internet", "late-cancel")
PATIENCE_S = 120.0
RETRY_S = 0.5


@dataclass
class Client:
    """What a person did, and therefore what has to stand at the end.

    ``tagged`` and ``plain`` are names of resources; ``notes`` are lines that the person wrote by
    name; ``moved`` maps the UID of a replacement to where the person put it.
    """

    office: Desk
    chance: random.Random
    tagged: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    moved: dict[str, datetime] = field(default_factory=dict)
    count: int = 0

    def act(self) -> None:
        """Do one thing."""
        (act,) = self.chance.choices(
            (self.enter, self.enter_tagged, self.tag, self.write_note, self.move_replacement),
            (4, 1, 4, 2, 0.3),
        )
        act()

    def enter(self, tag: str = "") -> None:
        """Enter a session of the next weeks."""
        name = f"s{self.count}"
        self.count += 1
        start = in_days(self.chance.randint(1, 40), self.chance.randint(8, 19))
        more = [f"CATEGORIES:{tag}"] if tag else []
        text = session(
            f"{name}@example.org",
            start,
            *more,
            f"X-PERSONAL:kept {name}",
            title=f"Quillon Wren {name}",
        )
        self._until_done(lambda: self._put(name, text, {"If-None-Match": "*"}) or self._is(name))
        self.notes[name] = []
        (self.tagged if tag else self.plain).append(name)

    def enter_tagged(self) -> None:
        """Enter a session that is disrupted already."""
        self.enter(self.chance.choice(TAGS))

    def tag(self) -> None:
        """Tag a session."""
        if not self.plain:
            return
        name = self.plain.pop(self.chance.randrange(len(self.plain)))
        tag = self.chance.choice(TAGS)

        def change(event: icalendar.Event) -> None:
            event["CATEGORIES"] = icalendar.prop.vCategory([tag])

        self._change(name, change)
        self.tagged.append(name)

    def write_note(self) -> None:
        """Write a line into the notes of any session."""
        names = self.plain + self.tagged
        if not names:
            return
        name = self.chance.choice(names)
        line = f"by hand {name}.{len(self.notes[name])}"

        def change(event: icalendar.Event) -> None:
            before = str(event.get("DESCRIPTION", ""))
            if line not in before:
                event["DESCRIPTION"] = icalendar.vText(f"{line}\n{before}" if before else line)

        self._change(name, change)
        self.notes[name].append(line)

    def move_replacement(self) -> None:
        """Move a replacement a little: from then on it is the person's."""
        found: list[str] = []
        try:
            found += [
                name
                for name, text in self.office.resources().items()
                if "X-RAINCHECK-ATTEMPT" in text
            ]
        except (AssertionError, OSError, niquests.RequestException):
            return
        if not found:
            return
        name = self.chance.choice(found)
        to: list[tuple[str, datetime]] = []

        def change(event: icalendar.Event) -> None:
            start = in_days(self.chance.randint(50, 80), 6).astimezone(UTC)
            event["DTSTART"] = icalendar.vDDDTypes(start)
            event["DTEND"] = icalendar.vDDDTypes(start + timedelta(minutes=50))
            to[:] = [(str(event["UID"]), start)]

        self._change(name, change)
        self.moved[to[0][0]] = to[0][1]

    def _change(self, name: str, change: Callable[[icalendar.Event], None]) -> None:
        """Read, change and write with the ETag, until it stands: as a good app does."""

        def once() -> bool:
            answer = self.office.server.request("GET", f"{self.office.calendar}{name}.ics")
            if answer.status_code != 200:
                return False
            whole = icalendar.Calendar.from_ical(answer.text or "")
            (event,) = whole.walk("VEVENT")
            change(event)
            text = whole.to_ical().decode()
            return self._put(name, text, {"If-Match": answer.headers["ETag"]})

        self._until_done(once)

    def _put(self, name: str, text: str, headers: dict[str, str]) -> bool:
        headers = headers | {"Content-Type": "text/calendar"}
        url = f"{self.office.calendar}{name}.ics"
        return self.office.server.request("PUT", url, text, headers).status_code in {200, 201, 204}

    def _is(self, name: str) -> bool:
        url = f"{self.office.calendar}{name}.ics"
        return self.office.server.request("GET", url).status_code == 200

    def _until_done(self, once: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                if once():
                    return
            except (OSError, niquests.RequestException):
                pass
            time.sleep(RETRY_S)
        raise TimeoutError("the server was down for longer than it is ever to be")
