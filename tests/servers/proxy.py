"""A proxy in front of a real server; what becomes of each request is for a plan to say."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import urlsplit

OUTLAST_S = 60.0
HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


@dataclass(frozen=True)
class Reply:
    """An answer; *cut* announces more than is sent.

    *stalls* sends half of it, of a status 0 nothing, and then waits for whoever asked to give up.
    After the *last* one nobody listens any more.
    """

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    cut: bool = False
    stalls: bool = False
    last: bool = False


class Plan(Protocol):
    """Says what becomes of requests; ``given_up`` is set when one outlasted who asked."""

    given_up: threading.Event

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        """Return the answer, by *forward* or not; None to hang up."""
        ...


@dataclass
class Counter:
    """Numbers requests from 0, and remembers their methods."""

    seen: list[str] = field(default_factory=list)
    given_up: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, method: str) -> int:
        with self.lock:
            self.seen.append(method)
            return len(self.seen) - 1


class Gate:
    """Where a proxy listens; ``root`` stays the same. While it is closed, nobody listens there."""

    def __init__(self, root: str, plan: Plan) -> None:
        parts = {"target": urlsplit(root).netloc, "plan": plan, "gate": self}
        self._handler = type("Handler", (_Handler,), parts)
        self._server: ThreadingHTTPServer | None = None
        self._lock = threading.Lock()
        self._port = 0
        self.open()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def open(self) -> None:
        """Listen, if it does not yet."""
        with self._lock:
            if self._server is None:
                self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler)
                self._server.daemon_threads = True
                self._port = self._server.server_address[1]
                work = self._server.serve_forever
                threading.Thread(target=work, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections from now on."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


@contextmanager
def gate(root: str, plan: Plan) -> Iterator[Gate]:
    """Run the proxy before the server at *root*, and close it in the end."""
    found = Gate(root, plan)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def proxy(root: str, plan: Plan) -> Iterator[str]:
    """Run the proxy before the server at *root*; yield its own root."""
    with gate(root, plan) as found:
        yield found.root


class _Handler(BaseHTTPRequestHandler):
    """One connection; each proxy has a class of its own of these."""

    target: str
    plan: Plan
    gate: Gate
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.plan.answer(self.command, lambda: self._forward(body))
        self.close_connection = reply is None or reply.cut or reply.stalls or reply.last
        if reply is None:
            return
        if reply.last:
            self.gate.close()
        if reply.status:
            self._answer(reply)
        if reply.stalls:
            self._outlast()

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status, reply.reason or None)
        for name, value in reply.headers:
            if name.lower() not in HOP_BY_HOP | {"server", "date"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        content = reply.content
        if reply.cut or reply.stalls:
            content = content[: len(content) // 2]
        with suppress(OSError):  # whoever asked was killed, or gave up
            self.wfile.write(content)

    def _outlast(self) -> None:
        """Wait until the other side hangs up, for longer than any test has patience."""
        self.connection.settimeout(OUTLAST_S)
        with suppress(ConnectionError):
            if self.connection.recv(1):
                return
        self.plan.given_up.set()

    def _forward(self, body: bytes) -> Reply:
        connection = http.client.HTTPConnection(self.target, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return Reply(answer.status, answer.reason, tuple(answer.getheaders()), content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
