"""What is remembered of a calendar between two looks; pure.

It is kept as one JSON text in the journal. With it a cold process asks an unchanged calendar with
a single request: it knows the address, the login and the question. It holds no credentials.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

VERSION = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A calendar's address and what its server can do. ``url`` ends in a slash."""

    url: str
    title: str
    invites: bool
    writable: bool
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the last look ended.

    ``token`` is for sync-collection, ``ctag`` for servers without it; both may be empty.
    ``since`` is where the window begins; ``compared`` when all ETags were last compared. UTC.
    """

    place: Place
    token: str
    ctag: str
    since: datetime
    compared: datetime

    def moved_on(self, *, token: str | None = None, ctag: str | None = None) -> "Cursor":
        """Return it with the server's new names for its state."""
        return replace(
            self,
            token=self.token if token is None else token,
            ctag=self.ctag if ctag is None else ctag,
        )


def owner(url: str, username: str, calendar: str) -> str:
    """Return a name for who may use a cursor: another configuration may not."""
    return hashlib.sha256(f"{url}\n{username}\n{calendar}".encode()).hexdigest()[:16]


def written(cursor: Cursor, *, of: str) -> str:
    """Return the text that the journal keeps."""
    values = asdict(cursor) | {
        "since": cursor.since.isoformat(),
        "compared": cursor.compared.isoformat(),
    }
    return json.dumps({"version": VERSION, "of": of, **values}, separators=(",", ":"))


def read(text: str | None, *, of: str) -> Cursor | None:
    """Return the cursor in *text*, or None if it is not there, not ours, or not understood."""
    try:
        found: dict[str, Any] = json.loads(text or "null") or {}
        if found.pop("version", None) != VERSION or found.pop("of", None) != of:
            return None
        return Cursor(
            place=Place(**found["place"]),
            token=str(found["token"]),
            ctag=str(found["ctag"]),
            since=datetime.fromisoformat(found["since"]).astimezone(UTC),
            compared=datetime.fromisoformat(found["compared"]).astimezone(UTC),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
