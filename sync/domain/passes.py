"""What one pass did, as values: what `sync` prints, with and without ``--json``."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sync.domain.lifecycle import Raincheck
from sync.domain.sessions import Session


class Reach(Enum):
    """Whether a calendar could be looked at."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    MISSING = "missing"


class WarningCode(Enum):
    """What a person should know (CONTRACT 5)."""

    UNTRUSTED_ORGANIZER = "untrusted-organizer"
    TAG_ON_SERIES = "tag-on-series"
    TOO_MANY = "too-many"
    CALENDAR_EMPTIED = "calendar-emptied"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    NOBODY_TOLD = "nobody-told"


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning; *message* is a whole sentence without names or titles.

    ``about`` is the session it speaks of, for the eyes of the person at the terminal.
    """

    code: WarningCode
    message: str
    calendar: str | None = None
    uid: str | None = None
    about: Session | None = None


@dataclass(frozen=True, slots=True)
class CalendarLook:
    """How the look at one calendar went. ``scan`` is None when it was not read.

    ``paused``: it was read, but its account takes no writes for some hours.
    """

    name: str
    account: str
    reach: Reach
    scan: str | None
    changed: int
    requests: int
    message: str | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class PassReport:
    """One pass. ``rainchecks``: those it changed and those that are open, by noticed time.

    ``held`` says that ``max_new`` stopped the pass before it wrote anything new. ``mail`` tells how
    the mail server did, if anything was mailed.
    """

    id: str
    dry_run: bool
    started: datetime
    finished: datetime
    calendars: tuple[CalendarLook, ...]
    rainchecks: tuple[Raincheck, ...]
    warnings: tuple[Warned, ...]
    held: bool = False
    mail: Reach = Reach.OK
