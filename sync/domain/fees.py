"""What a disruption costs, by whose fault it was and how late the signal came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sync.domain.causes import Fault
from sync.domain.dues import Fee, FeeState

__all__ = [
    "CANCELLATIONS",
    "NO_SHOWS",
    "Charge",
    "Fee",
    "FeeState",
    "Forgiven",
    "Share",
    "Tariff",
    "assessed",
    "none_forgiven",
]


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


@dataclass(frozen=True, slots=True)
class Charge:
    """What a fee is assessed on. ``clients`` are addresses; ``until_start`` is from the signal.

    ``client``, ``year`` and ``at`` as in `Fee`.
    """

    cause: str
    fault: Fault
    paid: bool
    clients: frozenset[str]
    until_start: timedelta
    client: str = ""
    year: int = 0
    at: datetime | None = None


Forgiven = Callable[[str, int], int]
"""Return how many fees of a client, in a year, were forgiven so far."""


def none_forgiven(_client: str, _year: int) -> int:
    """Return none: nothing is known of earlier fees."""
    return 0


NO_SHOWS = frozenset({"no-show", "late"})
CANCELLATIONS = frozenset({"client-cancelled", "declined"})
_FAULT_WORDS = {
    Fault.TECHNICAL: "technical failure",
    Fault.CLIENT: "the client's side",
    Fault.PROVIDER: "the practice's side",
    Fault.SITE: "the site's side",
    Fault.NONE: "nobody's fault",
}


def assessed(charge: Charge, tariff: Tariff, forgiven: Forgiven = none_forgiven) -> Fee:
    """Return the fee for one disruption; an amount of zero says why there is none.

    Amounts are rounded half up to the cent. Every fee waits for a person's word, unless the
    practice approves all of them (``approve = "auto"``).
    """
    share, reason = _share(charge, tariff)
    price = _price(charge.clients, tariff)
    percent = share.percent if share is not None else None
    amount = Decimal(0) if share is None else _amount(share, price)
    if percent is not None:
        reason = f"{reason}: {percent.normalize():f}% of {price:.2f}"
    forgives = amount > 0 and forgiven(charge.client, charge.year) < tariff.first_waived
    if forgives:
        amount, reason = Decimal(0), f"{reason}; forgiven, as one of the first of the year"
    return Fee(
        amount.quantize(_CENT, ROUND_HALF_UP),
        tariff.currency,
        FeeState.APPROVED if tariff.approve_auto else FeeState.PROPOSED,
        reason,
        price=price,
        percent=percent,
        at=charge.at,
        client=charge.client,
        year=charge.year,
        forgiven=forgives,
    )


_CENT = Decimal("0.01")


def _share(charge: Charge, tariff: Tariff) -> tuple[Share | None, str]:
    """Return what share of the price is due (None: nothing), and why."""
    free = _why_free(charge, tariff)
    if free is not None:
        return None, free
    if charge.cause in NO_SHOWS:
        return tariff.no_show, "no-show" if charge.cause == "no-show" else "came too late"
    if charge.cause in CANCELLATIONS:
        if charge.until_start < tariff.late_cancel_notice:
            return tariff.late_cancel, "late cancellation"
        return None, "cancelled in time"
    return None, _FAULT_WORDS[charge.fault]


def _why_free(charge: Charge, tariff: Tariff) -> str | None:
    """Return why nothing is due whatever happened, or None."""
    if charge.fault in tariff.waive:
        return f"{_FAULT_WORDS[charge.fault]}: waived"
    if charge.paid:
        return "already paid: not charged again"
    if charge.clients & tariff.never_charge:
        return "this client is never charged"
    return None


def _price(clients: frozenset[str], tariff: Tariff) -> Decimal:
    """Return the session's price: the lowest agreed with any of *clients*, else the usual one."""
    agreed = [tariff.clients[c] for c in clients if c in tariff.clients] if tariff.clients else []
    return min(agreed, default=tariff.price)


def _amount(share: Share, price: Decimal) -> Decimal:
    if share.amount is not None:
        return share.amount
    assert share.percent is not None
    return price * share.percent / 100
