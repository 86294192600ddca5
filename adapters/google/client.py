"""Google's own client, held to one request at a time and to what is harmless to send twice.

``num_retries`` stays 0: retrying is the engine's. httplib2 re-sends a request once by itself when
the server hangs up without an answer, writes included (httplib2 0.32); so every write has an id
of ours or an etag.
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import httplib2
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from adapters.google.login import Login

TIMEOUT_S = 30.0
ENDPOINT = "https://www.googleapis.com"
PAGES_MAX = 1_000
"""More pages than this are no calendar but a server that goes round in circles."""


class EndlessPagesError(ValueError):
    """A list that does not end; to the caller an answer that is not whole."""


class GoogleClient:
    """One login at Google.

    Args:
        login: How to log in; loaded when it is first needed.
        endpoint: The API's root; ``/calendar/v3/`` is added.
        timeout_s: How long the server may keep silent.
    """

    def __init__(self, login: Login, endpoint: str = "", *, timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self.endpoint = (endpoint or ENDPOINT).rstrip("/")
        self._login = login
        self.lock = threading.RLock()
        self.sent = 0
        self._local = threading.local()
        self._opened: list[AuthorizedHttp] = []
        self._built: Any = None

    @property
    def service(self) -> Any:  # noqa: ANN401 - the client library builds it from a document
        """The service; built once, sends nothing."""
        with self.lock:
            if self._built is None:
                self._built = build(
                    "calendar",
                    "v3",
                    http=self._http(),
                    client_options={"api_endpoint": f"{self.endpoint}/calendar/v3/"},
                    static_discovery=True,
                    cache_discovery=False,
                )
            return self._built

    def execute(self, request: Any, *, etag: str | None = None) -> dict[str, Any]:  # noqa: ANN401
        """Return the answer to *request*, sent once; with *etag*, only if that still stands.

        Raises:
            Exception: one of `adapters.google.errors.MAPPED`.
        """
        if etag is not None:
            request.headers["If-Match"] = etag
        self.sent += 1
        answer = request.execute(http=self._http(), num_retries=0)
        if not isinstance(answer, dict):
            return {}
        return answer

    def pages(self, method: Any, **query: object) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401
        """Yield every page of a list, the last one too; pages may be empty."""
        token: str | None = None
        for _ in range(PAGES_MAX):
            page = self.execute(method(**query, pageToken=token))
            yield page
            following = page.get("nextPageToken")
            if not following:
                return
            if following == token:
                break
            token = str(following)
        raise EndlessPagesError("the list has no end")

    def close(self) -> None:
        """Close all connections, and keep a login that was refreshed."""
        self._login.keep()
        while self._opened:
            self._opened.pop().close()

    def _http(self) -> AuthorizedHttp:
        """Return this thread's own connection: httplib2 is not thread-safe."""
        if not hasattr(self._local, "http"):
            plain = httplib2.Http(timeout=self.timeout_s)
            plain.follow_redirects = False  # a redirect could carry the login to another host
            self._local.http = AuthorizedHttp(self._login.credentials(), http=plain)
            self._opened.append(self._local.http)
        return self._local.http
