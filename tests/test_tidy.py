"""The house style, as far as a program can hold it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync import VERSION

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for room in ("sync", "adapters") for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
DOMAIN = sorted((ROOT / "sync" / "domain").glob("*.py"))

MODULE_LINES_MAX = 400
FUNCTION_LINES_BELOW = 60
PROTOCOL_METHODS_MAX = 8
POSITIONAL_MAX = 5

IMPURE_NAMES = {"open", "print", "input", "exec", "eval", "breakpoint", "globals"}
IMPURE_METHODS = {"now", "utcnow", "today", "fromtimestamp", "urandom", "uuid1", "uuid4", "sleep"}
IMPURE_MODULES = {
    *("random", "time", "os", "io", "sys", "pathlib", "secrets", "socket", "logging", "sqlite3"),
    *("threading", "subprocess", "asyncio", "tempfile", "shutil", "urllib", "locale"),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def impurities(tree: ast.AST) -> list[str]:
    """Return what in *tree* reaches for a clock, a file, chance or the world."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in IMPURE_MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "") in IMPURE_MODULES:
            found.append(node.module or "")
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in IMPURE_NAMES:
                found.append(called.id)
            elif isinstance(called, ast.Attribute) and called.attr in IMPURE_METHODS:
                found.append(called.attr)
        elif isinstance(node, ast.Global):
            found.append("global")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_modules_are_short_and_say_what_they_are(path):
    """At most 400 lines, and a docstring on top; ruff holds the length of a line."""
    assert len(path.read_text("utf-8").splitlines()) <= MODULE_LINES_MAX
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_functions_are_short(path):
    """Below 60 lines each, with at most five parameters by position."""
    for function in functions(tree_of(path)):
        assert (function.end_lineno or 0) - function.lineno < FUNCTION_LINES_BELOW, function.name
        positional = [
            each.arg
            for each in (*function.args.posonlyargs, *function.args.args)
            if each.arg not in ("self", "cls")
        ]
        assert len(positional) <= POSITIONAL_MAX, function.name


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_protocols_are_narrow(path):
    """A port has at most eight methods; plain properties are not counted."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.ClassDef):
            continue
        if "Protocol" not in {base.id for base in node.bases if isinstance(base, ast.Name)}:
            continue
        methods = [each for each in node.body if isinstance(each, Function)]
        called = [each.name for each in methods if not each.decorator_list]
        assert len(called) <= PROTOCOL_METHODS_MAX, node.name


@pytest.mark.parametrize("path", DOMAIN, ids=named)
def test_the_core_is_pure(path):
    """No clock, file, chance, output or global state in sync/domain."""
    assert impurities(tree_of(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "date.today()",
        "open('x')",
        "import random",
        "from time import sleep",
        "uuid.uuid4()",
        "print(1)",
        "def f():\n    global x",
    ],
)
def test_impurity_is_noticed(line):
    """The check above finds what it is for."""
    assert impurities(ast.parse(line))


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_every_test_says_its_claim(path):
    """Each test function has a docstring."""
    silent = [
        function.name
        for function in functions(tree_of(path))
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_the_version_is_the_changelogs():
    """The package and the first heading of CHANGELOG.md name the same version."""
    changelog = ROOT / "CHANGELOG.md"
    if changelog.exists():
        heading = re.search(r"^## +\[?v?(\d[^\s\]]*)", changelog.read_text("utf-8"), re.MULTILINE)
        assert heading is not None
        assert heading[1] == VERSION
