"""`raincheck demo`: see it work, without an account."""

import os
import sys
from datetime import UTC, datetime

import click

from sync.cli.exits import INTERRUPTED, ended_by_signals


@click.command()
@click.option(
    "--keep", is_flag=True, help="Leave the server running until Ctrl-C, for your calendar app."
)
@click.option(
    "--google", is_flag=True, help="Use a stand-in for Google Calendar in place of a CalDAV server."
)
def demo(*, keep: bool, google: bool) -> None:
    """See it work: a calendar server of its own, a sample week, one sync.

    Needs no account and touches nothing of yours. Everything is removed again at the end. It needs
    the extra "demo": `make demo`, in the folder that you installed from, has it.
    """
    # Not at the top: rich takes longer to import than other commands to run.
    from sync.demo.folder import DemoError
    from sync.demo.show import Show

    try:
        with ended_by_signals():
            Show(keep=keep, google=google).run(now=datetime.now(UTC), environ=os.environ)
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped. The demo's server and its files are gone.", err=True)
        sys.exit(INTERRUPTED)
