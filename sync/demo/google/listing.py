"""Lists of events: what is in them, page by page, and the token for the changes since."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync.demo.google.recurrence import span_of
from sync.demo.google.refusal import RefusalError
from sync.demo.google.store import Json, Shelf, Store

Query = Mapping[str, str]

PAGE_DEFAULT = 250
PAGE_MAX = 2500
UPDATED_MIN_AGE = timedelta(days=30)
NOT_WITH_TOKEN = frozenset({
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin",
    "timeMax", "updatedMin",
})  # fmt: skip
WITHOUT_TOKEN = NOT_WITH_TOKEN - {"timeMin", "timeMax"}
"""Queries that are given no sync token, whatever page."""
FREE_TO_CHANGE = frozenset({"syncToken", "pageToken", "maxResults", "timeMin", "timeMax",
                            "fields", "alt", "showDeleted"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left of a list after a page: for this query, with this token at its end."""

    query: Json
    items: list[Json]
    token: str | None


@dataclass
class Pages:
    """Lists that somebody is paging through; ``size_max`` makes pages smaller than asked for.

    With ``empty_first`` each list begins with a page that holds nothing but the next one's token.
    """

    size_max: int = PAGE_MAX
    empty_first: bool = False
    _rests: dict[str, _Rest] = field(default_factory=dict)

    def listed(self, store: Store, shelf: Shelf, query: Query) -> Json:
        """Return one page of ``events.list``.

        Raises:
            RefusalError: 400 for what cannot be asked together, 410 for a token too old.
        """
        held = query.get("pageToken")
        asked = {name: value for name, value in query.items() if name != "pageToken"}
        if held is None:
            rest = _Rest(asked, _found(store, shelf, query), _next_token(store, query))
        elif (known := self._rests.get(held)) is not None and known.query == asked:
            rest = known
        else:
            raise RefusalError(400, "invalid", "Invalid page token value.")
        size = min(int(query.get("maxResults", PAGE_DEFAULT)), PAGE_MAX, self.size_max)
        if held is None and self.empty_first:
            size = 0
        page: Json = {
            "kind": "calendar#events", "summary": shelf.summary, "timeZone": shelf.zone,
            "accessRole": shelf.role, "items": rest.items[:size],
        }  # fmt: skip
        if len(rest.items) > size or not size:
            token = secrets.token_urlsafe(12)
            self._rests[token] = _Rest(asked, rest.items[size:], rest.token)
            return page | {"nextPageToken": token}
        return page | ({"nextSyncToken": rest.token} if rest.token else {})


def instances(store: Store, shelf: Shelf, series: Json, query: Query) -> Json:
    """Return ``events.instances`` of *series*, in one page."""
    found = store.instances(shelf, series)
    if wanted := query.get("originalStart"):
        found = [one for one in found if _is_start(one["originalStartTime"], wanted)]
    if query.get("showDeleted") != "true":
        found = [one for one in found if one["status"] != "cancelled"]
    return {"kind": "calendar#events", "items": [shown(shelf, one, query) for one in found]}


def shown(shelf: Shelf, event: Json, query: Query, *, bare: bool = False) -> Json:
    """Return *event* as this account may see it, its times in the calendar's zone.

    With *bare*, of a cancelled one only what Google guarantees.
    """
    if shelf.role == "freeBusyReader":
        event = {name: event[name] for name in ("id", "status", "start", "end", "etag", "kind")}
    elif bare and event["status"] == "cancelled":
        few = ("id", "status", "recurringEventId", "originalStartTime", "etag", "kind")
        event = {name: event[name] for name in few if name in event}
    zone = ZoneInfo(query.get("timeZone", shelf.zone))
    sides = ("start", "end", "originalStartTime")
    return event | {name: _local(event[name], zone) for name in sides if name in event}


