"""Google's stand-in: pages of 2,500 and a hundred inserts, beside raw HTTP on one connection.

The stand-in runs in a process of its own; only the client's side is compared.
"""

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from google.oauth2.credentials import Credentials

from adapters.google.calendar import GoogleAccount, GoogleCalendar
from adapters.google.login import Login
from adapters.google.looking import PAGE, PAGE_SIZE
from bench.contender import Took
from bench.measure import Job, rounds, table
from sync.domain.sessions import Marks, Session, SessionKey, Status, Timed
from sync.domain.writes import Draft
from tests.servers.google_calendar import CALENDAR, google

EVENTS, INSERTS = 10_000, 100
ZONE = ZoneInfo("Europe/London")
AGO = timedelta(days=1)
PATH = f"/calendar/v3/calendars/{quote(CALENDAR)}/events"
TOKEN = re.compile(rb'"nextPageToken":\s*"([^"]+)"')


def told(count: int) -> str:
    """Return the table."""
    with _running() as root:
        login = Login(Credentials(token="letmein"))  # noqa: S106 - of the stand-in
        with closing(GoogleAccount("work", login=login, endpoint=root)) as account:
            ours = account.calendar("Sessions", name="sessions", zone=ZONE)
            raw = _Raw(root)
            look = {"raincheck": lambda _: _look(ours), "raw": lambda _: raw.look()}
            original = _original(ours)
            insert = {
                "raincheck": lambda number: _inserted(ours, original, number),
                "raw": raw.insert,
            }
            work = f"{EVENTS:,} events in pages of {PAGE_SIZE:,}"
            found = [
                rounds(work, _timed(look), count),
                rounds(f"{INSERTS} inserts", _timed(insert), count),
            ]
    head = ("work", "by", "wall, median", "times as long as raw", "client CPU", "")
    return table(head, [[*row[:-1], ""] for each in found for row in each.told("raw")])


def _timed(jobs: dict[str, Callable[[int], int]]) -> dict[str, Job]:
    def timed(job: Callable[[int], int]) -> Job:
        def run(number: int) -> Took:
            begun, used = time.perf_counter(), time.process_time()
            found = job(number)
            return Took(time.perf_counter() - begun, time.process_time() - used, 0, found)

        return run

    return {name: timed(job) for name, job in jobs.items()}


def _look(calendar: GoogleCalendar) -> int:
    found = calendar.changes(None, lambda _: {}, since=datetime.now(UTC) - AGO)
    assert len(found.revisions) >= EVENTS
    return len(found.revisions)


def _original(calendar: GoogleCalendar) -> Session:
    found = calendar.changes(None, lambda _: {}, since=datetime.now(UTC) - AGO)
    return found.sessions[0]


def _inserted(calendar: GoogleCalendar, original: Session, batch: int) -> int:
    assert isinstance(original.when, Timed)
    for number in range(INSERTS):
        draft = Draft(
            key=SessionKey(f"rc{batch:04}{number:04}"),
            original=original,
            when=original.when.moved_to(original.when.start + timedelta(days=1)),
            status=Status.TENTATIVE,
            title=original.title,
            notes="",
            categories=(),
            marks=Marks(f"k{number:07}", attempt=1),
            invite=False,
        )
        calendar.create(draft)
    return INSERTS


class _Raw:
    """The same by hand."""

    def __init__(self, root: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=60)

    def look(self) -> int:
        since = (datetime.now(UTC) - AGO).isoformat()
        query = {"maxResults": PAGE_SIZE, "timeMin": since, "showDeleted": "true", "fields": PAGE}
        pages, token = 0, b""
        while not pages or token:
            more = {"pageToken": token.decode()} if token else {}
            answer = self._ask("GET", f"{PATH}?{urlencode(query | more)}")
            following = TOKEN.search(answer)
            token = following[1] if following else b""
            pages += 1
        return pages

    def insert(self, batch: int) -> int:
        for number in range(INSERTS):
            event = _event(number) | {"id": f"ra{batch:04}{number:04}"}
            del event["iCalUID"]
            self._ask("POST", PATH, json.dumps(event))
        return INSERTS

    def _ask(self, method: str, target: str, body: str = "") -> bytes:
        headers = {"Authorization": "Bearer letmein", "Content-Type": "application/json"}
        self._connection.request(method, target, body or None, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, (method, answer.status)
        return content


@contextmanager
def _running() -> Iterator[str]:
    """Run the stand-in with its events; yield its root."""
    command = [sys.executable, "-m", "bench.google"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def _serve() -> None:
    """Serve until stdin ends."""
    with google() as server:
        for number in range(EVENTS):
            server.store.put(CALENDAR, _event(number))
        print(server.root, flush=True)
        sys.stdin.read()


def _event(number: int) -> dict[str, object]:
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start += timedelta(days=1 + number % 360, hours=number % 9)
    ends = start + timedelta(minutes=50)
    return {
        "iCalUID": f"bench-{number:06}@example.org",
        "summary": f"Quillon Wren {number % 40}",
        "description": "Bring the worksheet from last time.",
        "start": {"dateTime": start.isoformat(), "timeZone": "Europe/London"},
        "end": {"dateTime": ends.isoformat(), "timeZone": "Europe/London"},
    }


if __name__ == "__main__":
    _serve()
