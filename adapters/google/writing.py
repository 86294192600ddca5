"""What is sent to Google: the body of a replacement, and patches; pure.

Only what is named in a patch changes; arrays are replaced whole, so guests are never sent back in
part ("Events: patch").
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.google.translate import (
    CATEGORY_KEYS,
    COLORS,
    MARK_KEYS,
    Event,
    Reader,
    category_lists,
    id_of,
    joined_words,
    key_of,
    marks_of,
)
from sync.domain.notes import with_line, without_line
from sync.domain.sample import Sample
from sync.domain.sessions import Marks, Status, Timed
from sync.domain.writes import Amendment, Draft

NOTES_MAX = 8192
"""Longer descriptions are refused."""

VALUE_MAX = 1024
"""Longer extended properties are cut without a word."""

_COPIED = (
    "location",
    "conferenceData",
    "attachments",
    "reminders",
    "visibility",
    "source",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
)
_STATUS = {
    Status.CONFIRMED: "confirmed",
    Status.TENTATIVE: "tentative",
    Status.CANCELLED: "cancelled",
}


class NotTheOriginalError(ValueError):
    """A payload that holds no event."""


def replacement_body(draft: Draft, reader: Reader) -> dict[str, Any]:
    """Return the body of the replacement that *draft* describes (CONTRACT 4).

    The link stays the same one: ``conferenceData`` is sent as it is.

    Raises:
        NotTheOriginalError: the original's payload cannot be used.
    """
    original = _original(draft.original.payload)
    body: dict[str, Any] = {name: original[name] for name in _COPIED if name in original}
    body |= {
        "id": id_of(draft.key.uid) or draft.key.uid,
        "summary": draft.title,
        "description": _fitting(draft.notes),
        "start": time_of(draft.when.start, draft.when),
        "end": time_of(draft.when.end, draft.when),
        "status": _STATUS[draft.status],
        "transparency": "opaque",
        "extendedProperties": _properties(original, draft, reader),
    }
    if draft.invite and original.get("attendees"):
        body["attendees"] = [_guest(guest) for guest in original["attendees"]]
    return body | _look(original, draft, reader)


def sample_body(sample: Sample) -> dict[str, Any]:
    """Return the body of `doctor`'s event."""
    return {
        "id": sample.key.uid,
        "summary": sample.title,
        "description": sample.notes,
        "start": time_of(sample.when.start, sample.when),
        "end": time_of(sample.when.end, sample.when),
        "transparency": "transparent",
        "reminders": {"useDefault": False},
    }


def patch_body(event: Event, amendment: Amendment) -> dict[str, Any]:
    """Return what to send so that *event* becomes what *amendment* names; empty if it is so."""
    body: dict[str, Any] = {}
    if amendment.marks is not None and amendment.marks != marks_of(event):
        body["extendedProperties"] = {"private": _marks(amendment.marks, all_keys=True)}
    if amendment.note is not None:
        body |= _noted(str(event.get("description") or ""), amendment.note)
    if amendment.status is not None:
        body |= _if_new(event, "status", _STATUS[amendment.status], default="confirmed")
    if amendment.transparent is not None:
        word = "transparent" if amendment.transparent else "opaque"
        body |= _if_new(event, "transparency", word, default="opaque")
    if amendment.when is not None and not _is_at(event, amendment.when):
        for side, moment in (("start", amendment.when.start), ("end", amendment.when.end)):
            body[side] = time_of(moment, amendment.when) | {"date": None}
    if amendment.invite is not None and not event.get("attendees"):
        guests = _original(amendment.invite.payload).get("attendees") or ()
        body |= {"attendees": [_guest(guest) for guest in guests]} if guests else {}
    return body


def is_patched(event: Event, body: Mapping[str, Any]) -> bool:
    """Return whether *event* is as *body* wanted it: nothing was dropped or cut on the way."""
    for name, wanted in body.items():
        if name in {"start", "end"}:
            if _instant(event[name]) != _instant(wanted):
                return False
        elif name == "extendedProperties":
            private = (event.get(name) or {}).get("private") or {}
            if any(private.get(key) != value for key, value in wanted["private"].items()):
                return False
        elif name == "attendees":
            if _addresses(event.get(name)) != _addresses(wanted):
                return False
        elif (event.get(name) or "") != wanted and not _is_default(event, name, wanted):
            return False
    return True


