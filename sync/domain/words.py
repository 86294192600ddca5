"""Words that count: finding tags in categories, titles and notes, and taking them out again.

A tag is compared *folded*: case, accents, the kind of separator and surrounding punctuation do
not matter. `cleaned_title` and `cleaned_notes` promise that what they return holds no trigger, so
that a replacement can never set itself off.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sync.domain.causes import CLOSURE_WORDS, UNSPECIFIED, Cause, Fault

NOTES_MAX = 100_000
"""Notes beyond this many characters are not searched (Google stores about 8,192)."""

QUALIFIERS = frozenset({"paid", "urgent", "drop", "book", "undo"})
KEPT_ON_REPLACEMENTS = frozenset({"paid"})
"""A paid session stays paid wherever it moves; every other word was about the original."""

_SEPARATORS = re.compile(r"[\s_:\-\u2010-\u2015\u2212]+")
_EDGES = re.compile(r"^\W+|\W+$")
_HASHTAG = re.compile(r"(?<![\w&/#\uff03])[#\uff03](\w[\w:\-\u2010-\u2015]{0,80})")
_BRACKETED = re.compile(r"\s*[\[({]([^\[\](){}]{1,80})[\])}]\s*")
_BEFORE_COLONS = re.compile(r"\s*([^:\[\](){}]{1,60}:[^:\[\](){}]{1,60}):(?!//)\s*")
_BEFORE_COLON = re.compile(r"\s*([^:\[\](){}]{1,60}):(?!//)\s*")
_CANCELLED = re.compile(r"\s*cancell?ed\s*:\s*", re.IGNORECASE)
_BREAK = re.compile(r"<\s*/?\s*(?:br|p|div|li|ul|ol|tr|td|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE)
_ELEMENT = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")


def folded(word: str) -> str:
    """Return *word* as it is compared: ``Dïsrupted_ `` becomes ``disrupted``."""
    plain = unicodedata.normalize("NFKD", word)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return _SEPARATORS.sub("-", _EDGES.sub("", plain.replace("_", "-"))).strip("-")


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All words that count, folded: what each tag says, and which are qualifiers or closures."""

    causes: Mapping[str, Cause]
    closures: frozenset[str]

    def knows(self, word: str) -> bool:
        """Return whether *word* (folded) means anything to Raincheck."""
        return word in self.causes or word in self.closures or word in QUALIFIERS

    def must_go(self, word: str) -> bool:
        """Return whether *word* (folded) must not stand on a replacement."""
        return self.knows(word) and word not in KEPT_ON_REPLACEMENTS


def dictionary(tags: Mapping[str, str], causes: Mapping[str, Fault]) -> Dictionary:
    """Return the dictionary of *tags* (word to cause) and ``disrupted-CAUSE`` of every cause."""
    known: dict[str, Cause] = {}
    for name, fault in causes.items():
        known[folded(f"disrupted-{name}")] = Cause(name, fault)
    for word, name in tags.items():
        known[folded(word)] = Cause(name, causes[name])
    closures = frozenset(folded(word) for word in CLOSURE_WORDS) - known.keys()
    return Dictionary(known, closures)


def words_of(title: str, notes: str, categories: tuple[str, ...]) -> tuple[str, ...]:
    """Return every word, folded, that stands in a place for tags; the plainest place first."""
    found = [folded(category) for category in categories]
    found += [word for word, _ in _prefixes(title)]
    found += [folded(tag) for tag in _HASHTAG.findall(title)]
    found += [folded(tag) for tag in _HASHTAG.findall(plain_text(notes))]
    return tuple(dict.fromkeys(word for word in found if word))


def plain_text(notes: str) -> str:
    """Return *notes* without HTML elements and entities; plain notes come back as they are."""
    notes = notes[:NOTES_MAX]
    if "<" in notes:
        notes = _ELEMENT.sub("", _BREAK.sub("\n", notes))
    return html.unescape(notes) if "&" in notes else notes


def is_cancelled_title(title: str) -> bool:
    """Return whether the title says so, as Outlook's CalDAV bridge and people write it."""
    return _CANCELLED.match(title) is not None


def most_telling(words: tuple[str, ...], known: Dictionary) -> Cause | None:
    """Return the cause that *words* name: the first that says why, else an unspecified one."""
    causes = [known.causes[word] for word in words if word in known.causes]
    return next((c for c in causes if c.name != UNSPECIFIED), causes[0] if causes else None)


def cleaned_title(title: str, known: Dictionary) -> str:
    """Return *title* without trigger tags and without a leading ``Cancelled:``."""
    kept = ""
    rest = title
    while True:
        if cancelled := _CANCELLED.match(rest):
            rest = rest[cancelled.end() :]
            continue
        word, end = next(_prefixes(rest, once=True), ("", 0))
        if not end:
            break
        if not known.must_go(word):
            kept += rest[:end]
        rest = rest[end:]
    return _without_hashtags(kept + rest, known).strip()


def cleaned_notes(notes: str, known: Dictionary) -> str:
    """Return *notes* without trigger tags; HTML stays HTML unless a tag hides in its entities."""
    cleaned = _without_hashtags(notes, known)
    if any(known.must_go(folded(tag)) for tag in _HASHTAG.findall(plain_text(cleaned))):
        return _without_hashtags(plain_text(cleaned), known)
    return cleaned


def cleaned_categories(categories: tuple[str, ...], known: Dictionary) -> tuple[str, ...]:
    """Return *categories* without trigger tags, in their order."""
    return tuple(word for word in categories if not known.must_go(folded(word)))


def _prefixes(title: str, *, once: bool = False) -> Iterator[tuple[str, int]]:
    """Yield the words before the title proper, folded, each with where it ends."""
    at = 0
    while match := (
        _BRACKETED.match(title, at)
        or _BEFORE_COLONS.match(title, at)
        or _BEFORE_COLON.match(title, at)
    ):
        yield folded(match[1]), match.end()
        at = match.end()
        if once:
            return


def _without_hashtags(text: str, known: Dictionary) -> str:
    """Return *text* less the hashtags that must go; again until none is left.

    Taking one out can join what stood on its two sides, hence the loop; each turn shortens.
    """

    def replaced(match: re.Match[str]) -> str:
        return "" if known.must_go(folded(match[1])) else match[0]

    while (shorter := _HASHTAG.sub(replaced, text)) != text:
        text = re.sub(r"[ \t]{2,}", " ", shorter)
    return text
