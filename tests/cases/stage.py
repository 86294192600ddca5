"""The practice that a case speaks of: its configuration, its calendars, and who does what in them.

Everything is real but the calendars' servers: the configuration is text that is loaded as a user's
is, the state is a file, and the engine is the one that `raincheck sync` runs.
"""

import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.memory import MemoryCalendar
from sync.config.load import load
from sync.config.model import Config
from sync.config.rules import rules_of
from sync.domain.identity import raincheck_id
from sync.domain.lifecycle import Raincheck
from sync.domain.passes import PassReport
from sync.domain.sessions import (
    AllDay,
    Answer,
    Attendee,
    Kind,
    Session,
    SessionKey,
    Status,
    Timed,
)
from sync.engine import Engine
from sync.journal.store import SqliteJournal
from tests.cases.reading import (
    Case,
    Given,
    Then,
    as_toml,
    day_of,
    event_of,
    is_whole_day,
    merged,
    moment,
)

BASE = """
[practice]
name = "Example Practice"
timezone = "Europe/London"
emails = ["therapist@example.org"]

[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
username = "therapist"
password_file = "home.password"

[[calendars]]
account = "home"
calendar = "sessions"

[[calendars]]
account = "home"
calendar = "private"
sessions = "none"

[hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]

[fees]
currency = "GBP"
session = "80.00"
"""
"""The practice of every case: weekdays nine to five, 80 pounds; all else as it comes."""

PRACTICE = "therapist@example.org"
NEW = "new "
"""``new Ann`` is the session that replaces Ann."""


def config_of(case: Case, folder: Path) -> Config:
    """Return the case's configuration, written to a file and loaded as a user's is."""
    tree = merged(tomllib.loads(BASE), case.config)
    if case.daemon:
        tree["daemon"] = {"settle": case.daemon}
    for table in case.without:
        del tree[table]
    path = folder / "config.toml"
    path.write_text(as_toml(tree), "utf-8")
    return load(path, {})


@dataclass
class Clock:
    """A clock that shows the moment of the step."""

    shows: datetime

    def now(self) -> datetime:
        return self.shows


