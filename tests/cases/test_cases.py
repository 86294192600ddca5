"""The worked cases in this folder hold: event, tag, moment and policy, and what happens then."""

import re
from pathlib import Path

import pytest

from tests.cases.outcome import differences
from tests.cases.reading import FOLDER, Case, MiswrittenError, case_of, cases_in, moment
from tests.cases.stage import Stage, config_of

CASES = list(cases_in(FOLDER))
THEMES = {theme for theme, _ in CASES}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{theme}: {re.sub('[^A-Za-z0-9 ,]', '', case.name)}")
        for theme, case in CASES
    ],
)
def test_case(case: Case, tmp_path: Path) -> None:
    """What the table says happens, and nothing besides it."""
    found = differences(played(case, tmp_path))
    assert not found, "\n".join(found)


def test_there_are_cases_enough() -> None:
    """Sixty at least, and no two by one name."""
    names = [case.name for _, case in CASES]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


def played(case: Case, folder: Path) -> Stage:
    stage = Stage(case, config_of(case, folder), folder)
    stage.play()
    return stage


ANN = {"title": "Ann", "start": "Mon 23 Nov 2026 10:00", "tags": ["disrupted"]}
TOLD = {
    "action": "propose",
    "cause": "unspecified (none)",
    "to": "Mon 30 Nov 2026 10:00",
    "stands": "confirmed",
    "original": "kept",
}
RAW = {"name": "a case", "now": "Mon 23 Nov 2026 11:00", "given": [ANN], "expect": {"Ann": TOLD}}


@pytest.mark.parametrize(
    "changed",
    [
        {"polcy": {}},
        {"given": [ANN | {"tgs": []}]},
        {"expect": {"Ann": TOLD | {"feee": "0.00"}}},
        {"expect": {"Ann": "something"}},
        {"expect": {}},
        {"then": [{"at": "Mon 23 Nov 2026 12:00", "dance": "Ann"}]},
    ],
)
def test_a_miswritten_case_fails(changed: dict[str, object]) -> None:
    """A key that nobody reads would make a case say less than it seems to."""
    with pytest.raises(MiswrittenError):
        case_of(RAW | changed)


def test_a_wrong_weekday_fails(tmp_path: Path) -> None:
    """Whoever works a case out in the head counts weekdays."""
    config = config_of(case_of(RAW), tmp_path)
    with pytest.raises(MiswrittenError):
        moment("Tue 23 Nov 2026 10:00", config.zone)


@pytest.mark.parametrize(
    "changed",
    [
        {"expect": {"Ann": "nothing"}},
        {"expect": {}, "warnings": ["too-many"]},
        {"expect": {"Ann": TOLD, "Bo": "nothing"}},
        *({"expect": {"Ann": TOLD | {key: "?"}}} for key in (*TOLD, "fee", "why", "state")),
        {"expect": {"Ann": TOLD}, "exit": 1},
    ],
)
def test_a_wrong_case_fails(changed: dict[str, object], tmp_path: Path) -> None:
    """What is not expected is told, also where no expectation mentions it."""
    assert differences(played(case_of(RAW), tmp_path)) == []
    (tmp_path / "again").mkdir()
    assert differences(played(case_of(RAW | changed), tmp_path / "again"))
