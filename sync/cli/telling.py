"""A pass in words: as the contract's JSON, and as lines for a person."""

import textwrap
from collections.abc import Collection, Iterator
from typing import Any

from sync.domain.causes import UNSPECIFIED
from sync.domain.fees import Fee
from sync.domain.lifecycle import Raincheck, State
from sync.domain.passes import CalendarLook, PassReport, Reach, Warned
from sync.domain.plain import FAULTS, visible
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import BY_MARKS
from sync.domain.sessions import AllDay, Session, Timed
from sync.domain.writes import day_and_time

VERSION = 1
"""Of the JSON; raised when a field changes its meaning."""


SIGNALS = {
    SignalKind.TAG: "a tag",
    SignalKind.CANCELLED: "it is cancelled",
    SignalKind.DELETED: "it was deleted",
    SignalKind.DECLINED: "every guest has declined",
    SignalKind.CLOSURE: "a closure over it",
}


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


def as_text(report: PassReport, *, titles: bool, rules: bool = False) -> Iterator[str]:
    """Yield the lines a person reads on stdout; with *rules*, which one decided each action."""
    if report.dry_run:
        yield "Dry run: this is what would be done; nothing was written."
    told = [r for r in report.rainchecks if not _is_recognised(r, report)]
    for raincheck in told:
        story = _story(raincheck, dry_run=report.dry_run, titles=titles, rules=rules)
        yield from map(visible, story)
    if recognised := len(report.rainchecks) - len(told):
        yield f"{counted(recognised, 'session')} dealt with before, recognised by the marks there."
    looked = ", ".join(_looked(look) for look in report.calendars)
    all_seen = all(look.reach is Reach.OK for look in report.calendars)
    if not told and not report.held and all_seen:
        yield "Nothing to reschedule."
    yield visible(f"Looked at {looked}.") if looked else "No calendar was looked at."


def for_a_person(report: PassReport, *, titles: bool) -> Iterator[str]:
    """Yield what `as_text` says of the sessions that need a person, and nothing else."""
    for raincheck in report.rainchecks:
        if raincheck.needs_a_person:
            yield from map(visible, _story(raincheck, dry_run=report.dry_run, titles=titles))


def troubles(report: PassReport, *, titles: bool, google: Collection[str] = ()) -> Iterator[str]:
    """Yield the lines about what went wrong or needs a person, for stderr.

    *google* are the names of the accounts at Google.
    """
    for look in report.calendars:
        if look.reach is not Reach.OK:
            advice = advised(look.reach, google=look.account in google)
            advice = PAUSED if look.paused else advice
            yield visible(f"{look.name}: {look.message}. {advice}".rstrip())
    for warned in report.warnings:
        where = f"{warned.calendar}: " if warned.calendar else ""
        about = f"{_named(warned.about, titles=titles)}: " if warned.about else ""
        yield visible(f"warning: {where}{about}{warned.message} ({warned.code.value})")


ADVICE = {
    Reach.UNREACHABLE: "Nothing is lost; is the address right, and the server up? Try again.",
    Reach.DENIED: "Are username and password right? Many providers want an app password.",
    Reach.MISSING: "`raincheck check` lists what the account has.",
}
"""What to do about a calendar that could not be looked at."""

PAUSED = "Nothing is lost; the first pass after that goes on."


def advised(reach: Reach, *, google: bool) -> str:
    """Return what to do about *reach*; a login refused by Google says so itself."""
    return "" if google and reach is Reach.DENIED else ADVICE[reach]


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


def _story(
    raincheck: Raincheck, *, dry_run: bool, titles: bool, rules: bool = False
) -> Iterator[str]:
    original = raincheck.original
    label = "plan" if dry_run and raincheck.state is State.PLANNED else "done"
    yield f"{_named(original, titles=titles)} ({original.calendar}, {raincheck.id})"
    yield f"    seen  {_seen(raincheck)}"
    yield f"    {label}  {_done(raincheck, dry_run=dry_run)}"
    if rules:
        yield f"    rule  {raincheck.rule} says {raincheck.action.value}"
    if raincheck.reason:
        yield f"    why   {raincheck.reason}"
    if raincheck.fee is not None:
        yield f"    fee   {_fee_words(raincheck.fee)}"
    yield ""


def _named(session: Session, *, titles: bool) -> str:
    when = session.when
    start = day_and_time(when) if isinstance(when, Timed) else when.first.isoformat()
    return f"{session.title}, {start}" if titles and session.title else start


def _is_recognised(raincheck: Raincheck, report: PassReport) -> bool:
    """Return whether it was dealt with before, and is only new to a new state file."""
    return raincheck.rule == BY_MARKS and raincheck.pass_id == report.id


def counted(number: int, noun: str) -> str:
    """Return *number* with its noun, as it is said."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _seen(raincheck: Raincheck) -> str:
    if raincheck.cause.name == UNSPECIFIED:
        return f"{SIGNALS[raincheck.signal]}, no cause given"
    cause = f"{raincheck.cause.name} ({FAULTS[raincheck.cause.fault]})"
    return f"{SIGNALS[raincheck.signal]}, cause: {cause}"


def _fee_words(fee: Fee) -> str:
    if not fee.amount:
        return f"none ({fee.reason})"
    return f"{fee.amount} {fee.currency} by your policy, for you to decide ({fee.reason})"


def _done(raincheck: Raincheck, *, dry_run: bool) -> str:
    if raincheck.state is State.WAITING:
        return "no new time yet; it is tried again in every pass"
    if raincheck.state is State.FAILED:
        return "the calendar server refused it; it is tried again when something changes"
    if raincheck.state is State.WITHDRAWN:
        return "withdrawn; no new session will be written for it"
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


def fitted(line: str, width: int | None) -> str:
    """Return *line* broken at spaces for a screen *width* wide, indentation kept; None: as is."""
    if width is None or len(line) <= width:
        return line
    inside = len(line) - len(line.lstrip())
    hanging = " " * (inside + 6 if inside else 2)
    return textwrap.fill(
        line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )
