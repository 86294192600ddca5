"""What a disruption costs, by whose fault it was and how late the signal came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum

from sync.domain.causes import Fault


@dataclass(frozen=True, slots=True)
class Share:
    """A fee as configured: a percentage of the price, or an amount. Exactly one is set."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    def __post_init__(self) -> None:
        assert (self.percent is None) != (self.amount is None), self


@dataclass(frozen=True, slots=True)
class Tariff:
    """The practice's ``[fees]``; ``clients`` maps an address (lower case) to a price."""

    currency: str
    price: Decimal
    no_show: Share
    late_cancel: Share
    late_cancel_notice: timedelta
    waive: frozenset[Fault]
    first_waived: int = 0
    never_charge: frozenset[str] = frozenset()
    clients: Mapping[str, Decimal] | None = None
    approve_auto: bool = False


class FeeState(Enum):
    """What a person has said of a fee."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee that was assessed; *reason* is in plain words."""

    amount: Decimal
    currency: str
    state: FeeState
    reason: str
