"""Options that several commands share."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from enum import Enum
from functools import wraps
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Loudness(Enum):
    """How much a command says."""

    QUIET = "quiet"
    USUAL = "usual"
    VERBOSE = "verbose"


def loudness_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--quiet`` and ``--verbose``; the command is given a ``loudness``."""

    @wraps(command)
    def told(*arguments: Any, quiet: bool, verbose: bool, **options: Any) -> Any:  # noqa: ANN401
        if quiet and verbose:
            raise click.UsageError("choose one of --quiet and --verbose")
        loudness = Loudness.QUIET if quiet else Loudness.VERBOSE if verbose else Loudness.USUAL
        return command(*arguments, loudness=loudness, **options)

    louder = click.option("-v", "--verbose", is_flag=True, help="Say more: what was done, and why.")
    quieter = click.option(
        "-q", "--quiet", is_flag=True, help="Say nothing, unless something needs a person."
    )
    return quieter(louder(told))


@contextmanager
def as_loud(loudness: Loudness) -> Iterator[None]:
    """Let results go nowhere for the length of the block, if the command is to be quiet.

    What needs a person or went wrong is told on stderr, and in the exit code.
    """
    if loudness is Loudness.QUIET:
        with redirect_stdout(io.StringIO()):
            yield
    else:
        yield


def config_option(command: Command) -> Command:
    """Add ``--config FILE``."""
    return click.option(
        "--config",
        metavar="FILE",
        help="The configuration; default: $RAINCHECK_CONFIG, your own, the system's.",
    )(command)


def check_month(month: str) -> None:
    """Refuse what is not written as ``2026-11``."""
    year, _, number = month.partition("-")
    is_year = len(year) == 4 and year.isascii() and year.isdigit() and year != "0000"
    if not (is_year and number in {f"{n:02}" for n in range(1, 13)}):
        raise click.UsageError(f"{month!r} is no month; write it as 2026-11")
