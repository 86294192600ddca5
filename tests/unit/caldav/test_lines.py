"""Content lines: split, edited and put together without loss."""

import pytest

from adapters.caldav.lines import Line, escaped, folded, listed, parsed, unescaped
from tests.unit.caldav.builders import calendar, event


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("SUMMARY:a:b", "SUMMARY", "a:b"),
        ("summary;X=1:a", "SUMMARY", "a"),
        ('ATTENDEE;CN="a:b;c":mailto:x', "ATTENDEE", "mailto:x"),
        ("no colon", "", "no colon"),
        ('A;B="open:c', "", 'A;B="open:c'),
        (":x", "", ":x"),
        ("A:", "A", ""),
    ],
)
def test_a_line_is_split_outside_of_quotes(text, name, value):
    """The value begins after the first colon that no quotes enclose."""
    assert (Line(text).name, Line(text).value) == (name, value)


def test_parameters_are_found_and_changed_one_by_one():
    """Others keep their place, spelling and quotes."""
    line = Line('ATTENDEE;Cn="a;b=c,d";PARTSTAT=DECLINED;X=1,"2":mailto:x')
    assert line.parameter("CN") == "a;b=c,d"
    assert line.parameter("NONE") == ""
    changed = line.with_parameters(PARTSTAT="ACCEPTED", X=None, RSVP="TRUE")
    assert changed == 'ATTENDEE;Cn="a;b=c,d";PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:x'
    assert line.with_value("y") == 'ATTENDEE;Cn="a;b=c,d";PARTSTAT=DECLINED;X=1,"2":y'


def test_text_is_escaped_and_back():
    """Backslash, comma, semicolon and line break survive; control characters are left out."""
    words = "a\\b,c;d\ne\\n"
    assert unescaped(escaped(words)) == words
    assert escaped("a\x07b\r\nc") == "ab\\nc"
    assert unescaped(r"a\:b\x") == r"a\:b\x"


def test_lists_are_split_at_plain_commas():
    """An escaped comma belongs to its word; empty words do not count."""
    assert listed(r"a\,b, c ,,d\\,e") == ("a,b", "c", "d\\", "e")
    assert listed("") == ()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_line_end_will_do(end):
    """CR LF, LF and CR are read alike, folds and blank lines too."""
    text = calendar(event("DTSTART:20261123T100000Z", "SUMMARY:a\r\n b\r\n\tc\r\n\r\n"))
    tree = parsed("\ufeff" + text.replace("\r\n", end))
    assert tree.components[0].words("SUMMARY") == "abc"


def test_odd_separators_are_no_line_ends():
    """Characters that Python counts as line ends are part of a value."""
    text = calendar(event("DTSTART:20261123T100000Z", "SUMMARY:a\u2028b\x85c\x0bd"))
    assert parsed(text).components[0].words("SUMMARY") == "a\u2028b\x85c\x0bd"


def test_the_text_comes_back_as_it_was():
    """What was folded at 75 octets is given back to the octet, multi-byte characters whole."""
    text = folded(parsed(calendar(event("X-A:" + "é" * 300 + "\u20ac" * 300, "begin-x:1"))))
    assert folded(parsed(text)) == text
    assert max(len(line.encode()) for line in text.split("\r\n")) == 75


@pytest.mark.parametrize("word", ["END", "begin", "End", "BEG\u0131N:x"])
def test_a_bare_word_is_no_frame(word):
    """A raw line break in somebody's notes leaves lines without a colon; they frame nothing."""
    text = f"BEGIN:VCALENDAR\r\nX-NOTE:The\r\n{word}\r\nX-NOTE:more\r\nEND:VCALENDAR\r\n"
    assert [*parsed(text).lines] == ["X-NOTE:The", word, "X-NOTE:more"]


def test_frames_may_have_parameters():
    """No app writes them, and they are understood."""
    assert parsed("begin;X=1:vcalendar\nEnd;X=y:VCALENDAR\n").name == "VCALENDAR"
