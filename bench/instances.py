"""Invented days of therapists, from a seed: the same number gives the same problem."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync.domain.availability import Busy, Hours
from sync.domain.sessions import Span, Timed
from sync.domain.wishes import Wish

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EACH = 25
"""Sessions of one therapist."""
LENGTHS = (30, 45, 60, 90, 120)
BUSY_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Instance:
    """What one therapist lost, and when there is time."""

    wishes: tuple[Wish, ...]
    hours: Hours
    busy: tuple[Busy, ...]


def instances(count: int, seed: int = 1) -> tuple[Instance, ...]:
    """Return problems of *count* sessions in all, one therapist for every 25."""
    dice = random.Random(seed)  # noqa: S311 - nothing is kept secret
    sizes = [EACH] * (count // EACH) + ([count % EACH] if count % EACH else [])
    return tuple(_instance(size, dice) for size in sizes)


def _instance(size: int, dice: random.Random) -> Instance:
    hours = Hours(zone=ZONE, weekly={day: ((time(8), time(18)),) for day in range(5)})
    days = [date(2026, 11, 23) + timedelta(days=n) for n in range(22)]
    days = [day for day in days if day.weekday() < 5]
    lost = dice.sample([(day, hour) for day in days[1:6] for hour in range(8, 18)], size)
    wishes = tuple(_wish(number, *at, dice) for number, at in enumerate(lost))
    return Instance(wishes, hours, tuple(_busy(days, dice)))


def _wish(number: int, day: date, hour: int, dice: random.Random) -> Wish:
    start = datetime.combine(day, time(hour), ZONE)
    when = Timed(start, start + timedelta(minutes=dice.choice(LENGTHS)))
    return Wish(
        id=f"w{number:04}",
        when=when,
        window=Span(NOW + timedelta(hours=24), when.span.start + timedelta(days=14)),
        refused=(when.span,),
        clients=frozenset({f"c{number}@example.org"}),
        rhythm=timedelta(days=7) if dice.random() < 0.7 else None,
    )


def _busy(days: list[date], dice: random.Random) -> list[Busy]:
    found = []
    for day in days:
        at = datetime.combine(day, time(8), ZONE)
        end = datetime.combine(day, time(18), ZONE)
        while at < end:
            length = timedelta(minutes=dice.choice((30, 45, 60, 90)))
            if dice.random() < BUSY_SHARE:
                span = Span(at.astimezone(UTC), (at + length).astimezone(UTC))
                found.append(Busy(span, session=True, clients=frozenset({f"x{len(found)}"})))
            at += length
    return found
