"""The demo's one performance: store the week, write a configuration, run a pass, look again.

From the configuration on everything is what any other `raincheck sync` does.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sync.config.load import load
from sync.demo.week import PRACTICE_EMAIL, PRIVATE, SESSIONS, SampleWeek, sample_week
from sync.domain.passes import PassReport
from sync.domain.sessions import Session, Span
from sync.ports import Calendar
from sync.wiring.passes import opened

CONFIG_NAME = "config.toml"

_LOCALTIME = Path("/etc/localtime")
_FALLBACK_ZONE = "Europe/London"
_CONFIG = """\
[practice]
name = "Demo Practice"
timezone = "{zone}"
emails = ["{email}"]

{account}
[[calendars]]
account = "home"
calendar = "{sessions}"

[[calendars]]
account = "home"
calendar = "{private}"
sessions = "none"                    # never a session, but busy time

[hours]
mon = ["09:00-12:30", "13:30-18:00"]
tue = ["09:00-12:30", "13:30-18:00"]
wed = ["09:00-12:30", "13:30-18:00"]
thu = ["09:00-12:30", "13:30-18:00"]
fri = ["09:00-12:30", "13:30-18:00"]
buffer = "10m"
grid = "30m"

[policy]
action = "propose"                   # tentative until the client accepts
prefer = "same-time"

[[policy.rules]]
causes = ["no-show"]
action = "record"                    # no new session, but a fee

[[policy.rules]]
faults = ["technical"]
action = "book"                      # nobody's fault: a new session at once, and soon
within = "10d"

[fees]
currency = "GBP"
session = "80.00"
no_show = "100%"
waive = ["technical", "site", "provider"]

[state]
path = "raincheck.db"
"""


class DemoHost(Protocol):
    """A calendar server that runs for the demo; its files are in ``folder``."""

    folder: Path

    def fill(self, week: SampleWeek) -> None:
        """Store *week* in its two calendars; DemoError if they are refused."""

    def account(self) -> str:
        """Return the table of the account "home"; what it names lies in ``folder``."""


@dataclass(frozen=True, slots=True)
class Performance:
    """Both looks at the week and what the pass between them reported."""

    before: tuple[Session, ...]
    after: tuple[Session, ...]
    report: PassReport
    zone: ZoneInfo
    today: date
    config: Path


def performed(server: DemoHost, *, now: datetime, environ: Mapping[str, str]) -> Performance:
    """Return what one real pass over the sample week did on *server*.

    Args:
        server: Running and empty.
        now: Aware; the sample week lies around this day.
        environ: As for any other sync.

    Raises:
        DemoError: the server refused the week.
        RaincheckError: as any other sync.
    """
    zone = local_zone(environ)
    today = now.astimezone(zone).date()
    week = sample_week(today, zone)
    server.fill(week)
    path = _write_config(server, zone)
    window = Span(
        _midnight(week.first, zone),
        _midnight(week.end, zone),
    )
    with opened(load(path, environ), environ=environ) as practice:
        before = _agenda(practice.calendars, window)
        report = practice.run_pass()
        after = _agenda(practice.calendars, window)
    return Performance(before, after, report, zone, today, path)


def local_zone(environ: Mapping[str, str]) -> ZoneInfo:
    """Return this computer's zone, so that a calendar app shows the same hours; London if unknown.

    ``$TZ`` first, then where ``/etc/localtime`` points to.
    """
    target = os.path.realpath(_LOCALTIME)
    for name in (environ.get("TZ", "").lstrip(":"), target.rpartition("/zoneinfo/")[2]):
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            continue
    return ZoneInfo(_FALLBACK_ZONE)


def _write_config(server: DemoHost, zone: ZoneInfo) -> Path:
    path = server.folder / CONFIG_NAME
    text = _CONFIG.format(
        zone=zone.key,
        email=PRACTICE_EMAIL,
        account=server.account(),
        sessions=SESSIONS,
        private=PRIVATE,
    )
    path.write_text(text, encoding="utf-8")
    return path


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _agenda(calendars: Sequence[Calendar], window: Span) -> tuple[Session, ...]:
    return tuple(session for calendar in calendars for session in calendar.agenda(window).sessions)
