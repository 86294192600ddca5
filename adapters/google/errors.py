"""What Google and its client raise, sorted by what the caller should do.

Source: "Handle API errors" (Calendar API guides), google-api-python-client 2.202, httplib2 0.32.
"""

import http.client
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httplib2
from google.auth import exceptions as login
from googleapiclient.errors import HttpError

from adapters.google.credentials import LoginProblem
from sync.errors import (
    AccessError,
    AlreadyExistsError,
    CalendarError,
    CalendarMissingError,
    CursorExpiredError,
    OutcomeUnknownError,
    RateLimitError,
    RejectedError,
    RevisionMismatchError,
    SessionGoneError,
    TransientError,
    UnreachableError,
    WriteLimitError,
)
from sync.retrying import retry_after_s

HOURS_S = 6 * 3600.0
"""How long an anti-abuse limit is kept to; Google says "several hours" and no more."""

MAPPED: tuple[type[Exception], ...] = (
    LoginProblem,
    HttpError,
    login.GoogleAuthError,
    httplib2.HttpLib2Error,
    http.client.HTTPException,
    OSError,
    ValueError,  # an answer that is cut short is no JSON, or no UTF-8
    RecursionError,  # one that is nested without end
)
"""Everything that the libraries below may raise; anything else is a bug of ours."""

NEVER_SENT = (login.TransportError, httplib2.ServerNotFoundError, ConnectionRefusedError)

_Kind = type[CalendarError]

REASONS: dict[str, tuple[_Kind, str]] = {
    "rateLimitExceeded": (RateLimitError, "Google asks for a slower pace"),
    "userRateLimitExceeded": (RateLimitError, "Google asks for a slower pace"),
    "quotaExceeded": (
        WriteLimitError,
        "Google's limit on writing is reached, which lasts some hours",
    ),
    "fullSyncRequired": (CursorExpiredError, "Google no longer knows the cursor"),
    "updatedMinTooLongAgo": (CursorExpiredError, "Google no longer knows the cursor"),
    "insufficientPermissions": (
        AccessError,
        "the login does not reach far enough: `raincheck auth google ACCOUNT` asks again",
    ),
    "forbiddenForServiceAccounts": (
        AccessError,
        "a service account may invite guests only on behalf of a person: set `subject`",
    ),
    "accessNotConfigured": (
        AccessError,
        "the Google project has no Calendar API: enable it in the console",
    ),
    "forbiddenForNonOrganizer": (RejectedError, "only its organizer may change this"),
}
"""The reason decides first (facts: act on ``errors[0].reason``)."""

STATUSES: dict[int, tuple[_Kind, str]] = {
    401: (AccessError, "the login is refused: `raincheck auth google ACCOUNT` logs in anew"),
    403: (AccessError, "the login does not reach this calendar: is it shared with it?"),
    404: (CalendarMissingError, "there is no such calendar for this account"),
    408: (UnreachableError, "Google gave up waiting"),
    409: (AlreadyExistsError, "there is, or was, one already"),
    410: (SessionGoneError, "it is no longer there"),
    412: (RevisionMismatchError, "it was changed since it was read"),
    429: (RateLimitError, "Google asks for a slower pace"),
}

LOGIN_DEAD = (
    "Google no longer accepts the saved login: run `raincheck auth google ACCOUNT` again. While "
    'the project is in "Testing", logins die after seven days: publish it'
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the port: what its errors are named after."""

    calendar: str
    operation: str

    def error(self, kind: _Kind, message: str) -> CalendarError:
        """Return an error of *kind* that names this call."""
        return kind(message, calendar=self.calendar, operation=self.operation)

    def translated(self, error: Exception, *, write: bool = False) -> CalendarError:
        """Return *error*, one of `MAPPED`, in the port's words.

        With *write*, a lost answer leaves the outcome unknown. Nothing of the library's own text
        is kept: it quotes addresses and answers.
        """
        if not isinstance(error, MAPPED):
            raise TypeError(type(error).__name__) from error
        kind, message, wait = _sorted(error, write=write)
        if issubclass(kind, TransientError):
            return kind(
                message, calendar=self.calendar, operation=self.operation, retry_after_s=wait
            )
        return self.error(kind, message)


def reason_of(error: HttpError) -> str:
    """Return ``errors[0].reason``, or the reason in ``details``; empty if there is none."""
    try:
        told: Any = json.loads(error.content)["error"]
        reasons = [one.get("reason", "") for one in (*told.get("errors", ()),)]
        reasons += [one.get("reason", "") for one in told.get("details", ())]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ""
    if "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons:
        return "insufficientPermissions"
    return str(reasons[0]) if reasons else ""


def status_of(error: HttpError) -> int:
    """Return the HTTP status."""
    return int(error.resp.status)


def _sorted(error: Exception, *, write: bool) -> tuple[_Kind, str, float | None]:
    if isinstance(error, HttpError):
        return _by_answer(error, write=write)
    if isinstance(error, LoginProblem):
        return AccessError, str(error).rstrip("."), None
    if isinstance(error, NEVER_SENT):
        return UnreachableError, "Google could not be reached", None
    if isinstance(error, login.GoogleAuthError):
        # The token endpoint comes first: no write has been sent with a login that failed.
        if error.retryable:
            return UnreachableError, "Google's login service failed", None
        return AccessError, LOGIN_DEAD, None
    kind = OutcomeUnknownError if write else UnreachableError
    return kind, "Google's answer did not arrive, or not whole", None


def _by_answer(error: HttpError, *, write: bool) -> tuple[_Kind, str, float | None]:
    status, reason = status_of(error), reason_of(error)
    if reason in REASONS:
        kind, message = REASONS[reason]
        wait = HOURS_S if reason == "quotaExceeded" else _wished_s(error)
        return kind, message, wait
    if status in STATUSES and not (write and status == 408):
        kind, message = STATUSES[status]
        return kind, message, _wished_s(error)
    if status >= 500 or status == 408:
        failed = OutcomeUnknownError if write else UnreachableError
        return failed, f"Google failed (status {status})", _wished_s(error)
    return RejectedError, f"Google refused (status {status})", None


def _wished_s(error: HttpError) -> float | None:
    """Return the seconds of Retry-After; Google documents none, but may send it."""
    return retry_after_s(str(error.resp.get("retry-after", "")), now=datetime.now(UTC))
