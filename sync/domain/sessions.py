"""Sessions as Raincheck sees them: values, free of any server's shapes.

The words, used with these meanings everywhere:

- *session*: one occurrence with a client, a single event or one instance of a series.
- *disruption*: a session, its cause, and when it was noticed.
- *raincheck*: the promise to make up for one disrupted session, and its record.
- *replacement*: the session written to make up for it.
- *closure*: what disrupts every session that it overlaps.
- *slot*: a time at which a replacement could stand.
- *mark*: what Raincheck leaves on a session to know it again.
- *revision*: the server's name for one version of a resource (an ETag).
- *resource*: where a session stands on its server (a CalDAV href, a Google id).

Private appointments take the same form: whether something counts as a session is decided by the
calendar it is in, not by its type.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time, in UTC, half-open: *end* is not part of it."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        assert self.start.tzinfo is UTC, self
        assert self.end.tzinfo is UTC, self
        assert self.start <= self.end, self

    @property
    def length(self) -> timedelta:
        """Return how long it lasts."""
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Return whether the two share any time; touching ends share none."""
        return self.start < other.end and other.start < self.end

    def widened(self, by: timedelta) -> "Span":
        """Return it with *by* added on both sides."""
        return Span(self.start - by, self.end + by)


@dataclass(frozen=True, slots=True)
class Timed:
    """When a timed session takes place, in its own zone.

    The zone is always an IANA one: a session whose zone nobody knows, or that is written in UTC or
    floating, is held in the practice's zone (the instant is kept).
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        assert isinstance(self.start.tzinfo, ZoneInfo), self.start
        assert isinstance(self.end.tzinfo, ZoneInfo), self.end

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the session is moved."""
        assert isinstance(self.start.tzinfo, ZoneInfo)
        return self.start.tzinfo

    @property
    def span(self) -> Span:
        """Return the same time in UTC."""
        return Span(self.start.astimezone(UTC), self.end.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        """Return the true duration, also across a change of the clocks."""
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    def moved_to(self, start: datetime) -> "Timed":
        """Return the same length, beginning at *start* (aware), in the session's own zone."""
        begins = start.astimezone(UTC)
        return Timed(begins.astimezone(self.zone), (begins + self.length).astimezone(self.zone))


@dataclass(frozen=True, slots=True)
class AllDay:
    """Whole days without a zone, half-open: *end* is the first day after (RFC 5545, 3.6.1)."""

    first: date
    end: date

    def __post_init__(self) -> None:
        assert self.first < self.end, self

    def span_in(self, zone: ZoneInfo) -> Span:
        """Return the days as seen in *zone*, in UTC."""
        return Span(
            datetime.combine(self.first, time(), zone).astimezone(UTC),
            datetime.combine(self.end, time(), zone).astimezone(UTC),
        )


@dataclass(frozen=True, slots=True, order=True)
class SessionKey:
    """What a session is known by: UID and RECURRENCE-ID.

    ``recurrence_id`` is UTC basic format (``20261123T100000Z``; ``20261123`` in a series of whole
    days), or None for a single event and for the master of a series.
    """

    uid: str
    recurrence_id: str | None = None


class Kind(Enum):
    """What a session is within its series."""

    SINGLE = "single"
    SERIES = "series"  # the master: stands for every instance without one of its own
    INSTANCE = "instance"


class Status(Enum):
    """STATUS of a VEVENT (RFC 5545, 3.8.1.11); absent means confirmed."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Answer(Enum):
    """What an attendee has answered: PARTSTAT (RFC 5545, 3.2.12), Google responseStatus."""

    NEEDS_ACTION = "needs-action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


@dataclass(frozen=True, slots=True)
class Attendee:
    """One guest; *address* is lower case, without ``mailto:``."""

    address: str
    answer: Answer = Answer.NEEDS_ACTION


@dataclass(frozen=True, slots=True)
class Marks:
    """What Raincheck left on a session (X-RAINCHECK-*, Google private properties).

    An original carries *state*, and *replacement* once there is one. A replacement carries
    *attempt*. Both carry the raincheck's *id*.
    """

    id: str
    state: str | None = None
    replacement: str | None = None
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One thing in a calendar, as last seen there.

    ``notes`` are as stored and may be HTML. ``categories`` are all words from places made for
    words: every CATEGORIES line, the label's name. ``links`` are URLs a client would join by.
    ``organizer`` is lower case without ``mailto:``. ``payload`` is the server's own text, from
    which the adapter can build a replacement even when the original is gone; empty where the
    session was read only for its time. ``modified`` is LAST-MODIFIED, UTC. ``sequence`` is SEQUENCE
    (RFC 5545, 3.8.7.4): how often the organizer has rescheduled it.
    """

    key: SessionKey
    calendar: str
    kind: Kind
    when: Timed | AllDay
    title: str = ""
    notes: str = ""
    categories: tuple[str, ...] = ()
    status: Status = Status.CONFIRMED
    transparent: bool = False
    organizer: str | None = None
    attendees: tuple[Attendee, ...] = ()
    location: str = ""
    links: tuple[str, ...] = ()
    marks: Marks | None = None
    resource: str = ""
    revision: str = ""
    payload: str = ""
    modified: datetime | None = None
    sequence: int = 0

    def __repr__(self) -> str:
        """Return the key alone: a traceback must not carry what a client told."""
        return f"Session({self.calendar!r}, {self.kind.value}, {self.when})"

    def span_in(self, zone: ZoneInfo) -> Span:
        """Return its time in UTC; whole days are read in *zone*."""
        return self.when.span if isinstance(self.when, Timed) else self.when.span_in(zone)


def bare(session: Session) -> Session:
    """Return *session* with its name, time and place on the server alone: nothing of its words."""
    return Session(
        key=session.key,
        calendar=session.calendar,
        kind=session.kind,
        when=session.when,
        status=session.status,
        transparent=session.transparent,
        marks=session.marks,
        resource=session.resource,
        revision=session.revision,
    )
