"""`raincheck run`: the daemon."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sync.cli.exits import code_of
from sync.cli.options import config_option
from sync.config import find_config, load, warnings_of
from sync.daemon import logs


@click.command()
@config_option
@click.option(
    "--log",
    "form",
    type=click.Choice(["journald", "json"]),
    default="journald",
    show_default=True,
    help="How it logs, to stderr: lines with a priority, or JSON.",
)
def run(config: str | None, *, form: str) -> None:
    """Watch every calendar and reschedule what is disrupted, until stopped.

    SIGHUP reads the configuration again, SIGUSR1 looks at once, SIGTERM finishes the write in hand.
    """
    from sync.daemon.running import run as run_daemon

    logs.begin(as_json=form == "json")
    with _logged():
        path = find_config(config, os.environ)
        settings = load(path, os.environ)
        for warning in warnings_of(settings, path, environ=os.environ):
            logs.told(logging.WARNING, "configuration is unwise", why=warning)
        run_daemon(settings, lambda: load(path, os.environ), os.environ)


@contextmanager
def _logged() -> Iterator[None]:
    """Tell an error that ends the daemon in the log's own form, and end with its code."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the last one to tell it
        code = code_of(error)
        logs.told_end(error, code)
        sys.exit(code)
