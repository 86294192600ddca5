"""Words that count: finding tags in categories, titles and notes, and taking them out again.

A tag is compared *folded*: case, accents, the kind of separator and surrounding punctuation do
not matter. `cleaned_title` and `cleaned_notes` promise that what they return holds no trigger, so
that a replacement can never set itself off.
"""

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sync.domain.causes import CLOSURE_WORDS, UNSPECIFIED, Cause, Fault

NOTES_MAX = 100_000
"""Notes beyond this many characters are not searched (Google stores about 8,192)."""

QUALIFIERS = frozenset({"paid", "urgent", "drop", "book", "undo"})
KEPT_ON_REPLACEMENTS = frozenset({"paid"})
"""A paid session stays paid wherever it moves; every other word was about the original."""

WORD_MAX = 200
"""Longer than this nothing is a word: folding hostile text may cost the square of its length."""

ROUNDS_MAX = 10
"""Taking a tag out can form another one; text that still does so after this is taken apart."""

_HASH = r"#\uff03\ufe5f"
_OPENING, _CLOSING, _COLON = r"\[({\uff3b\uff08\uff5b", r"\])}\uff3d\uff09\uff5d", r":\uff1a"
_ACCENTS = r"\u0300-\u036f"
_WORD = rf"\w[\w{_COLON}{_ACCENTS}\-\u2010-\u2015\u2212\uff0d]*"
_NO_TAG_AFTER = rf"(?<![\w&/{_HASH}{_ACCENTS}])"
_ADDRESS = r"://[^\s<>\"']*"
_ONE_ELEMENT = r"</?[a-zA-Z][^<>]{0,2000}>"

_SEPARATORS = re.compile(r"[\s_:\-\u00b7\u2010-\u2015\u2212]+")
_EDGES = re.compile(r"^\W+|\W+$")
_HASHTAG = re.compile(rf"{_ADDRESS}|{_NO_TAG_AFTER}[{_HASH}]({_WORD})")
_CHAIN = rf"([ \t]?){_NO_TAG_AFTER}((?:[{_HASH}]{_WORD})+)([ \t]?)"
_IN_TEXT = re.compile(rf"{_ADDRESS}|{_CHAIN}")
_IN_HTML = re.compile(rf"{_ONE_ELEMENT}|{_ADDRESS}|{_CHAIN}")
_LINK = re.compile(rf"([{_HASH}])({_WORD})")
_BRACKETED = re.compile(rf"\s*[{_OPENING}]([^{_OPENING}{_CLOSING}]{{1,80}})[{_CLOSING}]\s*")
_BEFORE_COLON = re.compile(rf"\s*([^{_COLON}{_OPENING}{_CLOSING}]{{1,60}})[{_COLON}](?!//)\s*")
_CANCELLED = re.compile(rf"\s*cancell?ed\s*[{_COLON}]\s*", re.IGNORECASE)
_SIGNS = re.compile(rf"[{_HASH}{_COLON}{_OPENING}{_CLOSING}<&]")
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|td|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE)
_ELEMENT = re.compile(_ONE_ELEMENT)
_ENDLESS_NUMBER = re.compile(r"&#[0-9]{100,};?")


def folded(word: str) -> str:
    """Return *word* as it is compared: ``Dïsrupted_ `` becomes ``disrupted``.

    Empty if nothing is left of it, or if it is longer than `WORD_MAX`.
    """
    if len(word) > WORD_MAX:
        return ""
    plain = word.casefold() if word.isascii() else _without_accents(word).casefold()
    return _SEPARATORS.sub("-", _EDGES.sub("", plain.replace("_", "-"))).strip("-")


