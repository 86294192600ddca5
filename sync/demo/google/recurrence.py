"""When the instances of a Google series begin (RRULE, EXDATE and RDATE lines, RFC 5545)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

HORIZON = timedelta(days=800)
"""How far endless series are expanded."""
INSTANCES_MAX = 3000

_UTC_TIME = re.compile(r"\d{8}T\d{6}Z")


def starts(series: Mapping[str, Any], now: datetime) -> list[datetime | date]:
    """Return the starts of *series* until `HORIZON` after *now*: aware, or dates of whole days."""
    first = value_of(series["start"])
    zone = ZoneInfo(series["start"].get("timeZone") or "UTC")
    if isinstance(first, datetime):
        local = first.astimezone(zone).replace(tzinfo=None)
    else:
        local = datetime.combine(first, time())
    end = now.replace(tzinfo=None) + HORIZON
    # `between` would write the whole list first, and a rule can be a bomb.
    every = _rules(series["recurrence"], local, zone).xafter(local, inc=True)
    found = islice(takewhile(lambda one: one <= end, every), INSTANCES_MAX)
    if isinstance(first, datetime):
        return [one.replace(tzinfo=zone) for one in found]
    return [one.date() for one in found]


def value_of(side: Mapping[str, str]) -> Any:
    """Return one side of an event: a date, or an aware datetime."""
    if side.get("date"):
        return date.fromisoformat(side["date"])
    value = datetime.fromisoformat(side["dateTime"])
    return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(side["timeZone"]))


def span_of(event: Mapping[str, Any], zone: str) -> tuple[datetime, datetime]:
    """Return start and end in UTC; whole days begin at midnight in *zone*."""
    start, end = (_moment(value_of(event[side]), zone) for side in ("start", "end"))
    return start, end


def _moment(value: Any, zone: str) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.combine(value, time(), ZoneInfo(zone)).astimezone(UTC)


def _rules(lines: list[str], first: datetime, zone: ZoneInfo) -> rruleset:
    rules = rruleset()
    for line in lines:
        name = re.split("[:;]", line, maxsplit=1)[0]
        if name == "RRULE":
            rules.rrule(rrulestr(_UTC_TIME.sub(lambda m: _local(m[0], zone), line), dtstart=first))
        elif name in {"EXDATE", "RDATE"}:
            for day in _days(line.partition(":")[2], zone):
                (rules.exdate if name == "EXDATE" else rules.rdate)(day)
    return rules


def _days(text: str, zone: ZoneInfo) -> Iterator[datetime]:
    for word in text.split(","):
        yield datetime.fromisoformat(_local(word, zone))


def _local(word: str, zone: ZoneInfo) -> str:
    """Return a time of RFC 5545 as local time in *zone*; what is local already stays."""
    if not word.endswith("Z"):
        return word
    return f"{datetime.fromisoformat(word).astimezone(zone):%Y%m%dT%H%M%S}"
