"""What the file says reaches what decides, and a real pass."""

import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from sync.config.load import parse
from sync.config.rules import rules_of
from sync.domain.practice import Holds
from sync.errors import ConfigError
from sync.wiring.google import google_client

TEXT = """
[practice]
timezone = "Europe/Oslo"
emails = ["Practice@Example.org"]
[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
[[calendars]]
account = "home"
calendar = "One"
[[calendars]]
account = "home"
calendar = "Two"
sessions = "invited"
[[calendars]]
account = "home"
calendar = "Three"
sessions = "none"
[hours]
mon = ["09:00-17:00"]
closed = ["2026-12-24"]
buffer = "5m"
[signals]
lookback = "3d"
cancelled = false
trust = ["Partner@example.com"]
[tags]
weg = "late"
[policy]
action = "book"
max_new = 3
[[policy.rules]]
causes = ["late"]
action = "record"
[fees]
currency = "NOK"
session = "900.00"
"""


def test_every_part_of_the_file_reaches_what_decides():
    """Words, trust, own addresses, what calendars hold, hours, policy and prices."""
    rules = rules_of(parse(TEXT, path=Path("config.toml")))
    watch = rules.watch
    assert watch.zone.key == rules.hours.zone.key == "Europe/Oslo"
    assert watch.emails == {"practice@example.org"}
    assert watch.settings.lookback == timedelta(days=3)
    assert watch.settings.cancelled is False
    assert watch.settings.trust == {"partner@example.com"}
    assert watch.dictionary.causes["weg"].name == "late"
    assert rules.calendars == {"One": Holds.ALL, "Two": Holds.INVITED, "Three": Holds.NONE}
    assert rules.hours.closed == {date(2026, 12, 24)}
    assert rules.hours.buffer == timedelta(minutes=5)
    assert rules.policy.terms.action.value == "book"
    assert rules.policy.max_new == 3
    assert [rule.terms.action.value for rule in rules.policy.rules] == ["record"]
    assert rules.tariff is not None
    assert rules.tariff.currency == "NOK"


def test_google_says_how_to_get_it(monkeypatch, tmp_path):
    """Without the extra the message names it, and nothing crashes."""
    monkeypatch.setitem(sys.modules, "adapters.google.credentials", None)
    monkeypatch.delattr("adapters.google.credentials", raising=False)
    with pytest.raises(ConfigError) as caught:
        google_client(tmp_path / "client.json")
    assert "[google]" in caught.value.problems[0].message
