"""What sessions are called at a terminal, and what is asked for it."""

from pathlib import Path

import pytest

from sync.cli import naming
from sync.config.load import parse
from sync.config.model import Config
from tests.unit.builders import raincheck, session

CONFIGURED = """
[practice]
timezone = "Europe/London"
[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
username = "therapist"
password = "x"
[[calendars]]
account = "home"
calendar = "sessions"
[hours]
mon = ["09:00-18:00"]
"""


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> dict[naming.Place, str]:
    """What stands in the calendars, to be filled; ``lost`` as a title is a lost calendar."""
    titles: dict[naming.Place, str] = {}

    def read(_settings: Config, sessions, *, environ, lost):
        places = {(name, key) for name, key, _ in sessions}
        for name in sorted({name for name, _ in places if titles.get((name, None)) == "lost"}):
            lost(name)
        return {place: titles[place] for place in places if place in titles}

    monkeypatch.setattr(naming, "titles_of", read)
    return titles


def settings() -> Config:
    return parse(CONFIGURED, path=Path("/srv/config.toml"))


def test_a_title_is_told_without_tags(standing):
    """The name, as a person would say it."""
    one = raincheck()
    place = (one.original.calendar, one.original.key)
    standing[place] = "[no-show] Marrow Thistle"
    assert naming.names_of(settings(), [one]) == {place: "Marrow Thistle"}


def test_what_is_gone_is_called_as_its_replacement(standing):
    """A deleted original has no live title; the new session has it."""
    one = raincheck(resource="r")
    standing[one.calendar, one.replacement] = "Marrow Thistle"
    place = (one.original.calendar, one.original.key)
    assert naming.names_of(settings(), [one]) == {place: "Marrow Thistle"}
    unwritten = raincheck(original=session(calendar="other"))
    assert naming.names_of(settings(), [unwritten]) == {}


def test_a_lost_calendar_is_told_of_once(standing, capsys):
    """And it is not asked again for replacements."""
    standing["sessions", None] = "lost"
    assert naming.names_of(settings(), [raincheck(resource="r")]) == {}
    assert capsys.readouterr().err.count("cannot be read now") == 1
