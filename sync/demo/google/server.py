"""Google on a loopback port: strict as Google, for the real client library in front of it.

Parameters are checked against the discovery document that the client library carries.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from sync.demo.google.exchange import Caller, Exchange, Request
from sync.demo.google.listing import Pages
from sync.demo.google.login import LocalLogin, Reply
from sync.demo.google.refusal import RefusalError
from sync.demo.google.store import Store

HOST = "127.0.0.1"
API = "/calendar/v3/"
_JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass
class GoogleServer:
    """Answers as Google does, on ``store``; tokens are those of ``login``.

    ``before_write`` is called once, before the next write: somebody who is faster.
    """

    store: Store = field(default_factory=Store)
    login: LocalLogin = field(default_factory=LocalLogin)
    pages: Pages = field(default_factory=Pages)
    before_write: Callable[[], None] | None = None
    root: str = ""
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def reply(
        self, verb: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> Reply | None:
        """Return status, headers and content; None to hang up."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        found = self.login.answer(verb, parts.path, query, content)
        if found is not None:
            return found
        self.seen.append((verb, parts.path, query))
        path = parts.path.removeprefix(API)
        return self.acted(Request(verb, path, query, headers, _parsed(content)))

    def acted(self, request: Request) -> Reply | None:
        """Carry *request* out, one at a time."""
        with self.store.lock:
            exchange = Exchange(self.store, self.pages, self.caller(request), request, self._raced)
            try:
                found = exchange.answer()
            except RefusalError as refusal:
                return refusal.status, _JSON, refusal.body()
        return (204, {}, b"") if found is None else (200, _JSON, json.dumps(found).encode())

    def caller(self, request: Request) -> Caller | None:
        """Return whose token came with *request*; None if it is none, or too old."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        scopes = self.login.scopes_of(token)
        return None if scopes is None else Caller(scopes, robot=self.login.is_robot(token))

    def _raced(self) -> None:
        before, self.before_write = self.before_write, None
        if before is not None:
            before()


@contextmanager
def serving(server: GoogleServer) -> Iterator[GoogleServer]:
    """Serve on a free port until the block ends; ``root`` is the address."""
    listening = ThreadingHTTPServer((HOST, 0), _handler(server))
    listening.daemon_threads = True
    server.root = f"http://{HOST}:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content) if content else {}
    except ValueError:
        return None


def _handler(server: GoogleServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.reply(self.command, self.path, headers, content)
            if reply is None:
                self.close_connection = True
                return
            status, more, body = reply
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | more).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            if "Content-Length" in more:  # more is announced than there is: only an end tells
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    return Handler