def tells_guests(event: Event, body: Mapping[str, Any]) -> str:
    """Return ``sendUpdates``: guests hear of a time or a cancellation, never of bookkeeping.

    That what they accepted now stands for sure is no news to them.
    """
    heard = bool({"start", "end", "attendees", "id"} & body.keys())
    heard |= "status" in body and "cancelled" in {body["status"], event.get("status")}
    invited = (*(event.get("attendees") or ()), *(body.get("attendees") or ()))
    guests = [guest for guest in invited if not guest.get("self")]
    return "all" if heard and guests else "none"


def time_of(moment: datetime, when: Timed) -> dict[str, Any]:
    """Return *moment* as Google wants it: with its offset and its zone's name."""
    return {"dateTime": moment.astimezone(when.zone).isoformat(), "timeZone": when.zone.key}


def _original(payload: str) -> Mapping[str, Any]:
    try:
        event = json.loads(payload)
        key_of(event)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotTheOriginalError("the original cannot be copied") from error
    return dict(event)


def _properties(original: Event, draft: Draft, reader: Reader) -> dict[str, Any]:
    """Return the original's own properties less the tags, with ours.

    A list of categories stays in the property it came in; the words that are in none (the one
    that says ``raincheck``) go where Thunderbird looks for them.
    """
    held = original.get("extendedProperties") or {}
    found: dict[str, dict[str, str]] = {
        scope: {
            key: value
            for key, value in (held.get(scope) or {}).items()
            if key not in CATEGORY_KEYS and key not in MARK_KEYS
        }
        for scope in ("shared", "private")
    }
    named = set()
    for scope, key, words in category_lists(original):
        kept = tuple(word for word in words if word in draft.categories)
        named |= set(kept)
        if kept:
            found[scope][key] = joined_words(kept)
    label = reader.labels.get(str(original.get("eventLabelId", "")))
    rest = [word for word in draft.categories if word not in named and word != label]
    for word in rest:
        held_words = found["shared"].get(CATEGORY_KEYS[0])
        longer = f"{held_words},{joined_words((word,))}" if held_words else joined_words((word,))
        if len(longer) <= VALUE_MAX:
            found["shared"][CATEGORY_KEYS[0]] = longer
    found["private"] |= _marks(draft.marks, all_keys=False)
    return {scope: values for scope, values in found.items() if values}


def _look(original: Event, draft: Draft, reader: Reader) -> dict[str, Any]:
    """Return label and colour, unless they are the tag."""
    look: dict[str, Any] = {}
    label = original.get("eventLabelId")
    if label and reader.labels.get(str(label), "") in (*draft.categories, ""):
        look["eventLabelId"] = label
    color = original.get("colorId")
    if color and COLORS.get(str(color), "") not in reader.colors and not label:
        look["colorId"] = color
    return look


def _guest(guest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a guest whose answer is open again; we ourselves will come."""
    kept = {
        name: guest[name]
        for name in ("email", "displayName", "optional", "resource", "additionalGuests")
        if name in guest
    }
    mine = guest.get("self") or guest.get("organizer")
    return kept | {"responseStatus": "accepted" if mine else "needsAction"}


def _marks(marks: Marks, *, all_keys: bool) -> dict[str, Any]:
    """Return the marks as private properties; with *all_keys*, those not set are taken away."""
    attempt = str(marks.attempt) if marks.attempt is not None else None
    values = dict(zip(MARK_KEYS, (marks.id, marks.state, marks.replacement, attempt), strict=True))
    return {key: value for key, value in values.items() if all_keys or value is not None}


def _fitting(notes: str) -> str:
    """Return *notes*, without our line where it has no room: a person's words come first."""
    return notes if len(notes) <= NOTES_MAX else without_line(notes)


def _noted(notes: str, line: str) -> dict[str, str]:
    """Return the new notes; where the line has no room, a person's words come first."""
    new = with_line(notes, line) if line else without_line(notes)
    return {"description": new} if new != notes and len(new) <= NOTES_MAX else {}


def _if_new(event: Event, name: str, wanted: str, *, default: str) -> dict[str, str]:
    return {} if event.get(name, default) == wanted else {name: wanted}


def _addresses(guests: Sequence[Mapping[str, Any]] | None) -> set[str]:
    return {str(guest.get("email") or "").lower() for guest in guests or ()}


def _is_at(event: Event, when: Timed) -> bool:
    return _instant(event["start"]) == when.start and _instant(event["end"]) == when.end


def _instant(value: Mapping[str, Any]) -> datetime | None:
    text = value.get("dateTime")
    return datetime.fromisoformat(text) if text else None


def _is_default(event: Event, name: str, wanted: object) -> bool:
    defaults = {"status": "confirmed", "transparency": "opaque"}
    return event.get(name) is None and defaults.get(name) == wanted
