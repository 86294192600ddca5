"""Why a slot was chosen, in one plain phrase for the user; it names nobody."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from sync.domain.cost import Shift, rank_of, shift_of
from sync.domain.policy import Favour
from sync.domain.slots import Slot
from sync.domain.wishes import Wish

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def why(wish: Wish, slot: Slot, sooner: Iterable[Slot], zone: ZoneInfo) -> str:
    """Return why *slot* is the one.

    Args:
        wish: The session's.
        slot: What it was given.
        sooner: What it could have had before that in the same plan.
        zone: The practice's.
    """
    match wish.prefer.favour:
        case Favour.SAME_TIME:
            return _same_time(wish, slot, sooner)
        case Favour.SOONEST:
            return _earliest(sooner)
        case Favour.RANGES:
            ranges = wish.prefer.ranges
            rank = rank_of(ranges, slot, zone)
            if rank == len(ranges):
                return "no preferred range has room; " + _earliest(sooner)
            return f"{_ordinal(rank)} of the preferred ranges"


def _same_time(wish: Wish, slot: Slot, sooner: Iterable[Slot]) -> str:
    shift = shift_of(wish, slot)
    if not shift.minutes:
        if shift.keeps_weekday:
            return f"same weekday and hour{_weeks(shift.days // 7)}"
        if all(shift_of(wish, other).minutes for other in sooner):
            return "the soonest opening that keeps the usual hour"
        if wish.rhythm is not None:
            return "keeps the usual hour, and a good distance to the other sessions of the series"
        return "keeps the usual hour"
    day = "same weekday" if shift.keeps_weekday else "another weekday"
    return f"{day}, {_off_by(shift)} than usual"


def _earliest(sooner: Iterable[Slot]) -> str:
    if any(True for _ in sooner):
        return "an early opening that suits the other sessions"
    return "the earliest opening"


def _weeks(count: int) -> str:
    if not count:
        return ""
    number = _NUMBERS[abs(count)] if abs(count) < len(_NUMBERS) else str(abs(count))
    unit = "week" if abs(count) == 1 else "weeks"
    return f", {number} {unit} {'later' if count > 0 else 'earlier'}"


def _off_by(shift: Shift) -> str:
    hours, minutes = divmod(abs(shift.minutes), timedelta(hours=1) // timedelta(minutes=1))
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    return f"{' '.join(parts)} {'later' if shift.minutes > 0 else 'earlier'}"


def _ordinal(rank: int) -> str:
    return _ORDINALS[rank] if rank < len(_ORDINALS) else f"number {rank + 1}"
