"""A pass in words: as the contract's JSON, and as lines for a person."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from sync.domain.causes import UNSPECIFIED
from sync.domain.fees import Fee
from sync.domain.lifecycle import Raincheck, State
from sync.domain.passes import CalendarLook, PassReport, Reach, Warned
from sync.domain.policy import Action, SignalKind
from sync.domain.sessions import AllDay, Timed
from sync.domain.writes import day_and_time

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
        "rainchecks": [_raincheck(raincheck) for raincheck in report.rainchecks],
        "warnings": [_warning(warned) for warned in report.warnings],
    }


def as_text(report: PassReport, *, titles: bool) -> Iterator[str]:
    """Yield the lines a person reads on stdout."""
    if report.dry_run:
        yield "Dry run: this is what would be done; nothing was written."
    for raincheck in report.rainchecks:
        yield from map(visible, _story(raincheck, dry_run=report.dry_run, titles=titles))
    looked = ", ".join(_looked(look) for look in report.calendars)
    if not report.rainchecks and not report.held:
        yield "Nothing to reschedule."
    yield visible(f"Looked at {looked}.") if looked else "No calendar was looked at."


def troubles(report: PassReport) -> Iterator[str]:
    """Yield the lines about what went wrong or needs a person, for stderr."""
    for look in report.calendars:
        if look.reach is not Reach.OK:
            yield visible(f"{look.name}: {look.reach.value}: {look.message}")
    for warned in report.warnings:
        where = f"{warned.calendar}: " if warned.calendar else ""
        yield visible(f"warning: {where}{warned.message} ({warned.code.value})")


def visible(text: str) -> str:
    """Return *text* without what could steer a terminal or not be printed at all.

    That is: controls, direction marks, line and paragraph separators, halves of surrogates.
    """
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(c for c in text if unicodedata.category(c) not in unseen)


def _calendar(look: CalendarLook) -> dict[str, Any]:
    return {
        "name": look.name,
        "account": look.account,
        "status": look.reach.value,
        "scan": look.scan,
        "changed": look.changed,
        "requests": look.requests,
    }


def _raincheck(raincheck: Raincheck) -> dict[str, Any]:
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


def _story(raincheck: Raincheck, *, dry_run: bool, titles: bool) -> Iterator[str]:
    original = raincheck.original
    when = original.when
    start = day_and_time(when) if isinstance(when, Timed) else when.first.isoformat()
    who = f"{original.title}, " if titles and original.title else ""
    yield f"{raincheck.id}  {who}{start} ({original.calendar})"
    yield f"    seen  {_seen(raincheck)}"
    yield f"    done  {_done(raincheck, dry_run=dry_run)}"
    if raincheck.reason:
        yield f"    why   {raincheck.reason}"
    if raincheck.fee is not None:
        yield f"    fee   {_fee_words(raincheck.fee)}"
    yield ""


def _seen(raincheck: Raincheck) -> str:
    if raincheck.cause.name == UNSPECIFIED:
        return "tagged" if raincheck.signal is SignalKind.TAG else raincheck.signal.value
    return f"{raincheck.cause.name} ({raincheck.signal.value})"


def _fee_words(fee: Fee) -> str:
    if not fee.amount:
        return f"none ({fee.reason})"
    return f"{fee.amount} {fee.currency}, {fee.state.value} ({fee.reason})"


def _done(raincheck: Raincheck, *, dry_run: bool) -> str:
    if raincheck.state is State.WAITING:
        return "no new time yet; it is tried again in every pass"
    if raincheck.state is State.FAILED:
        return "the calendar server refused it; it is tried again when something changes"
    if raincheck.state is State.WITHDRAWN:
        return "withdrawn: the replacement was deleted by hand and will not come back"
    planned = raincheck.state is State.PLANNED
    if raincheck.slot is None:
        return "would be recorded" if planned and dry_run else "recorded, not rescheduled"
    verb = "moved to"
    if planned:
        verb = "would move to" if dry_run else "to be written in the next pass:"
    return f"{verb} {day_and_time(raincheck.slot)}, {_answer(raincheck)}"


def _answer(raincheck: Raincheck) -> str:
    if raincheck.confirmed:
        return "confirmed"
    if raincheck.action is Action.HOLD:
        return "held; the client knows nothing of it"
    return "tentative until the client accepts"


def _looked(look: CalendarLook) -> str:
    if look.reach is not Reach.OK:
        return f"{look.name} ({look.reach.value})"
    if not look.changed:
        return f"{look.name} (unchanged)"
    return f"{look.name} ({look.changed} {'entry' if look.changed == 1 else 'entries'} read)"
