"""What Google's local server holds: calendars, events, and whom it would have told."""

import itertools
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

Json = dict[str, Any]
HORIZON = timedelta(days=800)
"""How far endless series are expanded."""


@dataclass(frozen=True)
class Mail:
    """A message that guests would have had."""

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
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    latest: int = 0

    def make_calendar(
        self, id_: str, summary: str, *, zone: str = "Europe/London", role: str = "owner",
        labels: tuple[Json, ...] = (),
    ) -> None:  # fmt: skip
        self.shelves[id_] = Shelf(id_, summary, zone, role, list(labels))

    def put(self, calendar: str, event: Json) -> Json:
        """Store *event* in place of the one with its id, or else with its iCalUID."""
        with self.lock:
            shelf = self.shelves[calendar]
            id_ = event.get("id") or self._id_of(shelf, event.get("iCalUID"))
            return self.save(shelf, {"iCalUID": f"{id_}@google.com", **event, "id": id_})

    def delete(self, calendar: str, id_: str) -> None:
        with self.lock:
            shelf = self.shelves[calendar]
            event = self.found(shelf, id_)
            assert event is not None, id_
            self.save(shelf, event | {"status": "cancelled"})

    def get(self, calendar: str, id_: str) -> Json | None:
        with self.lock:
            return deepcopy(self.found(self.shelves[calendar], id_))

    def events(self, calendar: str) -> list[Json]:
        with self.lock:
            return deepcopy(list(self.shelves[calendar].events.values()))

    def expire_sync_tokens(self) -> None:
        with self.lock:
            self.latest = next(self._numbers)
            self.oldest_token = self.latest

    # For the server.

    def save(self, shelf: Shelf, event: Json) -> Json:
        """Store *event* under a new etag; of a series, its own exceptions stay as they are."""
        self.latest = next(self._numbers)
        stored = deepcopy(event) | {"etag": f'"{self.latest:016d}"', "kind": "calendar#event"}
        stored.setdefault("status", "confirmed")
        stored.setdefault("eventType", "default")
        series = shelf.events.get(stored.get("recurringEventId", ""))
        if series is not None:
            stored["iCalUID"] = series["iCalUID"]
        stored["updated"] = self.now().astimezone(UTC).isoformat().replace("+00:00", "Z")
        shelf.events[stored["id"]] = stored
        shelf.changed[stored["id"]] = self.latest
        return deepcopy(stored)

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
        made = [self._instance(series, start) for start in _starts(series, self.now())]
        found = {one["id"]: one for one in made}
        exceptions = (e for e in shelf.events.values() if e.get("recurringEventId") == series["id"])
        for exception in exceptions:
            found[exception["id"]] = deepcopy(exception)
        if series["status"] == "cancelled":
            return [one | {"status": "cancelled"} for one in found.values()]
        return list(found.values())

    def _instance(self, series: Json, start: datetime | date) -> Json:
        made = {k: deepcopy(v) for k, v in series.items() if k != "recurrence"}
        whole = not isinstance(start, datetime)
        length = _value(series["end"]) - _value(series["start"])
        zone = series["start"].get("timeZone")
        for side, value in (("start", start), ("end", start + length)):
            made[side] = {"date": value.isoformat()} if whole else _timed(value, zone)
        stamp = f"{start:%Y%m%d}" if whole else f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return made | {
            "id": f"{series['id']}_{stamp}",
            "recurringEventId": series["id"],
            "originalStartTime": made["start"],
        }

    def _id_of(self, shelf: Shelf, uid: str | None) -> str:
        for event in shelf.events.values():
            if uid is not None and event["iCalUID"] == uid and "recurringEventId" not in event:
                return str(event["id"])
        return f"ev{next(self._numbers):08d}"


def _starts(series: Json, now: datetime) -> list[datetime | date]:
    first = _value(series["start"])
    whole = not isinstance(first, datetime)
    zone = ZoneInfo(series["start"].get("timeZone") or "UTC")
    local = datetime.combine(first, datetime.min.time()) if whole else (
        first.astimezone(zone).replace(tzinfo=None)
    )  # fmt: skip
    rules = rruleset()
    for line in series["recurrence"]:
        if line.startswith("RRULE:"):
            rules.rrule(rrulestr(line.replace("Z", ""), dtstart=local))
    starts = itertools.islice(
        rules.between(local, now.replace(tzinfo=None) + HORIZON, inc=True), 3000
    )
    return [one.date() if whole else one.replace(tzinfo=zone) for one in starts]


def _value(side: Json) -> Any:
    if side.get("date"):
        return date.fromisoformat(side["date"])
    value = datetime.fromisoformat(side["dateTime"])
    return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(side["timeZone"]))


def _timed(value: datetime, zone: str | None) -> Json:
    return {"dateTime": value.isoformat()} | ({"timeZone": zone} if zone else {})


def span_of(event: Json, zone: str) -> tuple[datetime, datetime]:
    """Return start and end in UTC; whole days in the calendar's zone."""
    sides = []
    for side in ("start", "end"):
        value = _value(event[side])
        if not isinstance(value, datetime):
            value = datetime.combine(value, datetime.min.time(), ZoneInfo(zone))
        sides.append(value.astimezone(UTC))
    return sides[0], sides[1]
