"""A short name for how a practice judges, so that a change of mind looks at everything again.

A session is judged when it changes. A word added to the vocabulary, an address to those trusted,
or a rule taken away must also reach the sessions that were seen before.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from sync.domain.practice import Practice


def fingerprint(practice: Practice) -> str:
    """Return sixteen hexadecimal digits, the same in every process for the same judgement."""
    judges = (practice.watch, practice.policy.rules, practice.policy.terms, practice.calendars)
    return hashlib.sha256(_plain(judges).encode()).hexdigest()[:16]


def _plain(value: object) -> str:
    """Return *value* as text that does not hang on the order of sets and mappings."""
    parts: Iterable[str]
    match value:
        case Mapping():
            parts = sorted(f"{_plain(key)}:{_plain(value[key])}" for key in value)
        case frozenset():
            parts = sorted(map(_plain, value))
        case tuple():
            parts = map(_plain, value)
        case Enum() | ZoneInfo() | timedelta() | time() | str() | int() | None:
            return str(value)
        case _:
            # Of a kind nobody thought of, text could differ from process to process.
            assert is_dataclass(value), type(value)
            parts = (
                f"{field.name}={_plain(getattr(value, field.name))}" for field in fields(value)
            )
    return f"{type(value).__name__}({','.join(parts)})"