def _without_accents(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All words that count, folded: what each tag says, and which are qualifiers or closures."""

    causes: Mapping[str, Cause]
    closures: frozenset[str]

    def cause_of(self, word: str) -> Cause | None:
        """Return the cause that *word* (folded) names, or None if it is no tag.

        ``disrupted-`` with a word that nobody knows still says that the session was disrupted.
        """
        if word not in self.causes and word.startswith("disrupted-"):
            return Cause(UNSPECIFIED, Fault.NONE)
        return self.causes.get(word)

    def knows(self, word: str) -> bool:
        """Return whether *word* (folded) means anything to Raincheck."""
        tag = self.cause_of(word) is not None
        return tag or word in self.closures or word in QUALIFIERS

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
    known.pop("", None)
    closures = frozenset(map(folded, CLOSURE_WORDS)).difference(known)
    return Dictionary(known, closures)


IN_CATEGORY = "a category or label"
"""The place of all words that apps keep as words."""


_HASHTAG_IN = "a hashtag"


def words_of(title: str, notes: str, categories: tuple[str, ...]) -> tuple[str, ...]:
    """Return every word, folded, that stands in a place for tags; the plainest place first."""
    found = (word for _, words in places_of(title, notes, categories) for word in words)
    return tuple(dict.fromkeys(word for word in found if word))


def places_of(
    title: str, notes: str, categories: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each place for tags in plain words, with the words there, folded; plainest first."""
    return (
        (IN_CATEGORY, tuple(folded(category) for category in categories)),
        ("in front of the title", _prefix_words(title)),
        (f"{_HASHTAG_IN} in the title", _hashtags(title)),
        (f"{_HASHTAG_IN} in the notes", _hashtags(plain_text(notes))),
    )


def sight_of(
    title: str, notes: str, categories: tuple[str, ...], known: Dictionary, cause: Cause
) -> str:
    """Return where the tag for *cause* stands, and which it is; "" if it stands nowhere.

    A word is told only if the practice has it: any other may hold what a person wrote.
    """
    for place, words in places_of(title, notes, categories):
        for word in words:
            if known.cause_of(word) == cause:
                return _sight(place, word if word in known.causes else "")
    return ""


def _sight(place: str, word: str) -> str:
    """Return ``#no-show in the notes``; only the place without a *word*."""
    if not word:
        return place
    if place == IN_CATEGORY:
        return f"{word}, {place}"
    return (
        f"#{word}{place.removeprefix(_HASHTAG_IN)}" if _HASHTAG_IN in place else f"{word} {place}"
    )


def plain_text(notes: str) -> str:
    """Return *notes* without HTML elements and entities; plain notes come back as they are."""
    notes = notes[:NOTES_MAX]
    if "<" in notes:
        notes = _ELEMENT.sub("", _BREAK.sub("\n", notes))
    # Python refuses to read numbers of thousands of digits; no character has one.
    return html.unescape(_ENDLESS_NUMBER.sub("\ufffd", notes)) if "&" in notes else notes


def is_cancelled_title(title: str) -> bool:
    """Return whether the title says so, as Outlook's CalDAV bridge and people write it."""
    return _CANCELLED.match(title) is not None


def most_telling(words: tuple[str, ...], known: Dictionary) -> Cause | None:
    """Return the cause that *words* name: the first that says why, else an unspecified one."""
    causes = [cause for word in words if (cause := known.cause_of(word)) is not None]
    return next((c for c in causes if c.name != UNSPECIFIED), causes[0] if causes else None)


def cleaned_title(title: str, known: Dictionary) -> str:
    """Return *title* without trigger tags and without a leading ``Cancelled:``."""
    for _ in range(ROUNDS_MAX):
        words = (*_prefix_words(title), *_hashtags(title))
        if not any(map(known.must_go, words)) and not is_cancelled_title(title):
            return title
        title = _without_hashtags(_without_prefixes(title, known), known, _IN_TEXT).strip()
    return _SIGNS.sub(" ", title).strip()


def cleaned_notes(notes: str, known: Dictionary) -> str:
    """Return *notes* without trigger tags; HTML stays HTML unless a tag hides in its entities."""
    for _ in range(ROUNDS_MAX):
        plain = plain_text(notes)
        if not any(map(known.must_go, _hashtags(plain))):
            return notes
        shorter = _without_hashtags(notes, known, _IN_HTML)
        notes = shorter if shorter != notes else _without_hashtags(plain, known, _IN_TEXT)
    return _SIGNS.sub(" ", plain_text(notes))


def cleaned_categories(categories: tuple[str, ...], known: Dictionary) -> tuple[str, ...]:
    """Return *categories* without trigger tags, in their order."""
    return tuple(word for word in categories if not known.must_go(folded(word)))


def _prefix_words(title: str) -> tuple[str, ...]:
    """Return the words before the title proper, folded; ``disrupted: internet:`` are three."""
    words: list[str] = []
    at = 0
    while prefix := _prefix(title, at):
        pair = _pair(title, prefix)
        words += [folded(f"{prefix[1]}:{pair[1]}")] if pair else []
        words += [folded(prefix[1])]
        at = prefix.end()
    return tuple(words)


def _prefix(title: str, at: int) -> re.Match[str] | None:
    return _BRACKETED.match(title, at) or _BEFORE_COLON.match(title, at)


def _pair(title: str, prefix: re.Match[str]) -> re.Match[str] | None:
    """Return the second half of ``Disrupted: internet:`` if *prefix* may be the first."""
    return _BEFORE_COLON.match(title, prefix.end()) if prefix.re is _BEFORE_COLON else None


def _without_prefixes(title: str, known: Dictionary) -> str:
    kept: list[str] = []
    at = 0
    while True:
        if not kept and (cancelled := _CANCELLED.match(title, at)):
            at = cancelled.end()
            continue
        prefix = _prefix(title, at)
        if prefix is None:
            return "".join(kept) + title[at:]
        at = prefix.end()
        pair = _pair(title, prefix)
        if pair and known.must_go(folded(f"{prefix[1]}:{pair[1]}")):
            at = pair.end()
        elif not known.must_go(folded(prefix[1])):
            kept.append(prefix[0])


def _hashtags(text: str) -> tuple[str, ...]:
    """Return the hashtags in *text*, folded; ``#disrupted:internet`` is two words.

    What follows a colon may also be the next sentence: so both count, the longer one first.
    """
    words: list[str] = []
    for tag in filter(None, dict.fromkeys(_HASHTAG.findall(text))):
        words += [folded(tag)]
        words += [folded(_head(tag))] if _head(tag) != tag else []
    return tuple(words)


def _head(tag: str) -> str:
    """Return *tag* up to its first colon."""
    return re.split(rf"[{_COLON}]", tag, maxsplit=1)[0]


def _without_hashtags(text: str, known: Dictionary, places: re.Pattern[str]) -> str:
    """Return *text* less the hashtags that must go, and less a blank that each leaves over."""

    def replaced(match: re.Match[str]) -> str:
        before, chain, after = match.groups()
        if chain is None:
            return match[0]
        rest = _without_leading(chain, known)
        if rest == chain:
            return match[0]
        if rest:
            return f"{before}{rest}{after}"
        return before if after else ""

    return places.sub(replaced, text)


def _without_leading(chain: str, known: Dictionary) -> str:
    """Return ``#a#b``, tags glued together, less those at its front that must go."""
    at = 0
    for link in _LINK.finditer(chain):
        if known.must_go(folded(link[2])):
            at = link.end()
        elif known.must_go(folded(_head(link[2]))):
            return chain[link.start(2) + len(_head(link[2])) + 1 :]
        else:
            break
    return chain[at:]
