"""Google Calendar on loopback: strict as Google, for the real client library in front of it.

Parameters are checked against the discovery document that the client library carries.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.google_store import Json, Mail, Shelf, Store, span_of

CALENDAR = "practice@example.org"
ID = re.compile(r"[a-v0-9]{5,1024}")
HEARD = ("start", "end", "status", "summary", "location", "description", "attendees")
UNSYNCABLE = {
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty",
    "timeMin", "timeMax", "updatedMin",
}  # fmt: skip
NO_TOKEN = UNSYNCABLE - {"timeMin", "timeMax"}


class RefusalError(Exception):
    """An answer other than success, in Google's words."""

    def __init__(self, status: int, reason: str, message: str = "") -> None:
        super().__init__(reason)
        self.status, self.reason, self.message = status, reason, message or reason


@dataclass
class Fault:
    """One bad answer: before or after the server acted; ``hang_up`` says nothing at all."""

    method: str
    path: str = ""
    status: int = 503
    reason: str = "backendError"
    after: bool = False
    hang_up: bool = False
    cut: bool = False
    times: int = 1


@dataclass
class GoogleServer:
    """A running server; ``accepts`` tells the scopes of a token, None if it is no good."""

    store: Store
    root: str = ""
    accepts: Callable[[str], frozenset[str] | None] = lambda token: (
        frozenset({"https://www.googleapis.com/auth/calendar"}) if token == "letmein" else None
    )
    login: Callable[..., Any] | None = None
    page_max: int = 2500
    faults: list[Fault] = field(default_factory=list)
    before_write: Callable[[], None] | None = None
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def fault_for(self, method: str, path: str) -> Fault | None:
        fitting = (one for one in self.faults if one.method == method and one.path in path)
        return next((one for one in fitting if one.times), None)


@contextmanager
def google(**settings: Any) -> Iterator[GoogleServer]:
    """Run a server with one empty calendar, "Sessions"."""
    store = Store()
    store.make_calendar(CALENDAR, "Sessions")
    server = GoogleServer(store, **settings)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    listening.daemon_threads = True
    server.root = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


@cache
def _methods() -> list[tuple[str, re.Pattern[str], Json]]:
    """Return (HTTP method, path, description) of what is served, from the discovery document."""
    held = resources.files("googleapiclient") / "discovery_cache/documents/calendar.v3.json"
    tree = json.loads(held.read_text("utf-8"))["resources"]
    served = [("calendarList", "list"), ("calendars", "get"), ("calendars", "patch")]
    served += [
        ("events", name) for name in ("list", "get", "insert", "patch", "delete", "instances")
    ]
    found = []
    for resource, name in served:
        told = tree[resource]["methods"][name]
        path = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", told["path"])
        found.append((told["httpMethod"], re.compile(path), told | {"name": f"{resource}.{name}"}))
    return found


