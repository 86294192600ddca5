"""A practice at its desk: a configuration, a real server, and the real command."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from lxml import etree

from tests.servers.processes import Server, free_port

ZONE = ZoneInfo("Europe/London")
COMMAND = str(Path(sys.executable).with_name("raincheck"))
PRACTICE = "practice@example.org"
DAV = "{DAV:}"


@dataclass(frozen=True)
class Desk:
    """A folder with a configuration for one practice; ``calendar`` is its calendar's address."""

    folder: Path
    server: Server
    calendar: str

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state" / "raincheck.db"

    @property
    def title(self) -> str:
        return self.calendar.rstrip("/").rsplit("/", 1)[-1]

    @property
    def invites(self) -> bool:
        return self.server.kind == "xandikos"

    @property
    def account(self) -> str:
        return "home"

    def refuse_login(self) -> None:
        """Let the server take us for nobody from now on."""
        (self.folder / "password").write_text("wrong-canary\n", encoding="utf-8")

    def go_down(self) -> None:
        """Let nobody answer at the server's address from now on."""
        self.rewrite(r'url = ".*"', f'url = "http://127.0.0.1:{free_port()}/"')

    def rewrite(self, pattern: str, new: str) -> None:
        """Put *new* in place of *pattern* in the configuration."""
        text = self.config.read_text(encoding="utf-8")
        changed = re.sub(pattern, new, text)
        assert changed != text, pattern
        self.config.write_text(changed, encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        name, *rest = arguments
        return [COMMAND, name, "--config", str(self.config), *rest]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=120, check=False
        )

    def sync(self, *arguments: str, expect: int = 0) -> dict[str, Any]:
        done = self.run("sync", "--json", *arguments)
        assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
        return dict(json.loads(done.stdout))

    def history(self) -> list[dict[str, Any]]:
        done = self.run("history", "--json")
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout)["rainchecks"])

    def put(self, name: str, text: str) -> None:
        answer = self.server.request(
            "PUT", f"{self.calendar}{name}.ics", text, {"Content-Type": "text/calendar"}
        )
        assert answer.status_code in {200, 201, 204}, (answer.status_code, answer.text)

    def get(self, name: str) -> str:
        answer = self.server.request("GET", f"{self.calendar}{name}.ics")
        assert answer.status_code == 200, answer.status_code
        return answer.text or ""

    def delete(self, name: str) -> None:
        answer = self.server.request("DELETE", f"{self.calendar}{name}.ics")
        assert answer.status_code in {200, 204}, answer.status_code

    def resources(self) -> dict[str, str]:
        """Return everything in the calendar: resource name to iCalendar text."""
        answer = self.server.request(
            "PROPFIND",
            self.calendar,
            '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>',
            {"Depth": "1", "Content-Type": "application/xml"},
        )
        hrefs = [
            one.text or "" for one in etree.fromstring(answer.content or b"").iter(f"{DAV}href")
        ]
        names = [href.rsplit("/", 1)[-1].removesuffix(".ics") for href in hrefs]
        return {name: self.get(name) for name in names if name}

    def events(self) -> list[icalendar.Event]:
        """Return all events of the calendar, overrides and masters included."""
        return [
            event
            for text in self.resources().values()
            for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
        ]

    def replacements(self) -> list[icalendar.Event]:
        return [event for event in self.events() if "X-RAINCHECK-ATTEMPT" in event]

    def event(self, uid: str) -> icalendar.Event:
        (found,) = [event for event in self.events() if str(event["UID"]) == uid]
        return found


def desk(
    folder: Path, server: Server, name: str, *, url: str | None = None, more: str = ""
) -> Desk:
    """Return a practice whose one calendar, *name*, is new and empty. Open every day."""
    calendar = server.make_calendar(name)
    folder.mkdir(parents=True, exist_ok=True)
    write_config(folder, server, name, url=url, more=more)
    return Desk(folder, server, calendar)


def write_config(
    folder: Path, server: Server, name: str, *, url: str | None = None, more: str = ""
) -> None:
    (folder / "password").write_text(f"{server.password}\n", encoding="utf-8")
    (folder / "password").chmod(0o600)
    (folder / "config.toml").write_text(
        f"""
[practice]
timezone = "Europe/London"
emails = ["{PRACTICE}"]
[[accounts]]
name = "home"
type = "caldav"
url = "{url or server.root}"
username = "{server.username}"
password_file = "password"
[[calendars]]
account = "home"
calendar = "{name}"
[hours]
{write_days()}
[state]
path = "state/raincheck.db"
{more}
""",
        encoding="utf-8",
    )


def write_days() -> str:
    """Return opening hours for every day."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return "\n".join(f'{day} = ["07:00-21:00"]' for day in days)


def in_days(days: int, hour: int = 10) -> datetime:
    """Return that hour in the practice's zone, so many days from today."""
    today = datetime.now(ZONE).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def session(
    uid: str,
    start: datetime,
    *lines: str,
    title: str = "Quillon Wren",
    minutes: int = 50,
    extra: Sequence[str] = (),
) -> str:
    """Return an iCalendar resource with one event; *lines* go into it."""
    ends = start.astimezone(UTC) + timedelta(minutes=minutes)
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Example//App//EN",
            *extra,
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20260101T000000Z",
            f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTEND:{ends:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{title}",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )
