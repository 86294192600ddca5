"""Every session accounted for: reads what stands in the calendar, and nothing of Raincheck's."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import icalendar

from tests.soak.client import Client


@dataclass(frozen=True)
class Account:
    """What came of it. ``doubles`` and ``losses`` hold one line for each; both are to be empty."""

    tagged: int
    replacements: int
    doubles: tuple[str, ...]
    losses: tuple[str, ...]


def account(client: Client) -> Account:
    """Return what stands for what the person did."""
    resources = {name: _event(text) for name, text in sorted(client.office.resources().items())}
    replacements = {
        str(event["UID"]): event for event in resources.values() if "X-RAINCHECK-ATTEMPT" in event
    }
    doubles, losses = [], []
    of: Counter[str] = Counter(str(one["X-RAINCHECK-ID"]) for one in replacements.values())
    doubles += [f"{id_}: {count} replacements" for id_, count in of.items() if count > 1]
    named = Counter(
        str(resources[name].get("X-RAINCHECK-REPLACEMENT", ""))
        for name in client.tagged
        if name in resources
    )
    for name in client.tagged:
        event = resources.get(name)
        wanted = str(event.get("X-RAINCHECK-REPLACEMENT", "")) if event else ""
        if wanted not in replacements:
            losses.append(f"{name}: no replacement")
    losses += [f"{uid}: belongs to nobody" for uid in replacements.keys() - named.keys()]
    doubles += [f"{uid}: stands for {n}" for uid, n in named.items() if uid and n > 1]
    losses += _lost_words(client, resources)
    losses += [
        f"{uid}: not where the person put it"
        for uid, start in client.moved.items()
        if uid not in replacements or _start(replacements[uid]) != start
    ]
    return Account(len(client.tagged), len(replacements), tuple(doubles), tuple(losses))


def _lost_words(client: Client, resources: dict[str, icalendar.Event]) -> list[str]:
    """Return what a person wrote and is no longer there."""
    lost = []
    for name in client.plain + client.tagged:
        event = resources.get(name)
        if event is None:
            lost.append(f"{name}: gone")
            continue
        text = str(event.get("DESCRIPTION", ""))
        lost += [f"{name}: a note" for line in client.notes[name] if text.count(line) != 1]
        if str(event["SUMMARY"]) != f"Quillon Wren {name}":
            lost.append(f"{name}: its title")
        if str(event.get("X-PERSONAL", "")) != f"kept {name}":
            lost.append(f"{name}: a property")
        if name in client.plain and "X-RAINCHECK-ID" in event:
            lost.append(f"{name}: touched without a tag")
    return lost


def _event(text: str) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return event


def _start(event: icalendar.Event) -> datetime:
    start: datetime = event["DTSTART"].dt
    return start
