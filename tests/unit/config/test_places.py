"""Finding the configuration file."""

from pathlib import Path

import pytest

from sync.config.load import describe
from sync.config.places import SYSTEM, find_config
from sync.errors import ConfigError


def test_order_of_places(tmp_path):
    """The option wins over the variable, that over the user's file."""
    own = tmp_path / "raincheck" / "config.toml"
    own.parent.mkdir()
    own.touch()
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": "/nowhere"}
    assert find_config(None, environ) == own
    environ["RAINCHECK_CONFIG"] = "/b.toml"
    assert find_config(None, environ) == Path("/b.toml")
    assert find_config("a.toml", environ) == Path("a.toml")


def test_default_of_the_users_folder(tmp_path):
    """Without XDG_CONFIG_HOME, or with one that is not absolute, it is ~/.config."""
    own = tmp_path / ".config" / "raincheck" / "config.toml"
    own.parent.mkdir(parents=True)
    own.touch()
    for xdg in ("", "here"):
        assert find_config(None, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": xdg}) == own


def test_none_found_says_where_it_looked(tmp_path):
    """The message says what to do first, and names every place and the example to start from."""
    with pytest.raises(ConfigError) as caught:
        find_config(None, {"HOME": str(tmp_path)}, system=tmp_path / "etc")
    (line,) = describe(caught.value)
    assert line.startswith("no configuration found: `raincheck init` writes one")
    for place in (str(tmp_path), "etc/raincheck/config.toml", "config.example.toml"):
        assert place in line


def test_the_systems_file_comes_last(tmp_path):
    """Where the user has none, the system's is taken; /etc is where it is."""
    system = tmp_path / "etc" / "raincheck" / "config.toml"
    system.parent.mkdir(parents=True)
    system.touch()
    assert find_config(None, {"HOME": str(tmp_path)}, system=tmp_path / "etc") == system
    assert Path("/etc") == SYSTEM
