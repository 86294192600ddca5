"""The cursor of a Google calendar: a sync token, and the calendar and query it belongs to."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

VERSION = 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the last look ended. ``id`` is the calendar's; ``since`` the first look's bound."""

    id: str
    token: str
    since: datetime


def owner(endpoint: str, account: str, wanted: str) -> str:
    """Return what ties a cursor to one configured calendar."""
    return hashlib.sha256(f"{endpoint}\n{account}\n{wanted}".encode()).hexdigest()[:16]


def written(cursor: Cursor, *, of: str) -> str:
    """Return *cursor* as text."""
    since = cursor.since.isoformat()
    told = {"v": VERSION, "of": of, "id": cursor.id, "token": cursor.token, "since": since}
    return json.dumps(told, separators=(",", ":"))


def read(text: str | None, *, of: str) -> Cursor | None:
    """Return the cursor, or None if it is not one of this calendar's."""
    try:
        told = json.loads(text or "")
        if told["v"] != VERSION or told["of"] != of:
            return None
        return Cursor(told["id"], told["token"], datetime.fromisoformat(told["since"]))
    except (ValueError, TypeError, KeyError):
        return None
