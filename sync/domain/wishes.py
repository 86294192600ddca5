"""What the planner is asked, and what it answers."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sync.domain.policy import Preference
from sync.domain.sessions import Span, Timed


class Obstacle(Enum):
    """Why a session found no slot, in the words shown to the user."""

    NO_OPENING = "no opening hours long enough within the search window"
    NO_ROOM = "every opening within the search window is taken"
    DAY_FULL = "every day with room has reached max_per_day"
    SAME_CLIENT = "every day with room already has a session with this client"
    NO_DAY = "every day with room is full or already has a session with this client"


@dataclass(frozen=True, slots=True)
class Wish:
    """One session that wants a slot.

    ``id`` is the raincheck's. ``when`` is the original's time. ``window`` is where it may be
    placed, UTC. ``refused`` are times never to offer again (the original's own, declined slots).
    ``rhythm`` is the spacing of the series it belongs to. ``clients`` and ``hint`` as in `Busy`.
    """

    id: str
    when: Timed
    window: Span
    prefer: Preference = Preference()
    refused: tuple[Span, ...] = ()
    clients: frozenset[str] = frozenset()
    hint: str = ""
    same_day: bool = False
    urgent: bool = False
    rhythm: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A slot for one wish, and why this one, in the words shown to the user."""

    id: str
    when: Timed
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Every wish is in exactly one of the two, in the order of their ids."""

    placed: tuple[Placed, ...]
    unplaced: tuple[tuple[str, Obstacle], ...]
