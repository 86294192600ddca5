"""What the daemon logs: a constant text and fields, for a screen, for journald or for programs.

No field may hold a title, a name or an address of a client; ids, names of calendars and accounts,
counts and states are what there is to tell.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TextIO

from sync.config.keys import known_part
from sync.errors import ConfigError, RaincheckError

NAME = "raincheck"
PRIORITIES = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
"""syslog(3) priorities, which journald reads from the prefix ``<N>`` (sd-daemon(3))."""


class Form(Enum):
    """How a line is written."""

    PLAIN = "plain"
    JOURNALD = "journald"
    JSON = "json"


class PlainFormatter(logging.Formatter):
    """``looked calendar=sessions changed=2``; what is wrong says so first."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; what is in fields cannot break it."""
        level = f"{record.levelname.lower()}: " if record.levelno > logging.INFO else ""
        return f"{level}{_line(record)}"


class JournaldFormatter(logging.Formatter):
    """``<6>looked calendar=sessions changed=2``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; what is in fields cannot break it."""
        return f"<{PRIORITIES.get(record.levelno, 6)}>{_line(record)}"


class JsonFormatter(logging.Formatter):
    """One JSON object per line: ``at``, ``level``, ``event`` and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(told | fields_of(record), ensure_ascii=False, default=str)


def logger() -> logging.Logger:
    """Return the daemon's logger."""
    return logging.getLogger(NAME)


_FORMATTERS: dict[Form, type[logging.Formatter]] = {
    Form.PLAIN: PlainFormatter,
    Form.JOURNALD: JournaldFormatter,
    Form.JSON: JsonFormatter,
}


def fitting(stream: TextIO, environ: Mapping[str, str]) -> Form:
    """Return the form for what *stream* leads to: only the journal reads priorities.

    Source: systemd.exec(5), ``JOURNAL_STREAM``: device and inode of the stream, if the journal
    reads it; a program that was started from such a service inherits it, and has another stream.
    """
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return Form.PLAIN
    read = environ.get("JOURNAL_STREAM", "") == f"{status.st_dev}:{status.st_ino}"
    return Form.JOURNALD if read else Form.PLAIN


def begin(form: Form, *, stream: TextIO = sys.stderr) -> None:
    """Send what the daemon logs to *stream*, and nothing that a library says."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_FORMATTERS[form]())
    log = logger()
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    # What libraries log quotes addresses and answers, and answers hold what clients wrote.
    logging.getLogger().handlers[:] = [logging.NullHandler()]


def told(level: int, event: str, **fields: object) -> None:
    """Log *event*, a constant text, with *fields*."""
    logger().log(level, event, extra={"fields": fields})


def told_wrong(event: str, error: ConfigError) -> None:
    """Log *event* with every problem of a configuration: its place, but no key of a person's."""
    for problem in error.problems:
        place = {"where": known_part(problem.where), "line": problem.line}
        given = {name: value for name, value in place.items() if value}
        told(logging.ERROR, event, **given, expected=problem.message)


def told_end(error: Exception, code: int) -> None:
    """Log why the process ends with *code*; of a bug its places in the code, and not its words."""
    if isinstance(error, ConfigError):
        told_wrong("configuration is wrong", error)
    elif isinstance(error, RaincheckError):
        told(logging.ERROR, "ended", code=code, why=str(error))
    else:
        kind = type(error).__name__
        for frame in traceback.extract_tb(error.__traceback__):
            at = f"{frame.filename}:{frame.lineno}"
            told(logging.CRITICAL, "a bug in Raincheck, please report it", kind=kind, at=at)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of *record*."""
    held: dict[str, Any] = getattr(record, "fields", {})
    return held


def _line(record: logging.LogRecord) -> str:
    fields = "".join(f" {name}={_plain(value)}" for name, value in fields_of(record).items())
    return f"{record.getMessage()}{fields}"


def _plain(value: object) -> str:
    text = str(value)
    plain = text.isprintable() and not any(c in ' "=' for c in text)
    return text if text and plain else json.dumps(text)
