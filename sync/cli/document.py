"""A raincheck as the contract's JSON has it, in whatever document."""

from typing import Any

from sync.domain.dues import Fee
from sync.domain.lifecycle import Raincheck
from sync.domain.sessions import AllDay, Timed

VERSION = 1
"""Of the JSON; raised when a field changes its meaning."""


def raincheck_as_json(raincheck: Raincheck) -> dict[str, Any]:
    """Return one raincheck as JSON has it, without a title, name or address."""
    original = raincheck.original
    start, end = _ends(original.when)
    return {
        "id": raincheck.id,
        "calendar": original.calendar,
        "original": {
            "uid": original.key.uid,
            "recurrence_id": original.key.recurrence_id,
            "start": start,
            "end": end,
        },
        "signal": raincheck.signal.value,
        "cause": raincheck.cause.name,
        "fault": raincheck.cause.fault.value,
        "action": raincheck.action.value,
        "status": raincheck.state.value,
        "attempt": raincheck.attempt,
        "replacement": _replacement(raincheck),
        "fee": _fee(raincheck.fee),
        "reason": raincheck.reason,
    }


def _ends(when: Timed | AllDay) -> tuple[str, str]:
    """Return start and end; an original may have become an all-day event before it was rebuilt."""
    ends = (when.start, when.end) if isinstance(when, Timed) else (when.first, when.end)
    return ends[0].isoformat(), ends[1].isoformat()


def _replacement(raincheck: Raincheck) -> dict[str, Any] | None:
    if raincheck.slot is None or raincheck.replacement is None:
        return None
    return {
        "uid": raincheck.replacement.uid,
        "start": raincheck.slot.start.isoformat(),
        "end": raincheck.slot.end.isoformat(),
        "confirmed": raincheck.confirmed,
    }


def _fee(fee: Fee | None) -> dict[str, str] | None:
    if fee is None:
        return None
    return {
        "amount": f"{fee.amount:f}",
        "currency": fee.currency,
        "state": fee.state.value,
        "reason": fee.reason,
    }
