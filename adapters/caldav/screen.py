"""A cheap look at raw text: may this resource carry a signal or a mark?

It looks at structure, not at vocabulary: a calendar with tags of its own needs no other screen.
The one exception is a closure, which its whole title may be.
Saying yes too often costs a moment; saying no once would lose a disruption. Hence every place of
CONTRACT 2 is covered by something that must stand there in any spelling.
"""

import re

from adapters.caldav.lines import unescaped, unfolded
from sync.domain.causes import CLOSURE_WORDS
from sync.domain.words import folded

_TELLING = (
    "\nCATEGORIES",  # a category
    *"#\uff03\ufe5f",  # a hashtag; "&#35;" holds a "#"
    "&NUM",  # another spelling of one
    "X-RAINCHECK",  # a mark
    "CANCEL",  # a status, or a title that says so
    "DECLINED",  # an answer
)
_SUMMARY = re.compile(r"\nSUMMARY([;:].*)", re.IGNORECASE)
_SIGNS = re.compile(r"[:\uff1a\[\](){}\uff3b\uff08\uff5b]")
_SHORT = 60
_CLOSURES = frozenset(map(folded, CLOSURE_WORDS))


def may_carry_signal(text: str) -> bool:
    """Return whether *text*, one stored resource, may hold a signal or a mark; never a false no."""
    plain = f"\n{unfolded(text)}"
    loud = plain.upper()  # much cheaper than a pattern that ignores case
    if any(sign in loud for sign in _TELLING):
        return True
    # An element may stand inside an entity, "&<b></b>num;": words are read without elements.
    if "&" in plain and "<" in plain:
        return True
    return any(_may_tell(line.partition(":")[2]) for line in _SUMMARY.findall(plain))


def _may_tell(title: str) -> bool:
    """Return whether a title may begin or end with a tag, or be a closure as a whole."""
    return _SIGNS.search(title) is not None or (
        len(title) <= _SHORT and folded(unescaped(title)) in _CLOSURES
    )
