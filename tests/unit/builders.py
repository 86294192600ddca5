"""Sessions and rainchecks with invented people, to be varied one field at a time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sync.domain import identity
from sync.domain.causes import Cause, Fault
from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action, SignalKind
from sync.domain.sessions import Attendee, Kind, Session, SessionKey, Timed

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KEY = SessionKey("s1@example.org")
PRACTICE = frozenset({"therapist@example.org"})
QUILLON = Attendee("quillon.wren@example.com")


def at(text: str, minutes: int = 60, zone: ZoneInfo = LONDON) -> Timed:
    start = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    end = start + timedelta(minutes=minutes)
    return Timed(start.astimezone(zone), end.astimezone(zone))


def session(**more) -> Session:
    return Session(
        **{
            "key": KEY,
            "calendar": "sessions",
            "kind": Kind.SINGLE,
            "when": at("2026-11-24T10:00"),
            "title": "Quillon Wren",
            **more,
        }
    )


def raincheck(**more) -> Raincheck:
    return Raincheck(
        **{
            "id": identity.raincheck_id(KEY),
            "original": session(),
            "signal": SignalKind.TAG,
            "cause": Cause("internet", Fault.TECHNICAL),
            "action": Action.PROPOSE,
            "rule": "policy",
            "noticed": NOW,
            "state": State.PLANNED,
            "pass_id": "p1",
            "slot": at("2026-12-01T10:00"),
            "replacement": identity.replacement_key(KEY, 1),
            **more,
        }
    )
