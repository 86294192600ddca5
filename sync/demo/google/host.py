"""`raincheck demo --google`: the sample week at Google's stand-in, marked as apps mark it there."""

import contextlib
import importlib.util
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sync.demo.folder import DemoError, made_folder, remove, undisturbed, write_secret
from sync.demo.google.server import GoogleServer, serving
from sync.demo.google.store import Json
from sync.demo.ical import Happening
from sync.demo.week import PRACTICE_EMAIL, PRIVATE, SESSIONS, SampleWeek

SCOPES = (
    "https://www.googleapis.com/auth/calendar.events.owned",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    "https://www.googleapis.com/auth/calendar.calendars.readonly",
)
CALENDARS = {SESSIONS: PRACTICE_EMAIL, PRIVATE: "private@example.org"}
CALLED_OFF = {"id": "called-off", "name": "Disrupted · client-cancelled"}

_NEEDED = ("googleapiclient", "google_auth_httplib2", "dateutil")
_MISSING = (
    "This demo needs Google's client library, and it is not installed here.\n"
    'It comes with the extra "google": run `make demo ARGS=--google` in the folder that you\n'
    "installed from, or install once more from there: pipx install --force '.[demo,google]'"
)
_ACCOUNT = """\
[[accounts]]
name = "home"
type = "google"
credentials_file = "client_secret.json"
token_file = "token.json"
endpoint = "{root}"                  # of the stand-in; leave it out for Google
"""


class GoogleHost:
    """A running stand-in for Google; leaving the block ends it and removes its folder.

    Raises (on entering):
        DemoError: Google's client library is not installed.
    """

    def __init__(self) -> None:
        self.server = GoogleServer()
        self.folder = Path()
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        if any(importlib.util.find_spec(name) is None for name in _NEEDED):
            raise DemoError(_MISSING)
        self.folder = made_folder()
        self._running.callback(remove, self.folder)
        self._running.enter_context(serving(self.server))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with undisturbed():
            self._running.close()

    def fill(self, week: SampleWeek) -> None:
        """Store *week*: as it would be after its owner made and marked it in Google's own app."""
        labels = {SESSIONS: (CALLED_OFF,)}
        for title, id_ in CALENDARS.items():
            self.server.store.make_calendar(id_, title, labels=labels.get(title, ()))
        for entry in week.entries:
            for event in _events(entry.happenings):
                self.server.store.put(CALENDARS[entry.calendar], event)

    def account(self) -> str:
        """Return the account as a configuration has it, as if a person had consented just now."""
        login, root = self.server.login, self.server.root
        for name, content in {
            "client_secret.json": login.client_secret(root),
            "token.json": login.authorized_user(root, SCOPES),
        }.items():
            write_secret(self.folder / name, json.dumps(content))
        return _ACCOUNT.format(root=root)


def _events(happenings: Iterable[Happening]) -> Iterable[Json]:
    for happening in happenings:
        id_ = happening.uid.partition("@")[0].replace("-", "")
        event = _event(happening)
        if happening.recurrence_id is not None:
            start = happening.recurrence_id.astimezone(UTC)
            event |= {
                "recurringEventId": _id(id_),
                "originalStartTime": _side(happening.recurrence_id),
            }
            yield event | {"id": f"{_id(id_)}_{start:%Y%m%dT%H%M%SZ}"}
        else:
            yield event | {"id": _id(id_)}


def _id(name: str) -> str:
    """Return *name* in letters that Google allows in an id."""
    return f"demo{name.encode().hex()}"


def _event(happening: Happening) -> Json:
    """Return *happening* as Google has it; a category is where Thunderbird puts it there."""
    event: dict[str, Any] = {
        "summary": happening.title,
        "start": _side(happening.start),
        "end": _side(happening.end),
        "description": happening.notes,
        "location": happening.location,
        "transparency": "transparent" if happening.transparent else "opaque",
    }
    if happening.cancelled:
        event["eventLabelId"] = CALLED_OFF["id"]
    if happening.categories:
        words = ",".join(happening.categories)
        event["extendedProperties"] = {"shared": {"X-MOZ-CATEGORIES": words}}
    if happening.guest:
        event["attendees"] = [{"email": happening.guest, "responseStatus": "accepted"}]
    if happening.rule:
        event["recurrence"] = [f"RRULE:{happening.rule}"]
    return event


def _side(at: datetime | date) -> Json:
    if not isinstance(at, datetime):
        return {"date": at.isoformat()}
    return {"dateTime": at.isoformat(), "timeZone": str(at.tzinfo)}
