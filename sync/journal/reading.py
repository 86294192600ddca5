"""How things stand, read from the state file itself: quickly, whatever else it holds.

What is open is found by indexes, and what is over is only counted. Nothing here needs the ports.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sync.domain.lifecycle import OPEN, Raincheck, State
from sync.domain.plain import how_it_stands
from sync.domain.stories import Entry
from sync.journal.file import snapshot
from sync.journal.rows import raincheck_of

Ask = Callable[[str, Sequence[object]], list[Any]]
"""Return the rows of a query."""

_MAY_BE_OPEN = (
    "SELECT * FROM rainchecks WHERE id IN ("
    " SELECT id FROM rainchecks WHERE duties IS NOT NULL UNION ALL"
    f" SELECT id FROM rainchecks WHERE state IN ({','.join('?' * len(OPEN))}) UNION ALL"
    " SELECT id FROM rainchecks WHERE state = 'settled' AND confirmed = 0 AND slot IS NOT NULL)"
)
"""Each has an index of its own; `how_it_stands` has the last word."""
_FEES = (
    "SELECT count(*) FROM fees WHERE state = 'proposed'"
    " AND CAST(json_extract(fee, '$.amount') AS REAL) <> 0"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open, by time noticed and id, with its stories; and how much else there is.

    ``done`` and ``withdrawn`` count what is over, ``fees`` those that wait for a person's word.
    """

    open: tuple[Raincheck, ...]
    stories: Mapping[str, tuple[Entry, ...]]
    done: int
    withdrawn: int
    fees: int


def standing_by(seal: str, path: Path) -> Standing | None:
    """Return how things stand in the state file at *path*, if *seal* is what is noted there.

    None where it is not, and where the file cannot be read as it stands. Nothing is touched.
    """
    with snapshot(path) as connection:
        if connection is None:
            return None

        def ask(query: str, values: Sequence[object]) -> list[Any]:
            return connection.execute(query, values).fetchall()

        try:
            return standing(ask) if noted(ask) == seal else None
        except sqlite3.Error:
            return None


def standing(ask: Ask) -> Standing:
    """Return how things stand."""
    found = in_order(map(raincheck_of, ask(_MAY_BE_OPEN, [state.value for state in OPEN])))
    is_open = tuple(each for each in found if how_it_stands(each) is not None)
    counts = dict(ask("SELECT state, count(*) FROM rainchecks GROUP BY state", ()))
    undone = sum(1 for each in is_open if each.state is State.WITHDRAWN)
    withdrawn = counts.get(State.WITHDRAWN.value, 0) - undone
    return Standing(
        open=is_open,
        stories={each.id: story(ask, each.id) for each in is_open},
        done=sum(counts.values()) - len(is_open) - withdrawn,
        withdrawn=withdrawn,
        fees=int(ask(_FEES, ())[0][0]),
    )


def story(ask: Ask, raincheck: str) -> tuple[Entry, ...]:
    """Return what happened to one raincheck, oldest first."""
    rows = ask("SELECT * FROM story WHERE raincheck = ? ORDER BY rowid", (raincheck,))
    return tuple(
        Entry(
            row["raincheck"],
            datetime.fromisoformat(row["at"]),
            row["pass_id"],
            row["what"],
            row["why"],
        )
        for row in rows
    )


def noted(ask: Ask) -> str:
    """Return the seal of the configuration that was found good last; empty if there is none."""
    return next((str(row["seal"]) for row in ask("SELECT seal FROM seals", ())), "")


def in_order(rainchecks: Iterable[Raincheck]) -> tuple[Raincheck, ...]:
    """Return *rainchecks* by time noticed and id."""
    return tuple(sorted(rainchecks, key=lambda each: (each.noticed, each.id)))
