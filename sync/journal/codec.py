"""Values to JSON text and back, for the columns that hold a whole value. Pure."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sync.domain.dues import Fee, FeeState
from sync.domain.lifecycle import Duty, DutyKind
from sync.domain.sessions import (
    AllDay,
    Answer,
    Attendee,
    Kind,
    Marks,
    Session,
    SessionKey,
    Span,
    Status,
    Timed,
)


def session_to_text(session: Session) -> str:
    """Return *session* as JSON."""
    return _dumped(
        {
            "uid": session.key.uid,
            "recurrence_id": session.key.recurrence_id,
            "calendar": session.calendar,
            "kind": session.kind.value,
            "when": _when_to_json(session.when),
            "title": session.title,
            "notes": session.notes,
            "categories": list(session.categories),
            "status": session.status.value,
            "transparent": session.transparent,
            "organizer": session.organizer,
            "attendees": [[a.address, a.answer.value] for a in session.attendees],
            "location": session.location,
            "links": list(session.links),
            "marks": _marks_to_json(session.marks),
            "resource": session.resource,
            "revision": session.revision,
            "payload": session.payload,
            "modified": session.modified.isoformat() if session.modified else None,
            "sequence": session.sequence,
        }
    )


def session_from_text(text: str) -> Session:
    """Return the session that `session_to_text` wrote."""
    held = json.loads(text)
    return Session(
        key=SessionKey(held["uid"], held["recurrence_id"]),
        calendar=held["calendar"],
        kind=Kind(held["kind"]),
        when=_when_from_json(held["when"]),
        title=held["title"],
        notes=held["notes"],
        categories=tuple(held["categories"]),
        status=Status(held["status"]),
        transparent=held["transparent"],
        organizer=held["organizer"],
        attendees=tuple(Attendee(address, Answer(answer)) for address, answer in held["attendees"]),
        location=held["location"],
        links=tuple(held["links"]),
        marks=Marks(**held["marks"]) if held["marks"] else None,
        resource=held["resource"],
        revision=held["revision"],
        payload=held["payload"],
        modified=datetime.fromisoformat(held["modified"]) if held["modified"] else None,
        sequence=held.get("sequence", 0),
    )


def slot_to_text(slot: Timed | None) -> str | None:
    """Return *slot* as JSON, or None."""
    return None if slot is None else _dumped(_when_to_json(slot))


def slot_from_text(text: str | None) -> Timed | None:
    """Return the slot that `slot_to_text` wrote."""
    if text is None:
        return None
    slot = _when_from_json(json.loads(text))
    assert isinstance(slot, Timed), slot
    return slot


def spans_to_text(spans: Sequence[Span]) -> str:
    """Return *spans* as JSON."""
    return _dumped([[span.start.isoformat(), span.end.isoformat()] for span in spans])


def spans_from_text(text: str) -> tuple[Span, ...]:
    """Return the spans that `spans_to_text` wrote."""
    held = ([datetime.fromisoformat(side).astimezone(UTC) for side in s] for s in json.loads(text))
    return tuple(Span(start, end) for start, end in held)


def duties_to_text(duties: Sequence[Duty]) -> str | None:
    """Return *duties* as JSON, or None: nothing is owed."""
    if not duties:
        return None
    return _dumped(
        [
            {
                "kind": duty.kind.value,
                "uid": duty.key.uid,
                "recurrence_id": duty.key.recurrence_id,
                "resource": duty.resource,
                "refused": duty.refused,
                "guest": duty.guest,
            }
            for duty in duties
        ]
    )


def duties_from_text(text: str | None) -> tuple[Duty, ...]:
    """Return the duties that `duties_to_text` wrote."""
    return tuple(
        Duty(
            DutyKind(held["kind"]),
            SessionKey(held["uid"], held["recurrence_id"]),
            held["resource"],
            held["refused"],
            held.get("guest", ""),
        )
        for held in (json.loads(text) if text else ())
    )


def fee_to_text(fee: Fee | None) -> str | None:
    """Return *fee* as JSON, or None."""
    if fee is None:
        return None
    return _dumped(
        {
            "amount": str(fee.amount),
            "currency": fee.currency,
            "state": fee.state.value,
            "reason": fee.reason,
            "price": None if fee.price is None else str(fee.price),
            "percent": None if fee.percent is None else str(fee.percent),
            "at": fee.at.isoformat() if fee.at else None,
            "client": fee.client,
            "year": fee.year,
            "forgiven": fee.forgiven,
        }
    )


def fee_from_text(text: str | None) -> Fee | None:
    """Return the fee that `fee_to_text` wrote, or an earlier version of it."""
    if text is None:
        return None
    held = json.loads(text)
    price, percent, at = (held.get(name) for name in ("price", "percent", "at"))
    return Fee(
        Decimal(held["amount"]),
        held["currency"],
        FeeState(held["state"]),
        held["reason"],
        price=Decimal(price) if price else None,
        percent=Decimal(percent) if percent else None,
        at=datetime.fromisoformat(at) if at else None,
        client=held.get("client", ""),
        year=held.get("year", 0),
        forgiven=held.get("forgiven", False),
    )


def _dumped(value: object) -> str:
    # ASCII, because half a surrogate pair in somebody's title has no UTF-8.
    return json.dumps(value, separators=(",", ":"))


def _when_to_json(when: Timed | AllDay) -> dict[str, str]:
    """Return start and end with their offsets, and the zone: both sides of a fold are kept."""
    if isinstance(when, AllDay):
        return {"first": when.first.isoformat(), "end": when.end.isoformat()}
    return {
        "start": when.span.start.isoformat(),
        "end": when.span.end.isoformat(),
        "zone": when.zone.key,
    }


def _when_from_json(held: dict[str, str]) -> Timed | AllDay:
    if "first" in held:
        return AllDay(date.fromisoformat(held["first"]), date.fromisoformat(held["end"]))
    zone = ZoneInfo(held["zone"])
    start, end = (datetime.fromisoformat(held[side]) for side in ("start", "end"))
    return Timed(start.astimezone(zone), end.astimezone(zone))


def _marks_to_json(marks: Marks | None) -> dict[str, Any] | None:
    if marks is None:
        return None
    return {
        "id": marks.id,
        "state": marks.state,
        "replacement": marks.replacement,
        "attempt": marks.attempt,
    }
