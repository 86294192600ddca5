"""A proxy in front of a real server; what becomes of each request is for a plan to say."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import urlsplit

HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


@dataclass(frozen=True)
class Reply:
    """An answer; *cut* announces more than is sent."""

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    cut: bool = False


class Plan(Protocol):
    """Says what becomes of requests."""

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        """Return the answer, by *forward* or not; None to hang up."""
        ...


@dataclass
class Counter:
    """Numbers requests from 0, and remembers their methods."""

    seen: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, method: str) -> int:
        with self.lock:
            self.seen.append(method)
            return len(self.seen) - 1


@contextmanager
def proxy(root: str, plan: Plan) -> Iterator[str]:
    """Run the proxy before the server at *root*; yield its own root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(root, plan))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(root: str, plan: Plan) -> type[BaseHTTPRequestHandler]:
    target = urlsplit(root).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._pass_on
            raise AttributeError(name)

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reply = plan.answer(self.command, lambda: self._forward(body))
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status, reply.reason or None)
            for name, value in reply.headers:
                if name.lower() not in HOP_BY_HOP | {"server", "date"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            content = reply.content
            if reply.cut:
                self.close_connection = True
                content = content[: len(content) // 2]
            with suppress(OSError):  # whoever asked was killed, or gave up
                self.wfile.write(content)

        def _forward(self, body: bytes) -> Reply:
            connection = http.client.HTTPConnection(target, timeout=30)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return Reply(answer.status, answer.reason, tuple(answer.getheaders()), content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
