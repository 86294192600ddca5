"""Elements are escaped by construction."""

import pytest

from sync.report.markup import Markup, document, element, styles, together


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("</p><script>alert(1)</script>", "&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\"'", "&quot;&#x27;"),
        ("a\x00b\x1b[31mc\x9b", "ab[31mc"),
        ("a\u202eb\u2066c\u200fd\ufeff", "abcd"),
        ("a\n\t b\u2028c\r\nd", "a b c d"),
        ("half\ud800", "half"),
        (" – ", " – "),
    ],
)
def test_a_text_stays_a_text(text, written):
    """Between tags and in quotes alike, without what steers a reader."""
    assert element("p", text).text == f"<p>{written}</p>"
    assert element("p", title=text).text == f'<p title="{written}"></p>'


def test_markup_is_not_escaped_again():
    """What was made by `element` goes in as it is; its texts were escaped before."""
    inner = together("1 < 2 ", element("em", "&"))
    assert element("p", inner).text == "<p>1 &lt; 2 <em>&amp;</em></p>"


def test_attributes():
    """Underscores, switches and numbers are written as HTML and SVG want them."""
    made = element("a", class_="x", aria_label="y", hidden=True, id=None, open=False, x=1.25, y=2.0)
    assert made.text == '<a class="x" aria-label="y" hidden x="1.2" y="2"></a>'
    assert element("meta", charset="utf-8").text == '<meta charset="utf-8">'


def test_names_are_ours():
    """A name that would break out of its tag is a bug of ours, and is noticed."""
    for wrong in ("a b", "a>", "", "1"):
        with pytest.raises(AssertionError):
            element(wrong)
        with pytest.raises(AssertionError):
            element("p", **{wrong: "x"})
    with pytest.raises(AssertionError):
        styles("p { } </style><script>")


def test_a_document_says_its_language():
    """It begins with the doctype, so that browsers keep to the standard."""
    made = document(Markup(""), element("body", "x"))
    assert made == '<!doctype html>\n<html lang="en"><body>x</body></html>\n'
