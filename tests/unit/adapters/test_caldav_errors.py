"""The mapping from what the wire did to what the caller should do."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from caldav.lib import error as dav
from lxml import etree
from niquests import exceptions as http
from niquests.packages.urllib3 import exceptions as wire

from adapters.caldav.errors import (
    MAPPED,
    AnswerError,
    ForeignOriginError,
    UnusableAnswerError,
    translated,
)
from sync.errors import (
    AccessError,
    CalendarError,
    CalendarMissingError,
    CursorExpiredError,
    OutcomeUnknownError,
    RateLimitError,
    RejectedError,
    RevisionMismatchError,
    UnreachableError,
)
from sync.retrying import Retries, retry_after_s

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


VENDOR_NAMES = ("caldav", "niquests", "urllib3")


def classes(module: object) -> Iterator[type[Exception]]:
    """Yield every exception class that *module* defines; warnings are not raised."""
    for found in vars(module).values():
        if not isinstance(found, type) or not issubclass(found, Exception):
            continue
        if found.__module__.startswith(VENDOR_NAMES) and not issubclass(found, Warning):
            yield found


def made(kind: type[Exception]) -> Exception:
    """Return an instance, whatever its constructor wants."""
    if issubclass(kind, etree.XMLSyntaxError):
        return kind("secret words", 0, 0, 0)
    error = kind.__new__(kind)
    error.args = ("secret words",)
    return error


VENDORS = sorted(
    {kind for module in (dav, http, wire) for kind in classes(module)}
    | {etree.XMLSyntaxError, ConnectionResetError, TimeoutError},
    key=lambda kind: (kind.__module__, kind.__name__),
)


@pytest.mark.parametrize("kind", VENDORS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
@pytest.mark.parametrize("write", [False, True])
def test_every_vendor_exception_is_mapped(kind: type[Exception], *, write: bool) -> None:
    """Each of the libraries' exceptions becomes a CalendarError that repeats none of its text."""
    assert issubclass(kind, MAPPED)
    error = kind() if issubclass(kind, dav.DAVError) else made(kind)
    told = translated(error, calendar="sessions", operation="read", now=NOW, write=write)
    assert isinstance(told, CalendarError)
    assert (told.calendar, told.operation) == ("sessions", "read")
    assert "secret" not in str(told)


STATUSES = [
    (401, "", False, AccessError),
    (403, "", False, AccessError),
    (403, "{DAV:}valid-sync-token", False, CursorExpiredError),
    (412, "{DAV:}valid-sync-token", False, CursorExpiredError),
    (404, "", False, CalendarMissingError),
    (410, "", False, CalendarMissingError),
    (301, "", False, CalendarMissingError),
    (412, "", True, RevisionMismatchError),
    (429, "", True, RateLimitError),
    (503, "", False, RateLimitError),
    (500, "", False, UnreachableError),
    (500, "", True, OutcomeUnknownError),
    (507, "", True, RateLimitError),
    (400, "", True, RejectedError),
    (415, "", True, RejectedError),
]


@pytest.mark.parametrize(("status", "precondition", "write", "kind"), STATUSES)
def test_statuses(status: int, precondition: str, kind: type, *, write: bool) -> None:
    """The precondition is asked before the status, and a write is judged harder than a read."""
    error = AnswerError(status, frozenset({precondition} - {""}))
    assert type(translated(error, calendar="c", operation="o", now=NOW, write=write)) is kind


@pytest.mark.parametrize(
    ("error", "read", "write"),
    [
        (http.ReadTimeout(), UnreachableError, OutcomeUnknownError),
        (http.ConnectTimeout(), UnreachableError, UnreachableError),
        (ConnectionRefusedError(), UnreachableError, UnreachableError),
        (ConnectionResetError(), UnreachableError, OutcomeUnknownError),
        (UnusableAnswerError("too long"), UnreachableError, OutcomeUnknownError),
        (ForeignOriginError(), CalendarMissingError, CalendarMissingError),
        (NotImplementedError(), AccessError, AccessError),
        (http.InvalidURL(), RejectedError, RejectedError),
    ],
)
def test_the_wire(error: Exception, read: type, write: type) -> None:
    """A lost answer leaves a write unknown; a connection that never came about does not."""
    for is_write, kind in ((False, read), (True, write)):
        told = translated(error, calendar="c", operation="o", now=NOW, write=is_write)
        assert type(told) is kind


def test_no_room_is_left_for_a_later_pass() -> None:
    """A full disk does not pass within seconds, so the wait is longer than any pass's."""
    told = translated(AnswerError(507), calendar="c", operation="o", now=NOW, write=True)
    assert isinstance(told, RateLimitError)
    assert told.retry_after_s is not None
    assert told.retry_after_s > Retries().budget_s


def test_anything_else_is_a_bug() -> None:
    """An exception of ours is not turned into trouble of the server's."""
    with pytest.raises(TypeError):
        translated(KeyError("x"), calendar="c", operation="o", now=NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Mon, 23 Nov 2026 09:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 09:00:30 -0000", 30.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("9" * 400, None),
        ("Mon, 23 Nov 2026 09:00:" + "9" * 20 + " GMT", None),
        ("Mon, 23 Nov 2026 09:00:30 +" + "9" * 20, None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Both forms of Retry-After are understood; nonsense is no wish."""
    assert retry_after_s(value, now=NOW) == seconds
