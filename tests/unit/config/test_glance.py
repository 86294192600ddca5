"""A glance sees what the whole configuration says, and believes nothing that is odd."""

from pathlib import Path

import pytest

from sync.config import content
from sync.config.content import FILE_BYTES_MAX
from sync.config.glance import glance
from sync.config.load import load
from sync.config.rules import rules_of

HOME = {"HOME": "/home/quillon"}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("more", "environ"),
    [
        ("", HOME),
        ("", HOME | {"XDG_STATE_HOME": "/elsewhere"}),
        ("", HOME | {"STATE_DIRECTORY": "/var/lib/raincheck:/other"}),
        ('[state]\npath = "state/own.db"', HOME),
        ('[state]\npath = "~/own.db"', HOME),
        ("[state]", HOME),
    ],
)
@pytest.mark.parametrize("emails", ['["A@Example.org", " mailto:B@example.org "]', "[]", None])
def test_it_sees_what_the_whole_says(small, tmp_path, more, environ, emails):
    """Seal, state file and addresses are those of the checked configuration."""
    line = 'emails = ["Quillon.Wren@Example.org"]'
    text = small.replace(line, f"emails = {emails}" if emails else "") + more
    path = written(tmp_path, "\ufeff" + text)
    found, whole = glance(str(path), environ), load(path, environ)
    assert found.seal == whole.seal
    assert found.state == whole.state_path(environ)
    assert found.emails == rules_of(whole).watch.emails


def test_the_example_is_seen(example):
    """As users copy it."""
    assert glance(str(example), HOME).state == load(example, HOME).state_path(HOME)


@pytest.mark.parametrize(
    "text",
    [
        "[practice",
        b"\xff\xfe",
        b"#" * (FILE_BYTES_MAX + 1),
        "a = " + "[" * 100_000,
        "[state]\npath = 1",
        "[practice]\nemails = 1",
        "[practice]\nemails = [1]",
    ],
)
def test_what_is_odd_is_not_seen(tmp_path, text):
    """It takes a full look to tell what is wrong; the glance has no words for it."""
    assert glance(str(written(tmp_path, text)), HOME) is None


def test_what_is_not_there_is_not_seen(tmp_path):
    """Nor is a folder, nor a table that is none."""
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    for option in (str(tmp_path / "none.toml"), str(tmp_path)):
        assert glance(option, environ) is None
    odd = glance(str(written(tmp_path, "state = 1\npractice = 1")), HOME)
    assert odd.emails == frozenset()


def test_a_seal_is_of_these_bytes_and_this_version(monkeypatch):
    """One byte more, or another version that reads them, is another seal."""
    seal = content.seal_of(b"[practice]\n")
    assert content.seal_of(b"[practice]\n") == seal
    assert content.seal_of(b"[practice]\n\n") != seal
    monkeypatch.setattr(content, "VERSION", "0.0.1")
    assert content.seal_of(b"[practice]\n") != seal
