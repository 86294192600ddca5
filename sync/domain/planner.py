"""Where disrupted sessions can go: a pure search for the least cost.

Three steps, each a module: the slots that each session may have (`slots`), what each of them
costs (`cost`), and who gets which when they compete (`assignment`). The answer does not depend on
the order of the wishes or of the busy times.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sync.domain.assignment import together
from sync.domain.availability import Busy, Hours
from sync.domain.board import Limits, Option, Seeker
from sync.domain.cost import hint_cost, scale_of
from sync.domain.reasons import why
from sync.domain.sessions import Span
from sync.domain.slots import (
    Agenda,
    Slot,
    agenda_of,
    grid_slots,
    is_hint_telling,
    obstacle_for,
    open_slots,
    stretches_of,
)
from sync.domain.wishes import Obstacle, Placed, Plan, Wish

__all__ = ["Obstacle", "Placed", "Plan", "Wish", "plan"]


def plan(wishes: Sequence[Wish], hours: Hours, busy: Sequence[Busy], *, now: datetime) -> Plan:
    """Return a slot, or the obstacle, for every one of *wishes*.

    Urgent ones first, then as many as possible, then the least total cost.

    Args:
        wishes: Any order; ids differ.
        hours: When the practice is open, and how it spaces sessions.
        busy: Any order, may overlap. Should cover the whole local days that the windows touch,
            with ``hours.buffer`` and a day more on both sides: sessions of the day count.
        now: Aware; nothing is placed before it.

    Returns:
        Slots in the sessions' own zones, with their true lengths, on instants that exist.
    """
    if not wishes:
        return Plan((), ())
    asked = sorted(wishes, key=lambda wish: wish.id)
    assert len({wish.id for wish in asked}) == len(asked), "two wishes with one id"
    now = now.astimezone(UTC)
    reach = Span(min(wish.window.start for wish in asked), max(wish.window.end for wish in asked))
    agenda = agenda_of(hours, busy, reach)
    seekers = seekers_of(asked, agenda, now=now)
    choices = together(seekers, limits_of(agenda))
    return _answer(asked, seekers, choices, hours, busy, reach=reach, now=now)


def seekers_of(asked: Sequence[Wish], agenda: Agenda, *, now: datetime) -> tuple[Seeker, ...]:
    """Return every one of *asked* with the slots it may have, in their order."""
    free = stretches_of(agenda.free, agenda.hours)
    grids: dict[timedelta, tuple[Slot, ...]] = {}
    for wish in asked:
        length = wish.when.length
        if length not in grids:
            grids[length] = grid_slots(free, agenda.hours, length)
    return tuple(_seeker(wish, agenda, grids[wish.when.length], now=now) for wish in asked)


def _seeker(wish: Wish, agenda: Agenda, grid: Sequence[Slot], *, now: datetime) -> Seeker:
    met, hinted = agenda.days_with(wish), agenda.days_hinting_at(wish)
    scale = scale_of(wish, agenda.hours.zone, met=met, hinted=hinted)
    options = [Option(scale.cost(slot), slot) for slot in open_slots(wish, agenda, grid, now=now)]
    options.sort(key=lambda option: option.cost)  # stable: the earliest of equals stays first
    return Seeker(
        tuple(options),
        clients=wish.clients,
        same_day=wish.same_day,
        urgent=wish.urgent,
        hint=wish.hint if is_hint_telling(wish) else "",
        hint_cost=hint_cost(wish),
    )


def limits_of(agenda: Agenda) -> Limits:
    """Return what holds between any two slots of *agenda*."""
    most = agenda.hours.max_per_day
    if most is None:
        return Limits(agenda.hours.buffer)
    return Limits(agenda.hours.buffer, lambda day: most - agenda.counts.get(day, 0))


def _answer(
    asked: Sequence[Wish],
    seekers: Sequence[Seeker],
    choices: Sequence[Option | None],
    hours: Hours,
    busy: Sequence[Busy],
    *,
    reach: Span,
    now: datetime,
) -> Plan:
    given = [
        (wish, seeker, choice.slot)
        for wish, seeker, choice in zip(asked, seekers, choices, strict=True)
        if choice is not None
    ]
    taken = {wish.id: _as_busy(wish, slot) for wish, _, slot in given}
    kept = [(id_, one.span.widened(hours.buffer)) for id_, one in taken.items()]
    placed = []
    for wish, seeker, slot in given:
        # "Soonest" must be true of what could be had: of what the others of this plan left.
        rest = [span for id_, span in kept if id_ != wish.id]
        reason = why(wish, slot, _sooner(seeker, slot, rest), hours.zone)
        placed.append(Placed(wish.id, wish.when.moved_to(slot.start), reason))
    refused = [wish for wish in asked if wish.id not in taken]
    if not refused:
        return Plan(tuple(placed), ())
    full = agenda_of(hours, (*busy, *taken.values()), reach)
    openings, free = stretches_of(full.openings, hours), stretches_of(full.free, hours)
    unplaced = [(wish.id, obstacle_for(wish, full, openings, free, now=now)) for wish in refused]
    return Plan(tuple(placed), tuple(unplaced))


def _sooner(seeker: Seeker, slot: Slot, rest: Sequence[Span]) -> Iterator[Slot]:
    """Yield the seeker's slots that begin before *slot* and are off all of *rest*."""
    for other in (option.slot for option in seeker.options):
        if other.start < slot.start and not any(
            other.start < span.end and span.start < other.end for span in rest
        ):
            yield other


def _as_busy(wish: Wish, slot: Slot) -> Busy:
    return Busy(Span(slot.start, slot.end), session=True, clients=wish.clients, hint=wish.hint)
