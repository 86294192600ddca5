"""Google's login on a loopback port, and a browser that does as it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import niquests

from sync.demo.google.login import LocalLogin


@contextmanager
def served(login: LocalLogin) -> Iterator[str]:
    """Serve *login* until the block ends; the root's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found = login.answer(self.command, parts.path, dict(parse_qsl(parts.query)), body)
            status, headers, content = found or (404, {}, b"")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - its name there

        def log_message(self, *args):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def visit(address: str) -> str:
    """Return where the consent page sends the browser, without going there."""
    answer = niquests.get(address, allow_redirects=False, timeout=20)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def arrive(address: str) -> int:
    """Go where the browser was sent."""
    return niquests.get(address, timeout=20).status_code or 0
