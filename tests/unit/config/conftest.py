"""A small valid configuration, to be broken in one place at a time."""

from pathlib import Path

import pytest

SMALL = """\
[practice]
timezone = "Europe/London"
emails = ["Quillon.Wren@Example.org"]

[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
username = "quillon"
password_env = "DAV_PASSWORD"

[[calendars]]
account = "home"
calendar = "sessions"

[hours]
mon = ["09:00-12:00", "13:00-18:00"]
"""


@pytest.fixture
def small() -> str:
    return SMALL


@pytest.fixture
def example() -> Path:
    return Path(__file__).parents[3] / "config.example.toml"
