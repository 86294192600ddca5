"""Whatever people wrote, the report's shape is the same, and their words are only words."""

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.causes import Cause, Fault
from sync.domain.fees import FeeState
from sync.domain.plain import visible
from sync.report import page
from sync.report.layout import HEAD, layout_of
from sync.report.markup import element
from sync.report.month import month_of
from tests.property.strategies import HOSTILE, RAINCHECKS
from tests.unit.builders import LONDON
from tests.unit.report.november import november, report

FRAGMENTS = st.sampled_from(
    [
        *(
            "</style>",
            "</title>",
            "<script>alert(1)</script>",
            "</script>",
            "<!--",
            "-->",
            "<![CDATA[",
        ),
        *("<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "</svg>", "</td></tr></table>"),
        *(
            '"',
            "'",
            "` onfocus=x autofocus",
            '" onmouseover="alert(1)',
            "&lt;",
            "&#60;",
            "&",
            "<",
            ">",
        ),
        *("\x00", "\x1b[31m", "\x9b", "\u202e", "\u2066", "\u200f", "\ufeff", "\ud800", "\ufffe"),
        *(
            "\n",
            "\r\n",
            "\t",
            "\u2028",
            "\x85",
            "javascript:alert(1)",
            "url(http://x.example/)",
            "{}",
        ),
    ]
)
WORDS = st.lists(FRAGMENTS | st.text(max_size=3), max_size=10).map("".join) | HOSTILE


class Shape(HTMLParser):
    """Elements with the names of their attributes, and what is said outside of them."""

    def __init__(self, text: str):
        super().__init__()
        self.shape: list[object] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.shape.append((tag, [name for name, _ in attrs]))
        self.attributes += attrs

    def handle_endtag(self, tag):
        self.shape.append(tag)

    def handle_data(self, data):
        self.said += data

    def handle_comment(self, data):
        self.shape.append(data)

    def unknown_decl(self, data):
        self.shape.append(data)


def written(words: str, currency: str) -> str:
    """Return a page on which *words* stand wherever words of people or servers can stand."""
    # A blank is no name, and backticks are ours: between them stands what is to be typed.
    quiet = f"x{words}".replace("`", "")
    eighth, tenth = november()[7], november()[9]
    fee = replace(tenth.fee, reason=quiet, currency=f"c{currency}", amount=Decimal(7))
    rainchecks = [
        replace(eighth, reason=quiet, cause=Cause(quiet, Fault.CLIENT)),
        replace(tenth, fee=replace(fee, state=FeeState.APPROVED)),
    ]
    names = {(r.original.calendar, r.original.key): f"x{words}" for r in rainchecks}
    return page(report(rainchecks, names=names, practice=f"x{words}"))


PLAIN = Shape(written("plain", "GBP")).shape


@given(WORDS, WORDS)
def test_words_never_become_markup(words, currency):
    """The elements and attributes are those of a harmless month, one by one."""
    made = written(words, currency)
    assert Shape(made).shape == PLAIN
    made.encode()


@given(WORDS)
def test_words_are_read_as_they_were_written(words):
    """A reader gets them back without what cannot be seen, in text and in attributes."""
    said = visible(re.sub(r"\s+", " ", f"x{words}x"))
    assert Shape(element("p", f"x{words}x").text).said == said
    assert Shape(element("p", title=f"x{words}x").text).attributes == [("title", said)]


@given(st.lists(RAINCHECKS, min_size=1, max_size=6, unique_by=lambda each: each.id))
def test_any_month_can_be_drawn(rainchecks):
    """No record breaks the page, and everything drawn is within its picture."""
    first = rainchecks[0].original.span_in(LONDON).start.astimezone(LONDON)
    made = report(rainchecks, fees=[], month=month_of(first))
    Shape(page(made))
    layout = layout_of(made)
    assert layout is not None
    for box in layout.boxes:
        assert 0 < box.x < box.x + box.width < layout.width
        assert HEAD < box.y < box.y + box.height <= layout.height
