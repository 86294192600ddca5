"""Labels of a calendar, which a person puts on events in Google Calendar."""

from collections.abc import Callable, Sequence
from typing import Any

from sync.domain.words import folded


def ensure_labels(
    service: Any,  # noqa: ANN401 - the client library builds it from a document
    calendar_id: str,
    wanted: Sequence[tuple[str, str]],
    execute: Callable[[Any], Any],
) -> tuple[str, ...]:
    """Return the names of the labels that were added; those that are there stay as they are.

    Args:
        service: The API's client.
        calendar_id: Whose labels.
        wanted: Name and background colour of each.
        execute: Sends a request; raises `sync.errors.CalendarError`.

    Raises:
        CalendarError: the calendar cannot be read, or its labels not be changed.
    """
    found = execute(service.calendars().get(calendarId=calendar_id))
    present = list((found.get("labelProperties") or {}).get("eventLabels") or ())
    known = {folded(label.get("name") or "") for label in present}
    new = [(name, color) for name, color in wanted if folded(name) not in known]
    if not new:
        return ()
    # The list is replaced as a whole: what is left out is deleted.
    labels = [*present, *({"name": name, "backgroundColor": color} for name, color in new)]
    body = {"labelProperties": {"eventLabels": labels}}
    request = service.calendars().patch(calendarId=calendar_id, body=body)
    if found.get("etag"):
        request.headers["If-Match"] = found["etag"]
    execute(request)
    return tuple(name for name, _ in new)
