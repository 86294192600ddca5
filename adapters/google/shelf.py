"""Finding one event in a Google calendar: under its id, by UID, or as one instance of a series."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from googleapiclient.errors import HttpError

from adapters.google.client import GoogleClient
from adapters.google.errors import status_of
from adapters.google.looking import EVENT, PAGE, PAGE_SIZE, events_of
from adapters.google.translate import Event, id_of, recurrence_id
from sync.domain.sessions import SessionKey

ABSENT = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Shelf:
    """The events of the calendar with this id. Library errors pass."""

    client: GoogleClient
    id: str

    def event(self, key: SessionKey, resource: str | None) -> Event | None:
        """Return the event of *key*: under *resource*, under an id of ours, or by UID."""
        if resource is not None:
            event = self.get(resource)
            return event if event is None or _fits(event, key) else self.instance(event, key)
        own = id_of(key.uid)
        if own is not None and (found := self.get(own)) is not None:
            return found
        master = self.by_uid(key.uid)
        return master if master is None or _fits(master, key) else self.instance(master, key)

    def get(self, id_: str) -> Event | None:
        """Return the event under *id_*, deleted ones too; None if there never was one."""
        request = self._events.get(calendarId=self.id, eventId=id_, fields=EVENT)
        try:
            return self.client.execute(request)
        except HttpError as error:
            if status_of(error) not in ABSENT:
                raise
            return None

    def by_uid(self, uid: str) -> Event | None:
        """Return the event, or the master of the series, that stands under *uid*."""
        found = self._listed(self._events.list, iCalUID=uid, maxResults=PAGE_SIZE)
        return next((event for event in found if not event.get("recurringEventId")), None)

    def instance(self, master: Event, key: SessionKey) -> Event | None:
        """Return the instance of *master* that began, or was to begin, at the key's time."""
        if key.recurrence_id is None or not master.get("recurrence"):
            return None
        found = self._listed(
            self._events.instances,
            eventId=master["id"],
            originalStart=_rfc3339(key.recurrence_id),
            showDeleted=True,
        )
        starts = ((event, event.get("originalStartTime")) for event in found)
        return next(
            (
                event
                for event, start in starts
                if start is not None and recurrence_id(start) == key.recurrence_id
            ),
            None,
        )

    @property
    def _events(self) -> Any:  # noqa: ANN401 - built by the client library
        return self.client.service.events()

    def _listed(self, method: Any, **query: object) -> list[Event]:  # noqa: ANN401
        pages = self.client.pages(method, calendarId=self.id, fields=PAGE, **query)
        return [event for page in pages for event in events_of(page)]


def _fits(event: Event, key: SessionKey) -> bool:
    return (key.recurrence_id is not None) is bool(event.get("recurringEventId"))


def _rfc3339(recurrence: str) -> str:
    """Return a RECURRENCE-ID as ``originalStart`` wants it."""
    return (
        datetime.fromisoformat(recurrence).isoformat()
        if "T" in recurrence
        else (f"{recurrence[:4]}-{recurrence[4:6]}-{recurrence[6:]}")
    )
