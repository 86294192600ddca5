"""Names that follow from the session alone, so that doing a thing twice changes nothing.

A retry, a second machine or a lost state file arrive at the same names (CONTRACT 4).
"""

import base64
import re
from uuid import UUID, uuid5

from sync.domain.sessions import SessionKey

NAMESPACE = UUID("e021e017-1165-57bb-bda4-056c3f5803c9")
"""Fixed for ever: another value would make second replacements of every session."""

_OURS = re.compile(r"rc[0-9a-f]{32}")
_SAMPLE = re.compile(r"rcdoctor[0-9a-f]{32}")


def replacement_key(original: SessionKey, attempt: int) -> SessionKey:
    """Return the key of the replacement: ``rc`` and 32 hexadecimal digits.

    Legal as an iCalendar UID, as a resource name on every server seen, and as a Google event id
    (``[a-v0-9]``, 5 to 1024 characters; Events resource, ``id``).
    """
    return SessionKey("rc" + uuid5(NAMESPACE, f"{_name(original)}\n{attempt}").hex)


def is_ours(key: SessionKey) -> bool:
    """Return whether *key* looks as if `replacement_key` had made it."""
    return key.recurrence_id is None and _OURS.fullmatch(key.uid) is not None


def sample_key(chance: str) -> SessionKey:
    """Return the key of an event that `doctor` puts into a calendar, another for every *chance*.

    ``rcdoctor`` and 32 hexadecimal digits: as legal everywhere as `replacement_key`. A Google id
    is used up when its event is deleted, so no two visits may share one.
    """
    return SessionKey("rcdoctor" + uuid5(NAMESPACE, f"sample\n{chance}").hex)


def is_sample(key: SessionKey) -> bool:
    """Return whether *key* is one of `sample_key`, also where a server has added to it.

    Such an event is no session and no signal, whatever stands in it, and takes no time.
    """
    return _SAMPLE.match(key.uid) is not None


def raincheck_id(original: SessionKey) -> str:
    """Return the raincheck's id: ten letters and digits, the same for every attempt."""
    digest = uuid5(NAMESPACE, _name(original)).bytes
    return base64.b32encode(digest).decode("ascii")[:10].lower()


def digest(text: str) -> str:
    """Return ten letters and digits that tell *text* apart from others, and do not tell it."""
    return base64.b32encode(uuid5(NAMESPACE, f"digest\n{text}").bytes).decode("ascii")[:10].lower()


def _name(original: SessionKey) -> str:
    return f"{original.uid}\n{original.recurrence_id or ''}"
