"""Where a tag counts, how it may be spelled, and what is no tag."""

import pytest

from sync.domain.causes import BUILT_IN, TAG_WORDS, Cause, Fault
from sync.domain.words import (
    NOTES_MAX,
    cleaned_categories,
    cleaned_notes,
    cleaned_title,
    dictionary,
    folded,
    is_cancelled_title,
    most_telling,
    words_of,
)

KNOWN = dictionary(TAG_WORDS, BUILT_IN)


def cause(title="", notes="", categories=()):
    told = most_telling(words_of(title, notes, categories), KNOWN)
    return told and told.name


@pytest.mark.parametrize(
    "word",
    [
        *(
            "disrupted",
            "DISRUPTED",
            "Dïsrupted",
            "di\u0308srupted",
            "ｄｉｓｒｕｐｔｅｄ",
            " disrupted_ ",
        ),
        *(
            "*disrupted!*",
            "✨disrupted✨",
            "“disrupted”",
            "#disrupted",
            "_disrupted",
            "disrupted\ufe0f",
        ),
    ],
)
def test_spelling_does_not_matter(word):
    """Case, accents, width, emoji and punctuation around a word change nothing."""
    assert folded(word) == "disrupted"
    assert cause(categories=(word,)) == "unspecified"


@pytest.mark.parametrize(
    "word", ["no-show", "No Show", "NO_SHOW", "no\u2011show", "no  show", "No – Show"]
)
def test_separators_do_not_matter(word):
    """Hyphens, underscores and spaces are one separator."""
    assert cause(categories=(word,)) == "no-show"


@pytest.mark.parametrize(
    "word",
    ["disrupted-internet", "disrupted:internet", "Disrupted: Internet", "Disrupted · internet"],
)
def test_a_tag_may_name_its_cause(word):
    """Every known cause can be named after `disrupted`."""
    assert cause(categories=(word,)) == "internet"
    for name in BUILT_IN:
        assert cause(categories=(f"disrupted:{name}",)) == name


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("[disrupted] Ann", "unspecified"),
        ("(no show) Ann", "no-show"),
        ("{Disrupted} Ann", "unspecified"),
        ("［disrupted］ Ann", "unspecified"),
        ("DISRUPTED: Ann", "unspecified"),
        ("DISRUPTED： Ann", "unspecified"),
        ("Disrupted : Ann", "unspecified"),
        ("Disrupted: intake: Ann", "unspecified"),
        ("Disrupted: internet: Ann", "internet"),
        ("Disrupted-internet: Ann", "internet"),
        ("[disrupted: no-show] Ann", "no-show"),
        ("[paid] [disrupted] Ann", "unspecified"),
        ("Paid: disrupted: internet: Ann", "internet"),
        ("Cancelled: no-show: Ann", "no-show"),
        ("🌧 disrupted: Ann", "unspecified"),
        ("Ann #disrupted", "unspecified"),
        ("Ann (#no-show)", "no-show"),
        ("Ann #noshow, again", "no-show"),
        ("Ann #disrupted:internet", "internet"),
        ("Ann #disrupted-internet.", "internet"),
        ("Ann #disrupted: internet was gone", "unspecified"),
        ("Ann #disrupted:again", "unspecified"),
        ("Ann #di\u0308srupted", "unspecified"),
        ("Ann ＃disrupted", "unspecified"),
    ],
)  # fmt: skip
def test_places_in_a_title(title, named):
    """Prefixes, several of them, and hashtags count; and none of it is left on a replacement."""
    assert cause(title=title) == named
    cleaned = cleaned_title(title, KNOWN)
    assert cause(title=cleaned) is None
    assert "Ann" in cleaned


@pytest.mark.parametrize(
    "notes",
    [
        *("#disrupted", "line\n#disrupted\nline", "see <b>#disrupted</b>", "<p>#Disrupted</p>"),
        *("a<br>#disrupted<br>b", "&#35;disrupted", "&num;disrupted", "&#x23;disrupted"),
        *("#dis<b>rupted</b>", "a&nbsp;#disrupted", "(#disrupted)", "<!-- #disrupted -->"),
    ],
)
def test_places_in_notes(notes):
    """A hashtag in notes counts, plain or HTML, and is gone from a replacement's."""
    assert cause(notes=notes) == "unspecified"
    assert cause(notes=cleaned_notes(notes, KNOWN)) is None


@pytest.mark.parametrize(
    "text",
    [
        *("undisrupted", "#undisrupted", "disruptedness", "#disruptedness", "foo#disrupted"),
        *("disrupted", "it was disrupted", "https://x.example/#disrupted", "x&#disrupted"),
        *("https://x.example/?a=1;#disrupted", "https://x.example/a-#disrupted", "/#disrupted"),
        *("&#39;disrupted", "##disrupted", "# disrupted", "#", "Ann [disrupted]", "10:30 Ann"),
        *("https://disrupted", "disrupted://x", "Ann - disrupted: x [y", "#no", "#show"),
    ],
)
def test_what_is_no_tag(text):
    """Parts of words, addresses and places not meant for tags say nothing, and stay as they are."""
    if not text.startswith("Ann - "):
        assert cause(title=text) is None
        assert cleaned_title(text, KNOWN) == text
    assert cause(notes=text) is None
    assert cleaned_notes(text, KNOWN) == text