@dataclass
class Stage:
    """A practice in memory while a case is played."""

    case: Case
    config: Config
    folder: Path
    calendars: dict[str, MemoryCalendar] = field(default_factory=dict)
    names: dict[str, SessionKey] = field(default_factory=dict)
    written: dict[tuple[str, SessionKey], Session] = field(default_factory=dict)
    reports: list[PassReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zone = self.config.zone
        self.clock = Clock(self._moment(self.case.now))
        for each in self.config.calendars:
            self.calendars[each.name] = MemoryCalendar(
                each.name, zone=self.zone, invites=self.case.guests_told
            )

    def play(self) -> None:
        """Enter what is given, run a pass, and one more after each step."""
        for event in self.case.given:
            self.enter(event)
        self.run()
        for step in self.case.then:
            self.clock.shows = self._moment(step.at)
            self._do(step)
            self.run(allow_many=step.allow_many)

    def run(self, *, allow_many: bool = False) -> PassReport:
        """Run one pass."""
        with SqliteJournal.opened(self.state) as journal:
            report = self._engine(journal, allow_many=allow_many).run_pass()
        self.reports.append(report)
        return report

    @property
    def state(self) -> Path:
        """Return where the state file is."""
        return self.folder / "state.db"

    def records(self) -> list[Raincheck]:
        """Return every raincheck there is."""
        with SqliteJournal.opened(self.state) as journal:
            return list(journal.every_raincheck())

    def sessions(self) -> list[Session]:
        """Return all that stands in all calendars."""
        return [session for each in self.calendars.values() for session in each.sessions()]

    def enter(self, event: Given) -> None:
        """Put *event* into its calendar; of a series, every session."""
        session = self._session(event)
        self.names[event.called] = session.key
        self._put(session)
        if not event.weekly:
            return
        assert isinstance(session.when, Timed)
        self._put(replace(session, kind=Kind.SERIES))
        for week in range(event.weekly):
            when = _weeks_later(session.when, week)
            key = SessionKey(session.key.uid, _recurrence_id(when))
            self._put(replace(session, key=key, kind=Kind.INSTANCE, when=when))

    def _engine(self, journal: SqliteJournal, *, allow_many: bool = False) -> Engine:
        return Engine(
            practice=rules_of(self.config),
            calendars=list(self.calendars.values()),
            journal=journal,
            clock=self.clock,
            holidays=self.config.public_holidays,
            allow_many=allow_many,
            settle=self.config.daemon.settle if self.case.daemon else timedelta(0),
        )

    def _moment(self, text: str) -> datetime:
        return moment(text, self.zone).astimezone(UTC)

    def _session(self, event: Given) -> Session:
        zone = ZoneInfo(event.zone) if event.zone else self.zone
        when: Timed | AllDay
        if is_whole_day(event.start):
            first = day_of(event.start)
            when = AllDay(first, first + timedelta(days=event.days))
        else:
            start = moment(event.start, zone)
            end = start.astimezone(UTC) + timedelta(minutes=event.minutes)
            when = Timed(start, end.astimezone(zone))
        key, kind = SessionKey(f"{event.called.lower().replace(' ', '-')}@example.org"), Kind.SINGLE
        if event.one_of:
            assert isinstance(when, Timed)
            key = SessionKey(self.names[event.one_of].uid, _recurrence_id(when))
            kind = Kind.INSTANCE
        if event.same_as:
            key = self.names[event.same_as]
        return Session(
            key,
            event.calendar,
            kind,
            when,
            title=event.title,
            notes=event.notes,
            categories=event.tags,
            status=Status(event.status),
            transparent=not event.busy,
            organizer=event.organizer or (PRACTICE if event.guests else None),
            attendees=tuple(map(_guest, event.guests)),
            location=event.location,
            links=(event.link,) if event.link else (),
        )

    def _put(self, session: Session) -> None:
        self.calendars[session.calendar].put(session)
        self.written[session.calendar, session.key] = session

    def _there(self, name: str) -> Session:
        """Return the session that a case calls *name*, as it stands."""
        key = self.names.get(name)
        if key is None:
            assert name.startswith(NEW), f"nothing is called {name}"
            original = self.names[name.removeprefix(NEW)]
            (record,) = [one for one in self.records() if one.original.key == original]
            assert record.replacement is not None, f"there is no {name}"
            key = record.replacement
        (found,) = [one for one in self.sessions() if one.key == key]
        return found

    def _do(self, step: Then) -> None:
        """Do what the step says."""
        for deed, work in _DEEDS.items():
            if getattr(step, deed):
                work(self, step)

    def _add(self, step: Then) -> None:
        assert step.add is not None
        self.enter(event_of(step.add))

    def _tag(self, step: Then) -> None:
        session = self._there(step.tag)
        self._put(replace(session, categories=(*session.categories, *step.words)))

    def _untag(self, step: Then) -> None:
        self._put(replace(self._there(step.untag), categories=()))

    def _move(self, step: Then) -> None:
        session = self._there(step.move)
        assert isinstance(session.when, Timed)
        self._put(replace(session, when=session.when.moved_to(moment(step.to, self.zone))))

    def _drag(self, step: Then) -> None:
        session = self._there(step.drag)
        self._remove(session)
        self._put(replace(session, calendar=step.into, resource=""))

    def _copy(self, step: Then) -> None:
        session = self._there(step.copy)
        assert isinstance(session.when, Timed)
        name = f"copy of {step.copy}"
        self.names[name] = SessionKey(f"{name.lower().replace(' ', '-')}@example.org")
        when = session.when.moved_to(moment(step.to, self.zone))
        self._put(replace(session, key=self.names[name], when=when, resource=""))

    def _delete(self, step: Then) -> None:
        session = self._there(step.delete)
        for each in self.sessions() if session.kind is Kind.SERIES else [session]:
            if each.key.uid == session.key.uid:
                self._remove(each)

    def _put_back(self, step: Then) -> None:
        key = self.names[step.put_back]
        event = next(one for one in self.case.given if self.names[one.called] == key)
        self._put(self._session(event))

    def _cancel(self, step: Then) -> None:
        self._put(replace(self._there(step.cancel), status=Status.CANCELLED))

    def _confirm(self, step: Then) -> None:
        self._put(replace(self._there(step.confirm), status=Status.CONFIRMED))

    def _accept(self, step: Then) -> None:
        self._answer(step.accept, step.who, Answer.ACCEPTED)

    def _decline(self, step: Then) -> None:
        self._answer(step.decline, step.who, Answer.DECLINED)

    def _answer(self, name: str, who: str, answer: Answer) -> None:
        session = self._there(name)
        assert session.attendees, f"{name} has no guests who could answer"
        said = tuple(
            replace(one, answer=answer) if who in ("", one.address) else one
            for one in session.attendees
        )
        self._put(replace(session, attendees=said))

    def _undo(self, step: Then) -> None:
        with SqliteJournal.opened(self.state) as journal:
            report = self._engine(journal).undo([raincheck_id(self.names[step.undo])])
        self.reports.append(report)

    def _empty(self, step: Then) -> None:
        for session in self.calendars[step.empty].sessions():
            self._remove(session)

    def _lose_state(self, step: Then) -> None:
        for file in self.folder.glob("state.db*"):
            file.unlink()

    def _remove(self, session: Session) -> None:
        self.calendars[session.calendar].remove(session.key)
        self.written.pop((session.calendar, session.key), None)


_DEEDS = {
    "add": Stage._add,
    "tag": Stage._tag,
    "untag": Stage._untag,
    "move": Stage._move,
    "drag": Stage._drag,
    "copy": Stage._copy,
    "delete": Stage._delete,
    "put_back": Stage._put_back,
    "cancel": Stage._cancel,
    "confirm": Stage._confirm,
    "accept": Stage._accept,
    "decline": Stage._decline,
    "undo": Stage._undo,
    "empty": Stage._empty,
    "lose_state": Stage._lose_state,
}


def _guest(text: str) -> Attendee:
    """Return a guest: ``ann@example.org``, or ``ann@example.org (declined)``; as adapters do."""
    address, _, answer = text.lower().partition(" ")
    return Attendee(address, Answer(answer.strip("()")) if answer else Answer.NEEDS_ACTION)


def _weeks_later(when: Timed, weeks: int) -> Timed:
    """Return the same time of day so many weeks on, whatever the clocks do."""
    start = when.start + timedelta(weeks=weeks)
    return Timed(start, (start.astimezone(UTC) + when.length).astimezone(when.zone))


def _recurrence_id(when: Timed) -> str:
    return f"{when.start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
