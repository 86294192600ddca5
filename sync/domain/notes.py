"""Raincheck's one line in a session's notes."""

import re

PREFIX = "Raincheck: "
_HTML = re.compile(r"<(?:br|p|div|b|i|a|ul|ol|span|html)\b[^<>]*>|</\w+>", re.IGNORECASE)
_OURS_PLAIN = re.compile(rf"(?:\n|^){PREFIX}[^\n]*")
_OURS_HTML = re.compile(rf"(?:<br ?/?>|(?<=>)|(?<=\n)|^){PREFIX}[^<\n]*")


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
