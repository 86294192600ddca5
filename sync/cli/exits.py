"""What the process ends with (CONTRACT 5), and how trouble is told on stderr."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType, TracebackType
from typing import Self

import click

from sync.errors import (
    AccessError,
    BusyError,
    CalendarError,
    ConfigError,
    JournalError,
    RaincheckError,
    TransientError,
)


class Exit(IntEnum):
    """The exit codes, in the contract's words."""

    DONE = 0
    NEEDS_A_PERSON = 1
    WRONG_USE = 2
    BUG = 70
    TRY_AGAIN = 75
    LOGIN_REFUSED = 77
    WRONG_CONFIGURATION = 78


INTERRUPTED = 128 + signal.SIGINT
"""As shells say it of a command that Ctrl-C ended."""


class Told:
    """Tells an error in plain words and ends the process with its code."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave click's own ends alone; tell ours; anything else is a bug."""
        if isinstance(error, KeyboardInterrupt):
            click.echo("\nraincheck: stopped; nothing is lost, the next pass goes on.", err=True)
            sys.exit(INTERRUPTED)
        if error is None or isinstance(error, click.ClickException | click.exceptions.Exit):
            return
        # click itself ends quietly when the reader of our output has gone.
        if not isinstance(error, Exception) or isinstance(error, click.Abort | BrokenPipeError):
            return
        if isinstance(error, RaincheckError):
            _tell(error)
        else:
            _tell_bug(error, trace)
        sys.exit(code_of(error))


_CODES: tuple[tuple[type[RaincheckError], Exit], ...] = (
    (BusyError, Exit.TRY_AGAIN),
    (TransientError, Exit.TRY_AGAIN),
    (AccessError, Exit.LOGIN_REFUSED),
    (CalendarError, Exit.NEEDS_A_PERSON),
    (ConfigError, Exit.WRONG_CONFIGURATION),
    # State that cannot be kept where the configuration says is for a person to mend.
    (JournalError, Exit.WRONG_CONFIGURATION),
)
"""The first that fits; anything else is a bug."""


def code_of(error: Exception) -> Exit:
    """Return what a process ends with that *error* ended."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.BUG)


def _tell(error: RaincheckError) -> None:
    if isinstance(error, ConfigError):
        from sync.config.load import describe

        lines = describe(error)
    else:
        lines = [f"raincheck: {error}"]
    from sync.cli.screen import fitted, width_of

    for line in lines:
        click.echo(fitted(line, width_of(sys.stderr)), err=True)


def _tell_bug(error: Exception, trace: TracebackType | None) -> None:
    """Tell where it happened, and not the error's own text: it may quote a client's calendar."""
    import traceback  # takes its time, and is hardly ever needed

    click.echo("raincheck: a bug in Raincheck; nothing is lost, the next pass goes on.", err=True)
    click.echo(f"Please report these lines: {type(error).__name__}", err=True)
    for frame in traceback.extract_tb(trace):
        click.echo(f"  {frame.filename}:{frame.lineno} in {frame.name}", err=True)


@contextmanager
def printing() -> Iterator[None]:
    """Let output fail without ending the command: a reader that left, a disk that is full."""
    try:
        yield
    except OSError as error:
        # What is still in the buffer would fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            click.echo(f"raincheck: the report could not be written: {error.strerror}", err=True)


@contextmanager
def ended_by_signals() -> Iterator[None]:
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
