"""What is written into a calendar can never set Raincheck off again."""

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.causes import BUILT_IN, TAG_WORDS
from sync.domain.words import (
    cleaned_categories,
    cleaned_notes,
    cleaned_title,
    dictionary,
    folded,
    is_cancelled_title,
    plain_text,
    words_of,
)
from tests.property.strategies import HOSTILE

KNOWN = dictionary(TAG_WORDS, BUILT_IN)


def triggers(title="", notes="", categories=()):
    return [word for word in words_of(title, notes, categories) if KNOWN.must_go(word)]


@given(HOSTILE)
def test_a_cleaned_title_says_nothing(title):
    """No trigger is left in a title, nor does it say that it is cancelled; again is no change."""
    cleaned = cleaned_title(title, KNOWN)
    assert not triggers(title=cleaned)
    assert not is_cancelled_title(cleaned)
    assert cleaned_title(cleaned, KNOWN) == cleaned


@given(HOSTILE)
def test_cleaned_notes_say_nothing(notes):
    """No trigger is left in notes, however it hides in elements and entities."""
    cleaned = cleaned_notes(notes, KNOWN)
    assert not triggers(notes=cleaned)
    assert cleaned_notes(cleaned, KNOWN) == cleaned


@given(st.lists(HOSTILE, max_size=4).map(tuple))
def test_cleaned_categories_say_nothing(categories):
    """No trigger is left among categories; the others stay, in their order."""
    cleaned = cleaned_categories(categories, KNOWN)
    assert not triggers(categories=cleaned)
    assert cleaned == tuple(c for c in categories if not triggers(categories=(c,)))


@given(HOSTILE)
def test_text_without_tags_is_left_alone(text):
    """Where there is no trigger, not a blank is changed."""
    if not triggers(title=text) and not is_cancelled_title(text):
        assert cleaned_title(text, KNOWN) == text
    if not triggers(notes=text):
        assert cleaned_notes(text, KNOWN) == text


@given(HOSTILE, HOSTILE)
def test_cleaning_only_takes_away(title, notes):
    """Every letter of what is left stood in the original."""
    assert len(cleaned_title(title, KNOWN)) <= len(title)
    assert len(cleaned_notes(notes, KNOWN)) <= max(len(notes), len(plain_text(notes)))


@given(st.text(max_size=30) | HOSTILE)
def test_folding_twice_is_folding_once(word):
    """What is compared is stable."""
    assert folded(folded(word)) == folded(word)
