"""Signals: what in a calendar shows that a session was disrupted (CONTRACT 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sync.domain.causes import Fault


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that count.

    ``tags`` maps each tag word to a cause's name, built-in ones included; ``causes`` maps each
    known cause to its fault. Words are as configured; `folded` makes them comparable.
    """

    tags: Mapping[str, str]
    causes: Mapping[str, Fault]


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """The practice's ``[signals]``; the defaults are the contract's. Addresses are lower case."""

    lookback: timedelta = timedelta(days=14)
    cancelled: bool = True
    deleted: bool = True
    declined: bool = True
    closures: str = "all"
    drop_calendar: str = ""
    trust: frozenset[str] = frozenset()
    colors: Mapping[str, str] = field(default_factory=dict)
