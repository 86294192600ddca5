"""Raincheck's one line in a session's notes."""

import re

PREFIX = "Raincheck: "
_HTML = re.compile(r"<(?:br|p|div|b|i|a|ul|ol|span|html)\b[^<>]*>|</\w+>", re.IGNORECASE)
_LINE = PREFIX + r"(?:moved to|replaces the session of) \w{3} \d{1,2} \w{3} \d{4} \d\d:\d\d\."
"""All that Raincheck ever writes there; other lines that begin so are somebody's own."""

_OURS_PLAIN = re.compile(rf"^{_LINE}\r?\n|(?:\r?\n|^){_LINE}(?=\r?\n|\Z)")
_OURS_HTML = re.compile(rf"(?:<br ?/?>|(?<=>)|(?<=\n)|^){_LINE}(?=\s*<|\s*\Z|\n)")


def with_line(notes: str, line: str) -> str:
    """Return *notes* ending in *line*, in place of an earlier line of ours.

    Notes that hold HTML elements get it after a ``<br>``, others on a line of its own.
    """
    assert line.startswith(PREFIX), line
    rest = without_line(notes)
    if not rest:
        return line
    return f"{rest}<br>{line}" if _HTML.search(rest) else f"{rest}\n{line}"


def without_line(notes: str) -> str:
    """Return *notes* without Raincheck's line."""
    ours = _OURS_HTML if _HTML.search(notes) else _OURS_PLAIN
    return ours.sub("", notes)
