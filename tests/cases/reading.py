"""Cases as they are written down: TOML files in plain words, read strictly."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent
PENDING = "pending.toml"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TABLES = ("practice", "calendars", "hours", "signals", "tags", "causes", "policy", "fees")

T = TypeVar("T")


class MiswrittenError(Exception):
    """A case that says what nobody understands."""


@dataclass(frozen=True)
class Given:
    """One event in a calendar. A ``start`` without a time of day is an all-day event."""

    start: str
    title: str = ""
    name: str = ""
    minutes: int = 50
    days: int = 1
    tags: tuple[str, ...] = ()
    notes: str = ""
    location: str = ""
    link: str = ""
    guests: tuple[str, ...] = ()
    organizer: str = ""
    calendar: str = "sessions"
    status: str = "confirmed"
    busy: bool = True
    zone: str = ""
    weekly: int = 0
    one_of: str = ""
    same_as: str = ""

    @property
    def called(self) -> str:
        """Return by what the case speaks of it."""
        return self.name or self.title


@dataclass(frozen=True)
class Then:
    """A later moment: what a person or a client does then, before the pass that follows."""

    at: str
    add: Mapping[str, Any] | None = None
    tag: str = ""
    untag: str = ""
    move: str = ""
    drag: str = ""
    copy: str = ""
    delete: str = ""
    put_back: str = ""
    cancel: str = ""
    confirm: str = ""
    accept: str = ""
    decline: str = ""
    undo: str = ""
    empty: str = ""
    words: tuple[str, ...] = ()
    to: str = ""
    into: str = ""
    who: str = ""
    lose_state: bool = False
    allow_many: bool = False


@dataclass(frozen=True)
class Expected:
    """What becomes of one session; what is None, or ``"unknown"``, is not looked at."""

    action: str
    cause: str
    original: str
    signal: str = "tag"
    state: str = "settled"
    to: str = "nowhere"
    stands: str = "nowhere"
    invited: bool = False
    minutes: int = 0
    into: str = "sessions"
    attempt: int = 1
    called_off: tuple[str, ...] = ()
    fee: str = "0.00"
    fee_because: str | None = None
    why: str | None = None
    rule: str | None = None
    new_title: str | None = None
    new_notes: str | None = None
    new_tags: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Case:
    """One worked case.

    ``config`` is what stands in config.toml besides the base, less the tables ``without``.
    """

    name: str
    now: str
    given: tuple[Given, ...]
    then: tuple[Then, ...] = ()
    expect: Mapping[str, Expected | None] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    exit: int = 0
    daemon: str = ""
    guests_told: bool = True
    without: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)


def cases_in(folder: Path) -> Iterator[tuple[str, Case]]:
    """Yield every case with the name of its theme, by file and place."""
    for path in sorted(folder.glob("*.toml")):
        if path.name == PENDING:
            continue
        yield from ((path.stem, case) for case in cases_of(path))


def cases_of(path: Path) -> tuple[Case, ...]:
    """Return the cases in one file."""
    tree = tomllib.loads(path.read_text("utf-8"))
    if set(tree) != {"case"}:
        raise MiswrittenError(f"{path.name} holds more than cases: {sorted(tree)}")
    return tuple(case_of(raw) for raw in tree["case"])


def case_of(raw: Mapping[str, Any]) -> Case:
    """Return one case; every key must be known."""
    config = {key: raw[key] for key in _TABLES if key in raw}
    rest = {key: value for key, value in raw.items() if key not in _TABLES}
    told = rest.pop("expect", {})
    case = _read(Case, rest | {"config": config, "expect": {}}, str(raw.get("name")))
    expect = {name: _expected(one, f"{case.name}: {name}") for name, one in told.items()}
    given = tuple(_read(Given, one, case.name) for one in rest["given"])
    then = tuple(_read(Then, one, case.name) for one in rest.get("then", ()))
    if not expect and not case.warnings:
        raise MiswrittenError(f"{case.name}: it expects nothing")
    return Case(**{**vars(case), "expect": expect, "given": given, "then": then})


def _expected(raw: object, where: str) -> Expected | None:
    """Return what is expected of a session; None for ``"nothing"``."""
    if raw == "nothing":
        return None
    if not isinstance(raw, dict):
        raise MiswrittenError(f'{where}: expected a table, or "nothing"')
    if ("to" in raw) != ("stands" in raw):
        raise MiswrittenError(f"{where}: `to` and `stands` go together")
    return _read(Expected, raw, where)


def _read(kind: type[T], raw: Mapping[str, Any], where: str) -> T:
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    unknown = set(raw) - set(known)
    missing = {
        name
        for name, one in known.items()
        if one.default is MISSING and one.default_factory is MISSING and name not in raw
    }
    if unknown or missing:
        raise MiswrittenError(f"{where}: unknown {sorted(unknown)}, missing {sorted(missing)}")
    return kind(**{key: _frozen(value) for key, value in raw.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def event_of(raw: Mapping[str, Any]) -> Given:
    """Return the event that a step adds."""
    return _read(Given, raw, "add")


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Return ``Tue 24 Nov 2026 10:00`` on the clock of *zone*; the weekday must be right."""
    day, _, clock = text.rpartition(" ")
    hour, minute = clock.split(":")
    return datetime.combine(day_of(day), datetime.min.time(), zone) + timedelta(
        hours=int(hour), minutes=int(minute)
    )


def day_of(text: str) -> date:
    """Return ``Tue 24 Nov 2026``; the weekday must be right."""
    weekday, number, month, year = text.split(" ")
    day = date(int(year), _MONTHS.index(month) + 1, int(number))
    if _DAYS[day.weekday()] != weekday:
        raise MiswrittenError(f"{text} is a {_DAYS[day.weekday()]}")
    return day


def is_whole_day(text: str) -> bool:
    """Return whether *text* names a day without a time of day."""
    return ":" not in text


def merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return *base* with *more*: tables are joined, everything else is replaced."""
    both = {
        key: merged(base[key], more[key])
        for key in base.keys() & more.keys()
        if isinstance(base[key], dict) and isinstance(more[key], dict)
    }
    return {**base, **more, **both}


def as_toml(tree: Mapping[str, Any]) -> str:
    """Return *tree* as the text of a configuration file."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in tree.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
