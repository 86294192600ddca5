"""Elements of HTML and SVG that are escaped by construction.

A piece of a document is either `Markup`, which only this module makes, or text, which is escaped
when it is put into an element. There is no other way from a text to the page.
"""

import html
import re
from dataclasses import dataclass

from sync.domain.plain import visible

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
_VOID = frozenset({"meta"})
"""Elements without an end tag (HTML Living Standard, 13.1.2), of those that we use."""


@dataclass(frozen=True, slots=True)
class Markup:
    """A well-formed piece of a document; made by `element`, `together` and `styles` alone."""

    text: str


Child = Markup | str
Value = str | int | float | bool | None


def element(tag: str, /, *children: Child, **attributes: Value) -> Markup:
    """Return one element.

    Args:
        tag: Ours, never a user's.
        children: Texts are escaped.
        attributes: An underscore stands for a hyphen, and one at the end for nothing (``class_``).
            True is written without a value; None and False are not written. Values are escaped.
    """
    assert _NAME.fullmatch(tag), tag
    opening = "".join((f"<{tag}", *(_attribute(*each) for each in attributes.items()), ">"))
    if tag in _VOID:
        assert not children, tag
        return Markup(opening)
    return Markup(f"{opening}{together(*children).text}</{tag}>")


def together(*children: Child) -> Markup:
    """Return the children one after the other."""
    return Markup("".join(c.text if isinstance(c, Markup) else _escaped(c) for c in children))


def styles(sheet: str) -> Markup:
    """Return a style sheet; it is our own text, in which nothing could end the element."""
    assert "<" not in sheet, sheet
    return Markup(f"<style>{sheet}</style>")


def document(head: Markup, body: Markup) -> str:
    """Return a whole document, in English."""
    whole = element("html", head, body, lang="en")
    return f"<!doctype html>\n{whole.text}\n"


def _attribute(name: str, value: Value) -> str:
    written = name.rstrip("_").replace("_", "-")
    assert _NAME.fullmatch(written), name
    if value is None or value is False:
        return ""
    if value is True:
        return f" {written}"
    return f' {written}="{_escaped(_number(value) if isinstance(value, float) else str(value))}"'


def _number(value: float) -> str:
    """Return a length with a tenth at most: a picture does not need more."""
    return f"{value:.1f}".removesuffix(".0")


def _escaped(text: str) -> str:
    """Return *text* as it may stand between tags and in quotes: the one place for it.

    Blanks of any kind become one space, and what `visible` takes away from a terminal is taken
    away here as well: a direction mark could turn a table round.
    """
    return html.escape(visible(re.sub(r"\s+", " ", text)), quote=True)