@dataclass
class Exchange:
    """One request: checked, and carried out on the store."""

    server: GoogleServer
    method: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Json
    told: Json = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.server.store

    def answer(self, path: str) -> Json:
        match = None
        for method, pattern, told in _methods():
            if method == self.method and (match := pattern.fullmatch(path)):
                self.told = told
                break
        if match is None:
            raise RefusalError(404, "notFound")
        self._check_login()
        self._check_parameters()
        where = {name: unquote(value) for name, value in match.groupdict().items()}
        act = getattr(self, f"_{self.told['name'].replace('.', '_')}")
        return self._selected(act(**where) if where else act())

    def _check_login(self) -> None:
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        scopes = self.server.accepts(token)
        if scopes is None:
            raise RefusalError(401, "authError", "Invalid Credentials")
        if not scopes & set(self.told["scopes"]):
            raise RefusalError(403, "insufficientPermissions")

    def _check_parameters(self) -> None:
        known = self.told.get("parameters", {})
        for name, value in self.query.items():
            if name in {"alt", "fields", "prettyPrint", "quotaUser", "key"}:
                continue
            kind = known.get(name, {}).get("type")
            good = {
                "boolean": value in {"true", "false"},
                "integer": value.isdigit(),
                "string": True,
            }.get(kind, False)
            if known.get(name, {}).get("format") == "date-time" and kind == "string":
                good = "T" in value and datetime.fromisoformat(value).tzinfo is not None
            if not good or value not in known[name].get("enum", [value]):
                raise RefusalError(400, "invalidParameter", name)

    def _calendarList_list(self) -> Json:
        return {
            "items": [
                {"id": one.id, "summary": one.summary, "accessRole": one.role}
                for one in self.store.shelves.values()
            ]
        }

    def _calendars_get(self, calendarId: str) -> Json:
        shelf = self._shelf(calendarId)
        return {"id": shelf.id, "summary": shelf.summary, "etag": json.dumps(str(shelf.labels)),
                "labelProperties": {"eventLabels": shelf.labels}}  # fmt: skip

    def _calendars_patch(self, calendarId: str) -> Json:
        shelf = self._shelf(calendarId)
        if shelf.role != "owner":
            raise RefusalError(403, "forbidden")
        labels = self.body["labelProperties"]["eventLabels"]
        if len(labels) > 200 or any(len(one.get("name", "")) > 50 for one in labels):
            raise RefusalError(400, "invalid")
        shelf.labels = [{"id": f"label-{n}"} | one for n, one in enumerate(labels)]
        return self._calendars_get(calendarId)

    def _events_get(self, calendarId: str, eventId: str) -> Json:
        return self._shown(self._shelf(calendarId), self._event(calendarId, eventId))

    def _events_list(self, calendarId: str) -> Json:
        shelf, query = self._shelf(calendarId), self.query
        singles = query.get("singleEvents") == "true"
        if query.get("orderBy") == "startTime" and not singles:
            raise RefusalError(400, "invalid", "The requested ordering is not available")
        same = {k: v for k, v in query.items() if k in {"singleEvents", "timeZone", "eventTypes"}}
        since = self._since(same)
        deleted = query.get("showDeleted") == "true"
        found = []
        for event in list(shelf.events.values()):
            if since is not None and shelf.changed[event["id"]] <= since:
                continue
            if not singles:
                found.append(event)
            elif event.get("recurrence"):
                found += self.store.instances(shelf, event)
            elif "recurringEventId" not in event:
                found.append(event)
        if since is None:
            found = [e for e in found if self._is_listed(e, deleted=deleted, singles=singles)]
            found = [e for e in found if self._is_in(shelf, e)]
        if uid := query.get("iCalUID"):
            found = [event for event in found if event["iCalUID"] == uid]
        items = [self._shown(shelf, e, bare=since is not None and not deleted) for e in found]
        return self._page(items, same)

    def _events_instances(self, calendarId: str, eventId: str) -> Json:
        shelf = self._shelf(calendarId)
        found = self.store.instances(shelf, self._event(calendarId, eventId))
        if wanted := self.query.get("originalStart"):
            found = [one for one in found if _same_start(one["originalStartTime"], wanted)]
        if self.query.get("showDeleted") != "true":
            found = [one for one in found if one["status"] != "cancelled"]
        return {"items": [self._shown(shelf, one) for one in found]}

    def _events_insert(self, calendarId: str) -> Json:
        shelf = self._writable(calendarId)
        event = deepcopy(self.body)
        id_ = event.get("id")
        if id_ is not None and "iCalUID" in event:
            raise RefusalError(400, "invalid", "Give id or iCalUID")
        if id_ is not None and not ID.fullmatch(id_):
            raise RefusalError(400, "invalid", "Invalid resource id value.")
        if id_ in shelf.events:
            raise RefusalError(409, "duplicate", "The requested identifier already exists.")
        if event.get("attendees"):
            event.setdefault("organizer", {"email": shelf.id, "self": True})
        if self.query.get("eventLabelVersion") != "1":
            event.pop("eventLabelId", None)
        return self._write(shelf, {}, event, "invite")

    def _events_patch(self, calendarId: str, eventId: str) -> Json:
        shelf, event = self._writable(calendarId), self._event(calendarId, eventId)
        self._check_etag(event)
        if self.body.get("eventType", event["eventType"]) != event["eventType"]:
            raise RefusalError(400, "invalid")
        merged = _merged(event, self.body)
        if self.query.get("eventLabelVersion") != "1":
            merged.pop("eventLabelId", None)
        gone = merged["status"] == "cancelled" and event["status"] != "cancelled"
        return self._write(shelf, event, merged, "cancel" if gone else "update")

    def _events_delete(self, calendarId: str, eventId: str) -> Json:
        shelf, event = self._writable(calendarId), self._event(calendarId, eventId)
        self._check_etag(event)
        if event["status"] == "cancelled":
            raise RefusalError(410, "deleted")
        return self._write(shelf, event, event | {"status": "cancelled"}, "cancel")

    def _write(self, shelf: Shelf, before: Json, event: Json, kind: str) -> Json:
        _checked(event)
        if self.query.get("conferenceDataVersion") != "1":
            if "conferenceData" in before:
                event["conferenceData"] = before["conferenceData"]
            else:
                event.pop("conferenceData", None)
        stored = self.store.put(shelf.id, event)
        changed = any(before.get(name) != stored.get(name) for name in HEARD)
        guests = tuple(g["email"] for g in stored.get("attendees", ()) if not g.get("self"))
        if self.query.get("sendUpdates") == "all" and guests and changed:
            self.store.outbox.append(Mail(stored["id"], kind, guests))
        return self._shown(shelf, stored)

    def _shelf(self, calendar: str) -> Shelf:
        name = next(iter(self.store.shelves)) if calendar == "primary" else calendar
        if name not in self.store.shelves:
            raise RefusalError(404, "notFound")
        return self.store.shelves[name]

    def _writable(self, calendar: str) -> Shelf:
        shelf = self._shelf(calendar)
        if shelf.role not in {"owner", "writer"}:
            raise RefusalError(403, "requiredAccessLevel")
        if (before := self.server.before_write) is not None:
            self.server.before_write = None
            before()
        return shelf

    def _event(self, calendar: str, id_: str) -> Json:
        found = self.store.found(self._shelf(calendar), id_)
        if found is None:
            raise RefusalError(404, "notFound")
        return found

    def _check_etag(self, event: Json) -> None:
        if self.headers.get("if-match", event["etag"]) != event["etag"]:
            raise RefusalError(412, "conditionNotMet")

    def _since(self, same: Json) -> int | None:
        token = self.query.get("syncToken")
        if token is None:
            return None
        if UNSYNCABLE & self.query.keys() or self.query.get("showDeleted") == "false":
            raise RefusalError(400, "syncTokenWithRequestRestrictions")
        try:
            number, made_for = json.loads(token)
        except ValueError:
            raise RefusalError(400, "invalid", "Invalid sync token value.") from None
        if made_for != same:
            raise RefusalError(400, "invalid", "Another query than the first")
        if number < self.store.oldest_token:
            raise RefusalError(410, "fullSyncRequired")
        return int(number)

    def _is_listed(self, event: Json, *, deleted: bool, singles: bool) -> bool:
        instance = not singles and "recurringEventId" in event
        return deleted or event["status"] != "cancelled" or instance

    def _is_in(self, shelf: Shelf, event: Json) -> bool:
        spans = [span_of(event, shelf.zone)]
        if event.get("recurrence"):
            spans = [span_of(e, shelf.zone) for e in self.store.instances(shelf, event)] or spans
        first, last = (
            datetime.fromisoformat(self.query[name]) if name in self.query else None
            for name in ("timeMin", "timeMax")
        )
        return any(
            (not first or end > first) and (not last or start < last) for start, end in spans
        )

    def _shown(self, shelf: Shelf, event: Json, *, bare: bool = False) -> Json:
        if shelf.role == "freeBusyReader":
            return {k: event[k] for k in ("id", "status", "start", "end", "etag")}
        if bare and event["status"] == "cancelled":
            few = ("id", "status", "recurringEventId", "originalStartTime", "etag")
            return {name: event[name] for name in few if name in event}
        return event

    def _page(self, items: list[Json], same: Json) -> Json:
        size = min(int(self.query.get("maxResults", 250)), 2500, self.server.page_max)
        at = int(self.query.get("pageToken", 0))
        page: Json = {"items": items[at : at + size]}
        if at + size < len(items):
            return page | {"nextPageToken": str(at + size)}
        if not NO_TOKEN & self.query.keys():
            page["nextSyncToken"] = json.dumps([self.store.latest, same])
        shelf = next(iter(self.store.shelves.values()))
        return page | {"summary": shelf.summary, "accessRole": shelf.role}

    def _selected(self, answer: Json) -> Json:
        fields = self.query.get("fields")
        return answer if not fields or not answer else _select(answer, _parsed(fields))


