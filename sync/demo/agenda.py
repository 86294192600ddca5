"""The two weeks as lines of text: what stands where, and what Raincheck has touched. Pure."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from sync.domain.lifecycle import Raincheck
from sync.domain.passes import PassReport
from sync.domain.policy import Action
from sync.domain.sessions import AllDay, Session, SessionKey, Status, Timed


class Look(Enum):
    """What a line of an agenda tells, each shown in its own way."""

    PLAIN = "plain"
    PRIVATE = "private"  # takes time, is no session
    ASIDE = "aside"  # takes no time
    DISRUPTED = "disrupted"  # before: it carries a signal
    KEPT = "kept"  # after: it stands as it was, with what was done about it
    FREED = "freed"  # after: it no longer takes its time
    NEW = "new"  # after: the replacement


@dataclass(frozen=True, slots=True)
class Line:
    """One line. *time* is local (``10:00``), empty for whole days; *number* the raincheck's.

    ``is_target`` says that *note* is the moment the session has moved to.
    """

    time: str
    title: str
    look: Look
    number: int | None = None
    note: str = ""
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One session in both agendas; None where it does not stand."""

    before: Line | None
    after: Line | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of both agendas, ascending by time."""

    day: date
    rows: tuple[Row, ...]

    @property
    def is_touched(self) -> bool:
        """Return whether Raincheck did anything on it."""
        return any(line and line.number for row in self.rows for line in (row.before, row.after))


@dataclass(frozen=True, slots=True)
class Numbered:
    """A raincheck and the number by which the reader finds it again."""

    number: int
    raincheck: Raincheck


def numbered(report: PassReport) -> tuple[Numbered, ...]:
    """Return the rainchecks of *report* by the time of their originals, counted from 1."""
    ascending = sorted(report.rainchecks, key=lambda each: _instant(each.original))
    return tuple(Numbered(number, each) for number, each in enumerate(ascending, 1))


def days(
    before: Sequence[Session],
    after: Sequence[Session],
    rainchecks: Sequence[Numbered],
    *,
    zone: ZoneInfo,
    private: Collection[str],
) -> tuple[Day, ...]:
    """Return every day on which either agenda has something, ascending.

    Args:
        before: Any order; whole days appear on their first day only.
        after: The same.
        rainchecks: As `numbered` returns them.
        zone: In which days and times are read.
        private: Names of the calendars whose entries are no sessions.
    """
    originals = {each.raincheck.original.key: each for each in rainchecks}
    replacements = {each.raincheck.replacement: each for each in rainchecks}
    left = {each.key: each for each in before}
    right = {each.key: each for each in after}
    rows: dict[date, list[Row]] = {}
    places = {(_place(each, zone), each.key) for each in (*before, *after)}
    for (day, time), key in sorted(places, key=lambda each: (each[0], each[1].uid)):
        old, new = left.get(key), right.get(key)
        old_line = new_line = None
        if old and _place(old, zone) == (day, time):
            old_line = _before_line(old, originals, zone, private)
        if new and _place(new, zone) == (day, time):
            new_line = _after_line(new, originals, replacements, zone=zone, private=private)
        rows.setdefault(day, []).append(Row(old_line, new_line))
    return tuple(Day(day, tuple(found)) for day, found in rows.items())


def shown_days(all_days: Iterable[Day], *, today: date | None) -> tuple[Day, ...]:
    """Return *all_days* up to the last one that changed, and a week from *today* at least."""
    listed = tuple(all_days)
    touched = [day.day for day in listed if day.is_touched]
    if today is not None:
        touched.append(today + timedelta(days=6))
    last = max(touched, default=None)
    return listed if last is None else tuple(day for day in listed if day.day <= last)


def plain(text: str) -> str:
    """Return *text* on one line, without anything that could steer a terminal."""
    visible = ("" if unicodedata.category(c).startswith("C") else c for c in " ".join(text.split()))
    return "".join(visible)


def short_day(day: date) -> str:
    """Return ``Tue 1 Dec``, whatever the locale."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def short_moment(at: datetime) -> str:
    """Return ``Tue 1 Dec 10:00``."""
    return f"{short_day(at.date())} {at:%H:%M}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _before_line(
    session: Session,
    originals: Mapping[SessionKey, Numbered],
    zone: ZoneInfo,
    private: Collection[str],
) -> Line:
    line = _untouched(session, zone, private)
    found = originals.get(session.key)
    if found is None:
        return line
    return Line(line.time, line.title, Look.DISRUPTED, found.number, plain(_sign(session)))


def _after_line(
    session: Session,
    originals: Mapping[SessionKey, Numbered],
    replacements: Mapping[SessionKey | None, Numbered],
    *,
    zone: ZoneInfo,
    private: Collection[str],
) -> Line:
    line = _untouched(session, zone, private)
    if (made := replacements.get(session.key)) is not None:
        note = "tentative" if session.status is Status.TENTATIVE else "confirmed"
        return Line(line.time, line.title, Look.NEW, made.number, note)
    found = originals.get(session.key)
    if found is None:
        return line
    look = Look.FREED if session.status is Status.CANCELLED else Look.KEPT
    slot = found.raincheck.slot
    if slot is not None:
        to = short_moment(slot.start.astimezone(zone))
        return Line(line.time, line.title, look, found.number, to, is_target=True)
    note = "recorded" if found.raincheck.action is Action.RECORD else "waits for a slot"
    return Line(line.time, line.title, look, found.number, note)


def _untouched(session: Session, zone: ZoneInfo, private: Collection[str]) -> Line:
    look, note = Look.PLAIN, ""
    if session.calendar in private:
        look = Look.ASIDE if session.transparent else Look.PRIVATE
        note = "private"
    return Line(_place(session, zone)[1], plain(session.title), look, note=note)


def _sign(session: Session) -> str:
    """Return what a reader would notice in a calendar app, beside the title."""
    if session.status is Status.CANCELLED:
        return "cancelled"
    words = [word for word in session.notes.split() if word.startswith("#")]
    return " ".join(words or session.categories)


def _place(session: Session, zone: ZoneInfo) -> tuple[date, str]:
    """Return the day and the time at which *session* begins; whole days come first."""
    match session.when:
        case AllDay(first=first):
            return first, ""
        case Timed(start=start):
            local = start.astimezone(zone)
            return local.date(), f"{local:%H:%M}"


def _instant(session: Session) -> tuple[datetime, SessionKey]:
    zone = session.when.zone if isinstance(session.when, Timed) else ZoneInfo("UTC")
    return session.span_in(zone).start, session.key
