"""Slips: words that can only have been meant as a tag, and are none."""

from sync.domain.words import Dictionary

LIKENED = frozenset({"no-show", "late-cancel", "rained-off"})
"""Beside ``disrupted…``: built-in tags that no ordinary word is like, as "crushed" is "crashed"."""

HALF = "disrupt"
"""Two letters short of a tag, and what many write first."""


def slip_of(words: tuple[str, ...], known: Dictionary) -> str | None:
    """Return the tag that one of *words* was meant to be; None if none is almost a tag.

    Args:
        words: Folded, from places for tags, and no tag among them.
        known: The practice's words.
    """
    if not words:
        return None
    if HALF in words:
        return "disrupted"
    tags = sorted(tag for tag in known.causes if tag.startswith("disrupted") or tag in LIKENED)
    return next((tag for word in words for tag in tags if is_slip(word, tag)), None)


def is_slip(word: str, tag: str) -> bool:
    """Return whether one letter too many, too few, wrong or swapped makes *word* of *tag*."""
    while word and tag and word[0] == tag[0]:
        word, tag = word[1:], tag[1:]
    while word and tag and word[-1] == tag[-1]:
        word, tag = word[:-1], tag[:-1]
    swapped = len(tag) == 2 and word == tag[::-1]
    return swapped or max(len(word), len(tag)) == 1
