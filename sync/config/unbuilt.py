"""What a configuration may ask for that this version does not do yet.

One row for each; whoever builds a feature deletes its row.
"""

from collections.abc import Callable
from typing import NamedTuple

from sync.config.model import Config


class Row(NamedTuple):
    """A feature: whether a configuration asks for it, and what happens instead."""

    is_asked_for: Callable[[Config], bool]
    sentence: str


def unbuilt(config: Config) -> tuple[str, ...]:
    """Return one sentence for each key that is set but has no effect in this version.

    A key counts as set when the file asks for the feature in so many words. What is merely on by
    default is for the README to tell.
    """
    return tuple(row.sentence for row in ROWS if row.is_asked_for(config))


ROWS: tuple[Row, ...] = (
    Row(
        lambda config: config.mail is not None,
        "mail is not built yet: guests are told by their calendar server, or not at all.",
    ),
)
