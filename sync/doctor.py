"""One visit of the doctor: a sample is put into a calendar, watched, and taken away again.

Nothing is remembered and no lock is taken, so a visit can be paid beside a running daemon; the
sample's name tells every pass to leave it alone (`sync.domain.identity.is_sample`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sync.domain.passes import Warned
from sync.domain.sample import Sight, as_session, hints, parts_changed, sample_of, sights
from sync.domain.sessions import Session, SessionKey
from sync.domain.signals import Disruption, Watch, judged, judged_deleted
from sync.errors import CalendarError, OutcomeUnknownError, RejectedError, TransientError
from sync.ports import Bench, Clock
from sync.retrying import Retries

EVERY_S = 2.0
"""Between two looks: one small request each, for a few minutes at most."""

REMOVALS_MAX = 2

MISSING_MAX = 2
"""Looks that must miss the sample before it counts as deleted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that counts has arrived: ``sights`` say where. ``verdict`` is what a pass says.

    A sample that was deleted has no sights. ``after`` counts from the planting on.
    """

    after: timedelta
    sights: tuple[Sight, ...]
    verdict: Disruption | Warned | None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit has arrived, and nothing in it counts: what it changed, and what was meant, maybe."""

    after: timedelta
    parts: tuple[str, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """The sample could not be read just now; it is tried again."""

    message: str


News = Seen | Edited | Trouble


@dataclass(slots=True)
class Visit:
    """A sample in one calendar.

    Args:
        home: Where it is put.
        others: Every other calendar of the practice: it may be moved there.
        watch: By what sessions are judged.
        chance: What makes its name one of its own.
        clock: The time.
        sleep: Waits so many seconds.
        retries: How often a request is tried.
        standing: Where it may stand now; empty before it is put there and once it is taken away.
    """

    home: Bench
    others: Sequence[Bench]
    watch: Watch
    chance: str
    clock: Clock
    sleep: Callable[[float], None]
    retries: Retries = field(default_factory=Retries)
    standing: list[Bench] = field(default_factory=list)

    @contextmanager
    def planted(self, *, keep: bool) -> Iterator[Session]:
        """Put the sample there, and take it away at the end, however that comes; unless *keep*.

        What cannot be taken away is left; ``standing`` tells where.

        Raises:
            CalendarError: it could not be put there.
        """
        sample = sample_of(self.chance, self.watch.zone, now=self.clock.now())
        self.standing.append(self.home)
        try:
            session = self.retries.call(lambda: self.home.plant(sample))
        except CalendarError as error:
            if isinstance(error, OutcomeUnknownError):
                self._take_away(sample.key)
            else:
                self.standing.clear()
            raise
        except BaseException:
            self._take_away(sample.key)
            raise
        try:
            yield session
        finally:
            if not keep:
                self._take_away(sample.key)

    def news(self, sample: Session, *, timeout: timedelta) -> Iterator[News]:
        """Yield what arrives, up to what counts, or until *timeout* is over: then it just ends."""
        begun = self.clock.now()
        last, missing, trouble = sample, 0, ""
        while self.clock.now() - begun < timeout:
            self.sleep(EVERY_S)
            try:
                found = self._found(last)
            except (TransientError, RejectedError) as error:
                if str(error) != trouble:
                    trouble = str(error)
                    yield Trouble(trouble)
                continue
            trouble, after = "", self.clock.now() - begun
            # Some apps change an event by deleting it and writing it again: so look twice.
            missing = missing + 1 if found is None else 0
            if found is None and missing < MISSING_MAX:
                continue
            told = self._deleted(last, after) if found is None else self._told(last, found, after)
            last = found or last
            if told is not None:
                yield told
            if isinstance(told, Seen):
                return

    def _found(self, last: Session) -> Session | None:
        """Return the sample as it stands now: where it was, or in another calendar."""
        benches = {bench.name: bench for bench in (self.home, *self.others)}
        bench = benches.pop(last.calendar)
        found = bench.read(last.key, last.resource) or bench.read(last.key, None)
        for other in benches.values():
            if found is not None:
                break
            with suppress(CalendarError):
                found = other.read(last.key, None)
            if found is not None and other not in self.standing:
                self.standing.append(other)
        return found

    def _told(self, last: Session, found: Session, after: timedelta) -> News | None:
        """Return what is new in the sample, which was *last*; None if nothing is."""
        if _version(found) == _version(last):
            return None
        bench = next(one for one in (self.home, *self.others) if one.name == found.calendar)
        session = as_session(found)
        seen = sights(session, self.watch, lambda category: bench.origin(found, category))
        if seen:
            return Seen(after, seen, judged(session, self.watch, now=self.clock.now()))
        parts = parts_changed(last, found)
        return Edited(after, parts, hints(session, self.watch.dictionary)) if parts else None

    def _deleted(self, last: Session, after: timedelta) -> Seen:
        verdict = judged_deleted(as_session(last), self.watch, now=self.clock.now())
        self.standing.clear()
        return Seen(after, (), verdict, deleted=True)

    def _take_away(self, key: SessionKey) -> None:
        for bench in tuple(self.standing):
            for _ in range(REMOVALS_MAX):
                try:
                    self.retries.call(partial(bench.uproot, key))
                except CalendarError:
                    continue
                self.standing.remove(bench)
                break


def _version(session: Session) -> tuple[str, str, str]:
    return session.calendar, session.resource, session.revision
