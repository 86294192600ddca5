"""What `check` says of keys that do nothing yet."""

from pathlib import Path

import pytest

from sync.config import parse, unbuilt
from sync.config.unbuilt import ROWS

FILE = Path("config.toml")

ASKED = [
    '[mail]\nhost = "smtp.example.org"\nfrom = "a@example.org"',
]


def test_what_asks_for_nothing_is_told_nothing(small):
    """A file that leaves these keys out, or turns them off, gets no sentence."""
    assert unbuilt(parse(small, path=FILE)) == ()
    off = '[fees]\nfirst_waived = 0\napprove = "ask"\n'
    assert unbuilt(parse(small + off, path=FILE)) == ()


def test_each_row_answers_to_one_key(small):
    """Each key that does nothing yet gets its own sentence, and no other."""
    said = [unbuilt(parse(f"{small}{text}\n", path=FILE)) for text in ASKED]
    assert said == [(row.sentence,) for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.sentence.split(" ")[0])
def test_sentences(row):
    """Each is one sentence that says it is not built."""
    assert "not " in row.sentence
    assert row.sentence.endswith(".")
