"""`raincheck run`: the daemon."""

import os

import click

from sync.cli.options import config_option, loaded
from sync.config import find_config, load
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

    settings = loaded(config)
    logs.begin(as_json=form == "json")
    path = find_config(config, os.environ)
    run_daemon(settings, lambda: load(path, os.environ), os.environ)
