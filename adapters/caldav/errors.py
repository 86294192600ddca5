"""What the wire did, told in the words of `sync.errors`: one pure mapping.

A status alone misleads: an expired sync token comes as 403 (Radicale, Cyrus) or 412 (Xandikos).
So the DAV precondition in the body is asked before the status (facts/caldav.md, quirk 5).
"""

from dataclasses import dataclass
from datetime import datetime

from caldav.lib import error as dav
from lxml import etree
from niquests import exceptions as http
from niquests.packages.urllib3 import exceptions as wire  # type: ignore[import-not-found]

from sync.errors import (
    AccessError,
    CalendarError,
    CalendarMissingError,
    CursorExpiredError,
    OutcomeUnknownError,
    RateLimitError,
    RejectedError,
    RevisionMismatchError,
    TransientError,
    UnreachableError,
)
from sync.retrying import retry_after_s

TOKEN_REFUSED = "{DAV:}valid-sync-token"  # noqa: S105 - the name of a precondition


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the port: what its errors are named after. ``now`` is aware."""

    calendar: str
    operation: str
    now: datetime

    def error(self, kind: type[CalendarError], message: str) -> CalendarError:
        """Return an error of *kind* that names this call."""
        return kind(message, calendar=self.calendar, operation=self.operation)

    def translated(self, error: Exception, *, write: bool = False) -> CalendarError:
        """Return *error*, one of `MAPPED`, in the port's words."""
        return translated(
            error, calendar=self.calendar, operation=self.operation, now=self.now, write=write
        )


class AnswerError(Exception):
    """A server answered with a status that the call cannot use."""

    def __init__(
        self, status: int, preconditions: frozenset[str] = frozenset(), retry_after: str = ""
    ) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.preconditions = preconditions
        self.retry_after = retry_after


class UnusableAnswerError(Exception):
    """An answer that is too long, too slow, or not what was asked for; the text says which."""


class ForeignOriginError(Exception):
    """A request would have left the server to which the credentials belong."""


MAPPED: tuple[type[Exception], ...] = (
    AnswerError,
    UnusableAnswerError,
    ForeignOriginError,
    dav.DAVError,
    http.RequestException,
    wire.HTTPError,
    wire.ProxySchemeUnsupported,
    etree.LxmlError,
    OSError,
    NotImplementedError,  # caldav: the server offers no login that it knows
)
"""Everything that the libraries below may raise; anything else is a bug of ours."""

NEVER_SENT = (http.ConnectTimeout, http.ProxyError, http.SSLError, ConnectionRefusedError)

STATUSES: dict[int, tuple[type[CalendarError], str]] = {
    401: (AccessError, "the login is refused"),
    403: (AccessError, "the login does not reach this calendar"),
    404: (CalendarMissingError, "there is no calendar at this address"),
    410: (CalendarMissingError, "there is no calendar at this address any more"),
    408: (UnreachableError, "the server gave up waiting"),
    412: (RevisionMismatchError, "it was changed since it was read"),
    425: (UnreachableError, "the server asks to try again"),
    429: (RateLimitError, "the server asks for a slower pace"),
    503: (RateLimitError, "the server is overloaded or under maintenance"),
    507: (RateLimitError, "the server has no room left"),
}
LATER_S: dict[int, float] = {507: 900.0}
"""Passes by itself, but not within a pass, so it is left for a later one (RFC 4918, 11.5)."""


def translated(
    error: Exception, *, calendar: str, operation: str, now: datetime, write: bool = False
) -> CalendarError:
    """Return the `CalendarError` that says what the caller should do about *error*.

    Args:
        error: One of `MAPPED`.
        calendar: The calendar's configured name.
        operation: The port's method.
        now: Aware; a Retry-After date is counted from it.
        write: Whether a write may have reached the server: then lost answers leave its outcome
            unknown.

    Raises:
        TypeError: *error* is none of `MAPPED`, which is a bug.
    """
    if not isinstance(error, MAPPED):
        raise TypeError(type(error).__name__) from error
    kind, message, wait = _sorted(error, now=now, write=write)
    if issubclass(kind, TransientError):
        return kind(message, calendar=calendar, operation=operation, retry_after_s=wait)
    return kind(message, calendar=calendar, operation=operation)


def _sorted(
    error: Exception, *, now: datetime, write: bool
) -> tuple[type[CalendarError], str, float | None]:
    """Return the kind, the message, and the wait that the server asks for, if any."""
    if isinstance(error, dav.RateLimitError):
        return RateLimitError, STATUSES[429][1], error.retry_after_seconds
    if isinstance(error, AnswerError):
        wait = retry_after_s(error.retry_after, now=now) or LATER_S.get(error.status)
        kind, message = _by_status(error.status, error.preconditions, write=write)
        return kind, message, wait
    if isinstance(error, dav.DAVError):
        kind, message = _by_class(error, write=write)
        return kind, message, LATER_S.get(error.status or 0)
    kind, message = _by_wire(error, write=write)
    return kind, message, None


def _by_status(
    status: int, preconditions: frozenset[str], *, write: bool
) -> tuple[type[CalendarError], str]:
    if TOKEN_REFUSED in preconditions:
        return CursorExpiredError, "the server no longer knows the cursor"
    if write and (status == 408 or (status >= 500 and status not in {503, 507})):
        return OutcomeUnknownError, f"the server failed on a write (status {status})"
    if status in STATUSES:
        return STATUSES[status]
    if 300 <= status < 400:
        return CalendarMissingError, "the calendar has moved to another address"
    if status >= 500:
        return UnreachableError, f"the server failed (status {status})"
    return RejectedError, f"the server refused (status {status})"


def _by_class(error: dav.DAVError, *, write: bool) -> tuple[type[CalendarError], str]:
    if error.status is not None:
        return _by_status(error.status, frozenset(error.preconditions), write=write)
    if isinstance(error, dav.AuthorizationError):
        return STATUSES[401]
    if isinstance(error, dav.NotFoundError):
        return STATUSES[404]
    return RejectedError, "the server's answer makes no sense"


BY_WIRE: tuple[tuple[tuple[type[Exception], ...], type[CalendarError], str], ...] = (
    (
        (ForeignOriginError,),
        CalendarMissingError,
        "the server points to another server; that is not followed",
    ),
    (
        (NotImplementedError,),
        AccessError,
        "the server offers no way to log in that is supported",
    ),
    (
        (http.MissingSchema, http.InvalidSchema, http.InvalidURL, http.InvalidHeader),
        RejectedError,
        "the address cannot be used",
    ),
    ((etree.LxmlError,), UnreachableError, "the answer is not readable XML"),
    (
        (http.Timeout, TimeoutError, wire.TimeoutError),
        UnreachableError,
        "the server did not answer in time",
    ),
    (MAPPED, UnreachableError, "the server could not be reached"),
)
"""The first line that fits decides."""


def _by_wire(error: Exception, *, write: bool) -> tuple[type[CalendarError], str]:
    if isinstance(error, UnusableAnswerError):
        kind: type[CalendarError] = UnreachableError
        message = str(error)
    else:
        kind, message = next(
            (kind, message) for types, kind, message in BY_WIRE if isinstance(error, types)
        )
    if write and kind is UnreachableError and not never_sent(error):
        return OutcomeUnknownError, "the answer to a write was lost"
    return kind, message


def never_sent(error: BaseException) -> bool:
    """Return whether *error* shows that no connection came about, so that nothing was sent."""
    if isinstance(error, NEVER_SENT):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, (wire.NewConnectionError, wire.ConnectTimeoutError))
