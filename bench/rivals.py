"""What one would use instead: the caldav library as its documentation shows it, and vdirsyncer."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.place import Place
from bench.raw import LOOKBACK

VDIRSYNCER = """\
[general]
status_path = "{folder}/status/"
[pair bench]
a = "local"
b = "server"
collections = ["{calendar}"]
[storage local]
type = "filesystem"
path = "{folder}/files/"
fileext = ".ics"
[storage server]
type = "caldav"
url = "{root}"
username = "{username}"
password = "{password}"
item_types = ["VEVENT"]
start_date = "datetime.now() - timedelta(days={days})"
end_date = "datetime.now() + timedelta(days=2000)"
"""


class CaldavLibrary:
    """See `bench.contender.Work`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._calendar: Any = self._found()
        self._token: Any = None

    def _found(self) -> Any:
        from caldav import get_davclient

        place = self._place
        client = get_davclient(url=place.root, username=place.username, password=place.password)
        return client.get_principal().calendar(name=place.calendar)

    def remember(self) -> int:
        self._token = self._calendar.get_objects_by_sync_token().sync_token
        return 0

    def first_look(self) -> int:
        self._calendar = self._found()
        events = self._calendar.search(event=True, start=datetime.now(UTC) - LOOKBACK)
        return sum(bool(event.component["UID"]) for event in events)

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
            uid, new = name.removesuffix(".ics"), f"rc{batch}{number:04}"
            self._calendar.add_event(event.data.replace(uid, new))
            with event.edit_icalendar_component() as component:
                component["X-BENCH"] = batch
            event.save()
        return len(names)


def vdirsyncer(folder: Path, place: Place) -> list[str]:
    """Write vdirsyncer's configuration for the same window; return its command, less the verb."""
    folder.mkdir(parents=True, exist_ok=True)
    text = VDIRSYNCER.format(
        folder=folder,
        calendar=place.calendar,
        root=place.root,
        username=place.username,
        password=place.password,
        days=LOOKBACK.days,
    )
    (folder / "config").write_text(text, encoding="utf-8")
    command = str(Path(sys.executable).with_name("vdirsyncer"))
    return [command, "--verbosity", "ERROR", "--config", str(folder / "config")]