def _checked(event: Json) -> None:
    for side in ("start", "end"):
        held = event.get(side) or {}
        if bool(held.get("date")) == bool(held.get("dateTime")):
            raise RefusalError(400, "invalid", "Invalid start or end time.")
        if (
            held.get("dateTime")
            and not datetime.fromisoformat(held["dateTime"]).tzinfo
            and not held.get("timeZone")
        ):
            raise RefusalError(400, "required", "Missing time zone definition")
        event[side] = {k: v for k, v in held.items() if v is not None}
    start, end = span_of(event, "UTC")
    if end < start:
        raise RefusalError(400, "timeRangeEmpty")
    if len(event.get("description", "")) > 8192:
        raise RefusalError(400, "invalid", "description too long")
    for scope, values in (event.get("extendedProperties") or {}).items():
        event["extendedProperties"][scope] = {
            key: value[:1024] for key, value in values.items() if len(key) <= 44
        }
    for guest in event.get("attendees", ()):
        guest.setdefault("responseStatus", "needsAction")


def _merged(event: Json, patch: Json) -> Json:
    """Return *event* with *patch*: objects are merged, arrays replaced, null removes."""
    made = dict(event)
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict):
            made[key] = _merged(made.get(key) or {}, value)
        else:
            made[key] = value
    return made


