"""What is advised when a calendar cannot be worked with."""

from datetime import UTC, datetime

import pytest

from sync.cli.telling import PAUSED, advised, lost_calendars
from sync.domain.passes import CalendarLook, PassReport, Reach

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def told(look: CalendarLook) -> str:
    report = PassReport("p1", False, NOW, NOW, (look,), (), ())
    (line,) = lost_calendars(report, google={"work"})
    return line


def test_passwords_are_for_accounts_that_have_one() -> None:
    """A refused login at Google names its own way out; elsewhere the password is asked about."""
    google = CalendarLook("a", "work", Reach.DENIED, None, 0, 1, "refused")
    assert told(google) == "work: refused; nothing was looked at."
    caldav = CalendarLook("b", "home", Reach.DENIED, None, 0, 1, "refused")
    assert "password" in told(caldav)


@pytest.mark.parametrize("reach", [Reach.UNREACHABLE, Reach.MISSING])
def test_other_advice_is_the_same_everywhere(reach: Reach) -> None:
    """Out of reach or not there: the kind of account does not matter."""
    assert advised(reach, google=True) == advised(reach, google=False) != ""


def test_a_pause_does_not_doubt_the_address() -> None:
    """The server is up; all there is to do is to wait."""
    look = CalendarLook("a", "work", Reach.UNREACHABLE, "full", 1, 1, "not before ten", paused=True)
    assert told(look) == f"a: not before ten. {PAUSED}"
