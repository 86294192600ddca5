"""docs/policies.md: what its tables say is what its configurations do."""

import re
from pathlib import Path

import pytest

from sync.config.load import load
from tests.cases.outcome import differences
from tests.cases.reading import Case, cases_of
from tests.cases.stage import Stage
from tests.docs.pages import BLOCKS, ROOT

PAGE = ROOT / "docs" / "policies.md"
EXAMPLES = {
    "A solo online practice": "solo",
    "A group practice": "group",
    "In a prison": "prison",
    "Tutoring": "tutoring",
}
"""The sections, and the files of their cases in `policies/`."""

CASES = [
    pytest.param(section, case, id=f"{name}: {re.sub('[^A-Za-z0-9 ,]', '', case.name)}")
    for section, name in EXAMPLES.items()
    for case in cases_of(Path(__file__).parent / "policies" / f"{name}.toml")
]
Row = tuple[str, ...]


def rows_of(section: str) -> dict[str, Row]:
    """Return the rows of the table in *section*, by their first cell."""
    text = PAGE.read_text("utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    return {row[0]: row for row in rows[2:]}


def text_of(section: str) -> str:
    (block,) = [
        one
        for one in BLOCKS
        if one.page == PAGE and one.section == section and one.language == "toml"
    ]
    return block.text


@pytest.mark.parametrize(("section", "case"), CASES)
def test_the_configuration_does_what_the_row_says(section: str, case: Case, tmp_path: Path) -> None:
    """The row's case is played with the section's own configuration, as users would write it."""
    path = tmp_path / "config.toml"
    path.write_text(text_of(section), "utf-8")
    stage = Stage(case, load(path, {}), tmp_path)
    stage.play()
    found = differences(stage)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("section", "case"), CASES)
def test_the_row_says_what_the_case_expects(section: str, case: Case) -> None:
    """Action, new time and fee in the table are those that are tested."""
    expected = list(case.expect.values())[-1]
    told: Row = ("`ignore`", "none", "none")
    if expected is not None:
        to = "none" if expected.to == "nowhere" else expected.to
        told = (f"`{expected.action}`", to, expected.fee)
    assert rows_of(section)[case.name][1:] == told


@pytest.mark.parametrize("section", EXAMPLES)
def test_every_row_is_played(section: str) -> None:
    """No row without a case, and in each example a crash, a no-show, a late cancel, a lockdown."""
    cases = [param.values[1] for param in CASES if param.values[0] == section]
    assert set(rows_of(section)) == {case.name for case in cases if isinstance(case, Case)}
    for word in ("crash", "no-show", "late-cancel", "lockdown"):
        assert any(word in row.lower() for row in rows_of(section)), word


def test_every_section_is_an_example() -> None:
    """A new section needs cases of its own."""
    headings = re.findall(r"^## (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert headings == list(EXAMPLES)
