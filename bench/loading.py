"""Invented calendars in a real Radicale, of any size, in seconds.

They are written straight into the server's folder, as it would have stored them itself; ten
thousand PUTs would take longer than all that is measured. The server's own caches are filled before
anybody is timed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from radicale import config, storage
from radicale.item import Item, get_etag

from bench.corpus import Resource, calendar_of
from bench.place import Place
from tests.servers.processes import USERNAME, Server, radicale


@contextmanager
def served(folder: Path, calendars: Mapping[str, Sequence[Resource]]) -> Iterator[Server]:
    """Run a Radicale in *folder* that holds *calendars*, its caches warm."""
    for name, resources in calendars.items():
        stored(folder / "collections" / "collection-root" / USERNAME / name, name, resources)
    _warm(folder, calendars)
    with radicale(folder) as server:
        yield server


def place_of(server: Server, name: str) -> Place:
    """Return where the calendar *name* is."""
    return Place(server.root, name, server.username, server.password)


def calendar_for(count: int, seed: int = 1) -> tuple[Resource, ...]:
    """Return a calendar of *count* events about today: the server and we read the clock."""
    return tuple(calendar_of(count, today=date.today(), seed=seed))  # noqa: DTZ011 - any zone will do


def stored(folder: Path, title: str, resources: Iterable[Resource]) -> None:
    """Write a collection as Radicale keeps it."""
    folder.mkdir(parents=True)
    told = {
        "tag": "VCALENDAR",
        "D:displayname": title,
        "C:supported-calendar-component-set": "VEVENT",
    }
    (folder / ".Radicale.props").write_text(json.dumps(told), encoding="utf-8")
    for each in resources:
        with (folder / each.name).open("w", encoding="utf-8", newline="") as file:
            file.write(each.text)


def _warm(folder: Path, calendars: Mapping[str, Sequence[Resource]]) -> None:
    """Fill the server's caches by its own code, as its first answers would: without reading the
    texts, of which all is known, and without waiting for the disk after each. That took the server
    itself sixteen milliseconds a text.
    """
    settings = config.load()
    kept = {"filesystem_folder": str(folder / "collections"), "_filesystem_fsync": "False"}
    settings.update({"storage": kept}, "bench", privileged=True)
    store = storage.load(settings)
    with store.acquire_lock("w"):
        for name, resources in calendars.items():
            (collection,) = store.discover(f"/{USERNAME}/{name}/")
            for each in resources:
                item = Item(
                    collection=collection,
                    href=each.name,
                    text=each.text,
                    etag=get_etag(each.text),
                    uid=each.uid,
                    name="VCALENDAR",
                    component_name="VEVENT",
                    time_range=(int(each.start.timestamp()), int(each.end.timestamp())),
                )
                key = collection._item_cache_hash(each.text.encode())  # noqa: SLF001
                collection._store_item_cache(each.name, item, key)  # noqa: SLF001
            collection.sync()
