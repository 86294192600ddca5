"""One calendar collection as a shelf of resources: texts under paths, each with its ETag.

Nothing here knows what the texts mean. Answers that fail as a whole are taken apart, down to
single resources, so that one bad resource never hides the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from lxml.etree import LxmlError
from niquests.exceptions import ReadTimeout

from adapters.caldav import bodies
from adapters.caldav.client import ICALENDAR, XML, DavClient, Reply
from adapters.caldav.discovery import propfind
from adapters.caldav.errors import AnswerError, UnusableAnswerError
from adapters.caldav.lines import unfolded
from adapters.caldav.multistatus import Multistatus, Row, address, comparable

BATCHES = (500, 50)
"""How many resources are asked for at once, and how many where that fails; then each by itself.

Radicale lists its whole folder for each question: of 50,000 resources, batches of 500 take half as
long as those of 100, which Thunderbird asks for; Apple asks for 50.
"""

RESOURCE_CHARS_MAX = 1_000_000
BACK_MAX = timedelta(days=400)
"""What has been over for longer is not looked for by its UID."""

GONE = frozenset({404, 410})
NOT_ABOUT_ONE = frozenset({401, 429, 503})
"""Statuses that another question about the same resources would get as well."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One resource as it stands; ``etag`` is normalised."""

    path: str
    text: str
    etag: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of the paths that were asked for; each is in one of the first three.

    ``huge`` are those of the unreadable ones that did come, but are too large.
    """

    stored: tuple[Stored, ...] = ()
    unreadable: tuple[tuple[str, str, str], ...] = ()  # path, ETag, why
    gone: frozenset[str] = frozenset()
    huge: tuple[Stored, ...] = ()


def together(parts: Iterable[Fetched]) -> Fetched:
    """Return what became of all that *parts* were asked for."""
    told = tuple(parts)
    return Fetched(
        tuple(one for part in told for one in part.stored),
        tuple(one for part in told for one in part.unreadable),
        frozenset().union(*(part.gone for part in told)),
        tuple(one for part in told for one in part.huge),
    )


def _below(sizes: Iterable[int], count: int) -> list[int]:
    return [size for size in sizes if size < count]


def _is_too_much(error: AnswerError) -> bool:
    """Return whether the server may be able to answer smaller questions.

    Radicale answers 400 when more than 10,000 resources fit (seen on 3.9).
    """
    return error.status == 400 or (error.status >= 500 and error.status not in NOT_ABOUT_ONE)


class Shelf:
    """The collection at *url*, which ends in a slash. Paths are in their comparable form.

    Every method may raise what `errors.MAPPED` names.
    """

    def __init__(self, client: DavClient, url: str) -> None:
        self._client = client
        self.url = url
        self.path = comparable(url)

    def path_of(self, uid: str) -> str:
        """Return where a resource named after *uid* stands; our UIDs are safe names (quirk 9)."""
        return f"{self.path}{uid}.ics"

    def get(self, path: str) -> Stored | None:
        """Return the resource, or None if it is not there."""
        reply = self._client.exchange("GET", self._url(path), headers={"Accept": "text/calendar"})
        if reply.status in GONE:
            return None
        if not reply.ok:
            raise reply.error
        if len(reply.body) > RESOURCE_CHARS_MAX:
            raise UnusableAnswerError("the resource is too large")
        text = reply.body.decode("utf-8", errors="replace")
        return Stored(path, text, reply.etag or self._etag(path))

    def put(self, path: str, text: str, condition: tuple[str, str]) -> Reply:
        """Write the resource if *condition* holds, and return the answer, whatever it is."""
        name, value = condition
        headers = {"Content-Type": ICALENDAR, name: value}
        return self._client.exchange(
            "PUT", self._url(path), body=text.encode("utf-8"), headers=headers
        )

    def delete(self, path: str, etag: str) -> Reply:
        """Delete the resource if it is still as *etag* has it, and return the answer."""
        return self._client.exchange("DELETE", self._url(path), headers={"If-Match": etag})

    def state(self, properties: str = bodies.STATE) -> Row:
        """Return what the collection says of itself.

        Raises:
            AnswerError: also when the refusal stands inside a 207 (quirk 20).
        """
        row = propfind(self._client, self.url, properties).own()
        if row is None:
            raise AnswerError(404)
        if 403 in row.denied and not row.texts and not row.names:
            raise AnswerError(403)
        return row

    def etags(self) -> dict[str, str]:
        """Return the ETag of every resource."""
        listed = propfind(self._client, self.url, bodies.ETAG, depth=1)
        return {row.path: row.etag for row in self._members(listed.rows)}

    def window(self, start: datetime, end: datetime | None = None) -> Fetched:
        """Return what overlaps the time; servers may add what does not (quirks 15, 19)."""
        try:
            rows = self._members(self._report(bodies.query(start, end)).rows)
        except (UnusableAnswerError, LxmlError):
            return self.fetch(self.window_etags(start, end))
        except AnswerError as error:
            if not _is_too_much(error):
                raise
            return self.fetch(self.window_etags(start, end))
        return self._sorted(rows)

    def window_etags(self, start: datetime, end: datetime | None = None) -> dict[str, str]:
        """Return the ETags of what overlaps the time; of all, if the server fails on that."""
        try:
            answer = self._report(bodies.query(start, end, data=False))
        except AnswerError as error:
            if not _is_too_much(error):
                raise
            return self.etags()
        return {row.path: row.etag for row in self._members(answer.rows)}

    def with_uid(self, uid: str, start: datetime, end: datetime | None = None) -> Iterator[Stored]:
        """Yield resources in a time that may hold *uid*, under whatever name they stand.

        Asked for by time and picked out here: for a query by UID Radicale and SabreDAV read every
        text that they have. Of 10,000 Radicale 3.9 took longer than we wait (30 s).

        Raises:
            UnusableAnswerError: something there cannot be had; it may be what is looked for.
        """
        found = self.window(start, end)
        if len(found.unreadable) > len(found.huge):
            raise UnusableAnswerError("something that stands there cannot be had")
        for stored in (*found.stored, *found.huge):
            if uid in unfolded(stored.text):
                yield stored

    def since(self, token: str) -> Multistatus:
        """Return what changed since *token*, ETags only."""
        return self._report(bodies.sync_collection(token), depth=0)

    def fetch(self, paths: Iterable[str]) -> Fetched:
        """Return the resources at *paths*, in batches."""
        return self._in_batches(sorted(paths), BATCHES)

    def _in_batches(self, paths: Sequence[str], sizes: Sequence[int]) -> Fetched:
        """Return the resources at *paths*, in batches of the first of *sizes*."""
        if not sizes:
            return together(map(self._alone, paths))
        size, *smaller = sizes
        batches = (paths[at : at + size] for at in range(0, len(paths), size))
        return together(self._batch(batch, smaller) for batch in batches)

    def _batch(self, paths: Sequence[str], smaller: Sequence[int]) -> Fetched:
        smaller = _below(smaller, len(paths))
        try:
            rows = tuple(self._members(self._report(bodies.multiget(paths), depth=0).rows))
        except (UnusableAnswerError, LxmlError):
            return self._in_batches(paths, smaller)
        except ReadTimeout:
            if not smaller:
                raise
            return self._in_batches(paths, smaller)
        except AnswerError as error:
            if error.status in NOT_ABOUT_ONE:
                raise
            return self._in_batches(paths, smaller)  # one is gone (quirk 18), or is undeliverable
        wanted = frozenset(paths)
        found = self._sorted(row for row in rows if row.path in wanted)
        left = wanted - found.gone - {one.path for one in found.stored}
        left -= {path for path, _, _ in found.unreadable}
        # DAViCal leaves out what is gone; a server that cut its answer short would look the same.
        return together((found, self._in_batches(sorted(left), _below(smaller, len(left)))))

    def _alone(self, path: str) -> Fetched:
        try:
            stored = self.get(path)
        except UnusableAnswerError as error:
            return Fetched(unreadable=((path, "", str(error)),))
        except AnswerError as error:
            if error.status in NOT_ABOUT_ONE:
                raise
            return Fetched(unreadable=((path, "", f"the server fails on it ({error.status})"),))
        return Fetched(stored=(stored,)) if stored else Fetched(gone=frozenset({path}))

    def _sorted(self, rows: Iterable[Row]) -> Fetched:
        stored: list[Stored] = []
        unreadable: list[tuple[str, str, str]] = []
        gone: set[str] = set()
        huge: list[Stored] = []
        alone: list[str] = []
        for row in rows:
            if row.gone:
                gone.add(row.path)
            elif row.text is None or not row.etag:
                alone.append(row.path)
            elif len(row.text) > RESOURCE_CHARS_MAX:
                unreadable.append((row.path, row.etag, "the resource is too large"))
                huge.append(Stored(row.path, row.text, row.etag))
            else:
                stored.append(Stored(row.path, row.text, row.etag))
        found = Fetched(tuple(stored), tuple(unreadable), frozenset(gone), tuple(huge))
        return together((found, self._in_batches(alone, ())))

    def _members(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield what stands in the collection; not itself, nor collections inside it."""
        for row in rows:
            if not row.path.endswith("/") and row.path != self.path.rstrip("/"):
                yield row

    def _etag(self, path: str) -> str:
        row = propfind(self._client, self._url(path), bodies.ETAG).own()
        if row is None or not row.etag:
            raise UnusableAnswerError("the server names no revisions")
        return row.etag

    def _report(self, body: bytes, *, depth: int = 1) -> Multistatus:
        headers = {"Depth": str(depth), "Content-Type": XML}
        return self._client.exchange("REPORT", self.url, body=body, headers=headers).multistatus()

    def _url(self, path: str) -> str:
        return urljoin(self.url, address(path))
