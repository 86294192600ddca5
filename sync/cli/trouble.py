"""An account that cannot be used, in words and as an exit code."""

import sys

import click

from sync.cli.exits import Exit
from sync.cli.screen import fitted, width_of
from sync.cli.telling import advised
from sync.domain.passes import Reach
from sync.domain.plain import visible
from sync.errors import AccessError, CalendarError, CalendarMissingError

TROUBLES: tuple[tuple[type[CalendarError], Reach, Exit], ...] = (
    (AccessError, Reach.DENIED, Exit.LOGIN_REFUSED),
    (CalendarMissingError, Reach.MISSING, Exit.NEEDS_A_PERSON),
    (CalendarError, Reach.UNREACHABLE, Exit.TRY_AGAIN),
)


def told_trouble(name: str, error: CalendarError, *, google: bool) -> Exit:
    """Say on stderr what is wrong with *name* and what to do about it; return how it went."""
    reach, end = next((reach, end) for kind, reach, end in TROUBLES if isinstance(error, kind))
    line = visible(f"{name}: {error}. {advised(reach, google=google)}".rstrip())
    click.echo(fitted(line, width_of(sys.stderr)), err=True)
    return end
