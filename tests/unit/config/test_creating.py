"""A first configuration and its secrets on disk."""

import os
import stat
import sys

import pytest

from sync.config.creating import created, created_beside, has_keyring, kept_in_keyring
from tests.servers.ring import ring_in


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_and_its_folders_are_the_owners_alone(tmp_path):
    """Whatever the umask allows; folders that were there stay as they are."""
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        created(tmp_path / "a" / "b" / "c.toml", "é\n")
    finally:
        os.umask(before)
    assert (tmp_path / "a" / "b" / "c.toml").read_bytes() == "é\n".encode()
    assert mode(tmp_path / "a" / "b" / "c.toml") == 0o600
    assert [mode(tmp_path / name) for name in ("a", "a/b", ".")] == [0o700, 0o700, 0o755]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_nothing_is_written_over(tmp_path, kind):
    """A file that is there stays, and a link to nowhere is not followed."""
    path = tmp_path / "c.toml"
    path.write_text("mine") if kind == "file" else path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        created(path, "new")
    assert not (tmp_path / "elsewhere").exists()
    assert kind == "link" or path.read_text() == "mine"


def test_half_a_file_is_not_left(tmp_path):
    """What cannot be written to its end is taken away again."""
    with pytest.raises(UnicodeEncodeError):
        created(tmp_path / "c.toml", "a\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_secret_takes_the_next_free_name(tmp_path):
    """The number goes before the ending."""
    names = [created_beside(tmp_path, "home.password", str(n)).name for n in range(3)]
    assert names == ["home.password", "home-2.password", "home-3.password"]
    assert (tmp_path / "home.password").read_text() == "0"


@pytest.fixture
def ring(tmp_path, monkeypatch):
    """A keyring package of its own, found before any other."""
    monkeypatch.syspath_prepend(str(ring_in(tmp_path / "site")))
    monkeypatch.setenv("RING", str(tmp_path / "ring.json"))
    yield tmp_path / "ring.json"
    for name in ("keyring", "keyring.errors"):
        sys.modules.pop(name, None)


def test_a_keyring_keeps_a_password(ring):
    """Under a name of ours, or the next one if that login has a password there already."""
    assert has_keyring()
    assert kept_in_keyring("quillon", "one") == "raincheck"
    assert kept_in_keyring("quillon", "two") == "raincheck-2"
    assert kept_in_keyring("wren", "three") == "raincheck"
    assert '"raincheck/quillon": "one"' in ring.read_text()


def test_a_keyring_that_refuses_says_none(ring, monkeypatch):
    """Then the password goes elsewhere."""
    monkeypatch.setenv("LOCKED", "1")
    assert kept_in_keyring("quillon", "one") is None
    assert not ring.exists()
