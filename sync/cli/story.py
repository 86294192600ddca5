"""Rainchecks in plain words: what is open, and the whole story of one."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sync.cli.naming import Titles
from sync.cli.telling import FAULTS, SIGNALS, visible
from sync.domain.causes import UNSPECIFIED
from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action
from sync.domain.sessions import AllDay, Timed
from sync.domain.writes import day_and_time
from sync.ports import Entry

WHAT_TO_DO = {
    State.SETTLING: "it rests for a moment, in case it is taken back",
    State.PLANNED: "the next pass writes it",
    State.WRITTEN: "the next pass marks the original",
    State.WAITING: "no new time yet: {reason}. It is tried again in every pass",
    State.FAILED: "the server refused it: {reason}. It is tried again when something changes",
}


def headline(raincheck: Raincheck, titles: Titles) -> str:
    """Return the line that names a raincheck: title if it is at hand, time, calendar and id."""
    original = raincheck.original
    when = original.when
    time = day_and_time(when) if isinstance(when, Timed) else _whole_day(when)
    title = titles.get((original.calendar, original.key), "")
    named = f"{title}, {time}" if title else time
    return visible(f"{named} ({original.calendar}, {raincheck.id})")


def how_it_stands(raincheck: Raincheck) -> str | None:
    """Return what is still open about a raincheck; None if nothing is."""
    if any(duty.refused for duty in raincheck.duties):
        return "the server refuses a change; please look at the calendar"
    if raincheck.duties:
        return "the next pass finishes it"
    if raincheck.state in WHAT_TO_DO:
        return WHAT_TO_DO[raincheck.state].format(reason=raincheck.reason or "not known")
    tentative = raincheck.state is State.SETTLED and raincheck.slot and not raincheck.confirmed
    if not tentative or raincheck.slot is None:
        return None
    at = day_and_time(raincheck.slot)
    if raincheck.action is Action.HOLD:
        return f"held for {at}: tag it `book` to invite the client, or delete it"
    return f"offered for {at}: the client has not answered yet"


def told(raincheck: Raincheck, story: Sequence[Entry], zone: ZoneInfo) -> Iterator[str]:
    """Yield the story of one raincheck, oldest first, a line for each thing that happened."""
    cause = raincheck.cause
    named = "" if cause.name == UNSPECIFIED else f", cause: {cause.name} ({FAULTS[cause.fault]})"
    yield f"    saw       {SIGNALS[raincheck.signal]}{named}"
    yield f"    decided   {raincheck.action.value}, by {raincheck.rule}"
    for entry in story:
        at = entry.at.astimezone(zone)
        yield visible(f"    {at:%d %b %Y %H:%M}  {entry.what}: {entry.why}")
    if raincheck.fee is not None:
        fee = raincheck.fee
        yield visible(
            f"    fee       {fee.amount} {fee.currency}, {fee.state.value} ({fee.reason})"
        )


def _whole_day(when: AllDay) -> str:
    return when.first.isoformat()
