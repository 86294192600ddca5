"""A proxy in front of a real server that kills a process at one chosen request.

The kill comes either before the request reaches the server, or after the server has acted and
before its answer gets back: the two sides of every point at which a crash can come.
"""

import http.client
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


@dataclass
class Plan:
    """Kill *victim* at request number *at* (from 0), before or after the server acts."""

    at: int = -1
    after: bool = False
    victim: int = 0
    seen: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, method: str) -> int:
        with self.lock:
            self.seen.append(method)
            return len(self.seen) - 1

    def strike(self) -> None:
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)


@contextmanager
def killing_proxy(root: str, plan: Plan) -> Iterator[str]:
    """Run the proxy before the server at *root*; yield its own root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(root, plan))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
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
            number = plan.number(self.command)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if number == plan.at and not plan.after:
                plan.strike()
                return self._hang_up()
            connection = http.client.HTTPConnection(target, timeout=30)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if number == plan.at:
                plan.strike()
                return self._hang_up()
            self.send_response(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP | {"server", "date"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return None

        def _hang_up(self) -> None:
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
