"""Lines for a screen: broken at spaces where it is too narrow, and left alone elsewhere."""

import shutil
import sys
from collections.abc import Iterable
from typing import TextIO

import click


def say(line: str, *, err: bool = False, hanging: int | None = None) -> None:
    """Print *line* on stdout, or on stderr; *hanging* as in `fitted`."""
    click.echo(fitted(line, width_of(sys.stderr if err else sys.stdout), hanging), err=err)


def say_all(lines: Iterable[str], *, err: bool = False) -> None:
    """Print each of *lines*."""
    for line in lines:
        say(line, err=err)


def fitted(line: str, width: int | None, hanging: int | None = None) -> str:
    """Return *line* broken at spaces for a screen *width* wide, indentation kept; None: as is.

    What follows the first part is indented by *hanging*; None: as it looks best under labels.
    """
    if width is None or len(line) <= width:
        return line
    import textwrap  # for narrow screens alone

    inside = len(line) - len(line.lstrip())
    under = (inside + 6 if inside else 2) if hanging is None else hanging
    return textwrap.fill(
        line, width, subsequent_indent=" " * under, break_long_words=False, break_on_hyphens=False
    )


def width_of(stream: TextIO) -> int | None:
    """Return how wide the terminal behind *stream* is; None where lines are not to be broken."""
    return shutil.get_terminal_size().columns if stream.isatty() else None
