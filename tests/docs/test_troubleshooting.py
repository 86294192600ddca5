"""docs/troubleshooting.md: every code is there, and every message it quotes is ours."""

import ast
import re
from collections.abc import Iterator

import pytest

from adapters.caldav import errors as caldav
from adapters.google import errors as google
from sync.cli.exits import INTERRUPTED, Exit
from sync.domain.passes import WarningCode
from sync.errors import CalendarError, ConflictError, CursorExpiredError
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
QUOTING = ("Nothing happens", "Logins", "Servers", "The configuration", "The state file")
INSIDE = (ConflictError, CursorExpiredError)
"""Errors that no person meets: they are read back and answered within the pass."""

RAISED = {"JournalError", "BusyError"}
IN_CODE = re.compile(r"`([^`]+)`")


def cells(section: str) -> list[str]:
    """Return the first cell of each row under the heading *section*."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [row.strip("|").split(" | ")[0].strip() for row in rows[2:]]


def trees() -> Iterator[ast.Module]:
    for package in ("sync", "adapters"):
        for path in (ROOT / package).rglob("*.py"):
            yield ast.parse(path.read_text("utf-8"))


def texts() -> str:
    """Return every text in our source, one below the other."""
    return "\n".join(
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


QUOTED = sorted(
    {quote for name in QUOTING for cell in cells(name) for quote in IN_CODE.findall(cell)}
)
OURS = texts()


def is_covered(message: str) -> bool:
    """Return whether the page quotes *message*, or its beginning, or a part that tells it."""
    return any(quote in message for quote in QUOTED)


def test_every_warning_is_told_of() -> None:
    """Each code has its row, and there is none that Raincheck does not give."""
    assert cells("Warnings") == [f"`{code.value}`" for code in WarningCode]


def test_every_exit_code_is_told_of() -> None:
    """Each has its row, in order; the one of Ctrl-C is told below."""
    assert cells("Exit codes") == [f"`{int(code)}`" for code in Exit]
    assert f"`{INTERRUPTED}`" in PAGE


@pytest.mark.parametrize("quote", QUOTED)
def test_what_is_quoted_is_said(quote: str) -> None:
    """A message that is quoted stands somewhere in the source, word for word."""
    assert quote in OURS


def test_quotes_are_found() -> None:
    """The page is read as it is written."""
    assert len(QUOTED) >= 60


MESSAGES: list[tuple[type[CalendarError], str]] = [
    *caldav.STATUSES.values(),
    *((kind, message) for _, kind, message in caldav.BY_WIRE),
    *google.REASONS.values(),
    *google.STATUSES.values(),
    (CalendarError, google.LOGIN_DEAD),
]


@pytest.mark.parametrize(
    "message",
    sorted({message for kind, message in MESSAGES if not issubclass(kind, INSIDE)}),
)
def test_every_message_of_an_adapter_is_told_of(message: str) -> None:
    """What servers do to us, in the words of the adapters' tables."""
    assert is_covered(message)


def raised() -> set[str]:
    """Return what stands in every error of the state file, its variable parts left out."""
    calls = [
        node
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED
    ]
    return {
        "…".join(
            part.value
            for part in ast.walk(call.args[0])
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
        for call in calls
    }


def test_errors_of_the_state_are_found() -> None:
    """Fewer would mean that they are raised in another way now."""
    assert len(raised()) >= 6


@pytest.mark.parametrize("message", sorted(raised()))
def test_every_error_of_the_state_is_told_of(message: str) -> None:
    """Whatever is wrong with the state file has a row."""
    assert is_covered(message)
