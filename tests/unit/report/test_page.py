"""The page, as text; what a browser makes of it is tested end to end."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from sync.domain.lifecycle import State
from sync.domain.policy import SignalKind
from sync.domain.sessions import Attendee
from sync.report import page
from tests.unit.builders import at, session
from tests.unit.report.november import PEOPLE, many, november, report, titles

CANARY = "Quillon-Canary"
BYTES_MAX = 200_000


class Tree(HTMLParser):
    """The elements in their order, and the text within each kind."""

    def __init__(self, text: str):
        super().__init__()
        self.starts: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.starts.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def every(self, tag):
        return [attributes for name, attributes in self.starts if name == tag]


def words(text: str) -> str:
    body = text.rpartition("</style>")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


PAGES = {
    "full": page(report()),
    "named": page(report(names=titles())),
    "empty": page(report([])),
    "only fees": page(report([], fees=report().fees)),
    "other week": page(report(week=date(2026, 10, 6))),
}


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_it_is_well_formed(text):
    """Every element ends, every id is there once, and every link leads to one."""
    tree = Tree(text)
    assert tree.open == []
    ids = [attributes["id"] for _, attributes in tree.starts if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for attributes in tree.every("a")]
    assert {link.removeprefix("#") for link in links} <= set(ids)
    named = [
        a[key]
        for _, a in tree.starts
        for key in a
        if key in {"aria-labelledby", "aria-describedby"}
    ]
    assert set(named) <= set(ids)


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_it_asks_nobody_for_anything(text):
    """No script, no address, nothing that loads; and a policy that would forbid it."""
    tree = Tree(text)
    tags = {tag for tag, _ in tree.starts}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "image", "use", "form"}
    for _, attributes in tree.starts:
        assert not {"src", "srcset", "action", "background", "ping"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"https?:|//|@import|url\((?!#)", text)
    (policy,) = [a["content"] for a in tree.every("meta") if "http-equiv" in a]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_headings_and_landmarks_are_in_order(text):
    """One main, one first heading, then second ones; the language and the width are said."""
    tree = Tree(text)
    assert next(tag for tag, _ in tree.starts if re.fullmatch(r"h\d", tag)) == "h1"
    assert [len(tree.every(tag)) for tag in ("main", "header", "footer", "h1")] == [1, 1, 1, 1]
    assert tree.every("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in tree.every(
        "meta"
    )
    assert len(tree.every("h2")) == len(tree.every("section"))


def test_tables_have_captions_and_headings():
    """Each with a caption, headings for columns and rows, and a name for its frame."""
    tree = Tree(PAGES["full"])
    assert len(tree.every("table")) == len(tree.every("caption")) == 6
    assert {attributes["scope"] for attributes in tree.every("th")} == {"col", "row"}
    rows = len(tree.every("tr"))
    assert len([a for a in tree.every("th") if a["scope"] == "row"]) == rows - 6


def test_the_figures_are_there():
    """The sums, what is owed with what to do, the fees, and the practice with its zone."""
    said = words(PAGES["full"])
    for words_of_it in (
        "The Lantern Practice",
        "Disrupted sessions, November 2026",
        "time zone Europe/London",
        "Disrupted sessions 12",
        "New time found 8 of these not final: 2",
        "Still owed 2",
        "Median wait for the new time 7 days",
        "Longest wait for the new time 16 days",
        "lockdown the site&#x27;s side 4 4 0",
        "No new time yet: no slot in 14 days. It is tried again in every pass.",
        "tag it book to invite the client",
        "Approved GBP 80.00",
        "Proposed GBP 120.00",
        "Session 10 Thu 19 Nov 10:00 no-show recorded only – –",
    ):
        assert words_of_it in said, words_of_it


def test_what_was_withdrawn_is_drawn_as_standing_again():
    """It is not lost: no hatching, no line through it; of a deleted one nothing stands."""
    (gone,) = [one for one in november() if one.state is State.WITHDRAWN]
    drawn = page(report([gone]))
    assert 'class="back"' in drawn
    assert 'class="lost"' not in drawn
    assert ": withdrawn, stands again" in words(drawn)
    deleted = page(report([replace(gone, signal=SignalKind.DELETED)]))
    assert 'class="lost"' in deleted
    assert "stands again" not in words(deleted).replace("was withdrawn and stands again", "")


def test_what_costs_nothing_is_nobodys_to_decide():
    """A fee of nothing has no state."""
    (free,) = [one for one in november() if one.id == "k08v9q"]
    free = replace(free, fee=replace(free.fee, amount=Decimal("0.00")))
    assert "none late cancellation" in words(page(report([free])))


def test_the_picture_has_a_name_and_is_told_in_words():
    """An image with title and description, an arrow for each move, and the list below it."""
    text = PAGES["full"]
    svg = text[text.index("<svg") : text.index("</svg>")]
    assert 'role="img" aria-labelledby="picture-title" aria-describedby="picture-desc"' in svg
    assert "Moves of sessions, Mon 9 Nov 2026 to Sun 22 Nov 2026</title>" in svg
    assert svg.count("marker-end") == 6
    assert svg.count("Thu 26 Nov 14:00") == 1
    listed = words(text[text.index("<ol") : text.index("</ol>")])
    assert "Session 7 , Tue 10 Nov 14:00: moved to Thu 26 Nov 14:00" in listed
    assert "Session 8 , Thu 12 Nov 16:00: still owed" in listed
    assert re.findall(r'<li value="(\d+)"', text) == ["3", "4", "5", "6", "7", "8", "9"]


def test_a_new_time_before_the_lost_one_says_so():
    """An arrow cannot point out of the picture to the left, so its words tell."""
    earlier = [replace(november()[3], slot=at("2026-11-05T09:00"))]
    assert "earlier: 5 Nov 09:00" in words(page(report(earlier)))


def test_a_quiet_month_is_told_kindly():
    """No empty table: a sentence."""
    said = words(PAGES["empty"])
    assert "A quiet month" in said
    assert "no disrupted session in November 2026" in said
    assert "<table" not in PAGES["empty"]
    assert "<table" in PAGES["only fees"]
    assert "No session of November 2026 was disrupted in the week of Mon 5 Oct" in words(
        PAGES["other week"]
    )


@pytest.mark.parametrize("state", State)
def test_nobody_is_named_unasked(state):
    """Nothing of a session but its time is on the page, whatever its copy holds."""
    telling = session(
        title=CANARY, notes=CANARY, categories=(CANARY,), organizer=CANARY, location=CANARY,
        attendees=(Attendee(CANARY),), links=(CANARY,), payload=CANARY, resource=CANARY,
    )  # fmt: skip
    only = replace(november()[0], original=telling, state=state, resource=CANARY)
    assert CANARY not in page(report([only]))
    assert CANARY in page(report([only], names={(telling.calendar, telling.key): CANARY}))


def test_names_are_everywhere_when_asked_for():
    """In every table and in the list; the foot of the page warns of them."""
    said = words(PAGES["named"])
    assert all(name in said for name in PEOPLE)
    assert "It holds names" in said
    assert "It names nobody" in words(PAGES["full"])


def test_a_hundred_disruptions_are_a_small_page():
    """With names and a picture, below 200 kB."""
    crowd = many(100)
    text = page(
        report(crowd, names={(r.original.calendar, r.original.key): "w" * 60 for r in crowd})
    )
    assert len(text.encode()) < BYTES_MAX


def test_the_same_month_is_the_same_page():
    """Order of the records does not matter."""
    assert page(report(november()[::-1])) == PAGES["full"]
