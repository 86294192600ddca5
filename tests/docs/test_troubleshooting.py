"""docs/troubleshooting.md: every code is there, and every message it quotes is ours."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

import pytest

from adapters.caldav import errors as caldav
from adapters.google import errors as google
from sync.cli.exits import INTERRUPTED, Exit
from sync.domain.passes import WarningCode
from sync.errors import CalendarError, ConflictError, CursorExpiredError
from tests.docs.pages import ROOT
from tests.e2e.desk import Desk, in_days, session

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
QUOTING = (
    *("Nothing happens", "Logins", "Servers", "Mail"),
    *("The configuration", "The state file", "The service"),
)
INSIDE = (ConflictError, CursorExpiredError)
"""Errors that no person meets: they are read back and answered within the pass."""

RAISED = {"JournalError", "BusyError"}
MAIL = ROOT / "adapters" / "mail" / "errors.py"
TOLD_BY_MAIL = {"_told": 1, "_by_code": 1}
"""The functions that make the mail adapter's errors, and which argument is the message."""

WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}")
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


def text_of(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def texts() -> str:
    """Return every text in our source, one below the other."""
    return "\n".join(text_of(node) for tree in trees() for node in ast.walk(tree))


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


def said_in(trees: Iterable[ast.Module], names: Mapping[str, int]) -> set[str]:
    """Return the text of every call of *names*, which argument it is, variable parts left out."""
    calls = [
        node.args[names[node.func.id]]
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]
    told = {"…".join(filter(None, map(text_of, ast.walk(call)))) for call in calls}
    return {each for each in told if WORDS.search(each)}


def raised() -> set[str]:
    """Return what stands in every error of the state file."""
    return said_in(trees(), dict.fromkeys(RAISED, 0))


def of_mail() -> set[str]:
    """Return what stands in every error of the mail adapter."""
    return said_in([ast.parse(MAIL.read_text("utf-8"))], TOLD_BY_MAIL)


def test_errors_are_found() -> None:
    """Fewer would mean that they are raised in another way now."""
    assert len(raised()) >= 6
    assert len(of_mail()) >= 10


@pytest.mark.parametrize("message", sorted(raised() | of_mail()))
def test_every_error_of_state_and_mail_is_told_of(message: str) -> None:
    """Whatever is wrong with the state file, or with a mail, has a row."""
    assert is_covered(message)


def test_a_calendar_emptied_on_purpose(radicale_office: Desk) -> None:
    """The way out that the page tells: the warning comes until `deleted` was off for one pass."""
    names = [f"next-{number}" for number in range(6)]
    for number, name in enumerate(names):
        radicale_office.put(name, session(name, in_days(3 + number)))
    radicale_office.sync()
    for name in names:
        radicale_office.delete(name)
    for _ in range(2):
        assert codes(radicale_office) == ["calendar-emptied"]
    before = radicale_office.config.read_text("utf-8")
    radicale_office.config.write_text(f"{before}[signals]\ndeleted = false\n", "utf-8")
    assert codes(radicale_office) == []
    radicale_office.config.write_text(before, "utf-8")
    assert codes(radicale_office) == []
    assert radicale_office.replacements() == []


def codes(office: Desk) -> list[str]:
    return [warned["code"] for warned in office.sync()["warnings"]]
