"""From stored texts to sessions; pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.caldav.expand import occurrences
from adapters.caldav.remembering import is_to_be_kept, lost_of, may_be_ahead
from adapters.caldav.screen import may_carry_signal
from adapters.caldav.shelf import Fetched, Stored
from adapters.caldav.translate import UnreadableResource, Whereabouts, read, sessions_from
from sync.domain.sessions import Session, SessionKey, Span
from sync.ports import Lost, Unreadable


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """What resources say: ``sessions`` that may carry a signal, and what `ChangeSet` remembers."""

    sessions: tuple[Session, ...]
    copies: tuple[Session, ...]
    lost: tuple[Lost, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the resources of one calendar: its configured name, and the practice's zone.

    With ``everything``, whatever stands there counts, as in the drop calendar.
    """

    calendar: str
    zone: ZoneInfo
    everything: bool = False

    def sessions(self, stored: Stored) -> tuple[Session, ...]:
        """Return all that one resource holds.

        Raises:
            UnreadableResource: it cannot be understood.
        """
        return sessions_from(
            stored.text,
            calendar=self.calendar,
            zone=self.zone,
            resource=stored.path,
            revision=stored.etag,
        )

    def looked_through(self, found: Fetched, *, now: datetime) -> LookedThrough:
        """Return what *found* says and what is to be remembered of it."""
        sessions: list[Session] = []
        copies: list[Session] = []
        lost: list[Lost] = []
        unreadable = [Unreadable(path, why) for path, _, why in found.unreadable]
        for stored in found.stored:
            telling = self.everything or may_carry_signal(stored.text)
            if not telling and not may_be_ahead(stored.text, now):
                continue
            try:
                where = Whereabouts(self.calendar, stored.path, stored.etag, stored.text)
                zones, readings = read(stored.text, self.zone, where)
                lost += lost_of(readings, zones, now)
            except UnreadableResource as error:
                # What says nothing and cannot be read is no loss to anybody: no copy, no warning.
                unreadable += [Unreadable(stored.path, str(error))] if telling else []
                continue
            held = [reading.session for reading in readings]
            sessions += held if telling else []
            copies += (session for session in held if is_to_be_kept(session, now))
        return LookedThrough(tuple(sessions), tuple(copies), tuple(lost), tuple(unreadable))

    def within(
        self, found: Fetched, window: Span
    ) -> tuple[tuple[Session, ...], tuple[Unreadable, ...]]:
        """Return what overlaps *window*, series expanded, and what may but cannot be read."""
        return _each(found, lambda one: self._occurrences(one, window))

    def one(self, stored: Stored, key: SessionKey) -> Session | None:
        """Return the session with *key*, an instance without an override included.

        Raises:
            UnreadableResource: the resource cannot be understood.
        """
        written = {session.key: session for session in self.sessions(stored)}
        if key in written or key.recurrence_id is None or key.uid not in _uids(written):
            return written.get(key)
        for session in self._occurrences(stored, _around(key.recurrence_id)):
            if session.key == key:
                return replace(session, payload=stored.text)
        return None

    def _occurrences(self, stored: Stored, window: Span) -> tuple[Session, ...]:
        return occurrences(
            stored.text,
            window,
            calendar=self.calendar,
            zone=self.zone,
            resource=stored.path,
            revision=stored.etag,
        )


def _each(
    found: Fetched, read: Callable[[Stored], Iterable[Session]]
) -> tuple[tuple[Session, ...], tuple[Unreadable, ...]]:
    """Return what *read* makes of every resource; one that it cannot read is skipped and told."""
    sessions: list[Session] = []
    unreadable = [Unreadable(path, why) for path, _, why in found.unreadable]
    for stored in found.stored:
        try:
            sessions.extend(read(stored))
        except UnreadableResource as error:
            unreadable.append(Unreadable(stored.path, str(error)))
    return tuple(sessions), tuple(unreadable)


def _uids(written: dict[SessionKey, Session]) -> set[str]:
    return {key.uid for key in written}


def _around(recurrence_id: str) -> Span:
    """Return a time in which the instance stands, if it stands where its series has it."""
    form, length = (
        ("%Y%m%dT%H%M%SZ", timedelta(seconds=1))
        if recurrence_id.endswith("Z")
        else ("%Y%m%d", timedelta(days=1))
    )
    start = datetime.strptime(recurrence_id, form).replace(tzinfo=UTC)
    margin = timedelta(0) if recurrence_id.endswith("Z") else timedelta(days=1)
    return Span(start - margin, start + length + margin)
