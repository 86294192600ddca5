"""The wire: caldav's client with its holes closed.

caldav brings the session, the choice of a login and its headers. Closed here are: redirects (never
followed), other origins (never asked), time and size (always bounded), hidden repetitions (off),
and the library's own reading of bodies, which writes them to logs when they surprise it: bodies
go past it, straight to `multistatus`.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import niquests
from caldav.davclient import DAVClient
from niquests.adapters import HTTPAdapter

from adapters.caldav.errors import (
    AnswerError,
    ForeignOriginError,
    UnusableAnswerError,
    never_sent,
)
from adapters.caldav.multistatus import Multistatus, normal_etag, parsed, preconditions

REPEATABLE = frozenset({"GET", "OPTIONS", "PROPFIND", "REPORT"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PORTS = {"http": 80, "https": 443}
CHUNK_BYTES = 65_536
XML = "application/xml; charset=utf-8"
ICALENDAR = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may cost. Seconds, and bytes after decompression."""

    connect_s: float = 5.0
    read_s: float = 30.0
    exchange_s: float = 120.0
    body_bytes_max: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``headers`` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Return whether the server did as asked."""
        return 200 <= self.status < 300

    @property
    def etag(self) -> str:
        """Return the normalised ETag, or an empty text."""
        return normal_etag(self.headers.get("etag", ""))

    @property
    def error(self) -> AnswerError:
        """Return the answer as an error."""
        names = preconditions(self.body) if self.body else frozenset()
        return AnswerError(self.status, names, self.headers.get("retry-after", ""))

    def multistatus(self) -> Multistatus:
        """Return the rows of a 207.

        Raises:
            AnswerError: the status is another.
            UnusableAnswerError, lxml.etree.LxmlError: the body cannot be read.
        """
        if self.status not in {200, 207}:
            raise self.error
        return parsed(self.body)


class _CountingAdapter(HTTPAdapter):
    """Counts what is truly sent: a digest login sends a request again below the session."""

    sent = 0

    def send(self, *args: Any, **kwargs: Any) -> niquests.Response:  # noqa: ANN401 - passed on
        self.sent += 1
        return super().send(*args, **kwargs)


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of *url*; the port is never left open."""
    split = urlsplit(url)
    return split.scheme, (split.hostname or "").lower(), split.port or PORTS.get(split.scheme, 0)


class DavClient(DAVClient):
    """One account's connection. One exchange at a time; safe to share among threads."""

    def __init__(
        self, url: str, *, username: str, password: str, limits: Limits | None = None
    ) -> None:
        super().__init__(
            url=url,
            username=username,
            password=password,
            enable_rfc6764=False,
            rate_limit_handle=False,
        )
        self.limits = limits or Limits()
        self.lock = threading.RLock()
        self.base = str(self.url)
        self._origin = origin(self.base)
        self._kept = False
        self._answered = False
        self._scheme: str | None = None
        self.session.close()
        self._adapter = _CountingAdapter(
            max_retries=0, disable_http2=True, disable_http3=True, revocation_configuration=None
        )
        self.session = niquests.Session(
            retries=0,
            disable_http2=True,
            disable_http3=True,
            revocation_configuration=None,  # it would ask hosts that nobody configured
            allow_incoming_cookies=False,
        )
        self.session.mount("http://", self._adapter)
        self.session.mount("https://", self._adapter)

    @property
    def sent(self) -> int:
        """Return how many requests have left so far."""
        return self._adapter.sent

    @property
    def scheme(self) -> str | None:
        """Return the login that works here (``basic``, ``digest``), once it is known."""
        return self._scheme

    def log_in_with(self, scheme: str | None) -> None:
        """Send credentials at once from now on, by *scheme*; None: wait to be asked."""
        self._scheme = scheme
        self.auth = None
        if scheme is not None:
            self.build_auth_object([scheme])

    def may_guess_basic(self) -> bool:
        """Return whether a password may be sent unasked: encrypted, or to this machine."""
        return self._origin[0] == "https" or self._origin[1] in LOOPBACK

    def allows(self, url: str) -> bool:
        """Return whether *url* is on the server to which the credentials belong.

        The step from http to https on the same host, on their usual ports, is allowed.
        """
        scheme, host, port = origin(url)
        if (scheme, host, port) == self._origin:
            return True
        upgraded = (scheme, port) == ("https", 443) and self._origin[::2] == ("http", 80)
        return upgraded and host == self._origin[1]

    def exchange(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request and return its answer, whatever its status.

        Asked for a login, it negotiates one and sends the request again. A read on a kept
        connection that the server had closed silently is sent again once (quirk 30); a write
        never is.

        Raises:
            ForeignOriginError: nothing was sent.
            UnusableAnswerError: the answer is too long or too slow.
            niquests.exceptions.RequestException, OSError: the wire failed.
        """
        if not self.allows(url):
            raise ForeignOriginError
        with self.lock:
            remembered = self.auth
            reply = self._sent_safely(method, url, body, headers or {})
            if reply.status != 401 or not self._negotiated(reply, remembered):
                return reply
            return self._sent_safely(method, url, body, headers or {})

    def _negotiated(self, reply: Reply, remembered: object) -> bool:
        """Choose a login from a 401 and return whether it is another than the one refused."""
        offered = set(self.extract_auth_types(reply.headers.get("www-authenticate", "")))
        if not offered and self.may_guess_basic():
            offered = {"basic"}
        if remembered is not None:
            offered -= {self._scheme}
        for scheme in ("digest", "basic"):
            if scheme in offered:
                self.log_in_with(scheme)
                return True
        return False

    def _sent_safely(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        kept, self._kept = self._kept, False
        try:
            reply = self._sent_once(method, url, body, headers)
        except niquests.exceptions.ConnectionError as error:
            lost = kept and not self._answered and method in REPEATABLE and not never_sent(error)
            if not lost or isinstance(error, niquests.exceptions.Timeout):
                raise
            reply = self._sent_once(method, url, body, headers)
        self._kept = True
        return reply

    def _sent_once(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        self._answered = False
        deadline = time.monotonic() + self.limits.exchange_s
        response = self.session.request(
            method,
            url,
            data=body or None,
            headers={"User-Agent": "raincheck", "Accept": "*/*", **headers},
            auth=self.auth or _anonymous,
            timeout=(self.limits.connect_s, self.limits.read_s),
            allow_redirects=False,
            stream=True,
        )
        self._answered = True  # what stops in the middle of a body is no connection closed silently
        try:
            content = self._bounded(response, deadline)
        except BaseException:
            response.close()
            raise
        names = {str(name).lower(): str(value) for name, value in response.headers.items()}
        return Reply(int(response.status_code or 0), names, content)

    def _bounded(self, response: niquests.Response, deadline: float) -> bytes:
        """Return the body; stop the moment it is too long or too slow."""
        body = BytesIO()  # grows in place, where a list of pieces would be joined into a second one
        for piece in response.iter_content(CHUNK_BYTES):
            if body.tell() + len(piece) > self.limits.body_bytes_max:
                raise UnusableAnswerError("the answer is too long")
            if time.monotonic() > deadline:
                raise UnusableAnswerError("the answer takes too long")
            body.write(piece)
        return body.getvalue()


def _anonymous(request: niquests.PreparedRequest) -> niquests.PreparedRequest:
    """Return *request* as it is: without this, a .netrc would be searched for a login."""
    return request