@pytest.mark.parametrize(
    "notes",
    [
        '<a href="#disrupted">x</a>',
        "<a href='https://x.example/#disrupted'>x</a>",
        "a  b\t c ",
        "5 < 6 & 7 > 3",
    ],
)
def test_notes_without_tags_stay(notes):
    """Anchors inside links, blanks and loose signs are left exactly as they are."""
    assert cause(notes=notes) is None
    assert cleaned_notes(notes, KNOWN) == notes


@pytest.mark.parametrize(
    ("notes", "cleaned"),
    [
        ("Bring  it #disrupted today", "Bring  it today"),
        ("#disrupted", ""),
        ("#disrupted Ann", "Ann"),
        ("a\n#disrupted\n  b", "a\n\n  b"),
        ("<p>a #disrupted</p>", "<p>a</p>"),
        ("#urgent #paid #homework", "#paid #homework"),
        ("#drop#undo#homework", "#homework"),
        ("#disrupted:again", ""),
        ('<a href="#drop">#drop</a>', '<a href="#drop"></a>'),
    ],
)  # fmt: skip
def test_the_rest_of_the_notes_stays(notes, cleaned):
    """A tag goes with the one blank that it leaves over; nothing else moves."""
    assert cleaned_notes(notes, KNOWN) == cleaned


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("Cancelled: Ann", "Ann"),
        ("CANCELED : Cancelled: Ann", "Ann"),
        ("[disrupted] Cancelled: Ann", "Ann"),
        ("#drop disrupted: Ann", "Ann"),
        ("Biology: Cancelled: Ann", "Biology: Cancelled: Ann"),
        ("Biology: Cancelled: Disrupted: Ann", "Biology: Cancelled: Ann"),
        ("[paid] [disrupted] Ann", "[paid] Ann"),
        ("Maths: Disrupted: Ann", "Maths: Ann"),
        ("[disrupted]", ""),
        (" Ann  Lee ", " Ann  Lee "),
    ],
)  # fmt: skip
def test_the_rest_of_the_title_stays(title, cleaned):
    """Trigger prefixes and a leading Cancelled go; what else stands before the name stays."""
    assert cleaned_title(title, KNOWN) == cleaned


def test_categories_lose_only_triggers():
    """Own words and `paid` stay, in their order and spelling."""
    words = ("Therapy", "Disrupted", "Paid", "URGENT", "Lockdown", "disrupted-audio", "")
    assert cleaned_categories(words, KNOWN) == ("Therapy", "Paid", "")


def test_the_most_telling_word_wins():
    """A cause that says why beats `disrupted` alone, wherever they stand."""
    words = words_of("[disrupted] Ann #no-show", "", ("disrupted",))
    assert most_telling(words, KNOWN) == Cause("no-show", Fault.CLIENT)
    assert most_telling(("lockdown", "paid"), KNOWN) is None


def test_own_words_count():
    """Words of [tags] and causes of [causes] are folded like all others; empty ones are none."""
    known = dictionary({"Geplatzt!": "fox", "★": "fox"}, {"fox": Fault.SITE})
    assert most_telling(words_of("", "#geplatzt", ()), known) == Cause("fox", Fault.SITE)
    assert most_telling(words_of("Disrupted: FOX: Ann", "", ()), known) == Cause("fox", Fault.SITE)
    assert cleaned_categories(("", "☆"), known) == ("", "☆")


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("Cancelled: Ann", True),
        ("canceled : Ann", True),
        ("  CANCELLED:Ann", True),
        ("Cancelled Ann", False),
        ("Not cancelled: Ann", False),
    ],
)  # fmt: skip
def test_cancelled_titles(title, says):
    """Both spellings count, at the very start and with a colon."""
    assert is_cancelled_title(title) is says


@pytest.mark.parametrize(
    "text",
    [
        *(sign * NOTES_MAX for sign in "<[#:&(. -_a"),
        *("a:" * 10_000, "<p " * 30_000, "#drop" * 20_000, "#a:" * 10_000, "&amp;" * 20_000),
        *("<" + " " * NOTES_MAX, "#a" + ":" * NOTES_MAX + "b", "a" + "." * NOTES_MAX + "b"),
        *("Cancelled:" * 10_000, "[disrupted]" * 9_000, "a" + "\u0300\u0316" * 50_000),
        *("&#" + "9" * 5_000 + ";", "<#d" * 3_000 + "<#drop/b>" + "rop/b>" * 3_000),
    ],
    ids=range(24),
)
def test_hostile_text_is_read(text):
    """Text made to be slow or to break the reader is read like any other."""
    words_of(text, text, (text,))
    assert not any(map(KNOWN.must_go, words_of(cleaned_title(text, KNOWN), "", ())))
    assert not any(map(KNOWN.must_go, words_of("", cleaned_notes(text, KNOWN), ())))


def test_notes_are_read_up_to_a_limit():
    """What stands beyond the limit is not searched."""
    assert cause(notes="x" * (NOTES_MAX - 12) + " #disrupted") == "unspecified"
    assert cause(notes="x" * NOTES_MAX + " #disrupted") is None


def test_a_cause_that_nobody_knows_still_says_disrupted():
    """A slip in the cause must not be taken for silence."""
    for word in ("disrupted-intrenet", "disrupted-wifi"):
        cause = most_telling((word,), KNOWN)
        assert cause is not None
        assert (cause.name, cause.fault) == ("unspecified", Fault.NONE)
