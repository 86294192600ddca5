"""Options that several commands share, and the configuration they lead to."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sync.config import Config, find_config, load, warnings_of

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add ``--config FILE``."""
    return click.option(
        "--config",
        metavar="FILE",
        help="The configuration; default: $RAINCHECK_CONFIG, your own, the system's.",
    )(command)


def loaded(option: str | None) -> Config:
    """Return the configuration; what is unwise in it is told on stderr.

    Raises:
        ConfigError: there is none, or it is wrong.
    """
    path = find_config(option, os.environ)
    config = load(path, os.environ)
    for warning in warnings_of(config, path):
        click.echo(f"warning: {warning}", err=True)
    return config


def check_month(month: str) -> None:
    """Refuse what is not written as ``2026-11``."""
    year, _, number = month.partition("-")
    is_year = len(year) == 4 and year.isascii() and year.isdigit() and year != "0000"
    if not (is_year and number in {f"{n:02}" for n in range(1, 13)}):
        raise click.UsageError(f"{month!r} is no month; write it as 2026-11")
