"""What is wrong between keys, though each is right by itself."""

from pathlib import Path

import pytest

from sync.config.load import parse
from sync.errors import ConfigError

FILE = Path("config.toml")


def test_a_drop_calendar_must_be_listed(small):
    """A name that no calendar has is told, with those that there are."""
    with pytest.raises(ConfigError) as caught:
        parse(f'{small}\n[signals]\ndrop_calendar = "Disrupted"\n', path=FILE)
    (problem,) = caught.value.problems
    assert problem.where == "signals.drop_calendar"
    assert "sessions" in problem.message
