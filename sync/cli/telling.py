"""A pass in words: as the contract's JSON, and as lines for a person."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sync.cli.beside import UNKNOWN, Beside
from sync.cli.document import VERSION, raincheck_as_json
from sync.domain.dates import day_and_time
from sync.domain.lifecycle import NEEDS_A_PERSON, DutyKind, Raincheck, State
from sync.domain.passes import CalendarLook, PassReport, Reach, Warned
from sync.domain.plain import SIGNALS, cause_in_words, counted, fee_in_words, visible
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import BY_MARKS
from sync.domain.sessions import Session, Timed

_UTC = ZoneInfo("UTC")


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


def as_text(
    report: PassReport, *, titles: bool, rules: bool = False, known: Beside = UNKNOWN
) -> Iterator[str]:
    """Yield the lines a person reads on stdout; with *rules*, which one decided each action."""
    if report.dry_run:
        yield "Dry run: this is what would be done; nothing was written."
        yield ""
    report = known.with_fees(report)
    unseen = [r for r in report.rainchecks if _is_unseen(r, report)]
    told = [r for r in report.rainchecks if not _is_recognised(r, report) and r not in unseen]
    for raincheck in sorted(told, key=_start):
        story = _story(raincheck, known, dry_run=report.dry_run, titles=titles, rules=rules)
        yield from map(visible, story)
    if recognised := len(report.rainchecks) - len(told) - len(unseen):
        yield f"{counted(recognised, 'session')} dealt with before, recognised by the marks there."
    if unseen:
        waits = "waits" if len(unseen) == 1 else "wait"
        yield f"{counted(len(unseen), 'session')} still {waits}; nothing was tried for it now."
    all_seen = all(look.reach is Reach.OK for look in report.calendars)
    if not told and not report.held and all_seen:
        yield "Nothing to reschedule."
    yield from _looks(report)


def for_a_person(report: PassReport, *, titles: bool, known: Beside = UNKNOWN) -> Iterator[str]:
    """Yield what `as_text` says of the sessions that need a person, and nothing else."""
    report = known.with_fees(report)
    for raincheck in sorted(report.rainchecks, key=_start):
        if raincheck.needs_a_person and not _is_unseen(raincheck, report):
            story = _story(raincheck, known, dry_run=report.dry_run, titles=titles)
            yield from map(visible, story)


def lost_calendars(report: PassReport, *, google: Collection[str] = ()) -> Iterator[str]:
    """Yield a line for each account, or calendar, that could not be worked with.

    *google* are the names of the accounts at Google.
    """
    told: set[tuple[str, str | None]] = set()
    for look in report.calendars:
        if look.reach is Reach.OK or (look.account, look.message) in told:
            continue
        whole = look.reach is not Reach.MISSING and not look.paused
        told |= {(look.account, look.message)} if whole else set()
        advice = advised(look.reach, google=look.account in google)
        advice = PAUSED if look.paused else advice
        nothing = "; nothing was looked at" if whole and look.scan is None else ""
        name = look.account if whole else look.name
        yield visible(f"{name}: {look.message}{nothing}. {advice}".rstrip())


def warnings(report: PassReport, *, titles: bool, known: Beside = UNKNOWN) -> Iterator[str]:
    """Yield a line for each warning."""
    for warned in report.warnings:
        where = f"{warned.calendar}: " if warned.calendar else ""
        about = f"{_named(warned.about, known, titles=titles)}: " if warned.about else ""
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


def _warning(warned: Warned) -> dict[str, str | None]:
    return {
        "code": warned.code.value,
        "calendar": warned.calendar,
        "uid": warned.uid,
        "message": warned.message,
    }


def _story(
    raincheck: Raincheck, known: Beside, *, dry_run: bool, titles: bool, rules: bool = False
) -> Iterator[str]:
    original = raincheck.original
    label = "plan" if dry_run and raincheck.state is State.PLANNED else "done"
    yield f"{_named(original, known, titles=titles)} ({original.calendar}, {raincheck.id})"
    yield f"    seen  {_seen(raincheck, known)}"
    yield f"    {label}  {_done(raincheck, known, dry_run=dry_run)}"
    if rules:
        yield f"    rule  {raincheck.rule} says {raincheck.action.value}"
    if raincheck.reason:
        yield f"    why   {raincheck.reason}"
    if raincheck.fee is not None:
        yield f"    fee   {fee_in_words(raincheck.fee)}"
    yield ""


def _named(session: Session, known: Beside, *, titles: bool) -> str:
    when = session.when
    start = day_and_time(when) if isinstance(when, Timed) else when.first.isoformat()
    title = known.title_of(session) if titles else ""
    return f"{title}, {start}" if title else start


def _start(raincheck: Raincheck) -> datetime:
    return raincheck.original.span_in(_UTC).start


def _is_unseen(raincheck: Raincheck, report: PassReport) -> bool:
    """Return whether it waits as before: its calendar could not even be looked at."""
    places = {raincheck.original.calendar, raincheck.calendar}
    unread = any(
        look.name in places and look.reach is not Reach.OK and look.scan is None
        for look in report.calendars
    )
    return unread and raincheck.state in NEEDS_A_PERSON


def _is_recognised(raincheck: Raincheck, report: PassReport) -> bool:
    """Return whether it was dealt with before, and is only new to a new state file."""
    return raincheck.rule == BY_MARKS and raincheck.pass_id == report.id


def _seen(raincheck: Raincheck, known: Beside) -> str:
    if turn := known.turns.get(raincheck.id):
        return turn
    sight = known.tag_of(raincheck) if raincheck.signal is SignalKind.TAG else ""
    where = f" ({sight})" if sight else ""
    return f"{SIGNALS[raincheck.signal]}{where}{cause_in_words(raincheck.cause)}"


def _done(raincheck: Raincheck, known: Beside, *, dry_run: bool) -> str:
    attempts = known.attempts(raincheck)
    if raincheck.state is State.WAITING:
        if attempts and raincheck.attempt > attempts:
            return "no new time is offered any more"
        return "no new time yet; it is tried again in every pass"
    if raincheck.state is State.FAILED:
        return "the calendar server refused it; it is tried again when something changes"
    if raincheck.state is State.WITHDRAWN:
        return _withdrawn(raincheck, known)
    planned = raincheck.state is State.PLANNED
    if raincheck.slot is None:
        return "would be recorded" if planned and dry_run else "recorded, not rescheduled"
    verb = "moved to"
    if planned:
        verb = "would move to" if dry_run else "to be written in the next pass:"
    again = (
        f"offer {raincheck.attempt} of {attempts}: " if raincheck.attempt > 1 and attempts else ""
    )
    return f"{again}{verb} {day_and_time(raincheck.slot)}, {_answer(raincheck, known)}"


def _withdrawn(raincheck: Raincheck, known: Beside) -> str:
    """Return what became of both sessions of what was given up."""
    if not raincheck.undone:
        return "withdrawn; no new session will be written for it"
    pending = {duty.kind for duty in raincheck.duties}
    original = "is still to be put back" if DutyKind.RESTORE in pending else "is as it was before"
    back = f"withdrawn; the original {original}"
    if raincheck.slot is None or raincheck.resource is None:
        return f"{back}, and there was no new session"
    new = f"{back}, and the new session of {day_and_time(raincheck.slot)}"
    if DutyKind.CANCEL in pending:
        return f"{new} is still to be cancelled, in the next pass"
    if known.now is None or raincheck.slot.span.start <= known.now:
        return f"{new} stays: its time had come"
    if raincheck.calendar in known.google:
        return f"{new} is cancelled"
    return f"{new} is set to cancelled; delete it if it is in your way"


def _answer(raincheck: Raincheck, known: Beside) -> str:
    if raincheck.confirmed:
        nobody = known.has_no_guests(raincheck)
        return "confirmed; it has no guests: please tell the client" if nobody else "confirmed"
    if raincheck.action is Action.HOLD:
        return "held; the client knows nothing of it"
    return "tentative until the client accepts"


def _looks(report: PassReport) -> Iterator[str]:
    """Yield the line of what was looked at; an undo looks at nothing, and says nothing of it."""
    tried = [look for look in report.calendars if look.scan or look.reach is not Reach.OK]
    if any(look.scan for look in tried):
        yield visible(f"Looked at {', '.join(map(_looked, tried))}.")
    elif tried or not report.calendars:
        yield "No calendar was looked at."


def _looked(look: CalendarLook) -> str:
    if look.reach is not Reach.OK:
        return f"{look.name} ({look.reach.value})"
    if not look.changed:
        return f"{look.name} (unchanged)"
    return f"{look.name} ({look.changed} {'entry' if look.changed == 1 else 'entries'} read)"
