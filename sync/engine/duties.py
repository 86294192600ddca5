"""Writes that are owed whatever the state: cancelling, confirming, putting an original back."""

from dataclasses import replace

from sync.domain.following import amendment_for, done
from sync.domain.lifecycle import Duty, DutyKind, Raincheck
from sync.domain.sessions import Session
from sync.engine.current import Pass
from sync.errors import ConflictError, RejectedError, SessionGoneError
from sync.ports import Calendar

WORDS = {
    DutyKind.CANCEL: ("cancelled", "the replacement that is no longer the one"),
    DutyKind.CONFIRM: ("confirmed", "the replacement stands for sure, and its guests are invited"),
    DutyKind.RESTORE: ("restored", "the original is as it was before"),
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
    what, why = WORDS[duty.kind]
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


def _found(duty: Duty, calendar: Calendar, current: Pass) -> str | None:
    there = current.retries.call(lambda: calendar.read(duty.key, None))
    return there.resource if there is not None else None


def _refused(raincheck: Raincheck, duty: Duty) -> Raincheck:
    owed = tuple(replace(one, refused=True) if one == duty else one for one in raincheck.duties)
    return replace(raincheck, duties=owed)
