"""Rainchecks and passes as the contract's JSON; it holds no title, name or address."""

from typing import Any

from sync.domain.fees import Fee
from sync.domain.lifecycle import Raincheck
from sync.domain.passes import CalendarLook, PassReport, Warned
from sync.domain.sessions import AllDay, Timed

VERSION = 1
"""Of the JSON; raised when a field changes its meaning."""


def as_json(report: PassReport) -> dict[str, Any]:
    """Return the document of `sync --json` (CONTRACT 5); it holds no title, name or address."""
    return {
        "version": VERSION,
        "pass": report.id,
        "dry_run": report.dry_run,
        "started": report.started.isoformat(),
        "finished": report.finished.isoformat(),
        "calendars": [_calendar(look) for look in report.calendars],
        "rainchecks": [raincheck_as_json(raincheck) for raincheck in report.rainchecks],
        "warnings": [_warning(warned) for warned in report.warnings],
    }


def _calendar(look: CalendarLook) -> dict[str, Any]:
    return {
        "name": look.name,
        "account": look.account,
        "status": look.reach.value,
        "scan": look.scan,
        "changed": look.changed,
        "requests": look.requests,
    }


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


def _warning(warned: Warned) -> dict[str, str | None]:
    return {
        "code": warned.code.value,
        "calendar": warned.calendar,
        "uid": warned.uid,
        "message": warned.message,
    }
