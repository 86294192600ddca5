"""A small CalDAV server of our own, with the bad habits that Radicale and Xandikos lack.

It keeps texts under paths, answers the few questions that the adapter asks, and writes down every
request. A `Habits` value says how it misbehaves. Loopback only; plain HTTP/1.1.
"""

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

HOME = "/dav/"
CALENDAR = "/dav/sessions/"
NONCE = "c0ffee"


@dataclass
class Habits:
    """How the server behaves; the defaults are those of a good one with only a change tag."""

    sync: bool = False  # offers sync-collection
    ctag: bool = True
    forgiving_tokens: bool = False  # a bad token gets 207 and nothing (quirk 4)
    weak_etags: bool = False  # W/ on GET (quirk 13)
    obeys_none_match: bool = True  # else If-None-Match is ignored (quirk 1)
    multiget_all_or_nothing: bool = False  # 404 if one is gone (quirk 18)
    multiget_silent: bool = False  # leaves out what is gone (quirk 18)
    multiget_max: int | None = None  # answers for so many and says nothing of the others
    multiget_slow: int | None = None  # keeps silent for a second when asked for more than that
    spoilt: str = ""  # a path that makes every question for its text fail (500)
    phantom: str = ""  # a path that sync answers name although it is gone
    too_much: bool = False  # 400 to queries for texts (Radicale, above 10,000 resources)
    hidden: str = ""  # a path that queries by time do not find (quirk 16)
    listed_escapes: bool = False  # lists other escapes than were sent (quirk 9)
    login: str = ""  # "basic" or "digest"
    stranger: bool = False  # 207 and unauthenticated instead of a 401 (quirk 28)
    redirect: str = ""  # every PROPFIND is sent there
    body: bytes = b""  # what every REPORT gets
    delay_s: float = 0.0  # before every answer
    put_statuses: list[int] = field(default_factory=list)  # the next answers to PUT; 0: no answer
    put_stores: bool = False  # the failing ones store all the same (quirk 22)
    delete_statuses: list[int] = field(default_factory=list)  # the next to DELETE; 0: no answer
    close_after: bool = False  # kept connections are closed without a word (quirk 30)
    rival: str = ""  # what stands there after a PUT, instead of what was sent (quirk 3)
    intruder: str = ""  # what somebody stores a moment before the next PUT arrives
    refusal: dict[str, str] = field(default_factory=dict)  # headers of a 503 to everything


