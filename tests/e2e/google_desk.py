"""A practice whose calendar is at Google: the same desk, its events told as iCalendar.

What a test puts as iCalendar is stored as Google would have it after its own pages made it; what
stands there is told back as iCalendar, so that one test speaks of every server.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar

from adapters.google.credentials import user_scopes
from sync.demo.google.login import LocalLogin
from tests.e2e.desk import Desk, write_days
from tests.servers.google_calendar import FaultyGoogle
from tests.servers.processes import free_port

CALENDAR = "practice@example.org"
SCOPES = user_scopes(shared=False, labels=False)
MARKS = {
    "raincheckId": "X-RAINCHECK-ID",
    "raincheckState": "X-RAINCHECK-STATE",
    "raincheckReplacement": "X-RAINCHECK-REPLACEMENT",
    "raincheckAttempt": "X-RAINCHECK-ATTEMPT",
}
ANSWERS = {"NEEDS-ACTION": "needsAction", "ACCEPTED": "accepted", "DECLINED": "declined"}


@dataclass(frozen=True)
class GoogleDesk(Desk):
    """A `Desk` on Google's local server; ``ids`` maps a test's names to Google's ids."""

    google: FaultyGoogle
    login: LocalLogin
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return "Sessions"

    @property
    def invites(self) -> bool:
        return True

    @property
    def account(self) -> str:
        return "work"

    def refuse_login(self) -> None:
        self.login.revoke_all()

    def go_down(self) -> None:
        self.through(f"http://127.0.0.1:{free_port()}")

    def put(self, name: str, text: str) -> None:
        for event in icalendar.Calendar.from_ical(text).walk("VEVENT"):
            told = _from_ical(event)
            series = self.ids.get(name)
            if "RECURRENCE-ID" in event and series:
                start = event.decoded("RECURRENCE-ID").astimezone(UTC)
                told |= {
                    "id": f"{series}_{start:%Y%m%dT%H%M%SZ}",
                    "recurringEventId": series,
                    "originalStartTime": {"dateTime": start.isoformat()},
                }
            elif series or name.startswith("rc"):
                told["id"] = series or name
            stored = self.google.store.put(CALENDAR, told)
            self.ids.setdefault(name, stored["id"])
            if str(event.get("STATUS")) == "CANCELLED":
                self.google.store.delete(CALENDAR, stored["id"])

    def through(self, root: str) -> "GoogleDesk":
        """Send everything by *root* from now on."""
        self.rewrite(r"endpoint = .*", f'endpoint = "{root.rstrip("/")}"')
        return self

    def log_in(self, *, labels: bool) -> None:
        """Write a token file, as after a consent."""
        scopes = user_scopes(shared=False, labels=labels)
        told = self.login.authorized_user(self.google.root, scopes)
        (self.folder / "work.token.json").write_text(json.dumps(told), encoding="utf-8")

    def get(self, name: str) -> str:
        return self.resources()[name]

    def delete(self, name: str) -> None:
        self.google.store.delete(CALENDAR, self.ids.get(name, name))

    def resources(self) -> dict[str, str]:
        names = {id_: name for name, id_ in self.ids.items()}
        found: dict[str, list[icalendar.Event]] = {}
        for one in self.google.store.events(CALENDAR):
            if one["status"] == "cancelled" and not _marks(one).get("raincheckState"):
                continue
            series = one.get("recurringEventId") or one["id"]
            found.setdefault(names.get(series, series), []).append(_to_ical(one))
        return {name: _calendar(events) for name, events in found.items()}


def google_desk(
    folder: Path, google: FaultyGoogle, login: LocalLogin, *, more: str = ""
) -> GoogleDesk:
    """Return a practice whose one calendar is at *google*. Open every day."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("client_secret.json", login.client_secret(google.root)),
        ("work.token.json", login.authorized_user(google.root, SCOPES)),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
        (folder / name).chmod(0o600)
    (folder / "config.toml").write_text(
        f"""
