"""What a person's own calendar app does, in simple values: the other side of every promise."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from adapters.memory import MemoryCalendar
from sync.demo.google.store import Store
from sync.domain.identity import is_sample
from sync.domain.sessions import Answer, Attendee, Kind, Session, SessionKey, Status, Timed
from tests.servers.processes import Server

ZONE = ZoneInfo("Europe/London")
WEEK = timedelta(weeks=1)


def at(day: int, hour: int = 10) -> datetime:
    """Return an hour of November 2026 (a day above 30 lies in December), in London."""
    return datetime(2026, 11, 1, hour, tzinfo=ZONE) + timedelta(days=day - 1)


@dataclass(frozen=True)
class Told:
    """An event as a person would tell it. ``weekly`` is the number of instances; 0: no series.

    ``skipped`` are instances taken out, ``moved`` (instance, new start) pairs; counted from 0.
    """

    uid: str
    start: datetime
    title: str = "Session"
    length: timedelta = timedelta(hours=1)
    weekly: int = 0
    skipped: tuple[int, ...] = ()
    moved: tuple[tuple[int, datetime], ...] = ()
    categories: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    status: str = ""
    transparent: bool = False
    answer: Answer = Answer.ACCEPTED

    def instance(self, number: int) -> datetime:
        """Return where the series has the instance."""
        return self.start + number * WEEK

    def key(self, number: int | None = None) -> SessionKey:
        """Return the key of the event, or of one instance."""
        if number is None:
            return SessionKey(self.uid)
        return SessionKey(self.uid, basic(self.instance(number)))


def basic(moment: datetime) -> str:
    """Return UTC basic format."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


class Hand(Protocol):
    """A person's app."""

    def put(self, told: Told) -> None: ...

    def delete(self, uid: str) -> None: ...

    def spoil(self, uid: str) -> None:
        """Store something that nobody can read."""
        ...

    def uids(self) -> list[str]:
        """Return the UID of everything that stands, sorted, one for each resource."""
        ...


class MemoryHand:
    """Works on the memory calendar."""

    def __init__(self, calendar: MemoryCalendar) -> None:
        self._calendar = calendar

    def put(self, told: Told) -> None:
        for session in self._sessions(told):
            self._calendar.put(session)
        standing = {session.key for session in self._calendar.sessions()}
        for key in standing & {told.key(number) for number in told.skipped}:
            self._calendar.remove(key)

    def delete(self, uid: str) -> None:
        for session in self._calendar.sessions():
            if session.key.uid == uid:
                self._calendar.remove(session.key)

    def spoil(self, uid: str) -> None:
        self._calendar.put_unreadable(uid)

    def uids(self) -> list[str]:
        return sorted({session.key.uid for session in self._calendar.sessions()})

    def _sessions(self, told: Told) -> list[Session]:
        plain = Session(
            key=told.key(),
            calendar="",
            kind=Kind.SINGLE,
            when=Timed(told.start, told.start + told.length),
            title=told.title,
            categories=told.categories,
            status=Status(told.status.lower()) if told.status else Status.CONFIRMED,
            transparent=told.transparent,
            organizer="therapist@example.org" if told.guests else None,
            attendees=tuple(Attendee(guest, told.answer) for guest in told.guests),
        )
        if not told.weekly:
            return [plain]
        moved = dict(told.moved)
        starts = {n: moved.get(n, told.instance(n)) for n in range(told.weekly)}
        return [replace(plain, kind=Kind.SERIES)] + [
            replace(
                plain,
                key=told.key(n),
                kind=Kind.INSTANCE,
                when=Timed(start, start + told.length),
            )
            for n, start in starts.items()
            if n not in told.skipped
        ]


