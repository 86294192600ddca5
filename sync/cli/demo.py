"""`raincheck demo`: see it work, without an account."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

import click

INTERRUPTED = 128 + signal.SIGINT


@click.command()
@click.option(
    "--keep", is_flag=True, help="Leave the server running until Ctrl-C, for your calendar app."
)
@click.option(
    "--google", is_flag=True, help="Use a stand-in for Google Calendar in place of a CalDAV server."
)
def demo(*, keep: bool, google: bool) -> None:
    """See it work: a calendar server of its own, a sample week, one sync.

    Needs no account and touches nothing of yours. Everything is removed again at the end.
    """
    # Not at the top: rich takes longer to import than other commands to run.
    from sync.demo.folder import DemoError
    from sync.demo.show import Show

    try:
        with _ended_by_signals():
            Show(keep=keep, google=google).run(now=datetime.now(UTC), environ=os.environ)
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped. The demo's server and its files are gone.", err=True)
        sys.exit(INTERRUPTED)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as an exception, so that it cleans up after itself."""
    held = {
        number: signal.signal(number, _end)
        for name in ("SIGTERM", "SIGHUP")
        if (number := getattr(signal, name, None)) is not None
    }
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
