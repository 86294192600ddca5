"""What one would use instead: the caldav library as its documentation shows it."""

from typing import Any

from bench.place import Place
from bench.raw import ranges, replacement_of


class CaldavLibrary:
    """See `bench.contender.Work`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._calendar: Any = self._found()
        self._token: Any = None

    def _found(self) -> Any:
        from caldav import get_davclient

        place = self._place
        login = {"username": place.username, "password": place.password}
        client = get_davclient(url=place.root, timeout=600, **login)
        return client.get_principal().calendar(name=place.calendar)

    def remember(self) -> int:
        from caldav.elements.dav import SyncToken

        self._token = self._calendar.get_property(SyncToken())  # not a list of the whole calendar
        return 0

    def first_look(self, pieces: int) -> int:
        self._calendar = self._found()
        found = {}
        for span in ranges(pieces):
            events = self._calendar.search(event=True, **span)
            found |= {str(event.url): bool(event.component["UID"]) for event in events}
        return sum(found.values())

    def poll(self, names: list[str]) -> int:
        found = self._calendar.get_objects_by_sync_token(self._token, load_objects=True)
        self._token = found.sync_token
        seen = sum(bool(event.component["UID"]) for event in found)
        assert seen >= len(names), (seen, len(names))
        return seen

    def write(self, batch: str, names: list[str]) -> int:
        for number, name in enumerate(names):
            event = self._calendar.event_by_url(f"{self._place.url}{name}")
            event.load()
            uid, new = name.removesuffix(".ics"), replacement_of(batch, number)
            self._calendar.add_event(event.data.replace(uid, new))
            with event.edit_icalendar_component() as component:
                component["X-BENCH"] = batch
            event.save()
        return len(names)
