"""The fee ledger: one row for each disruption that was assessed, and what a person said of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.domain.causes import Cause
from sync.domain.fees import Fee, FeeState
from sync.domain.lifecycle import Raincheck, State
from sync.domain.sessions import SessionKey

COLUMNS = (
    "date", "raincheck", "calendar", "session_start", "cause", "fault", "paid", "price", "percent",
    "amount", "currency", "state", "reason",
)  # fmt: skip
CLIENT = "client"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet would calculate (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One assessed disruption. ``id`` is what `fees approve` is told; times are UTC.

    ``key`` is the session's, in ``calendar``.
    """

    id: str
    raincheck: str
    calendar: str
    key: SessionKey
    session_start: datetime
    cause: Cause
    paid: bool
    fee: Fee


def row_of(raincheck: Raincheck, *, number: int = 1) -> Row | None:
    """Return what the ledger says of the latest disruption of *raincheck*.

    None where no fees are assessed, and while the signal rests. *number* counts disruptions of
    one raincheck from 1.
    """
    fee = raincheck.fee
    if fee is None or fee.at is None or raincheck.state is State.SETTLING:
        return None
    again = number > 1 and raincheck.declined
    start = raincheck.declined[-1].start if again else raincheck.original.span_in(_UTC).start
    return Row(
        id=raincheck.id if number == 1 else f"{raincheck.id}-{number}",
        raincheck=raincheck.id,
        calendar=raincheck.original.calendar,
        key=raincheck.original.key,
        session_start=start,
        cause=raincheck.cause,
        paid=raincheck.paid,
        fee=fee,
    )


def as_decided(rainchecks: Iterable[Raincheck], rows: Iterable[Row]) -> tuple[Raincheck, ...]:
    """Return *rainchecks* in their order, each fee in the state that a person gave it in *rows*."""
    said = {(row.raincheck, row.fee.at): row.fee.state for row in rows}
    return tuple(
        replace(each, fee=replace(each.fee, state=said.get((each.id, each.fee.at), each.fee.state)))
        if each.fee
        else each
        for each in rainchecks
    )


def open_fees(rows: Iterable[Row]) -> int:
    """Return how many fees wait for a person's word; what costs nothing needs none."""
    return sum(1 for row in rows if row.fee.amount and row.fee.state is FeeState.PROPOSED)


def in_month(rows: Iterable[Row], month: str, zone: ZoneInfo) -> tuple[Row, ...]:
    """Return the rows whose sessions were in *month* (``2026-11``) in *zone*."""
    return tuple(row for row in rows if f"{row.session_start.astimezone(zone):%Y-%m}" == month)


def cells_of(row: Row, zone: ZoneInfo, client: str | None = None) -> tuple[str, ...]:
    """Return the cells of *row*, as `COLUMNS`; with *client*, its name as one more.

    Nothing in them is taken for a formula by a spreadsheet.
    """
    fee = row.fee
    cells = [
        f"{fee.at.astimezone(zone):%Y-%m-%d}" if fee.at else "",
        row.id,
        row.calendar,
        f"{row.session_start.astimezone(zone):%Y-%m-%d %H:%M}",
        row.cause.name,
        row.cause.fault.value,
        "yes" if row.paid else "no",
        "" if fee.price is None else f"{fee.price:f}",
        "" if fee.percent is None else f"{fee.percent.normalize():f}",
        f"{fee.amount:f}",
        fee.currency,
        fee.state.value,
        fee.reason,
    ]
    return tuple(harmless(cell) for cell in (*cells, *(() if client is None else (client,))))


def harmless(cell: str) -> str:
    """Return *cell* so that no spreadsheet calculates it: an apostrophe goes before a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def headings(*, names: bool) -> Sequence[str]:
    """Return the names of the columns."""
    return (*COLUMNS, CLIENT) if names else COLUMNS


_UTC = ZoneInfo("UTC")