class ScriptedServer:
    """The server's state; ``seen`` is (method, path, headers) of every request; ``bodies``."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.log: list[tuple[int, str]] = []
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.bodies: list[str] = []
        self.port = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def url(self) -> str:
        return self.root.rstrip("/") + CALENDAR

    def store(self, name: str, text: str) -> None:
        path = name if name.startswith("/") else CALENDAR + name
        self.texts[path] = text
        self.log.append((len(self.log) + 1, path))
        self.versions[path] = len(self.log)

    def remove(self, name: str) -> None:
        del self.texts[CALENDAR + name]
        self.log.append((len(self.log) + 1, CALENDAR + name))

    def etag(self, path: str) -> str:
        return f'"v{self.versions[path]}"'

    def methods(self) -> list[str]:
        return [method for method, _, _ in self.seen]


@contextmanager
def scripted(habits: Habits | None = None) -> Iterator[ScriptedServer]:
    """Run a server with *habits* until the block ends."""
    state = ScriptedServer(habits or Habits())

    class Handler(_Handler):
        server_state = state

    with _QuietServer(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """Say nothing: clients that hang up are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: ScriptedServer

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        state, habits = self.server_state, self.server_state.habits
        length = int(self.headers.get("Content-Length") or 0)
        self.sent = self.rfile.read(length).decode("utf-8")
        state.bodies.append(self.sent)
        headers = {name.lower(): value for name, value in self.headers.items()}
        state.seen.append((self.command, self.path, headers))
        if habits.delay_s:
            time.sleep(habits.delay_s)
        if habits.refusal:
            self.answer(503, b"", habits.refusal)
        elif self.may_enter():
            getattr(self, f"on_{self.command.lower()}")()
        if habits.close_after:
            self.close_connection = True

    do_GET = do_PUT = do_DELETE = handle_any  # noqa: N815 - http.server's
    do_PROPFIND = do_REPORT = do_OPTIONS = handle_any  # noqa: N815

    def may_enter(self) -> bool:
        habits = self.server_state.habits
        given = self.headers.get("Authorization", "")
        if not habits.login or self.is_login(given):
            return True
        if habits.stranger and not given and self.command == "PROPFIND":
            return True
        asked = 'Basic realm="x"'
        if habits.login == "digest":
            asked = f'Digest realm="x", nonce="{NONCE}", qop="auth", algorithm=MD5'
        self.answer(401, b"", {"WWW-Authenticate": asked})
        return False

    def is_login(self, given: str) -> bool:
        if self.server_state.habits.login == "basic":
            return given == "Basic dGhlcmFwaXN0OnF1aWxs"  # therapist:quill
        parts = dict(re.findall(r'(\w+)="?([^",]+)"?', given))
        if not given.startswith("Digest ") or parts.get("nonce") != NONCE:
            return False
        first = _md5("therapist:x:quill")
        second = _md5(f"{self.command}:{parts['uri']}")
        middle = f"{NONCE}:{parts['nc']}:{parts['cnonce']}:{parts['qop']}"
        return parts.get("response") == _md5(f"{first}:{middle}:{second}")

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def multistatus(self, rows: list[str], extra: str = "") -> None:
        text = (
            '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" '
            'xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/">'
            f"{''.join(rows)}{extra}</D:multistatus>"
        )
        self.answer(207, text.encode("utf-8"), {"Content-Type": "application/xml"})

    def row(self, path: str, *, data: bool = False) -> str:
        state = self.server_state
        if path not in state.texts:
            status = "<D:status>HTTP/1.1 404 Not Found</D:status>"
            return f"<D:response><D:href>{path}</D:href>{status}</D:response>"
        text = f"<C:calendar-data>{escape(state.texts[path])}</C:calendar-data>" if data else ""
        shown = path.replace("-", "%2d") if state.habits.listed_escapes else path
        return _row(shown, f"<D:getetag>{escape(state.etag(path))}</D:getetag>{text}")

    def on_options(self) -> None:
        self.answer(200, b"", {"DAV": "1, calendar-access"})

    def on_propfind(self) -> None:
        state, habits = self.server_state, self.server_state.habits
        if habits.redirect:
            self.answer(301, b"", {"Location": habits.redirect})
            return
        if habits.stranger and not self.headers.get("Authorization"):
            inside = "<D:unauthenticated/>"
            principal = f"<D:current-user-principal>{inside}</D:current-user-principal>"
            self.multistatus([_row(self.path, principal)])
            return
        deep = self.headers.get("Depth") == "1"
        if self.path.startswith(CALENDAR):
            rows = [_row(CALENDAR, self.about())]
            rows += [self.row(path) for path in state.texts if deep]
            self.multistatus(rows if self.path == CALENDAR else [self.row(self.path)])
        elif self.path in {"/", HOME}:
            home = f"<D:href>{HOME}</D:href>"
            props = f"<D:current-user-principal>{home}</D:current-user-principal>"
            props += f"<C:calendar-home-set>{home}</C:calendar-home-set>"
            rows = [_row(self.path, props)]
            self.multistatus(rows + ([_row(CALENDAR, self.about())] if deep else []))
        else:
            self.answer(404, b"")

    def about(self) -> str:
        state, habits = self.server_state, self.server_state.habits
        kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        text = f"{kind}<D:displayname>Sessions</D:displayname>"
        if habits.ctag:
            text += f"<S:getctag>c{len(state.log)}</S:getctag>"
        if habits.sync:
            text += f"<D:sync-token>t{len(state.log)}</D:sync-token>"
        return text

    def on_report(self) -> None:
        state, habits = self.server_state, self.server_state.habits
        if self.path != CALENDAR:
            self.answer(404, b"")
        elif habits.body:
            self.answer(207, habits.body, {"Content-Type": "application/xml"})
        elif "sync-collection" in self.sent:
            self.on_sync()
        elif habits.spoilt and "calendar-data" in self.sent:
            self.answer(500, b"")
        elif "calendar-multiget" in self.sent:
            paths = re.findall(r"<D:href>([^<]+)</D:href>", self.sent)
            if habits.multiget_all_or_nothing and not state.texts.keys() >= set(paths):
                self.answer(404, b"")
                return
            if habits.multiget_slow is not None and len(paths) > habits.multiget_slow:
                time.sleep(1.0)
            if habits.multiget_silent:
                paths = [path for path in paths if path in state.texts]
            self.multistatus([self.row(path, data=True) for path in paths[: habits.multiget_max]])
        else:
            data = "calendar-data" in self.sent
            found = [path for path in state.texts if path != habits.hidden]
            if habits.too_much and data:
                self.answer(400, b"")
                return
            self.multistatus([self.row(path, data=data) for path in found])

    def on_sync(self) -> None:
        state, habits = self.server_state, self.server_state.habits
        found = re.search(r"<D:sync-token>t(\d+)</D:sync-token>", self.sent)
        last = int(found[1]) if found else len(state.log)
        if not habits.sync:
            self.answer(403, b'<D:error xmlns:D="DAV:"><D:supported-report/></D:error>')
            return
        if habits.forgiving_tokens:
            last = len(state.log)
        paths = dict.fromkeys(path for number, path in state.log if number > last)
        token = f"<D:sync-token>t{len(state.log)}</D:sync-token>"
        rows = [self.row(path) for path in paths]
        if habits.phantom:
            rows.append(_row(habits.phantom, '<D:getetag>"v0"</D:getetag>'))
        self.multistatus(rows, token)

    def on_get(self) -> None:
        state = self.server_state
        if self.path not in state.texts:
            self.answer(404, b"")
            return
        if self.path == state.habits.spoilt:
            self.answer(500, b"")
            return
        mark = "W/" if state.habits.weak_etags else ""
        headers = {"ETag": mark + state.etag(self.path), "Content-Type": "text/calendar"}
        self.answer(200, state.texts[self.path].encode("utf-8"), headers)

    def on_put(self) -> None:
        state, habits = self.server_state, self.server_state.habits
        if habits.intruder:
            state.store(self.path, habits.intruder)
            habits.intruder = ""
        standing = self.path in state.texts
        match = self.headers.get("If-Match")
        if match and (not standing or match != state.etag(self.path)):
            self.answer(412, b"")
            return
        if self.headers.get("If-None-Match") and standing and habits.obeys_none_match:
            self.answer(412, b"")
            return
        status = habits.put_statuses.pop(0) if habits.put_statuses else 201
        if 200 <= status < 300 or habits.put_stores:
            state.store(self.path, habits.rival or self.sent)
            habits.rival = ""
        if status == 0:
            self.close_connection = True
            self.connection.shutdown(2)
            return
        self.answer(status, b"")

    def on_delete(self) -> None:
        state, habits = self.server_state, self.server_state.habits
        if self.path not in state.texts:
            self.answer(404, b"")
            return
        if self.headers.get("If-Match", state.etag(self.path)) != state.etag(self.path):
            self.answer(412, b"")
            return
        status = habits.delete_statuses.pop(0) if habits.delete_statuses else 204
        if status in {0, 204}:
            state.remove(self.path.removeprefix(CALENDAR))
        if status == 0:
            self.close_connection = True
            self.connection.shutdown(2)
            return
        self.answer(status, b"")


def _row(path: str, properties: str) -> str:
    return (
        f"<D:response><D:href>{path}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()
