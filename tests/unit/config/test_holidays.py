"""Public holidays and their codes."""

import subprocess
import sys
from datetime import date

import holidays as library
import pytest

from sync.config.holidays import (
    _is_in_source,
    check_holidays,
    parts_that_differ,
    public_holidays,
    usual_code,
)

LOADED = """
import sys
from pathlib import Path
from sync.config.load import load
load(Path("config.example.toml"), {})
print([name for name in sys.modules if name.split(".")[0] in ("holidays", "keyring")])
"""


@pytest.mark.parametrize("code", ["", "DE", "de", "GB-ENG", "GB-England", "US-CA", "DEU", "CH-ZH"])
def test_good_code(code):
    """A country, or a country and a part of it, by its code or the library's own alias."""
    assert check_holidays(code) is None


@pytest.mark.parametrize(
    ("code", "hint"),
    [("XQ", "country"), ("D", "country"), ("GB-ENGL", "GB-ENG"), ("GB-", None), ("MC-X", '"MC"')],
)
def test_bad_code(code, hint):
    """A wrong code is told what was meant; a dash without a part means the country."""
    problem = check_holidays(code)
    assert problem is None if hint is None else hint in (problem or "")


def test_quick_look_never_says_yes_to_what_the_library_refuses():
    """What the source text is taken to allow, the library takes too."""
    for country in ("AT", "AU", "CA", "CH", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "US"):
        parts = getattr(library, country).subdivisions
        assert _is_in_source(country, "")
        for part in ("ENG", "BY", "CA", "ZH", "XX", "NSW", "9", "MD", "", "Bayern"):
            if _is_in_source(country, part):
                assert not part or part in parts, (country, part)


def test_quick_look_finds_the_usual():
    """The codes that people write are found without importing the library."""
    for code in (("GB", "ENG"), ("US", "CA"), ("DE", "BY"), ("AU", "NSW"), ("FR", "")):
        assert _is_in_source(*code)


def test_loading_does_not_import_the_library(example):
    """Half a second is not spent on a library that only placing needs."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=example.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("code", "usual"),
    [("uk", "GB"), ("GB-England", "GB-ENG"), ("UK-SCT", "GB-SCT"), ("DEU", "DE"), ("IE", "IE")],
)
def test_usual_code(code, usual):
    """An alias is written as everybody else writes it, and means the same days."""
    assert usual_code(code) == usual
    assert public_holidays(code, [2026]) == public_holidays(usual, [2026])


def test_parts_that_differ():
    """Plain GB is open on Easter Monday; Ireland has no parts, and a part has none either."""
    parts = ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS")
    assert parts_that_differ("GB", [2026]) == parts
    assert date(2026, 4, 6) not in public_holidays("GB", [2026])
    assert parts_that_differ("IE", [2026]) == parts_that_differ("GB-ENG", [2026]) == ()
    assert parts_that_differ("", [2026]) == ()


def test_days_of_a_part():
    """A part of a country has its own days, and substitute days count."""
    england, scotland = public_holidays("GB-ENG", [2026]), public_holidays("GB-SCT", [2026])
    assert date(2026, 12, 28) in england
    assert date(2026, 11, 30) in scotland - england
    assert public_holidays("", [2026]) == public_holidays("GB", []) == frozenset()
