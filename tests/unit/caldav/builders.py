"""Small calendars for the tests, all of invented people."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.caldav.expand import occurrences
from adapters.caldav.lines import Component, parsed
from adapters.caldav.translate import sessions_from
from sync.domain.sessions import Session, Span, Timed

LONDON = ZoneInfo("Europe/London")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CORPUS = Path(__file__).parents[2] / "corpus" / "caldav"


def calendar(*parts: str) -> str:
    """Return a resource of these lines and blocks of lines."""
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//EN", *parts, "END:VCALENDAR", ""]
    )


def event(*lines: str, uid: str = "s1") -> str:
    """Return an event of these lines."""
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def sample(name: str) -> str:
    """Return a file of the corpus as a server's answer would be read."""
    return (CORPUS / name).read_bytes().decode("utf-8", "replace")


def reordered(text: str) -> str:
    """Return the resource with its components the other way round."""
    tree = parsed(text)
    turned = [*tree.components][::-1]
    blocks = ["\r\n".join(part.texts()) for part in turned]
    return "\r\n".join(["BEGIN:VCALENDAR", *tree.lines, *blocks, "END:VCALENDAR"])


def read(text: str, zone: ZoneInfo = LONDON) -> tuple[Session, ...]:
    """Return the sessions of a resource in the calendar "sessions"."""
    return sessions_from(text, calendar="sessions", zone=zone, resource="/s/1.ics", revision="r1")


def expanded(text: str, start: datetime, days: int, zone: ZoneInfo = LONDON) -> tuple[Session, ...]:
    """Return what is in the *days* from *start* on."""
    window = Span(start.astimezone(UTC), start.astimezone(UTC) + timedelta(days=days))
    return occurrences(
        text, window, calendar="sessions", zone=zone, resource="/s/1.ics", revision="r1"
    )


def at(*numbers: int, zone: ZoneInfo = LONDON) -> datetime:
    """Return a local time."""
    return datetime(*numbers, tzinfo=zone)


def held(start: datetime, minutes: int = 50) -> Timed:
    """Return a session's time."""
    assert isinstance(start.tzinfo, ZoneInfo)
    return Timed(start, start + timedelta(minutes=minutes))


def texts(component: Component | str) -> list[str]:
    """Return all lines, unfolded."""
    tree = parsed(component) if isinstance(component, str) else component
    return list(tree.texts())
