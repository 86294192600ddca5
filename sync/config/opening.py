"""Opening hours as people say them: "mon-fri 9-17", "mon 9-12:30,13:30-18; thu 13-20".

Read generously, told back strictly: what `in_words` returns is understood by `week_of` as the same
week, so that a person can correct what is shown.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from sync.config.values import WEEKDAYS, clock, shown

Week = Mapping[str, tuple[str, ...]]
"""Weekday to ranges as the configuration writes them, ascending; a day left out is closed."""

EVERY_DAY = {"daily": WEEKDAYS, "everyday": WEEKDAYS, "weekdays": WEEKDAYS[:5]}
CLOSED = "closed"
TEXT_MAX = 1_000

_CLOCK = r"\d{1,2}(?:[:.h]\d\d)?\s*(?:am|pm)?"
_WORD = re.compile(
    rf"(?P<hours>{_CLOCK}\s*-\s*{_CLOCK})(?![\w:.])"
    r"|(?P<days>[a-z]+(?:\s*-\s*[a-z]+)?)"
    r"|(?P<gap>[\s,;:&+]+|(?<=\s)and\b)"
)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?\s*(am|pm)?")
_HINT = 'write it like "mon-fri 9-17" or "mon 9-12:30,13:30-18; thu 13-20"'


def week_of(text: str) -> Week:
    """Return the opening hours that *text* says.

    Days and ranges in any number; ranges belong to the days named just before them. A day named
    twice gets both. "closed" after a day says that it has none.

    Raises:
        ValueError: with one sentence for the person who wrote it.
    """
    if len(text) > TEXT_MAX:
        raise ValueError(f"that is too long; {_HINT}")
    week: dict[str, list[str]] = {}
    days: tuple[str, ...] = ()
    said = True  # whether hours came after the days that were named last
    for kind, word in _words(_plain(text)):
        if kind == "days" and word != CLOSED:
            days, said = ((*days, *_days(word)) if not said else _days(word)), False
            continue
        if not days:
            raise ValueError(f"{shown(word)} comes before any day; {_HINT}")
        said = True
        for day in days if kind == "hours" else ():
            week.setdefault(day, []).append(_range(word))
    if not said:
        raise ValueError(f"{shown(_spoken_day(days[-1]))} has no hours; {_HINT}")
    if not week:
        raise ValueError(f"no day is open; {_HINT}")
    return {day: _sorted(day, week[day]) for day in WEEKDAYS if day in week}


def in_words(week: Week) -> str:
    """Return *week* as one line: days with the same hours together, closed ones last."""
    alike: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for day in WEEKDAYS:
        spans = alike.setdefault(tuple(week.get(day, ())), [])
        before = WEEKDAYS[WEEKDAYS.index(day) - 1]
        if spans and spans[-1][1] == before:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    closed = alike.pop((), [])
    told = [f"{_named(spans)} {', '.join(ranges)}" for ranges, spans in alike.items()]
    return "; ".join([*told, *([f"{_named(closed)} closed"] if closed else [])])


def _plain(text: str) -> str:
    """Return *text* in small letters, with one kind of dash."""
    return re.sub(r"[\u2010-\u2015\u2212]|(?<=\s)to(?=\s)", "-", text.lower()).strip()


def _words(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            raise ValueError(f"{shown(text[at:])} is not understood; {_HINT}")
        at = match.end()
        kind = match.lastgroup or "gap"
        if kind != "gap" and match[0] != "and":
            yield kind, match[0]


def _days(word: str) -> tuple[str, ...]:
    """Return the days of "mon", "Monday", "mon-fri", "sat-mon" or "daily"."""
    if word in EVERY_DAY:
        return EVERY_DAY[word]
    ends = [_day(part.strip()) for part in word.split("-")]
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    return tuple(WEEKDAYS[(first + step) % 7] for step in range((last - first) % 7 + 1))


def _day(word: str) -> str:
    full = {"mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday",
            "fri": "friday", "sat": "saturday", "sun": "sunday"}  # fmt: skip
    for day, name in full.items():
        if word[:3] == day and f"{name}s".startswith(word):
            return day
    raise ValueError(f"{shown(word)} is no day; {_HINT}")


def _range(word: str) -> str:
    """Return "9-12:30" as the configuration has it: "09:00-12:30"."""
    start, end = (_time(part.strip()) for part in word.split("-"))
    if clock(start) >= clock(end, end=True):
        afternoon = "; write 17 or 5pm for five in the afternoon" if end < "13:00" else ""
        raise ValueError(f"{shown(word)} ends before it starts{afternoon}")
    return f"{start}-{end}"


def _time(text: str) -> str:
    match = _TIME.fullmatch(text)
    assert match is not None, "the pattern of a range has two of these"
    hour, minute, half = int(match[1]), match[2] or "00", match[3]
    if half and not 1 <= hour <= 12:
        raise ValueError(f"{shown(text)} is no time of day; {_HINT}")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    told = f"{hour:02}:{minute}"
    clock(told, end=True)
    return told


def _sorted(day: str, ranges: list[str]) -> tuple[str, ...]:
    ordered = tuple(sorted(set(ranges)))
    for before, after in pairwise(ordered):
        if after.partition("-")[0] < before.partition("-")[2]:
            raise ValueError(f"{_spoken_day(day)}: {before} and {after} overlap; make them one")
    return ordered


def _named(spans: list[tuple[str, str]]) -> str:
    """Return stretches of days as "Mon-Wed, Fri"."""
    return ", ".join("-".join(_spoken_day(day) for day in dict.fromkeys(span)) for span in spans)


def _spoken_day(day: str) -> str:
    return day.capitalize()
