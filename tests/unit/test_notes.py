"""Raincheck's one line in the notes."""

import pytest

from sync.domain.notes import with_line, without_line

LINE = "Raincheck: moved to Tue 1 Dec 2026 10:00."
EARLIER = "Raincheck: moved to Mon 30 Nov 2026 10:00."
NOTES = ["", "Bring the form", "a\n\nb", "<p>Bring <b>it</b></p>", "a<br>b", "mail <x@example.org>"]


@pytest.mark.parametrize("notes", NOTES)
def test_the_line_is_there_once_and_can_be_taken_out(notes):
    """Writing it twice is writing it once, a new one replaces the old, and the rest stays."""
    once = with_line(notes, EARLIER)
    assert with_line(once, EARLIER) == once
    again = with_line(once, LINE)
    assert again.count("Raincheck: ") == 1
    assert LINE in again
    assert without_line(again) == notes


def test_it_stands_on_a_line_of_its_own():
    """Plain notes get a line break, HTML ones a <br>."""
    assert with_line("a", LINE) == f"a\n{LINE}"
    assert with_line("<p>a</p>", LINE) == f"<p>a</p><br>{LINE}"


def test_other_words_are_not_taken_for_it():
    """Only a line that begins so is ours."""
    for notes in ("the Raincheck: app is new", "<p>the Raincheck: app is new</p>"):
        assert without_line(notes) == notes


@pytest.mark.parametrize("before", ["<p>a</p><p>{}</p>", "<p>a</p>\n{}", "{}<br>a", "a<BR>{}"])
def test_it_is_known_where_an_editor_put_it(before):
    """Apps that tidy HTML may wrap it; it is still the one line."""
    assert with_line(before.format(EARLIER), LINE).count("Raincheck: ") == 1
