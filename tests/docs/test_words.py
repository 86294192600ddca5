"""README.md and docs/tagging.md tell every tag there is, and none that there is not."""

import re
from collections.abc import Iterator

import pytest

from sync.domain.causes import BUILT_IN, CLOSURE_WORDS, TAG_WORDS
from sync.domain.words import QUALIFIERS, dictionary, folded
from tests.docs.pages import ROOT

KNOWN = dictionary(TAG_WORDS, BUILT_IN)
WORD = re.compile(r"`#?([a-z-]+)`")


def rows(page: str, header: str) -> Iterator[list[str]]:
    """Yield the cells of each row in the table of *page* that *header* begins."""
    _, found, rest = (ROOT / page).read_text("utf-8").partition(f"{header}\n")
    assert found, header
    for line in rest.splitlines()[1:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_readme_tells_what_to_write_for_every_cause() -> None:
    """Each cause stands in the row of its fault, and beside it every tag that names it."""
    told: dict[str, str] = {}
    for fault, causes, write, _ in rows("README.md", "| fault | causes | write | fee by default |"):
        names, tags = WORD.findall(causes), WORD.findall(write)
        assert {BUILT_IN[name].value for name in names} == {fault}
        assert {KNOWN.causes[folded(tag)].name for tag in tags} == set(names)
        told |= dict.fromkeys(tags, fault)
    assert told.keys() == KNOWN.causes.keys()


def test_the_page_on_tagging_tells_every_word() -> None:
    """Tags, closures and qualifiers, each once; those of one row name one cause."""
    written = [WORD.findall(write) for write, _ in rows("docs/tagging.md", "| write | says |")]
    said = [word for words in written for word in words]
    assert sorted(said) == sorted([*KNOWN.causes, *CLOSURE_WORDS, *QUALIFIERS])
    for words in written:
        assert len({KNOWN.causes[word].name for word in words if word in KNOWN.causes}) <= 1


@pytest.mark.parametrize("page", ["README.md", "docs/tagging.md"])
def test_no_other_hashtag_is_told_as_a_tag(page: str) -> None:
    """A word behind a # counts, unless the page says that it does not."""
    text = (ROOT / page).read_text("utf-8")
    hashtags = set(re.findall(r"`#([a-z-]+)`", text))
    assert {each for each in hashtags if not KNOWN.knows(each)} <= {"power", "client-cancelled"}
