"""SECURITY.md claims nothing that no test holds."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = sorted(
    set(re.findall(r"`(tests/[\w/]+\.py(?:::[\w:]+)?)`", (ROOT / "SECURITY.md").read_text("utf-8")))
)


def test_claims_are_found() -> None:
    """The page is read as it is written; fewer would mean that the pattern is broken."""
    assert len(NAMED) >= 20


@pytest.mark.parametrize("named", NAMED)
def test_the_test_exists(named: str) -> None:
    """Each test that the page names is there under that name."""
    file, *names = named.split("::")
    found: list[ast.stmt] = ast.parse((ROOT / file).read_text("utf-8")).body
    for name in names:
        (inner,) = [
            node
            for node in found
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        ]
        found = inner.body
