"""A glance at a configuration: the little that a short command needs of it, unchecked.

To check one costs more than all the rest of such a command: pydantic, and a model of every table.
So a pass that has found a configuration good, with nothing to warn of, notes its seal with what it
remembers: the very bytes that this very version has found good need no second look. Whoever glances
believes nothing of it unless the seal is noted in the state file that it names.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.config.content import content_of, seal_of
from sync.config.places import find_config, state_path
from sync.domain.guests import as_address
from sync.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Glance:
    """What a configuration seems to say. ``emails`` are the practice's, as they are compared."""

    seal: str
    state: Path
    emails: frozenset[str]


def glance(option: str | None, environ: Mapping[str, str]) -> Glance | None:
    """Return what the configuration seems to say; None where only a full look can tell why not.

    Args:
        option: As for `find_config`.
        environ: As for `find_config` and `state_path`.
    """
    try:
        path = find_config(option, environ)
        content = content_of(path)
        tree = tomllib.loads(content.decode("utf-8-sig"))
    except (ConfigError, OSError, ValueError, RuntimeError):
        return None
    setting = _at(tree, "state", "path")
    emails = _at(tree, "practice", "emails") or []
    if not isinstance(setting, str | None) or not isinstance(emails, list):
        return None
    if not all(isinstance(email, str) for email in emails):
        return None
    return Glance(
        seal=seal_of(content),
        state=state_path(setting, directory=path.parent, environ=environ),
        emails=frozenset(map(as_address, emails)),
    )


def _at(tree: Mapping[str, object], table: str, key: str) -> object:
    """Return what stands there; None if nothing does."""
    found = tree.get(table)
    return found.get(key) if isinstance(found, dict) else None
