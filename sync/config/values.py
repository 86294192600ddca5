"""Values as a person writes them in TOML, and what they mean.

Every function takes what stood in the file and returns a value of the domain, or raises ValueError
with one sentence for that person. What may name a client or hold a password is never repeated.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from sync.domain.fees import Share
from sync.domain.guests import as_address
from sync.domain.policy import Favour, Preference, WeekRange

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

COLORS = (
    "lavender", "sage", "grape", "flamingo", "banana", "tangerine",
    "peacock", "graphite", "blueberry", "basil", "tomato",
)  # fmt: skip
"""Google's event colours, as its web page names them."""

SHOWN_MAX = 40
"""So much of a wrong value is repeated in a message."""

CLOSED_DAYS_MAX = 3_660
"""One closed range may be this long; a longer one is a slip of the pen."""

_DURATION = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_MONEY = re.compile(r"\d{1,7}(\.\d{1,3})?")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*%")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CAUSE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

Clocks = tuple[time, time]


def shown(value: object) -> str:
    """Return *value* as a message may repeat it: short, quoted, without control characters."""
    text = ascii(value) if not isinstance(value, str) else f'"{value}"'
    text = plain(text)
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"


def plain(text: str) -> str:
    """Return *text* with a mark in place of everything that could steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return the nearest of the *known* words as a question, or else all of them."""
    near = get_close_matches(word.lower(), known, n=1)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"known are {', '.join(known)}" if known else "none are known"


def duration(value: object) -> timedelta:
    """Return ``90s``, ``15m``, ``24h``, ``14d`` or ``2w`` as a length of time, zero or more."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{shown(value)} is no duration; write a unit too, such as "15m" or "24h"')
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise ValueError(f"{shown(value)} is too long") from None


def spoken(length: timedelta) -> str:
    """Return *length*, whole seconds, as it would be written: ``90m`` is ``1h 30m``."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def limited(least: timedelta, most: timedelta) -> Callable[[timedelta], timedelta]:
    """Return a check that a length of time lies between *least* and *most*, both included."""

    def checked(length: timedelta) -> timedelta:
        if least <= length <= most:
            return length
        raise ValueError(f"expected between {spoken(least)} and {spoken(most)}")

    return checked


def clock(text: str, *, end: bool = False) -> time:
    """Return ``HH:MM`` as a time of day; as an *end*, 24:00 is ``time.max``."""
    match = _CLOCK.fullmatch(text)
    if match is not None:
        if end and text == "24:00":
            return time.max
        if int(match[1]) < 24 and int(match[2]) < 60:
            return time(int(match[1]), int(match[2]))
    raise ValueError(f'{shown(text)} is no time of day; write it like "09:00"')


def clocks(value: object) -> Clocks:
    """Return ``09:00-12:30`` as two times of day, the first before the second."""
    parts = re.split(r"\s*-\s*", value.strip()) if isinstance(value, str) else []
    if len(parts) != 2:
        raise ValueError(f'{shown(value)} is no range of hours; write it like "09:00-12:30"')
    start, end = clock(parts[0]), clock(parts[1], end=True)
    if start >= end:
        raise ValueError(f"{shown(value)} ends before it starts")
    return start, end


def week_range(value: object) -> WeekRange:
    """Return ``thu 16:00-18:00`` as a range of a week."""
    day, _, hours = value.strip().partition(" ") if isinstance(value, str) else ("", "", "")
    if day.lower()[:3] not in WEEKDAYS or not hours.strip():
        raise ValueError(f'{shown(value)} is no range of a week; write it like "thu 16:00-18:00"')
    start, end = clocks(hours)
    return WeekRange(WEEKDAYS.index(day.lower()[:3]), start, end)


def preference(value: object) -> Preference:
    """Return ``same-time``, ``soonest`` or a list of ranges as a preference."""
    if isinstance(value, list) and value:
        return Preference(Favour.RANGES, tuple(week_range(each) for each in value))
    if value == Favour.SAME_TIME.value:
        return Preference(Favour.SAME_TIME)
    if value == Favour.SOONEST.value:
        return Preference(Favour.SOONEST)
    raise ValueError('expected "same-time", "soonest" or a list such as ["thu 16:00-18:00"]')