[practice]
timezone = "Europe/London"
emails = ["{CALENDAR}"]
[[accounts]]
name = "work"
type = "google"
credentials_file = "client_secret.json"
token_file = "work.token.json"
endpoint = "{google.root}"
[[calendars]]
account = "work"
calendar = "Sessions"
[hours]
{write_days()}
[state]
path = "state/raincheck.db"
{more}
""",
        encoding="utf-8",
    )
    return GoogleDesk(folder, None, CALENDAR, google, login)  # type: ignore[arg-type]


def _from_ical(event: icalendar.Event) -> dict[str, Any]:
    told: dict[str, Any] = {
        "iCalUID": str(event["UID"]),
        "status": "tentative" if event.get("STATUS") == "TENTATIVE" else "confirmed",
        "summary": str(event.get("SUMMARY", "")),
        "start": _time(event.decoded("DTSTART")),
        "end": _time(event.end),
    }
    if "DESCRIPTION" in event:
        told["description"] = str(event["DESCRIPTION"])
    if "CATEGORIES" in event:
        words = ",".join(str(word) for word in event["CATEGORIES"].cats)
        told["extendedProperties"] = {"shared": {"X-MOZ-CATEGORIES": words}}
    private = {key: str(event[name]) for key, name in MARKS.items() if name in event}
    if private:
        told.setdefault("extendedProperties", {})["private"] = private
    if "RRULE" in event:
        told["recurrence"] = [f"RRULE:{event['RRULE'].to_ical().decode()}"]
    if "ORGANIZER" in event:
        told["organizer"] = {"email": str(event["ORGANIZER"]).removeprefix("mailto:")}
    guests = event.get("ATTENDEE", [])
    guests = guests if isinstance(guests, list) else [guests]
    if guests:
        told["attendees"] = [
            {
                "email": str(one).removeprefix("mailto:"),
                "responseStatus": ANSWERS[str(one.params.get("PARTSTAT", "NEEDS-ACTION"))],
            }
            for one in guests
        ]
    return told


def _time(value: date | datetime) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"dateTime": value.isoformat(), "timeZone": "Europe/London"}
    return {"date": value.isoformat()}


def _to_ical(one: dict[str, Any]) -> icalendar.Event:
    event = icalendar.Event()
    uid = one.get("iCalUID", one["id"])
    event.add("uid", one["id"] if uid == f"{one['id']}@google.com" else uid)
    for name, key in (("summary", "summary"), ("description", "description")):
        if key in one:
            event.add(name, one[key])
    for name, side in (("dtstart", "start"), ("dtend", "end")):
        held = one[side]
        value = (
            datetime.fromisoformat(held["dateTime"])
            if "dateTime" in held
            else (date.fromisoformat(held["date"]))
        )
        event.add(name, value.astimezone(UTC) if isinstance(value, datetime) else value)
    if one["status"] != "confirmed":
        event.add("status", one["status"].upper())
    event.add("transp", one.get("transparency", "opaque").upper())
    shared = (one.get("extendedProperties") or {}).get("shared") or {}
    if words := shared.get("X-MOZ-CATEGORIES"):
        event.add("categories", words.split(","))
    for line in one.get("recurrence", ()):
        event.add("rrule", icalendar.vRecur.from_ical(line.removeprefix("RRULE:")))
    if "originalStartTime" in one and "dateTime" in one["originalStartTime"]:
        start = datetime.fromisoformat(one["originalStartTime"]["dateTime"])
        event.add("recurrence-id", start.astimezone(UTC))
    for key, name in MARKS.items():
        if key in _marks(one):
            event.add(name, _marks(one)[key])
    return event


def _marks(one: dict[str, Any]) -> dict[str, str]:
    return (one.get("extendedProperties") or {}).get("private") or {}


def _calendar(events: list[icalendar.Event]) -> str:
    calendar = icalendar.Calendar()
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical().decode()
