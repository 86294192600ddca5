"""Lines for a screen: broken at spaces where it is too narrow, and left alone elsewhere."""

import sys
from collections.abc import Iterable

import click

from sync.cli.exits import width_of
from sync.cli.telling import fitted


def say(line: str, *, err: bool = False, hanging: int | None = None) -> None:
    """Print *line* on stdout, or on stderr; *hanging* as in `fitted`."""
    click.echo(fitted(line, width_of(sys.stderr if err else sys.stdout), hanging), err=err)


def say_all(lines: Iterable[str], *, err: bool = False) -> None:
    """Print each of *lines*."""
    for line in lines:
        say(line, err=err)
