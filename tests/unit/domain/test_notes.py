"""Raincheck's line, and lines of other people that look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.notes import with_line, without_line

LINE = "Raincheck: moved to Tue 1 Dec 2026 10:00."
EARLIER = "Raincheck: replaces the session of Mon 30 Nov 2026 10:00."
PIECES = st.sampled_from(
    [
        "a",
        " ",
        "\n",
        "\r\n",
        "<br>",
        "<br/>",
        "<p>",
        "</p>",
        "<b",
        ">",
        "Raincheck: ",
        "Raincheck: x.",
    ]
)


@pytest.mark.parametrize(
    "notes",
    ["Raincheck: ask", "a\nRaincheck: moved to the loft\nb", "<p>Raincheck: x</p>", f"see {LINE}"],
)
def test_somebodys_own_line_stays(notes):
    """A person may begin a line like that too; only what Raincheck writes is replaced."""
    assert without_line(notes) == notes
    assert without_line(with_line(notes, LINE)) == notes


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_no_empty_line_is_left_behind(end):
    """Whether it stood first, last or in between, its line break goes with it."""
    assert without_line(f"{LINE}{end}a") == "a"
    assert without_line(f"a{end}{LINE}") == "a"
    assert without_line(f"a{end}{LINE}{end}b") == f"a{end}b"
    assert without_line(LINE) == ""


@given(st.lists(PIECES, max_size=8).map("".join))
def test_one_line_and_the_rest_as_it_was(notes):
    """Written once or twice it stands there once, last; taken out, the notes are as before."""
    once = with_line(with_line(notes, EARLIER), LINE)
    assert once.endswith(LINE)
    assert once.count(LINE) == 1
    assert EARLIER not in once
    assert without_line(once) == notes
