"""What a configuration comes to, in words."""

from datetime import date
from pathlib import Path

import pytest

from sync.cli.outlook import ACTIONS, outlook, spelled
from sync.config.load import parse
from sync.config.model import Config
from sync.domain.policy import Action

SMALL = """
[practice]
timezone = "Europe/London"
emails = ["practice@example.org"]
[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
[[calendars]]
account = "home"
calendar = "sessions"
[hours]
mon = ["09:00-12:00", "12:00-13:30"]
fri = ["20:00-24:00"]
"""
MONDAY = date(2026, 11, 23)


def config(more: str = "") -> Config:
    return parse(SMALL + more, path=Path("config.toml"))


def told(settings: Config) -> dict[str, str]:
    """Return the lines by their first word."""
    lines = [line.strip().partition("  ") for line in outlook(settings, MONDAY)]
    return {word: rest.strip() for word, _, rest in lines}


def test_a_small_configuration_is_told_whole():
    """What is not in the file is told with what holds without it."""
    found = told(config())
    assert found["open"] == "Mon 09:00-12:00, 12:00-13:30; Fri 20:00-24:00; Tue-Thu, Sat-Sun closed"
    assert found["shut"] == "no closed day in the next 90 days"
    assert found["acts"] == (
        "on a tag such as #disrupted; a cancelled, deleted or declined session; a closure over it"
    )
    assert found["does"].startswith("offers a new time between 1d and 14d from now, tentative")
    assert found["deleted or declined: only holds a time, for you to look at"] == ""
    assert found["fees"] == "none"


def test_closed_days_are_those_that_would_be_open():
    """Five of them, today's included and the 90th day not; then how many more."""
    closed = '\nclosed = ["2026-11-23/2027-02-28"]\nholidays = "GB-ENG"'
    found = told(config(closed))["shut"]
    first = "Mon 23 Nov 2026, Fri 27 Nov 2026, Mon 30 Nov 2026, Fri 4 Dec 2026, Mon 7 Dec 2026"
    assert found == f"{first} and 21 more (holidays of GB-ENG)"


def test_holidays_count():
    """The public ones of the place, on days that would be open."""
    found = told(config('\nholidays = "GB-ENG"'))["shut"]
    assert found.startswith("Fri 25 Dec 2026, Mon 28 Dec 2026, Fri 1 Jan 2027 (")


@pytest.mark.parametrize("action", Action)
def test_every_action_has_words(action):
    """In terms of when, and of who hears of it; own rules are counted."""
    rule = '[[policy.rules]]\ncauses = ["crash"]\naction = "resume"\n'
    policy = f'[policy]\naction = "{action.value}"\nnotice = "2h"\nwithin = "3d"\n{rule}'
    found = told(config(policy))
    assert found["does"] == ACTIONS[action].format(when="between 2h and 3d from now")
    held = "deleted or declined: only holds a time, for you to look at"
    assert (held in found) is (action is not Action.HOLD)
    assert any(line.startswith("crash: goes on the same day") for line in found)


def test_rules_say_for_what_and_then_what():
    """Every condition in the file's own words; of many rules the first five."""
    rules = (
        '[[policy.rules]]\ncauses = ["no-show", "late"]\naction = "record"\n'
        '[[policy.rules]]\nfaults = ["site"]\npaid = false\nrecurring = true\n'
        'notice_below = "2h"\naction = "book"\nwithin = "3d"\n'
        + '[[policy.rules]]\naction = "ignore"\nmodality = ["phone"]\n'
        * 5
    )
    found = list(outlook(config(rules), MONDAY))
    assert "        late, no-show: records it and assesses the fee; no new time" in found
    assert (
        "        site and not paid and recurring and less than 2h before: "
        "books a new time between 1d and 3d from now and invites the client"
    ) in found
    assert found.count("        phone: does nothing") == 3
    assert "        and 2 rules more of your own" in found


def test_a_way_up_and_down_again_is_not_told(tmp_path):
    """A path is told as it stands, unless it goes up."""
    assert spelled(tmp_path / "a" / ".." / "c.toml") == tmp_path / "c.toml"
    assert spelled(Path("c.toml")) == Path("c.toml")


def test_signals_that_are_off_are_not_told():
    """Nor what would be done about them."""
    off = '[signals]\ncancelled = false\ndeleted = false\ndeclined = false\nclosures = "none"\n'
    found = told(config(off))
    assert found["acts"] == "on a tag such as #disrupted"
    assert not any("only holds" in line for line in found)
    some = told(config("[signals]\ncancelled = false\n"))
    assert "a deleted or declined session" in some["acts"]
    drop = "[signals]\ndeclined = false\ncancelled = false\n"
    assert "a deleted session" in told(config(drop))["acts"]


def test_fees_say_who_decides():
    """A price, and whether it waits for a word."""
    fees = '[fees]\ncurrency = "GBP"\nsession = "80.00"\n'
    assert told(config(fees))["fees"] == "80.00 GBP a session; each fee waits for your word"
    assert "no fee waits" in told(config(f'{fees}approve = "auto"\n'))["fees"]
