"""Writes that are owed whatever the state: cancelling, confirming, putting an original back."""

from dataclasses import replace

from sync.domain.dates import day_and_time
from sync.domain.following import amendment_for, done
from sync.domain.guests import clients_of
from sync.domain.lifecycle import Duty, DutyKind, Raincheck
from sync.domain.practice import attempt_of
from sync.domain.sessions import Session, Timed
from sync.engine.current import Pass
from sync.errors import ConflictError, RejectedError, SessionGoneError
from sync.ports import Calendar

WHAT = {
    DutyKind.CANCEL: "cancelled",
    DutyKind.CONFIRM: "confirmed",
    DutyKind.RESTORE: "restored",
}


def place_of(duty: Duty, raincheck: Raincheck) -> str:
    """Return the name of the calendar that *duty* is done in."""
    restores = duty.kind is DutyKind.RESTORE
    return raincheck.original.calendar if restores else raincheck.calendar


def discharged(
    raincheck: Raincheck, duty: Duty, calendar: Calendar, current: Pass
) -> tuple[Raincheck, str, str, Session | None]:
    """Return *raincheck* without *duty*, what was done and why, and what was written.

    What is no longer there needs nothing; what the server will not take stays owed, as refused.

    Raises:
        CalendarError: try again in the next pass.
    """
    what, why = WHAT[duty.kind], _why(duty, raincheck, current)
    amendment = amendment_for(duty, raincheck)
    try:
        resource = duty.resource or _found(duty, calendar, current)
        if resource is None:
            return done(raincheck, duty), what, "it is no longer there", None
        written = current.retries.call(
            lambda: calendar.amend(duty.key, resource, amendment, expected=None)
        )
    except SessionGoneError:
        return done(raincheck, duty), what, "it is no longer there", None
    except (RejectedError, ConflictError) as error:
        return _refused(raincheck, duty), "failed", str(error), None
    return done(raincheck, duty), what, why, written


def _why(duty: Duty, raincheck: Raincheck, current: Pass) -> str:
    """Return in words what was done with *duty*."""
    if duty.kind is DutyKind.RESTORE:
        return "the original is as it was before"
    if duty.kind is DutyKind.CONFIRM:
        guests = clients_of(raincheck.original, current.practice.watch.emails)
        stands = "the new session stands for sure"
        return f"{stands}, with its guests" if guests else f"{stands}; it has no guests"
    past, attempt = raincheck.declined, attempt_of(duty.key, raincheck)
    slot = raincheck.slot if attempt == raincheck.attempt else None
    if slot is not None:
        return f"the new session of {day_and_time(slot)}"
    if attempt > len(past):
        return "a new session that is no longer wanted"
    zone = current.practice.watch.zone
    span = past[attempt - 1]
    offered = Timed(span.start.astimezone(zone), span.end.astimezone(zone))
    return f"the new session of {day_and_time(offered)}"


def _found(duty: Duty, calendar: Calendar, current: Pass) -> str | None:
    there = current.retries.call(lambda: calendar.read(duty.key, None))
    return there.resource if there is not None else None


def _refused(raincheck: Raincheck, duty: Duty) -> Raincheck:
    owed = tuple(replace(one, refused=True) if one == duty else one for one in raincheck.duties)
    return replace(raincheck, duties=owed)
