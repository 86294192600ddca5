"""An invented November: a dozen disruptions, four of them under one lockdown. Nobody exists."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from sync.domain.causes import BUILT_IN, Cause
from sync.domain.fees import Fee, FeeState
from sync.domain.ledger import row_of
from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action, SignalKind
from sync.domain.sessions import SessionKey
from sync.report import Report, report_of
from tests.unit.builders import LONDON, at, raincheck, session

MADE = datetime(2026, 11, 30, 17, 5, tzinfo=UTC)
TAG, CLOSURE = SignalKind.TAG, SignalKind.CLOSURE
PLAN = (
    # original, slot, cause, state, more
    ("11-03T09:00", "11-05T16:00", "crash", State.SETTLED, {"confirmed": True}),
    ("11-05T14:00", "11-12T14:00", "no-show", State.SETTLED, {"confirmed": True}),
    ("11-09T10:00", "11-09T15:30", "internet", State.SETTLED, {"confirmed": True}),
    ("11-10T09:00", "11-17T09:00", "lockdown", State.SETTLED, {"confirmed": True}),
    ("11-10T10:00", "11-13T11:00", "lockdown", State.SETTLED, {"confirmed": True}),
    ("11-10T11:15", "11-18T11:15", "lockdown", State.SETTLED, {}),
    ("11-10T14:00", "11-26T14:00", "lockdown", State.SETTLED, {"confirmed": True}),
    ("11-12T16:00", None, "client-cancelled", State.WAITING, {"reason": "no slot in 14 days"}),
    ("11-13T09:30", "11-20T09:30", "unspecified", State.SETTLED, {"action": Action.HOLD}),
    ("11-19T10:00", None, "no-show", State.SETTLED, {"action": Action.RECORD}),
    ("11-24T15:00", "12-01T15:00", "client-cancelled", State.WITHDRAWN, {"reason": "undone"}),
    ("11-27T11:00", "12-02T10:00", "audio", State.FAILED, {"reason": "403 Forbidden"}),
)
FEES = {
    2: ("80.00", FeeState.APPROVED, "no-show: 100% of 80.00"),
    8: ("40.00", FeeState.PROPOSED, "late cancellation: 50% of 80.00"),
    10: ("80.00", FeeState.PROPOSED, "no-show: 100% of 80.00"),
    11: ("40.00", FeeState.WAIVED, "late cancellation: 50% of 80.00"),
}
PEOPLE = (
    "Quillon Wren", "Sorrel Bramblewick", "Tamsel Harrowgate", "Odalys Fennimore",
    "Brindle Kestrelby", "Halcyon Dunmarrow", "Fenwick Rookhope", "Ottoline Pewsey-Marsh",
    "Quillon Wren", "Isolde Thackthwaite", "Peregrine Oatlow", "Sorrel Bramblewick",
)  # fmt: skip


def november() -> tuple[Raincheck, ...]:
    return tuple(_one(number, *each) for number, each in enumerate(PLAN, 1))


def _one(number, start, slot, cause, state, more) -> Raincheck:
    amount, fee_state, reason = FEES.get(number, ("0.00", FeeState.PROPOSED, "waived"))
    when = at(f"2026-{start}", 50)
    fee = Fee(Decimal(amount), "GBP", fee_state, reason, at=when.start.astimezone(UTC))
    return raincheck(
        **{
            "id": f"k{number:02}v9q",
            "original": session(key=SessionKey(f"s{number}"), when=when, title=""),
            "signal": CLOSURE if cause == "lockdown" else TAG,
            "cause": Cause(cause, BUILT_IN[cause]),
            "state": state,
            "slot": at(f"2026-{slot}", 50) if slot else None,
            "fee": fee if number in FEES else None,
            **more,
        }
    )


def titles(rainchecks=None) -> dict[tuple[str, SessionKey], str]:
    names = zip(rainchecks or november(), PEOPLE, strict=False)
    return {(r.original.calendar, r.original.key): name for r, name in names}


def report(rainchecks=None, *, fees=None, names=None, **more) -> Report:
    rainchecks = november() if rainchecks is None else rainchecks
    rows = [row for each in rainchecks if (row := row_of(each))] if fees is None else fees
    return report_of(
        rainchecks,
        rows,
        names,
        **{
            "practice": "The Lantern Practice",
            "zone": LONDON,
            "month": "2026-11",
            "week": None,
            "now": MADE,
            **more,
        },
    )


def many(count: int) -> tuple[Raincheck, ...]:
    """Return so many disruptions of one month, from the dozen."""
    dozen = november()
    return tuple(
        replace(
            dozen[number % len(dozen)],
            id=f"k{number:03}",
            original=replace(dozen[number % 12].original, key=SessionKey(f"n{number}")),
        )
        for number in range(count)
    )