def _same_start(held: Json, wanted: str) -> bool:
    if "date" in held:
        return held["date"] == wanted
    return datetime.fromisoformat(held["dateTime"]) == datetime.fromisoformat(wanted)


def _parsed(fields: str) -> Json:
    """Return a selector such as ``a,b(c,d)`` as a tree."""
    tree: Json = {}
    stack, name = [tree], ""
    for sign in f"{fields},":
        if sign not in ",()":
            name += sign
            continue
        if name:
            stack[-1][name] = {}
        if sign == "(":
            stack.append(stack[-1][name])
        elif sign == ")":
            stack.pop()
        name = ""
    return tree


def _select(value: Any, tree: Json) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_select(one, tree) for one in value]
    return {name: _select(value[name], below) for name, below in tree.items() if name in value}


def _handler(server: GoogleServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if server.login is not None:
                reply = server.login(self.command, parts.path, query, raw)
                if reply is not None:
                    status, extra, content = reply
                    return self._send(status, content, extra)
            server.seen.append((self.command, parts.path, query))
            path = parts.path.removeprefix("/calendar/v3/")
            fault = next(
                (
                    f
                    for f in server.faults
                    if f.times and f.method == self.command and f.path in path
                ),
                None,
            )
            status, answer = 503, b""
            if fault is None or fault.after:
                status, answer = self._acted(path, query, headers, raw)
            if fault is None:
                return self._send(status, answer, {"Content-Type": "application/json"})
            fault.times -= 1
            self.close_connection = True
            if fault.hang_up:
                return None
            if fault.cut:
                return self._send(status, answer, {}, cut=True)
            return self._send(fault.status, _error(fault.status, fault.reason), {})

        def _acted(self, path: str, query: Json, headers: Json, raw: bytes) -> tuple[int, bytes]:
            with server.store.lock:
                try:
                    body = json.loads(raw) if raw else {}
                    answer = Exchange(server, self.command, query, headers, body).answer(path)
                except RefusalError as refusal:
                    return refusal.status, _error(refusal.status, refusal.reason, refusal.message)
            if self.command == "DELETE":
                return 204, b""
            return 200, json.dumps(answer).encode()

        def _send(self, status: int, content: bytes, extra: Json, *, cut: bool = False) -> None:
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if cut else content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

    return Handler


def _error(status: int, reason: str, message: str = "") -> bytes:
    told = {"domain": "global", "reason": reason, "message": message or reason}
    return json.dumps({"error": {"code": status, "message": reason, "errors": [told]}}).encode()


__all__ = ["CALENDAR", "Fault", "GoogleServer", "google"]
