"""The limit: hand-written HTTP on one kept connection, and nobody reads the answers.

What is asked is what must be asked; the answers are received whole and only counted. As a command,
in a new process: python -m bench.raw PLACE TOKEN look PIECES, or poll NAME...; PLACE in JSON, TOKEN
the file that keeps the sync token.
"""

import http.client
import json
import re
import sys
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from bench.place import Place

LOOKBACK = timedelta(days=14)
AHEAD = timedelta(days=365)
"""Where most of a calendar ends."""
SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
STATE = f"<D:propfind {SPACES}><D:prop><D:sync-token/></D:prop></D:propfind>"
DATA = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
QUERY = (
    f"<C:calendar-query {SPACES}>{DATA}<C:filter>"
    '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range {range}/>'
    "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
)
SYNC = (
    f"<D:sync-collection {SPACES}><D:sync-token>{{token}}</D:sync-token>"
    "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
)
MULTIGET = f"<C:calendar-multiget {SPACES}>{DATA}{{hrefs}}</C:calendar-multiget>"
TOKEN = re.compile(rb"<(?:\w+:)?sync-token>([^<]+)<")
HREF = re.compile(rb"<(?:\w+:)?href>([^<]+\.ics)<")


def ranges(pieces: int) -> list[dict[str, datetime]]:
    """Return the times of a first look in so many consecutive parts, half-open; the last has no
    end.
    """
    since = datetime.now(UTC) - LOOKBACK
    edges = [since + number * (LOOKBACK + AHEAD) / pieces for number in range(pieces)]
    inner = [{"start": a, "end": b} for a, b in pairwise(edges)]
    return [*inner, {"start": edges[-1]}]


def replacement_of(batch: str, number: int) -> str:
    """Return the UID of a replacement; all contenders give the same."""
    return f"rc{batch}{number:04}"


def replaced(text: str, name: str, batch: str, number: int) -> tuple[str, str, str]:
    """Return a replacement's name and text, and the text of its original *name*, marked."""
    uid, new = name.removesuffix(".ics"), replacement_of(batch, number)
    marked = text.replace("END:VEVENT", f"X-BENCH:{batch}\r\nEND:VEVENT")
    return f"{new}.ics", text.replace(uid, new), marked


class RawCalendar:
    """One calendar on one connection."""

    def __init__(self, url: str, username: str, password: str, *, timeout_s: float = 600) -> None:
        split = urlsplit(url)
        self.path = split.path
        login = b64encode(f"{username}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"}
        self._connection = http.client.HTTPConnection(split.netloc, timeout=timeout_s)
        self.token = ""

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def remember(self) -> None:
        """Take the server's name for its present state."""
        self.token = self._token_in(self.ask("PROPFIND", body=STATE, depth="0"))

    def first_look(self, pieces: int) -> int:
        """Ask for all that ends after the look-back; return how many came, each counted once."""
        self.remember()
        found: set[bytes] = set()
        for span in ranges(pieces):
            told = " ".join(f'{edge}="{at:%Y%m%dT%H%M%SZ}"' for edge, at in span.items())
            found.update(HREF.findall(self.ask("REPORT", body=QUERY.format(range=told))))
        return len(found)

    def poll(self, names: Sequence[str] = ()) -> int:
        """Ask what has changed, and for *names*, which the caller knows; return how many came."""
        answer = self.ask("REPORT", body=SYNC.format(token=self.token), depth="0")
        self.token = self._token_in(answer)
        if names:
            answer = self.texts(names)
        return answer.count(b"getetag>") // 2

    def texts(self, names: Sequence[str]) -> bytes:
        """Read all of *names* at once, as one answer."""
        hrefs = "".join(f"<D:href>{self.path}{name}</D:href>" for name in names)
        return self.ask("REPORT", body=MULTIGET.format(hrefs=hrefs), depth="0")

    def get(self, name: str) -> str:
        """Read one resource."""
        return self.ask("GET", self.path + name, headers={}).decode()

    def put(self, name: str, text: str, *, new: bool = False) -> None:
        """Write one resource; with *new*, only if nothing stands there."""
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        headers |= {"If-None-Match": "*"} if new else {}
        self.ask("PUT", self.path + name, text, headers=headers)

    def ask(
        self,
        method: str,
        path: str = "",
        body: str = "",
        *,
        depth: str = "1",
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """Send one request and return the whole answer.

        Raises:
            AssertionError: the server refused; a measurement of refusals means nothing.
        """
        xml = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        told = self._headers | (xml if headers is None else headers)
        self._connection.request(method, path or self.path, body.encode(), told)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status in {200, 201, 204, 207}, (method, answer.status)
        return content

    def _token_in(self, answer: bytes) -> str:
        found = TOKEN.search(answer)
        assert found is not None, "no sync token"
        return found[1].decode()


class Raw:
    """The same as a contender; see `bench.contender.Work`."""

    def __init__(self, place: Place) -> None:
        self._calendar = RawCalendar(place.url, place.username, place.password)

    def remember(self) -> int:
        self._calendar.remember()
        return 0

    def first_look(self, pieces: int) -> int:
        return self._calendar.first_look(pieces)

    def poll(self, names: list[str]) -> int:
        return self._calendar.poll(names)

    def write(self, batch: str, names: list[str]) -> int:
        for number, name in enumerate(names):
            new, replacement, marked = replaced(self._calendar.get(name), name, batch, number)
            self._calendar.put(new, replacement, new=True)
            self._calendar.put(name, marked)
        return len(names)


def main(place: Place, kept: Path, work: str, *arguments: str) -> None:
    """Do one piece of work from the token in *kept*, and keep the next."""
    calendar = RawCalendar(place.url, place.username, place.password)
    if work == "look":
        calendar.first_look(int(arguments[0]))
    else:
        calendar.token = kept.read_text(encoding="utf-8")
        found = calendar.poll(arguments)
        assert found >= len(arguments), (found, len(arguments))
    kept.write_text(calendar.token, encoding="utf-8")


if __name__ == "__main__":
    main(Place(**json.loads(sys.argv[1])), Path(sys.argv[2]), *sys.argv[3:])
