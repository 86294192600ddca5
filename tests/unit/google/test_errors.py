"""What Google and its client raise, in the port's words."""

import http.client
import json
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httplib2
import pytest
from google.auth import exceptions as login
from googleapiclient.errors import HttpError

from adapters.google.credentials import LoginProblem
from adapters.google.errors import Call
from sync import errors

CALL = Call("sessions", "amend")


def answer(status, reason="", details=(), body=None, **headers):
    told = {"errors": [{"reason": reason}] if reason else [], "details": list(details)}
    content = json.dumps({"error": told}).encode() if body is None else body
    return HttpError(httplib2.Response({"status": status, **headers}), content, uri="secret")


@pytest.mark.parametrize(
    ("status", "reason", "read", "write"),
    [
        (401, "authError", errors.AccessError, errors.AccessError),
        (403, "rateLimitExceeded", errors.RateLimitError, errors.RateLimitError),
        (403, "userRateLimitExceeded", errors.RateLimitError, errors.RateLimitError),
        (429, "rateLimitExceeded", errors.RateLimitError, errors.RateLimitError),
        (429, "", errors.RateLimitError, errors.RateLimitError),
        (403, "quotaExceeded", errors.WriteLimitError, errors.WriteLimitError),
        (403, "forbidden", errors.AccessError, errors.AccessError),
        (403, "", errors.AccessError, errors.AccessError),
        (403, "insufficientPermissions", errors.AccessError, errors.AccessError),
        (403, "forbiddenForServiceAccounts", errors.AccessError, errors.AccessError),
        (403, "accessNotConfigured", errors.AccessError, errors.AccessError),
        (403, "forbiddenForNonOrganizer", errors.RejectedError, errors.RejectedError),
        (404, "notFound", errors.CalendarMissingError, errors.CalendarMissingError),
        (409, "duplicate", errors.AlreadyExistsError, errors.AlreadyExistsError),
        (410, "deleted", errors.SessionGoneError, errors.SessionGoneError),
        (410, "fullSyncRequired", errors.CursorExpiredError, errors.CursorExpiredError),
        (410, "updatedMinTooLongAgo", errors.CursorExpiredError, errors.CursorExpiredError),
        (412, "conditionNotMet", errors.RevisionMismatchError, errors.RevisionMismatchError),
        (400, "invalid", errors.RejectedError, errors.RejectedError),
        (408, "", errors.UnreachableError, errors.OutcomeUnknownError),
        (500, "backendError", errors.UnreachableError, errors.OutcomeUnknownError),
        (503, "", errors.UnreachableError, errors.OutcomeUnknownError),
    ],
)
def test_answers(status, reason, read, write):
    """The reason decides, then the status; a write that may have happened is unknown."""
    assert type(CALL.translated(answer(status, reason))) is read
    assert type(CALL.translated(answer(status, reason), write=True)) is write


def test_the_scope_is_told_in_details_too():
    """ACCESS_TOKEN_SCOPE_INSUFFICIENT means the same as insufficientPermissions."""
    error = answer(403, details=[{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}])
    assert "raincheck auth google" in str(CALL.translated(error))


def test_the_anti_abuse_limit_asks_for_hours():
    """It lasts hours, so nobody waits for it within a pass; other limits are short."""
    assert CALL.translated(answer(403, "quotaExceeded")).retry_after_s >= 3600
    assert CALL.translated(answer(403, "rateLimitExceeded")).retry_after_s is None
    limited = answer(429, "rateLimitExceeded", **{"retry-after": "7"})
    assert CALL.translated(limited).retry_after_s == 7.0
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    dated = answer(429, "rateLimitExceeded", **{"retry-after": later})
    assert 3500 < CALL.translated(dated).retry_after_s <= 3600


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b"\xff", b"null"])
def test_answers_without_a_reason(body):
    """What is no JSON of Google's is sorted by its status."""
    assert type(CALL.translated(answer(503, body=body))) is errors.UnreachableError


def test_a_reason_nested_without_end():
    """The client may just come to the end of it, and we not: it is no reason, and no bug."""
    refused = answer(403)
    refused.content = b"[" * 100_000
    assert type(CALL.translated(refused)) is errors.AccessError


@pytest.mark.parametrize(
    ("error", "read", "write"),
    [
        (login.RefreshError("invalid_grant"), errors.AccessError, errors.AccessError),
        (
            login.RefreshError("x", retryable=True),
            errors.UnreachableError,
            errors.UnreachableError,
        ),
        (login.TransportError("x"), errors.UnreachableError, errors.UnreachableError),
        (LoginProblem("log in first", config=False), errors.AccessError, errors.AccessError),
        (ConnectionRefusedError(), errors.UnreachableError, errors.UnreachableError),
        (httplib2.ServerNotFoundError("x"), errors.UnreachableError, errors.UnreachableError),
        (TimeoutError(), errors.UnreachableError, errors.OutcomeUnknownError),
        (ConnectionResetError(), errors.UnreachableError, errors.OutcomeUnknownError),
        (ssl.SSLError(), errors.UnreachableError, errors.OutcomeUnknownError),
        (http.client.IncompleteRead(b""), errors.UnreachableError, errors.OutcomeUnknownError),
        (ValueError("cut short"), errors.UnreachableError, errors.OutcomeUnknownError),
        (RecursionError(), errors.UnreachableError, errors.OutcomeUnknownError),
    ],
)
def test_what_the_libraries_raise(error, read, write):
    """Before the login nothing was sent; after it a lost answer leaves a write unknown."""
    assert type(CALL.translated(error)) is read
    assert type(CALL.translated(error, write=True)) is write


def test_a_dead_login_says_what_to_do():
    """invalid_grant is for a person: how to log in again, and why it may have died."""
    told = str(CALL.translated(login.RefreshError("invalid_grant")))
    assert "raincheck auth google" in told
    assert "seven days" in told


def test_nothing_of_the_librarys_words_is_kept():
    """They quote addresses and answers."""
    error = answer(400, body=b'{"error": {"message": "Quillon"}}')
    told = str(CALL.translated(error))
    assert "Quillon" not in told
    assert "secret" not in told


def test_anything_else_is_a_bug():
    """An error of ours is not hidden behind Google's."""
    with pytest.raises(TypeError):
        CALL.translated(KeyError("x"))
