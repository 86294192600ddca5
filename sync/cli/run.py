"""`raincheck run`: the daemon."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sync.cli.exits import code_of
from sync.cli.options import config_option
from sync.config.load import load
from sync.config.model import Config
from sync.config.places import find_config
from sync.config.secrets import warnings_of
from sync.daemon import logs
from sync.daemon.logs import Form
from sync.domain.plain import counted

AUTO = "auto"


@click.command()
@config_option
@click.option(
    "--log",
    "form",
    type=click.Choice([AUTO, Form.JOURNALD.value, Form.JSON.value]),
    default=AUTO,
    show_default=True,
    help="How it logs, to stderr: auto is plain lines, or, where systemd's journal reads them, "
    "lines with a priority in front; or JSON.",
)
def run(config: str | None, *, form: str) -> None:
    """Watch every calendar and reschedule what is disrupted, until stopped.

    SIGHUP reads the configuration again, SIGUSR1 looks at once, SIGTERM finishes the write in hand.
    """
    from sync.daemon.running import run as run_daemon

    chosen = logs.fitting(sys.stderr, os.environ) if form == AUTO else Form(form)
    logs.begin(chosen)
    with _logged():
        path = find_config(config, os.environ)
        settings = load(path, os.environ)
        for warning in warnings_of(settings, path, environ=os.environ):
            logs.told(logging.WARNING, "configuration is unwise", why=warning)

        def begun() -> None:
            if chosen is Form.PLAIN:
                click.echo(_watching(settings), err=True)

        run_daemon(settings, lambda: load(path, os.environ), os.environ, begun)


def _watching(settings: Config) -> str:
    """Return what the daemon does from now on, for whoever started it by hand."""
    watched = counted(len(settings.calendars), "calendar")
    every = f"{settings.daemon.poll.total_seconds():.0f} s"
    return f"watching {watched} every {every}; Ctrl-C stops"


@contextmanager
def _logged() -> Iterator[None]:
    """Tell an error that ends the daemon in the log's own form, and end with its code."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the last one to tell it
        code = code_of(error)
        logs.told_end(error, code)
        sys.exit(code)
