"""One request to the calendar API: checked as Google checks it, and carried out on the store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sync.demo.google import discovery, event_rules, listing
from sync.demo.google.fields import selected
from sync.demo.google.refusal import RefusalError
from sync.demo.google.store import Json, Mail, Shelf, Store

HEARD = ("start", "end", "status", "summary", "location", "description", "attendees")
"""What guests are told about when it changes."""
WRITERS = frozenset({"owner", "writer"})
LABELS_MAX = 200
LABEL_NAME_MAX = 50


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is; ``robot`` is a service account that acts for no user."""

    scopes: frozenset[str]
    robot: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the API; ``path`` follows the API's root, header names are in lower case."""

    verb: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is needed to answer: the store, the lists being paged, who asks, and what."""

    store: Store
    pages: listing.Pages
    caller: Caller | None
    request: Request
    before_write: Callable[[], None]

    def answer(self) -> Json | None:
        """Return the answer's JSON; None for an empty one.

        Raises:
            RefusalError: any other answer.
        """
        request = self.request
        method, where = discovery.method_for(request.verb, request.path)
        if self.caller is None:
            raise RefusalError(401, "authError", "Invalid Credentials")
        if not self.caller.scopes & method.scopes:
            raise RefusalError(403, "insufficientPermissions", "Insufficient Permission")
        discovery.check_parameters(method, request.query)
        found = self._acts()[method.name](*map(unquote, where))
        if found is None or not (fields := request.query.get("fields")):
            return found
        chosen: Json = selected(found, fields)
        return chosen

    def _acts(self) -> Mapping[str, Callable[..., Json | None]]:
        return {
            "calendarList.list": self._calendars,
            "calendars.get": self._calendar,
            "calendars.patch": self._relabel,
            "events.list": self._list,
            "events.insert": self._insert,
            "events.get": self._get,
            "events.instances": self._instances,
            "events.patch": self._patch,
            "events.update": self._update,
            "events.delete": self._delete,
        }

    def _calendars(self) -> Json:
        shelves = self.store.shelves.values()
        return {
            "kind": "calendar#calendarList",
            "items": [
                {"id": one.id, "summary": one.summary, "accessRole": one.role, "timeZone": one.zone}
                for one in shelves
            ],
        }

    def _calendar(self, calendar: str) -> Json:
        shelf = self._shelf(calendar)
        return {
            "kind": "calendar#calendar",
            "etag": _etag_of(shelf),
            "id": shelf.id,
            "summary": shelf.summary,
            "timeZone": shelf.zone,
            "labelProperties": {"eventLabels": shelf.labels},
        }

    def _relabel(self, calendar: str) -> Json:
        shelf = self._shelf(calendar)
        if shelf.role != "owner":
            raise RefusalError(403, "forbidden")
        if self.request.headers.get("if-match", _etag_of(shelf)) != _etag_of(shelf):
            raise RefusalError(412, "conditionNotMet", "Precondition Failed")
        body = discovery.cleaned(self.request.body, "Calendar")
        labels = body["labelProperties"]["eventLabels"]
        if len(labels) > LABELS_MAX or any(
            len(one.get("name", "")) > LABEL_NAME_MAX for one in labels
        ):
            raise RefusalError(400, "invalid")
        shelf.labels = [{"id": f"label-{n}"} | one for n, one in enumerate(labels)]
        return self._calendar(calendar)

    def _get(self, calendar: str, id_: str) -> Json:
        shelf = self._shelf(calendar)
        event = self._event(shelf, id_)
        if self.request.headers.get("if-none-match") == event["etag"]:
            raise RefusalError(304, "notModified")
        return listing.shown(shelf, event, self.request.query)

    def _list(self, calendar: str) -> Json:
        return self.pages.listed(self.store, self._shelf(calendar), self.request.query)

    def _instances(self, calendar: str, id_: str) -> Json:
        shelf = self._shelf(calendar)
        return listing.instances(self.store, shelf, self._event(shelf, id_), self.request.query)

    def _insert(self, calendar: str) -> Json:
        shelf, event = self._writable(calendar), self._body()
        id_ = event.get("id")
        if id_ is not None and event.pop("iCalUID", None) is not None:
            raise RefusalError(400, "invalid", "Give id or iCalUID")
        if id_ is not None and not event_rules.ID.fullmatch(id_):
            raise RefusalError(400, "invalid", "Invalid resource id value.")
        if id_ in shelf.events:
            raise RefusalError(409, "duplicate", "The requested identifier already exists.")
        if event.get("eventType") in {"fromGmail", "birthday"}:
            raise RefusalError(400, "eventTypeRestriction", "This event type cannot be created.")
        return self._write(shelf, {}, event, "invite")

    def _patch(self, calendar: str, id_: str) -> Json:
        shelf, before = self._target(calendar, id_)
        body = self._body()
        event_rules.check_change(before, body, whole=False)
        after = event_rules.merged(before, body)
        gone = after.get("status") == "cancelled" and before["status"] != "cancelled"
        return self._write(shelf, before, after, "cancel" if gone else "update")

    def _update(self, calendar: str, id_: str) -> Json:
        """Put the body in the event's place: what it does not say is deleted."""
        shelf, before = self._target(calendar, id_)
        body = self._body()
        event_rules.check_change(before, body, whole=True)
        kept = ("id", "iCalUID", "organizer", "creator", "created", "htmlLink", "eventType",
                "recurringEventId", "originalStartTime")  # fmt: skip
        after = {name: value for name, value in body.items() if value is not None}
        after |= {name: before[name] for name in kept if name in before}
        return self._write(shelf, before, after, "update")

    def _delete(self, calendar: str, id_: str) -> None:
        shelf, before = self._target(calendar, id_)
        if before["status"] == "cancelled":
            raise RefusalError(410, "deleted", "Resource has been deleted")
        self._saved(shelf, before, before | {"status": "cancelled"}, "cancel")

    def _write(self, shelf: Shelf, before: Json, event: Json, kind: str) -> Json:
        assert self.caller is not None
        if self.caller.robot and event.get("attendees") != before.get("attendees"):
            raise RefusalError(
                403,
                "forbiddenForServiceAccounts",
                "Service accounts cannot invite attendees without Domain-Wide Delegation.",
            )
        query = self.request.query
        if query.get("eventLabelVersion") != "1":
            event.pop("eventLabelId", None)
        if query.get("conferenceDataVersion") != "1":
            event.pop("conferenceData", None)
            event |= {k: v for k, v in before.items() if k == "conferenceData"}
        stored = self._saved(shelf, before, event_rules.stored(event), kind)
        return listing.shown(shelf, stored, query)

    def _saved(self, shelf: Shelf, before: Json, event: Json, kind: str) -> Json:
        """Store *event* and tell its guests, if they are to be told and there is news."""
        stored = self.store.put(shelf.id, event)
        changed = any(before.get(name) != stored.get(name) for name in HEARD)
        guests = tuple(one["email"] for one in stored.get("attendees", ()) if not one.get("self"))
        if self.request.query.get("sendUpdates") == "all" and guests and changed:
            self.store.outbox.append(Mail(stored["id"], kind, guests))
        return stored

    def _body(self) -> Json:
        body = discovery.cleaned(self.request.body, "Event")
        return {key: value for key, value in body.items() if key not in event_rules.READ_ONLY}

    def _shelf(self, calendar: str) -> Shelf:
        """Return the calendar; to the scopes of owned calendars others do not exist."""
        shelves = self.store.shelves
        assert self.caller is not None
        if calendar == "primary" and not self.caller.robot:
            calendar = next(iter(shelves))
        if calendar not in shelves:
            raise RefusalError(404, "notFound", "Not Found")
        shelf = shelves[calendar]
        events = {one for one in self.caller.scopes if ".events" in one or one.endswith("calendar")}
        owned = {one for one in events if ".events.owned" in one}
        if events and events == owned and shelf.role != "owner":
            raise RefusalError(403, "insufficientPermissions", "Insufficient Permission")
        return shelf

    def _writable(self, calendar: str) -> Shelf:
        shelf = self._shelf(calendar)
        if shelf.role not in WRITERS:
            raise RefusalError(403, "requiredAccessLevel", "You need to have writer access.")
        self.before_write()
        return shelf

    def _target(self, calendar: str, id_: str) -> tuple[Shelf, Json]:
        """Return the calendar and the event to be changed; 412 if it is another by now."""
        shelf = self._writable(calendar)
        event = self._event(shelf, id_)
        if self.request.headers.get("if-match", event["etag"]) not in {event["etag"], "*"}:
            raise RefusalError(412, "conditionNotMet", "Precondition Failed")
        return shelf, event

    def _event(self, shelf: Shelf, id_: str) -> Json:
        found = self.store.found(shelf, id_)
        if found is None:
            raise RefusalError(404, "notFound", "Not Found")
        return found


def _etag_of(shelf: Shelf) -> str:
    """Return the etag of the calendar itself: of its labels, nothing else of it changes."""
    return f'"{hash(str(shelf.labels)):x}"'
