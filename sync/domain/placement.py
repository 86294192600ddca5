"""Slots for all that wants one: first for the sessions that may go on today, then for the rest."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sync.domain import practice as rules
from sync.domain.availability import Busy
from sync.domain.lifecycle import Raincheck
from sync.domain.planner import Plan, Wish, plan
from sync.domain.practice import Practice
from sync.domain.sessions import Session, SessionKey, Timed


def wishes_of(
    rainchecks: Sequence[Raincheck], practice: Practice, *, now: datetime
) -> tuple[Wish, ...]:
    """Return every wish that `found_for` may make of *rainchecks*: together they tell where."""
    usual = (rules.wish_of(raincheck, practice, now=now) for raincheck in rainchecks)
    today = (rules.going_on(raincheck, practice, now=now) for raincheck in rainchecks)
    return (*usual, *(wish for wish in today if wish is not None))


def found_for(
    rainchecks: Sequence[Raincheck], practice: Practice, busy: Sequence[Busy], *, now: datetime
) -> Plan:
    """Return a slot, or the obstacle, for each of *rainchecks*.

    Args:
        rainchecks: All that want a slot now.
        practice: What decides.
        busy: All that stands and stays, in the windows of `wishes_of`.
        now: The moment, aware.
    """
    today = [rules.going_on(raincheck, practice, now=now) for raincheck in rainchecks]
    first = plan([wish for wish in today if wish], practice.hours, busy, now=now)
    done = {one.id: one for one in first.placed}
    taken = [
        Busy(done[wish.id].when.span, session=True, clients=wish.clients, hint=wish.hint)
        for wish in today
        if wish and wish.id in done
    ]
    rest = [rules.wish_of(r, practice, now=now) for r in rainchecks if r.id not in done]
    then = plan(rest, practice.hours, (*busy, *taken), now=now)
    placed = sorted((*first.placed, *then.placed), key=lambda one: one.id)
    return Plan(tuple(placed), then.unplaced)


def way_out(
    raincheck: Raincheck,
    agenda: Sequence[Session],
    known: Collection[SessionKey],
    practice: Practice,
    *,
    now: datetime,
) -> Timed | None:
    """Return another slot if a person entered something at this one meanwhile, else None.

    Args:
        raincheck: Its replacement was just written.
        agenda: All that stands now, where `wishes_of` reaches.
        known: What stood there when the slot was chosen.
        practice: What decides.
        now: The moment, aware.
    """
    assert raincheck.slot is not None, raincheck
    taken = raincheck.slot.span
    ours = {raincheck.replacement, *rules.freed_by(raincheck, practice)}
    ours |= rules.past_offers(raincheck)
    others = [session for session in agenda if session.key not in ours]
    entered = [one for one in others if one.key not in known and one.marks is None]
    if not any(busy.span.overlaps(taken) for busy in rules.busy_in(entered, practice)):
        return None
    elsewhere = replace(raincheck, declined=(*raincheck.declined, taken))
    made = found_for([elsewhere], practice, rules.busy_in(others, practice), now=now)
    return made.placed[0].when if made.placed else None