class DavHand:
    """Works on a real server, with plain HTTP."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self.url = url

    def put(self, told: Told) -> None:
        self.put_text(told.uid, ics(told))

    def put_text(self, name: str, text: str) -> None:
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        answer = self._server.request("PUT", f"{self.url}{name}.ics", text, headers)
        assert answer.status_code in {200, 201, 204}, (answer.status_code, answer.text)

    def get_text(self, name: str) -> str:
        answer = self._server.request("GET", f"{self.url}{name}.ics")
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode("utf-8")

    def delete(self, uid: str) -> None:
        answer = self._server.request("DELETE", f"{self.url}{uid}.ics")
        assert answer.status_code in {200, 204}, answer.status_code

    def spoil(self, uid: str) -> None:
        self.put_text(uid, ics(Told(uid, at(25), length=timedelta(hours=-3), categories=("x",))))

    def uids(self) -> list[str]:
        body = '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        answer = self._server.request("PROPFIND", self.url, body, headers)
        found = (answer.text or "").split(".ics<")
        return sorted(part.rsplit("/", 1)[-1] for part in found[:-1])


class GoogleHand:
    """Works in the store behind Google's local server, as Google's own pages do."""

    def __init__(self, store: Store, calendar: str) -> None:
        self._store = store
        self.calendar = calendar

    def put(self, told: Told) -> None:
        event = google_event(told)
        if is_sample(told.key()):
            event["id"] = event.pop("iCalUID")  # what stands under an id of ours is known by it
        stored = self._store.put(self.calendar, event)
        for number, start in told.moved:
            moved = event | google_times(start, told.length)
            moved.pop("recurrence")
            self._store.put(self.calendar, moved | self._instance(stored, told, number))
        for number in told.skipped:
            self._store.delete(self.calendar, self._id(stored, told, number))
        if told.status == "CANCELLED":
            self._store.delete(self.calendar, stored["id"])

    def delete(self, uid: str) -> None:
        (found,) = [one for one in self._standing() if one["iCalUID"] == uid]
        self._store.delete(self.calendar, found["id"])

    def spoil(self, uid: str) -> None:
        event = google_event(Told(uid, at(25), length=timedelta(hours=-3)))
        self._store.put(self.calendar, event | {"id": uid})

    def uids(self) -> list[str]:
        return sorted(one["iCalUID"].removesuffix("@google.com") for one in self._standing())

    def _standing(self) -> list[dict[str, Any]]:
        found = self._store.events(self.calendar)
        return [
            one for one in found if one["status"] != "cancelled" and "recurringEventId" not in one
        ]

    def _id(self, stored: dict[str, Any], told: Told, number: int) -> str:
        return f"{stored['id']}_{basic(told.instance(number))}"

    def _instance(self, stored: dict[str, Any], told: Told, number: int) -> dict[str, Any]:
        original = google_times(told.instance(number), told.length)["start"]
        return {
            "id": self._id(stored, told, number),
            "recurringEventId": stored["id"],
            "originalStartTime": original,
        }


GOOGLE = {
    Answer.ACCEPTED: "accepted",
    Answer.DECLINED: "declined",
    Answer.NEEDS_ACTION: "needsAction",
}


def google_event(told: Told) -> dict[str, Any]:
    """Return the event as Google has it; categories where Thunderbird keeps them."""
    event: dict[str, Any] = {"iCalUID": told.uid, "summary": told.title, "status": "confirmed"}
    event |= google_times(told.start, told.length)
    if told.weekly:
        event["recurrence"] = [f"RRULE:FREQ=WEEKLY;COUNT={told.weekly}"]
    if told.categories:
        words = ",".join(told.categories)
        event["extendedProperties"] = {"shared": {"X-MOZ-CATEGORIES": words}}
    if told.guests:
        event["attendees"] = [
            {"email": guest, "responseStatus": GOOGLE[told.answer]} for guest in told.guests
        ]
    if told.transparent:
        event["transparency"] = "transparent"
    return event


def google_times(start: datetime, length: timedelta) -> dict[str, dict[str, str]]:
    """Return start and end as Google has them."""
    ends = (start.astimezone(UTC) + length).astimezone(ZONE)
    return {
        side: {"dateTime": moment.isoformat(), "timeZone": "Europe/London"}
        for side, moment in (("start", start), ("end", ends))
    }


def ics(told: Told) -> str:
    """Return the event as iCalendar text."""
    master = [_line("DTSTART", told.start), _line("DTEND", told.start + told.length)]
    if told.weekly:
        master.append(f"RRULE:FREQ=WEEKLY;COUNT={told.weekly}")
    master += [_line("EXDATE", told.instance(n)) for n in told.skipped]
    events = [_event(told, master)]
    for number, start in told.moved:
        lines = [_line("DTSTART", start), _line("DTEND", start + told.length)]
        events.append(_event(told, [_line("RECURRENCE-ID", told.instance(number)), *lines]))
    inside = [line for event in events for line in event]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Hand//EN", *VTIMEZONE]
    return "\r\n".join([*lines, *inside, "END:VCALENDAR", ""])


VTIMEZONE = [
    "BEGIN:VTIMEZONE",
    "TZID:Europe/London",
    "BEGIN:DAYLIGHT",
    "DTSTART:19810329T010000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0100",
    "TZNAME:BST",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0000",
    "TZNAME:GMT",
    "END:STANDARD",
    "END:VTIMEZONE",
]


def _event(told: Told, times: list[str]) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{told.uid}", "DTSTAMP:20261101T080000Z", *times]
    lines.append(f"SUMMARY:{told.title}")
    lines += [f"CATEGORIES:{word}" for word in told.categories]
    if told.guests:
        lines.append("ORGANIZER:mailto:therapist@example.org")
        lines += [
            f"ATTENDEE;PARTSTAT={told.answer.name.replace('_', '-')}:mailto:{guest}"
            for guest in told.guests
        ]
    if told.status:
        lines.append(f"STATUS:{told.status}")
    if told.transparent:
        lines.append("TRANSP:TRANSPARENT")
    return [*lines, "END:VEVENT"]


def _line(name: str, moment: datetime) -> str:
    return f"{name};TZID=Europe/London:{moment:%Y%m%dT%H%M%S}"
