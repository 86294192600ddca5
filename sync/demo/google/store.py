"""What Google's local server holds: calendars, events, and whom it would have told."""

import itertools
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sync.demo.google.recurrence import starts, value_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Mail:
    """A message that guests would have had: an ``invite``, an ``update`` or a ``cancel``."""

    event_id: str
    kind: str
    to: tuple[str, ...]


@dataclass
class Shelf:
    """One calendar: events by id, and the number of the change that each had last."""

    id: str
    summary: str
    zone: str
    role: str
    labels: list[Json]
    events: dict[str, Json] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)


@dataclass
class Store:
    """All calendars of one account; `put` and `delete` are the person's own app."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    shelves: dict[str, Shelf] = field(default_factory=dict)
    outbox: list[Mail] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    oldest_token: int = 0
    latest: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def make_calendar(
        self, id_: str, summary: str, *, zone: str = "Europe/London", role: str = "owner",
        labels: tuple[Json, ...] = (),
    ) -> None:  # fmt: skip
        """Make an empty calendar; *role* is the account's ``accessRole`` in it."""
        self.shelves[id_] = Shelf(id_, summary, zone, role, list(labels))

    def put(self, calendar: str, event: Json) -> Json:
        """Store *event* in place of the one with its id, or else with its iCalUID."""
        with self.lock:
            shelf = self.shelves[calendar]
            id_ = event.get("id") or self._id_of(shelf, event.get("iCalUID"))
            return self.save(shelf, {"iCalUID": f"{id_}@google.com", **event, "id": id_})

    def delete(self, calendar: str, id_: str) -> None:
        """Delete an event or an instance, as a person does; KeyError if there is none."""
        with self.lock:
            shelf = self.shelves[calendar]
            event = self.found(shelf, id_)
            if event is None:
                raise KeyError(id_)
            self.save(shelf, event | {"status": "cancelled"})

    def get(self, calendar: str, id_: str) -> Json | None:
        """Return what stands under *id_*, deleted or not."""
        with self.lock:
            return deepcopy(self.found(self.shelves[calendar], id_))

    def events(self, calendar: str) -> list[Json]:
        """Return everything ever stored that has not disappeared, deleted events too."""
        with self.lock:
            return deepcopy(list(self.shelves[calendar].events.values()))

    def expire_sync_tokens(self) -> None:
        """Let every sync token be too old: 410."""
        with self.lock:
            self.latest = next(self._numbers)
            self.oldest_token = self.latest

    # For the server.

    def save(self, shelf: Shelf, event: Json) -> Json:
        """Store *event* under a new etag; of a series, its own exceptions stay as they are."""
        self.latest = next(self._numbers)
        before = shelf.events.get(event["id"], {})
        moment = self.now().astimezone(UTC).isoformat().replace("+00:00", "Z")
        kept = deepcopy(event) | {"etag": f'"{self.latest:016d}"', "kind": "calendar#event"}
        own = {"email": shelf.id, "self": True}
        for name, value in {
            "status": "confirmed", "eventType": "default", "organizer": own, "creator": own,
            "created": moment, "htmlLink": f"https://calendar.example.org/event?eid={event['id']}",
        }.items():  # fmt: skip
            kept.setdefault(name, value)
        kept["sequence"] = _sequence(before, kept)
        series = shelf.events.get(kept.get("recurringEventId", ""))
        if series is not None:
            kept["iCalUID"] = series["iCalUID"]
        kept["updated"] = moment
        shelf.events[kept["id"]] = kept
        shelf.changed[kept["id"]] = self.latest
        return deepcopy(kept)

    def found(self, shelf: Shelf, id_: str) -> Json | None:
        """Return what stands under *id_*; an instance without an exception is made up."""
        if id_ in shelf.events:
            return deepcopy(shelf.events[id_])
        series = shelf.events.get(id_.rpartition("_")[0])
        if series is None or not series.get("recurrence"):
            return None
        return next((one for one in self.instances(shelf, series) if one["id"] == id_), None)

    def instances(self, shelf: Shelf, series: Json) -> list[Json]:
        """Return every instance of *series*, exceptions in their places."""
        made = [_instance(series, start) for start in starts(series, self.now())]
        found = {one["id"]: one for one in made}
        exceptions = (e for e in shelf.events.values() if e.get("recurringEventId") == series["id"])
        for exception in exceptions:
            found[exception["id"]] = deepcopy(exception)
        if series["status"] == "cancelled":
            return [one | {"status": "cancelled"} for one in found.values()]
        return list(found.values())

    def _id_of(self, shelf: Shelf, uid: str | None) -> str:
        for event in shelf.events.values():
            if uid is not None and event["iCalUID"] == uid and "recurringEventId" not in event:
                return str(event["id"])
        return f"ev{next(self._numbers):08d}"


def _sequence(before: Json, after: Json) -> int:
    """Return the sequence number: one more when the time changes (RFC 5545, 3.8.7.4)."""
    held = max(int(before.get("sequence", 0)), int(after.get("sequence") or 0))
    moved = any(before[name] != after.get(name) for name in ("start", "end") if name in before)
    return held + 1 if moved else held


def _instance(series: Json, start: datetime | date) -> Json:
    made = {name: deepcopy(value) for name, value in series.items() if name != "recurrence"}
    length = value_of(series["end"]) - value_of(series["start"])
    zone = series["start"].get("timeZone")
    if isinstance(start, datetime):
        stamp = f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        made["start"], made["end"] = _timed(start, zone), _timed(start + length, zone)
    else:
        stamp = f"{start:%Y%m%d}"
        made["start"] = {"date": start.isoformat()}
        made["end"] = {"date": (start + length).isoformat()}
    return made | {
        "id": f"{series['id']}_{stamp}",
        "recurringEventId": series["id"],
        "originalStartTime": made["start"],
    }


def _timed(value: datetime, zone: str | None) -> Json:
    return {"dateTime": value.isoformat()} | ({"timeZone": zone} if zone else {})
