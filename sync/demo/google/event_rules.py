"""What Google takes for an event, what it drops without a word, and how a patch is merged."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sync.demo.google.recurrence import span_of
from sync.demo.google.refusal import RefusalError

Json = dict[str, Any]

ID = re.compile(r"[a-v0-9]{5,1024}")
READ_ONLY = ("etag", "kind", "created", "updated", "htmlLink", "creator", "hangoutLink")
GUEST_RIGHTS = ("guestsCanModify", "guestsCanInviteOthers", "guestsCanSeeOtherGuests")
RECURRENCE_LINES = ("RRULE", "EXRULE", "RDATE", "EXDATE")

KEY_MAX = 44
VALUE_MAX = 1024
PROPERTIES_MAX = 300
DESCRIPTION_MAX = 8192


def merged(event: Mapping[str, Any], patch: Mapping[str, Any]) -> Json:
    """Return *event* with *patch*: objects are merged, arrays replaced, null removes."""
    made = dict(event)
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict):
            made[key] = merged(made.get(key) or {}, value)
        else:
            made[key] = value
    return made


def stored(event: Json) -> Json:
    """Return *event* as Google would keep it.

    Raises:
        RefusalError: 400, Google would not keep it.
    """
    for line in event.get("recurrence") or ():
        if re.split("[:;]", line, maxsplit=1)[0] not in RECURRENCE_LINES:
            raise RefusalError(400, "invalid", "Invalid recurrence rule.")
    for side in ("start", "end"):
        event[side] = _side(event.get(side) or {}, series=bool(event.get("recurrence")))
    start, end = span_of(event, "UTC")
    if end < start:
        raise RefusalError(400, "timeRangeEmpty", "The specified time range is empty.")
    if len(event.get("description") or "") > DESCRIPTION_MAX:
        raise RefusalError(400, "invalid", "The description is too long.")
    if "extendedProperties" in event:
        event["extendedProperties"] = _properties(event["extendedProperties"])
    for guest in event.get("attendees", ()):
        guest.setdefault("responseStatus", "needsAction")
    return event


def check_change(before: Json, body: Json, *, whole: bool) -> None:
    """Refuse what may not be changed; *whole* if *body* is all there is (``update``)."""
    if body.get("eventType", before["eventType"]) != before["eventType"]:
        raise RefusalError(400, "eventTypeRestriction", "The event type cannot be changed.")
    if (body.get("sequence") or before["sequence"]) < before["sequence"]:
        raise RefusalError(400, "invalid", "Invalid sequence value.")
    if not before["organizer"].get("self"):
        given = [name for name in GUEST_RIGHTS if name in body or (whole and name in before)]
        if given:
            raise RefusalError(403, "forbiddenForNonOrganizer", "Shared properties can only be "
                               "changed by the organizer of the event.")  # fmt: skip


def _side(held: Mapping[str, Any], *, series: bool) -> Json:
    if bool(held.get("date")) == bool(held.get("dateTime")):
        raise RefusalError(400, "invalid", "Invalid start or end time.")
    try:
        aware = bool(held.get("date")) or bool(datetime.fromisoformat(held["dateTime"]).tzinfo)
    except ValueError:
        raise RefusalError(400, "invalid", "Invalid start or end time.") from None
    if not held.get("timeZone") and (not aware or (series and not held.get("date"))):
        raise RefusalError(400, "required", "Missing time zone definition for start time.")
    return {name: value for name, value in held.items() if value is not None}


def _properties(scopes: Mapping[str, Mapping[str, str]]) -> Json:
    """Return extended properties without what Google loses silently: long keys, long values."""
    if sum(len(values) for values in scopes.values()) > PROPERTIES_MAX:
        raise RefusalError(400, "invalid", "Too many extended properties.")
    return {
        scope: {key: value[:VALUE_MAX] for key, value in values.items() if len(key) <= KEY_MAX}
        for scope, values in scopes.items()
    }
