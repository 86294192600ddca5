"""Key paths: how they are written, and which keys and types stand where."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sync.config import tables
from sync.config.lines import Place
from sync.config.model import Config

_BARE = re.compile(r"[A-Za-z0-9_-]+")

EACH = "*"

TABLES: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): Config,
    ("practice",): tables.Practice,
    ("calendars", EACH): tables.WatchedCalendar,
    ("hours",): tables.OpeningHours,
    ("signals",): tables.Signals,
    ("causes", EACH): tables.CauseTable,
    ("policy",): tables.PolicyTable,
    ("policy", "rules", EACH): tables.PolicyRule,
    ("fees",): tables.Fees,
    ("fees", "clients", EACH): tables.FeeClient,
    ("mail",): tables.Mail,
    ("daemon",): tables.Daemon,
    ("state",): tables.State,
}
"""Which type each table has; `EACH` is any index or name. Accounts have one per type."""

ACCOUNTS: Mapping[str, type[BaseModel]] = {
    "caldav": tables.CaldavAccount,
    "google": tables.GoogleAccount,
}


def dotted(place: Place) -> str:
    """Return *place* as it is shown: ``policy.rules[0].action``."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _BARE.fullmatch(part) else json.dumps(part)
            text += f".{key}" if text else key
    return text


def place_of(loc: tuple[int | str, ...], kind: str) -> Place:
    """Return where in the file pydantic's *loc* is, for an error of this *kind*.

    Pydantic adds the tag of an account's type, and ``[key]`` where a name is wrong.
    """
    if loc[0] == "accounts" and len(loc) > 2 and loc[2] in ACCOUNTS:
        loc = (*loc[:2], *loc[3:])
    if loc[-1] == "[key]" and kind != "extra_forbidden":  # there it is what the user wrote
        loc = loc[:-1]
    return loc


def table_at(place: Place, tree: Mapping[str, Any]) -> type[BaseModel] | None:
    """Return the type of the table at *place*, or None where there is none."""
    if len(place) == 2 and place[0] == "accounts" and isinstance(place[1], int):
        return ACCOUNTS.get(str(tree["accounts"][place[1]].get("type")))
    for pattern, table in TABLES.items():
        if len(pattern) == len(place) and all(
            step in {part, EACH} for step, part in zip(pattern, place, strict=True)
        ):
            return table
    return None


def known_in(table: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys of *table*, as they are written in the file."""
    return tuple(field.alias or name for name, field in table.model_fields.items())


def expected_at(place: Place, tree: Mapping[str, Any]) -> str:
    """Return what the key at *place* is meant to hold, in words; empty if nothing is said."""
    table = table_at(place[:-1], tree)
    if table is None:
        return ""
    for name, field in table.model_fields.items():
        if (field.alias or name) == place[-1]:
            return field.description or ""
    return ""


def known_part(where: str) -> str:
    """Return *where*, as `dotted` made it, as far as its keys are ours.

    What a person made up as a key may be anything, a client's address too.
    """
    kept: list[str] = []
    pattern: tuple[str, ...] = ()
    for part in where.split("."):
        name, _, index = part.partition("[")
        if name not in _known_at(pattern):
            break
        kept.append(part)
        pattern = (*pattern, name, EACH) if index else (*pattern, name)
    return ".".join(kept)


def _known_at(pattern: tuple[str, ...]) -> set[str]:
    tables_there = ACCOUNTS.values() if pattern == ("accounts", EACH) else (TABLES.get(pattern),)
    return {key for table in tables_there if table for key in known_in(table)}
