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

_TELLING = re.compile(
    r"^CATEGORIES[;:]"  # a category
    r"|[#\uff03\ufe5f]|&num"  # a hashtag; "&#35;" holds a "#"
    r"|X-RAINCHECK"  # a mark
    r"|CANCEL"  # a status, or a title that says so
    r"|DECLINED",  # an answer
    re.IGNORECASE | re.MULTILINE,
)
_TITLE = re.compile(
    r"^SUMMARY(?:;.*)?:.*[:\uff1a\[\](){}\uff3b\uff08\uff5b]", re.IGNORECASE | re.MULTILINE
)
_SHORT_TITLE = re.compile(r"^SUMMARY(?:;.*)?:(.{1,60})$", re.IGNORECASE | re.MULTILINE)
_CLOSURES = frozenset(map(folded, CLOSURE_WORDS))


def may_carry_signal(text: str) -> bool:
    """Return whether *text*, one stored resource, may hold a signal or a mark; never a false no."""
    plain = unfolded(text)
    if _TELLING.search(plain) or _TITLE.search(plain):
        return True
    titles = _SHORT_TITLE.findall(plain)
    if any(folded(unescaped(title)) in _CLOSURES for title in titles):
        return True
    # An element may stand inside an entity, "&<b></b>num;": words are read without elements.
    return "&" in plain and "<" in plain
