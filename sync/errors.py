"""What can go wrong outside, sorted by what the caller should do.

RaincheckError
├─ ConfigError(problems)                       exit 78, nothing started
├─ CalendarError(calendar, operation)          raised by adapters only
│  ├─ TransientError(retry_after_s)            retried, in retrying.py only; in the end exit 75
│  │  ├─ UnreachableError                      nothing was sent
│  │  ├─ RateLimitError
│  │  │  └─ WriteLimitError                    no writes for hours: remembered by the journal
│  │  └─ OutcomeUnknownError                   a write was sent, its answer lost: read back
│  ├─ CursorExpiredError                       one full pull, at most once per pass
│  ├─ ConflictError                            read back, then decide
│  │  ├─ AlreadyExistsError
│  │  ├─ RevisionMismatchError
│  │  └─ SessionGoneError
│  ├─ AccessError                              stop this account, tell the user; exit 77
│  ├─ CalendarMissingError                     stop this calendar, tell the user; exit 1
│  └─ RejectedError                            abandon this write, go on with the others
├─ BusyError                                   another pass is running; exit 75
└─ JournalError                                stop everything: no writing without a journal

Anything else is a bug: exit 70. Messages never hold a title, a name, an address or a password.
"""

from dataclasses import dataclass


class RaincheckError(Exception):
    """The root; never raised itself."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a configuration file: *where* is the key path, *line* from 1 (0: unknown)."""

    where: str
    message: str
    line: int = 0


class ConfigError(RaincheckError):
    """The configuration is wrong; carries every problem at once."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{file}: {len(problems)} problem(s)")
        self.file = file
        self.problems = problems


class CalendarError(RaincheckError):
    """A calendar did not do what was asked; *operation* names the port's method."""

    def __init__(self, message: str, *, calendar: str, operation: str) -> None:
        super().__init__(message)
        self.calendar = calendar
        self.operation = operation


class TransientError(CalendarError):
    """It may work later; ``retry_after_s`` is the server's own wish, if it told one."""

    def __init__(
        self, message: str, *, calendar: str, operation: str, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, calendar=calendar, operation=operation)
        self.retry_after_s = retry_after_s


class UnreachableError(TransientError):
    """Nothing arrived at the server, or a read went unanswered."""


class RateLimitError(TransientError):
    """The server asks for a slower pace."""


class WriteLimitError(RateLimitError):
    """The server takes no more writes for ``retry_after_s``, which is hours; reads go on.

    The limit is the account's, and trying again before then prolongs it.
    """


class OutcomeUnknownError(TransientError):
    """A write was sent and its answer lost: it may or may not have happened."""


class CursorExpiredError(CalendarError):
    """The server no longer knows the cursor: look at the calendar from the start."""


class ConflictError(CalendarError):
    """Something else stands there than expected: read back, then decide."""


class AlreadyExistsError(ConflictError):
    """There is, or was, a session with this key."""


class RevisionMismatchError(ConflictError):
    """The session was changed since it was read."""


class SessionGoneError(ConflictError):
    """The session is no longer there."""


class AccessError(CalendarError):
    """The login is refused, or does not reach far enough."""


class CalendarMissingError(CalendarError):
    """The account has no such calendar."""


class DelayedError(CalendarError):
    """The server does not take this one now; others it may take."""


class RejectedError(CalendarError):
    """The server will not take this, now or later."""


class BusyError(RaincheckError):
    """Another pass works on the same state."""


class JournalError(RaincheckError):
    """The state file cannot be read or written."""
