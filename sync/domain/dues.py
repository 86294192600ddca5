"""A fee that was assessed, and what a person has said of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum


class FeeState(Enum):
    """What a person has said of a fee."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee that was assessed; *reason* is in plain words.

    ``price`` is what the session costs, ``percent`` the share of it that is due, if it is one.
    ``at`` is when the signal was noticed, UTC. ``client`` tells clients apart without naming them,
    and ``year`` is the session's, in the practice's zone: of these, some are ``forgiven``.
    """

    amount: Decimal
    currency: str
    state: FeeState
    reason: str
    price: Decimal | None = None
    percent: Decimal | None = None
    at: datetime | None = None
    client: str = ""
    year: int = 0
    forgiven: bool = False