def _found(store: Store, shelf: Shelf, query: Query) -> list[Json]:
    """Return everything that *query* asks for, in the order in which it changed."""
    singles = query.get("singleEvents") == "true"
    if query.get("orderBy") == "startTime" and not singles:
        raise RefusalError(
            400,
            "invalid",
            "The requested ordering is not available for the particular query.",
        )
    since = _since(store, query)
    oldest = _updated_min(store, query)
    deleted = query.get("showDeleted") == "true"
    changed = [
        event
        for id_, event in sorted(shelf.events.items(), key=lambda item: shelf.changed[item[0]])
        if since is None or shelf.changed[id_] > since
    ]
    found = _expanded(store, shelf, changed) if singles else changed
    if since is None:
        every = deleted or oldest is not None
        found = [e for e in found if every or _is_listed(e, singles=singles)]
        found = [e for e in found if _is_in(store, shelf, e, query)]
    if oldest is not None:
        found = [e for e in found if datetime.fromisoformat(e["updated"]) >= oldest]
    if uid := query.get("iCalUID"):
        found = [event for event in found if event["iCalUID"] == uid]
    if query.get("orderBy") == "startTime":
        found.sort(key=lambda one: span_of(one, shelf.zone))
    bare = since is not None and not deleted
    return [shown(shelf, event, query, bare=bare) for event in found]


def _expanded(store: Store, shelf: Shelf, events: list[Json]) -> list[Json]:
    """Return single events and instances; a changed series reports all of its instances."""
    found: dict[str, Json] = {}
    for event in events:
        series = event.get("recurrence")
        for one in store.instances(shelf, event) if series else [event]:
            found[one["id"]] = one
    return list(found.values())


def _since(store: Store, query: Query) -> int | None:
    """Return the number of the last change that the caller has seen; None at the first look."""
    token = query.get("syncToken")
    if token is None:
        return None
    if NOT_WITH_TOKEN & query.keys() or query.get("showDeleted") == "false":
        raise RefusalError(400, "syncTokenWithRequestRestrictions")
    try:
        number, made_for = json.loads(token)
        number = int(number)
    except (ValueError, TypeError):
        raise RefusalError(400, "invalid", "Invalid sync token value.") from None
    if made_for != _lasting(query):
        raise RefusalError(400, "invalid", "Not the query that the sync token was made for.")
    if number < store.oldest_token:
        raise RefusalError(410, "fullSyncRequired", "Sync token is no longer valid.")
    return number


def _next_token(store: Store, query: Query) -> str | None:
    """Return a token for what changes from now on: also while the list is being paged."""
    if WITHOUT_TOKEN & query.keys():
        return None
    return json.dumps([store.latest, _lasting(query)])


def _lasting(query: Query) -> Json:
    """Return the parameters that have to be the same in every request with a sync token."""
    return {name: value for name, value in query.items() if name not in FREE_TO_CHANGE}


def _updated_min(store: Store, query: Query) -> datetime | None:
    if "updatedMin" not in query:
        return None
    oldest = datetime.fromisoformat(query["updatedMin"])
    if store.now() - oldest > UPDATED_MIN_AGE:
        raise RefusalError(410, "updatedMinTooLongAgo")
    return oldest


def _is_listed(event: Json, *, singles: bool) -> bool:
    """Return whether it is in a first list; cancelled instances of living series always are."""
    return event["status"] != "cancelled" or (not singles and "recurringEventId" in event)


def _is_in(store: Store, shelf: Shelf, event: Json, query: Query) -> bool:
    if not {"timeMin", "timeMax"} & query.keys():
        return True
    spans = [span_of(event, shelf.zone)]
    if event.get("recurrence"):
        spans = [span_of(e, shelf.zone) for e in store.instances(shelf, event)] or spans
    first = datetime.fromisoformat(query.get("timeMin", f"{datetime.min.replace(tzinfo=UTC)}"))
    last = datetime.fromisoformat(query.get("timeMax", f"{datetime.max.replace(tzinfo=UTC)}"))
    return any(end > first and start < last for start, end in spans)


def _is_start(held: Json, wanted: str) -> bool:
    if "date" in held:
        return bool(held["date"] == wanted)
    return datetime.fromisoformat(held["dateTime"]) == datetime.fromisoformat(wanted)


def _local(side: Any, zone: ZoneInfo) -> Any:
    """Return one side with its time in *zone*; its own ``timeZone`` stays."""
    try:
        moment = datetime.fromisoformat(side["dateTime"])
    except (KeyError, TypeError, ValueError):
        return side
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(side["timeZone"]))
    return side | {"dateTime": moment.astimezone(zone).isoformat()}
