"""Bugs that could be written, planted on purpose: the simulation has to notice each of them.

Each takes the parts of an engine, journal and calendars, and gives back broken ones. What is
broken is the same as a wrong line in the engine or an adapter, seen from outside of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sync.domain.letters import Method
from sync.domain.lifecycle import State
from sync.domain.sessions import Session, SessionKey
from sync.errors import AlreadyExistsError
from sync.ports import Scan
from tests.simulation.people import CLOSURES

Parts = dict[str, Any]


@dataclass
class Around:
    """A port that passes everything on."""

    inner: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass
class RandomIds(Around):
    """Gives each replacement a fresh name, so that nothing tells a retry from a second one."""

    count: list[int]

    def create(self, draft: Any) -> Session:
        self.count[0] += 1
        name = f"rc{UUID(int=self.count[0]).hex}"
        made: Session = self.inner.create(replace(draft, key=SessionKey(name)))
        return made


@dataclass
class CursorFirst(Around):
    """Saves where the look ended in a transaction of its own, before the intentions."""

    def record(
        self, looks: Any, rainchecks: Sequence[Any], entries: Sequence[Any], **more: Any
    ) -> None:
        self.inner.record(looks, [], [])
        self.inner.record({}, rainchecks, entries, **more)


@dataclass
class NoReadBack(Around):
    """Takes a lost answer for a failure, and a name that is taken for somebody else's."""

    def create(self, draft: Any) -> Session:
        try:
            made: Session = self.inner.create(draft)
        except AlreadyExistsError:
            self.unread.add(draft.key)
            raise
        return made

    def read(self, key: SessionKey, resource: str | None) -> Session | None:
        if resource is None and key in self.unread:
            return None
        found: Session | None = self.inner.read(key, resource)
        return found

    unread: set[SessionKey] = field(default_factory=set)


@dataclass
class SettledFirst(Around):
    """Notes that all is done as soon as the replacement stands, before the original is marked."""

    def advance(self, raincheck: Any, entry: Any, seen: Any = ()) -> None:
        if raincheck.state is State.WRITTEN:
            raincheck = replace(raincheck, state=State.SETTLED)
        self.inner.advance(raincheck, entry, seen)


@dataclass
class StaleWrites(Around):
    """Writes back what it read at the beginning of the pass, whatever stands there now."""

    held: dict[SessionKey, Session] = field(default_factory=dict)

    def changes(self, *args: Any, **kwargs: Any) -> Any:
        found = self.inner.changes(*args, **kwargs)
        self.held = {session.key: session for session in found.sessions}
        return found

    def amend(self, key: SessionKey, *args: Any, **kwargs: Any) -> Session:
        made: Session = self.inner.amend(key, *args, **kwargs)
        if key not in self.held:
            return made
        old = self.held[key]
        amended = replace(made, notes=old.notes, title=old.title, when=old.when)
        put: Session = getattr(self.inner, "calendar", self.inner).put(amended)
        return put


@dataclass
class Deaf(Around, ABC):
    """Looks, and does not take in what it sees there of one kind."""

    def changes(self, cursor: str | None, known: Any, **more: Any) -> Any:
        return self.without(self.inner.changes(cursor, known, **more), known)

    @abstractmethod
    def without(self, found: Any, known: Any) -> Any:
        """Return *found* less what is not taken in."""


@dataclass
class NoClosures(Deaf):
    """Never tells of closures."""

    def without(self, found: Any, known: Any) -> Any:
        closed = frozenset(CLOSURES)
        told = [each for each in found.sessions if closed.isdisjoint(each.categories)]
        return replace(found, sessions=tuple(told))


@dataclass
class NoDeletions(Deaf):
    """Never tells of what is gone."""

    def without(self, found: Any, known: Any) -> Any:
        whole = found.scan is Scan.FULL
        revisions = {**known(None), **found.revisions} if whole else found.revisions
        return replace(found, removed=frozenset(), revisions=revisions)


@dataclass
class NoBusyTime(Around):
    """Takes all time for free."""

    def agenda(self, window: Any) -> Any:
        return replace(self.inner.agenda(window), sessions=())


@dataclass
class NoCancellations(Around):
    """Mails invitations, and nobody that a session is cancelled."""

    def send(self, letter: Any) -> None:
        if letter.method is not Method.CANCEL:
            self.inner.send(letter)


def _calendars(parts: Parts, wrap: Callable[[Any], Any]) -> Parts:
    return {**parts, "calendars": [wrap(each) for each in parts["calendars"]]}


def _journal(parts: Parts, wrap: Callable[[Any], Any]) -> Parts:
    return {**parts, "journal": wrap(parts["journal"])}


def _mailer(parts: Parts, wrap: Callable[[Any], Any]) -> Parts:
    return {**parts, "mailer": parts["mailer"] and wrap(parts["mailer"])}


def random_ids() -> Callable[[Parts], Parts]:
    count = [0]
    return lambda parts: _calendars(parts, lambda each: RandomIds(each, count))


@dataclass(frozen=True)
class Plant:
    """A bug, and the first word of what the judge has to say about it."""

    make: Callable[[], Callable[[Parts], Parts]]
    noticed: str


PLANTS: dict[str, Plant] = {
    "random ids": Plant(random_ids, "double"),
    "cursor saved before intents": Plant(
        lambda: lambda parts: _journal(parts, CursorFirst), "forgotten"
    ),
    "no read-back": Plant(lambda: lambda parts: _calendars(parts, NoReadBack), "double"),
    "settle before write": Plant(lambda: lambda parts: _journal(parts, SettledFirst), "unmarked"),
    "wrong precondition": Plant(lambda: lambda parts: _calendars(parts, StaleWrites), "words"),
    "forgets closures": Plant(lambda: lambda parts: _calendars(parts, NoClosures), "unclosed"),
    "forgets deletions": Plant(lambda: lambda parts: _calendars(parts, NoDeletions), "unmissed"),
    "overlapping slots": Plant(lambda: lambda parts: _calendars(parts, NoBusyTime), "overlap"),
    "forgets cancellations": Plant(lambda: lambda parts: _mailer(parts, NoCancellations), "mail"),
}
