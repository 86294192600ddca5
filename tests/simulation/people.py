"""What therapists and clients do in their calendar apps, and their own note of it.

Their note is what nobody may lose: titles and lines that a person wrote, where each thing was put,
and what was closed, deleted, answered and cancelled.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from adapters.memory import MemoryCalendar
from sync.domain.sessions import Answer, Attendee, Kind, Session, SessionKey, Status, Timed
from tests.unit.engine.world import PRACTICE, ZONE

TAGS = ("disrupted", "no-show", "disrupted-power", "disrupted-audio", "late-cancel", "rained-off")
CLOSURES = ("lockdown", "sick-day", "outage")
CLIENTS = ("ada@example.com", "bo@example.com", "cy@example.com", "di@example.com")


@dataclass(frozen=True)
class Put:
    """When something takes place by the word of a person, given *at* that moment."""

    when: Timed
    at: datetime


@dataclass(frozen=True)
class Deleted:
    """What a person deleted, as it was then, *at* which moment."""

    session: Session
    at: datetime


@dataclass
class Hands:
    """The people of one practice.

    Args:
        sessions: The calendar with clients.
        private: The therapist's own.
        chance: The seed's.
        tell: Where each act is told, for the trace.
    """

    sessions: MemoryCalendar
    private: MemoryCalendar
    chance: random.Random
    tell: Callable[[str], None]
    wrote: dict[SessionKey, list[str]] = field(default_factory=dict)
    placed: dict[SessionKey, Put] = field(default_factory=dict)
    closed: dict[SessionKey, Put] = field(default_factory=dict)
    deleted: dict[SessionKey, Deleted] = field(default_factory=dict)
    answered: dict[SessionKey, datetime] = field(default_factory=dict)
    booked: dict[SessionKey, datetime] = field(default_factory=dict)
    cancelled: set[SessionKey] = field(default_factory=set)
    count: int = 0

    def act(self, now: datetime) -> None:
        """Do one thing, at *now*."""
        act, _ = self.chance.choices(ACTS, [weight for _, weight in ACTS])[0]
        act(self, now)

    def enter(self, now: datetime) -> None:
        """Enter a session, with or without a guest, or a few weeks of a weekly one."""
        self.count += 1
        uid = f"s{self.count}@example.org"
        start = self._time(now, 1, 15)
        guests = (Attendee(self.chance.choice(CLIENTS)),) if self.chance.random() < 0.5 else ()
        weekly = self.chance.random() < 0.2
        for week in range(3 if weekly else 1):
            when = _lasting(start + timedelta(weeks=week))
            id_ = f"{when.span.start:%Y%m%dT%H%M%SZ}" if weekly else None
            key = SessionKey(uid, id_)
            self.sessions.put(
                Session(
                    key,
                    self.sessions.name,
                    Kind.INSTANCE if weekly else Kind.SINGLE,
                    when,
                    title=f"Quillon Wren {self.count}",
                    organizer=PRACTICE if guests else None,
                    attendees=guests,
                )
            )
            self.wrote[key] = [f"Quillon Wren {self.count}"]
            self.placed[key] = Put(when, now)
        self.tell(f"enters {uid} at {start:%a %d %H:%M}{', weekly' * weekly}")

    def busy(self, now: datetime) -> None:
        """Enter something private."""
        self.count += 1
        start = self._time(now, 0, 12)
        key = SessionKey(f"p{self.count}@example.org")
        when = _lasting(start, self.chance.choice((30, 60, 180)))
        self.private.put(Session(key, self.private.name, Kind.SINGLE, when, title="Dentist"))
        self.placed[key] = Put(when, now)
        self.tell(f"is busy from {start:%a %d %H:%M}")

    def tag(self, now: datetime) -> None:
        """Tag a session that was lost."""
        tag = self.chance.choice(TAGS)
        found = self._some(lambda s: _is_near(s, now) and not s.marks and not s.categories)
        if found:
            self._put(replace(found, categories=(tag,)), f"tags {_name(found)} {tag}")

    def untag(self, _: datetime) -> None:
        """Take a tag off again."""
        if found := self._some(lambda s: bool(s.categories) and not _is_replacement(s)):
            self._put(replace(found, categories=()), f"takes the tag off {_name(found)}")

    def cancel(self, now: datetime) -> None:
        """Cancel a session by its status."""
        if found := self._some(lambda s: _is_near(s, now) and not s.marks):
            gone = replace(found, status=Status.CANCELLED, sequence=found.sequence + 1)
            self.cancelled.add(found.key)
            self._put(gone, f"cancels {_name(found)}")

    def undo(self, _: datetime) -> None:
        """Tag an original or a replacement to be undone."""
        if found := self._some(lambda s: s.marks is not None):
            words = (*found.categories, "undo")
            self._put(replace(found, categories=words), f"takes {_name(found)} back")

    def note(self, _: datetime, key: SessionKey | None = None) -> None:
        """Write a line into the notes of any session, or of the one with *key*."""
        if found := self._some(lambda s: key in (None, s.key)):
            self.count += 1
            line = f"by hand {self.count}"
            notes = f"{line}\n{found.notes}" if found.notes else line
            self._put(replace(found, notes=notes), f"writes {line!r} on {_name(found)}")
            self.wrote.setdefault(found.key, []).append(line)

    def move(self, now: datetime) -> None:
        """Move a session or a replacement that lies ahead."""
        if found := self._some(lambda s: _is_ahead(s, now)):
            when = _lasting(self._time(now, 1, 15))
            moved = replace(found, when=when, sequence=found.sequence + 1)
            self.placed[found.key] = Put(when, now)
            self._put(moved, f"moves {_name(found)} to {when.start:%a %d %H}")

    def answer(self, now: datetime) -> None:
        """Let the client answer an invitation."""
        found = self._some(lambda s: bool(s.attendees) and _is_ahead(s, now))
        if found:
            said = self.chance.choice((Answer.ACCEPTED, Answer.ACCEPTED, Answer.DECLINED))
            guests = tuple(replace(guest, answer=said) for guest in found.attendees)
            self.answered[found.key] = now
            self._put(replace(found, attendees=guests), f"answers {_name(found)}: {said.value}")

    def book(self, now: datetime) -> None:
        """Let the practice say that a replacement is to be booked."""
        if found := self._some(lambda s: _is_replacement(s) and _is_ahead(s, now)):
            self.booked[found.key] = now
            words = (*found.categories, "book")
            self._put(replace(found, categories=words), f"books {_name(found)}")

    def delete(self, now: datetime) -> None:
        """Delete a session or a replacement."""
        if found := self._some(lambda s: _is_ahead(s, now)):
            self.sessions.remove(found.key)
            self.deleted[found.key] = Deleted(found, now)
            self.wrote.pop(found.key, None)
            self.tell(f"deletes {_name(found)}")

    def close(self, now: datetime) -> None:
        """Enter a closure of half a day."""
        self.count += 1
        start = self._time(now, 0, 5)
        key = SessionKey(f"c{self.count}@example.org")
        word = self.chance.choice(CLOSURES)
        when = _lasting(start, 240)
        closure = Session(key, self.private.name, Kind.SINGLE, when, title="Closed")
        self.private.put(replace(closure, categories=(word,)))
        self.closed[key] = Put(when, now)
        self.tell(f"closes from {start:%a %d %H:%M}: {word}")

    def reopen(self, _: datetime) -> None:
        """Take a closure out again."""
        if self.closed:
            key = self.chance.choice(sorted(self.closed))
            del self.closed[key]
            self.private.remove(key)
            self.tell(f"takes the closure {key.uid.split('@')[0]} out")

    def forget(self, _: datetime) -> None:
        """Let the server forget every cursor."""
        self.sessions.expire_cursors()
        self.tell("the server forgets its cursors")

    def _put(self, session: Session, told: str) -> None:
        self.sessions.put(session)
        self.tell(told)

    def _some(self, fits: Callable[[Session], bool]) -> Session | None:
        found = [session for session in self.sessions.sessions() if fits(session)]
        return self.chance.choice(found) if found else None

    def _time(self, now: datetime, first: int, last: int) -> datetime:
        day = now.astimezone(ZONE) + timedelta(days=self.chance.randint(first, last))
        hour = self.chance.randint(9, 15)
        return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def _lasting(start: datetime, minutes: int = 50) -> Timed:
    end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(ZONE)
    return Timed(start, end)


def _is_near(session: Session, now: datetime) -> bool:
    assert isinstance(session.when, Timed)
    return timedelta(days=-2) < session.when.span.start - now < timedelta(days=14)


def _is_ahead(session: Session, now: datetime) -> bool:
    assert isinstance(session.when, Timed)
    return session.when.span.start > now


def _is_replacement(session: Session) -> bool:
    return session.marks is not None and session.marks.attempt is not None


def _name(session: Session) -> str:
    return session.key.uid.split("@")[0] + (f"/{i}" if (i := session.key.recurrence_id) else "")


ACTS: tuple[tuple[Callable[[Hands, datetime], None], float], ...] = (
    (Hands.enter, 30),
    (Hands.busy, 8),
    (Hands.tag, 22),
    (Hands.untag, 4),
    (Hands.cancel, 4),
    (Hands.undo, 3),
    (Hands.note, 12),
    (Hands.move, 6),
    (Hands.answer, 12),
    (Hands.book, 3),
    (Hands.delete, 5),
    (Hands.close, 3),
    (Hands.reopen, 0.5),
    (Hands.forget, 0.5),
)
"""What people do, and how often."""
