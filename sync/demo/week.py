"""The invented week: who has a session when, and what went wrong. Pure; nobody in it exists.

Everything hangs on *today*, so that the story is the same on every day of the year:

- on the last working day one session fell through and one client did not come;
- soon, one session is called off and one of a weekly series is tagged;
- a second, private calendar has appointments that must not be run over, one of them just where
  the first session would go.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count, islice
from zoneinfo import ZoneInfo

from sync.demo.ical import Happening, calendar_text, utc_midnight

SESSIONS = "Sessions"
PRIVATE = "Private"
PRACTICE_EMAIL = "therapist@example.org"
LENGTH = timedelta(minutes=50)

_WEEK = timedelta(days=7)
_DAYS_SHOWN = 14

_UNDISTURBED = (
    # working days from today (0: today, -1: the last one before it), start, client, location
    (-1, time(9), "Sorrel B.", "Room 2"),
    (0, time(9, 30), "Tamsel H.", "Room 2"),
    (0, time(14), "Odalys F.", "Room 2"),
    (1, time(11), "Brindle K.", "Room 2"),
    (2, time(9), "Halcyon D.", "https://meet.example.org/halcyon"),
    (2, time(14), "Fenwick R.", "Room 2"),
    (3, time(10), "Sorrel B.", "Room 2"),
    (4, time(9), "Ottoline P.", "Room 2"),
    (5, time(11), "Tamsel H.", "Room 2"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event or series to be stored: in which calendar, and what it holds.

    For CalDAV it is a resource of that name with that iCalendar text.
    """

    calendar: str
    happenings: tuple[Happening, ...]
    resource: str
    text: str


@dataclass(frozen=True, slots=True)
class SampleWeek:
    """What is stored, and the days (the last one excluded) that are worth a look."""

    entries: tuple[Entry, ...]
    first: date
    end: date


def sample_week(today: date, zone: ZoneInfo) -> SampleWeek:
    """Return the week around *today*, with its hours in *zone*.

    Sessions do not overlap each other or anything private. UIDs depend on the content alone.
    """
    diary = _Diary(today, zone)
    groups = [
        *((SESSIONS, group) for group in _sessions(diary)),
        *((PRIVATE, group) for group in _private(diary)),
    ]
    stamp = utc_midnight(today)
    entries = tuple(
        Entry(
            calendar,
            group,
            f"{group[0].uid.partition('@')[0]}.ics",
            calendar_text(group, zone, stamp=stamp),
        )
        for calendar, group in groups
    )
    first = diary.working_day(-1)
    return SampleWeek(entries, first, first + timedelta(days=_DAYS_SHOWN))


@dataclass(frozen=True, slots=True)
class _Diary:
    today: date
    zone: ZoneInfo

    def working_day(self, number: int) -> date:
        """Return the working day *number* days from today; 0 is today, working day or not."""
        if number == 0:
            return self.today
        step = timedelta(days=1 if number > 0 else -1)
        days = (self.today + step * n for n in count(1))
        working = (day for day in days if day.weekday() < 5)
        return next(islice(working, abs(number) - 1, None))

    def session(self, name: str, title: str, day: date, start: time) -> Happening:
        """Return a plain session of the usual length; the others are made of it."""
        begins = datetime.combine(day, start, self.zone)
        return Happening(f"{name}@demo.example.org", title, begins, begins + LENGTH)


def _sessions(diary: _Diary) -> Iterator[tuple[Happening, ...]]:
    for number, (offset, start, client, location) in enumerate(_UNDISTURBED):
        day = diary.working_day(offset)
        if day.weekday() < 5:
            plain = diary.session(f"session-{number}", client, day, start)
            yield (replace(plain, location=location),)
    yield (_internet_failed(diary),)
    yield (_did_not_come(diary),)
    yield (_called_off(diary),)
    yield _weekly(diary)


def _internet_failed(diary: _Diary) -> Happening:
    plain = diary.session("quillon", "Quillon W.", diary.working_day(-1), time(10))
    return replace(
        plain,
        location="https://meet.example.org/quillon",
        notes="Their connection dropped after five minutes and did not come back.\n"
        "#disrupted-internet",
    )


def _did_not_come(diary: _Diary) -> Happening:
    plain = diary.session("marrow", "[no-show] Marrow T.", diary.working_day(-1), time(15))
    return replace(plain, location="Room 2")


def _called_off(diary: _Diary) -> Happening:
    plain = diary.session("corvin", "Corvin A.", diary.working_day(1), time(10))
    return replace(plain, location="Room 2", cancelled=True)


def _weekly(diary: _Diary) -> tuple[Happening, ...]:
    """Return a series that has gone on for four weeks, one instance ahead tagged."""
    tagged = diary.session("isolde", "Isolde V.", diary.working_day(2), time(16))
    tagged = replace(
        tagged,
        location="https://meet.example.org/isolde",
        guest="isolde.v@example.org",
        organizer=PRACTICE_EMAIL,
    )
    assert isinstance(tagged.start, datetime)
    begun = tagged.start - 4 * _WEEK
    series = replace(tagged, start=begun, end=begun + LENGTH, rule="FREQ=WEEKLY;COUNT=12")
    return series, replace(tagged, recurrence_id=tagged.start, categories=("disrupted",))


def _private(diary: _Diary) -> Iterator[tuple[Happening, ...]]:
    dentist = diary.session("dentist", "Dentist", diary.working_day(-1) + _WEEK, time(10))
    yield (dentist,)
    for number in (1, 3, 5):
        day = diary.working_day(number)
        run = diary.session(f"school-run-{number}", "School run", day, time(15))
        assert isinstance(run.start, datetime)
        yield (replace(run, end=run.start + timedelta(minutes=30)),)
    day = diary.working_day(2)
    yield (
        Happening(
            "birthday@demo.example.org",
            "Grandma's birthday",
            day,
            day + timedelta(days=1),
            transparent=True,
        ),
    )
