"""Recurrence rules: which of them may be expanded at all.

Everything a rule can say is looked at before a library runs it. What remains is bounded by
`STEPS_MAX`; what RFC 5545 does not know is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from adapters.caldav.lines import UnreadableResource

STEPS_MAX = 250_000
"""So many candidates of a rule are looked at, from its first day on, and not one more."""

INSTANCES_MAX = 20_000
"""So many instances of one series in one window are too many for a person's calendar."""

RULES_MAX = 5
"""RFC 5545 wants one rule; some apps write two."""

_PERIODS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_SECONDS = {"HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
_SHORT_MAX = 1_000
_RANGES = {
    "INTERVAL": (1, 10_000),
    "COUNT": (1, 10**12),
    "BYSECOND": (0, 59),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
}
_NUMBER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_WEEKDAY = re.compile(r"(?:[+-]?(?:[1-9]|[1-4]\d|5[0-3]))?(?:MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_SINGLE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
TOO_LARGE = "recurrence too large"
UNCLEAR = "a recurrence that cannot be read"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a rule is expanded for; local times without a zone, as the rule counts them.

    ``begins`` is its first instance, ``length`` that of each, ``window`` what is asked for.
    """

    begins: datetime
    length: timedelta
    window: tuple[datetime, datetime]


def guarded(
    value: str, frame: Frame, until: Callable[[str], date | datetime | None]
) -> dict[str, str]:
    """Return the parts of an RRULE that may be expanded in *frame*, in their order.

    Args:
        value: As stored.
        frame: What it is expanded for.
        until: Returns the local time of an UNTIL, or None if that is beyond all calendars.

    Raises:
        UnreadableResource: it cannot be read, or its expansion would take long.

    Source:
        RFC 5545, 3.3.10. Endless in the library: an INTERVAL of 0, seconds since years ago, a day
        full of seconds.
    """
    parts: dict[str, str] = {}
    for part in filter(None, value.strip().upper().split(";")):
        name, _, said = part.partition("=")
        if name in parts or not _is_legal(name, said):
            raise UnreadableResource(UNCLEAR)
        parts[name] = said
    if "FREQ" not in parts:
        raise UnreadableResource(UNCLEAR)
    last = until(parts.pop("UNTIL")) if "UNTIL" in parts else None
    if _is_too_large(parts, frame, last):
        raise UnreadableResource(TOO_LARGE)
    if last is not None:
        parts["UNTIL"] = last.strftime("%Y%m%dT%H%M%S" if isinstance(last, datetime) else "%Y%m%d")
    return parts


def _is_legal(name: str, said: str) -> bool:
    """Return whether a part of a rule is one that RFC 5545 knows, with legal values."""
    values = said.split(",")
    if len(values) > 400 or (name in _SINGLE and len(values) > 1):
        return False
    match name:
        case "FREQ":
            return said in _PERIODS or said in _SECONDS
        case "UNTIL":
            return True  # read, and refused if need be, by `until`
        case "BYDAY" | "WKST":
            return all(_WEEKDAY.fullmatch(value) for value in values)
        case _ if name in _RANGES:
            least, most = _RANGES[name]
            return all(_NUMBER.fullmatch(v) and least <= int(v) <= most for v in values)
    return False


def _is_too_large(parts: dict[str, str], frame: Frame, last: date | datetime | None) -> bool:
    if parts["FREQ"] in _SECONDS:
        return _instances_in_all(parts, frame, last) > _SHORT_MAX or any(
            name.startswith("BY") for name in parts
        )
    per_day = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        per_day *= len(set(parts.get(name, "0").split(",")))
    start, end = frame.window
    days_in_all = max((end - frame.begins).days + 1, 0)
    days_asked = (end - start + frame.length).days + 1
    # By days, not by periods: a rule of months may name every day of them.
    return per_day * days_in_all > STEPS_MAX or per_day * days_asked > INSTANCES_MAX


def _instances_in_all(parts: dict[str, str], frame: Frame, last: date | datetime | None) -> float:
    """Return how many instances a rule of hours or less has, from its first to its last."""
    limits = [float(parts["COUNT"])] if "COUNT" in parts else []
    if isinstance(last, datetime):
        step = _SECONDS[parts["FREQ"]] * int(parts.get("INTERVAL", "1"))
        limits.append((last - frame.begins).total_seconds() / step)
    return min(limits, default=float("inf"))