def days(value: object) -> tuple[date, ...]:
    """Return ``2026-12-24`` or ``2026-12-24/2027-01-02`` as the days it covers, ends included."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return (value,)
    text = value.strip() if isinstance(value, str) else ""
    first, slash, last = text.partition("/")
    try:
        start = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if slash else start
    except ValueError:
        raise ValueError(
            f"{shown(value)} is no date or range of dates; "
            'write "2026-12-24" or "2026-12-24/2027-01-02"'
        ) from None
    count = (end - start).days + 1
    if count < 1:
        raise ValueError(f"{shown(value)} ends before it starts")
    if count > CLOSED_DAYS_MAX:
        raise ValueError(f"{shown(value)} covers more than ten years")
    return tuple(date.fromordinal(start.toordinal() + n) for n in range(count))


def money(value: object) -> Decimal:
    """Return ``80.00`` as an amount, zero or more."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError('put the amount in quotes, such as "80.00"')  # noqa: TRY004  pydantic wants ValueError
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise ValueError(f'{shown(value)} is no amount of money; write it like "80.00"')
    return Decimal(value)


def share(value: object) -> Share:
    """Return ``50%`` or ``40.00`` as a fee."""
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        percent = Decimal(match[1])
        if percent > 100:
            raise ValueError(f"{shown(value)} is more than the whole price")
        return Share(percent=percent)
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError('put the fee in quotes, such as "50%" or "40.00"')  # noqa: TRY004  pydantic wants ValueError
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise ValueError(f'{shown(value)} is no fee; write a share "50%" or an amount "40.00"')
    return Share(amount=Decimal(value))


def currency(value: str) -> str:
    """Return an ISO 4217 code, in capitals."""
    if value and not _CURRENCY.fullmatch(value):
        raise ValueError(f'{shown(value)} is no currency; write its three letters, such as "GBP"')
    return value.upper()


def email(value: str) -> str:
    """Return an address, in lower case."""
    address = as_address(value)
    if not _EMAIL.fullmatch(address):
        raise ValueError('expected an e-mail address, such as "therapist@example.org"')
    return address


def ascii_only(value: str) -> str:
    """Return *value*, which mail servers without SMTPUTF8 (RFC 6531) have to take, too."""
    if not value.isascii():
        raise ValueError('expected an address in plain letters; a domain such as "bücher.example" '
                         'is written "xn--bcher-kva.example"')  # fmt: skip
    return value


def zone(value: str) -> str:
    """Return the name of a zone that this machine knows."""
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        near = get_close_matches(value, sorted(available_timezones()), n=1)
        hint = f'did you mean "{near[0]}"?' if near else 'write one such as "Europe/London"'
        raise ValueError(f"{shown(value)} is no time zone; {hint}") from None
    return value


def cause_name(value: str) -> str:
    """Return the name of a cause: lower case, with hyphens."""
    if not _CAUSE.fullmatch(value):
        raise ValueError("a cause's name is lower case, with hyphens, such as late-start")
    return value


def account_name(value: str) -> str:
    """Return the name of an account, which stands in logs and before a slash."""
    if not _ACCOUNT.fullmatch(value):
        raise ValueError('expected a short name of letters, digits, ".", "_" and "-"')
    return value


def address(value: str) -> str:
    """Return the URL of a server; plain ``http`` only to this machine.

    The URL is never repeated in a message: people put passwords there.
    """
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"}:
        raise ValueError('expected an address such as "https://dav.example.org/"')
    if "@" in parts.netloc:
        raise ValueError("leave the name and the password out of the address; they have own keys")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("write https: over http anybody on the way can read the password")
    return value


def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine; no name is looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def listener(value: str) -> str:
    """Return ``host:port`` of this machine, or nothing."""
    if not value:
        return value
    try:
        parts = urlsplit(f"//{value}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not port or f"//{parts.netloc}" != f"//{value}" or not is_loopback(host):
        raise ValueError('expected an address of this machine with a port: "127.0.0.1:9464"')
    return value
