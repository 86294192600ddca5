"""Opening hours as people type them."""

import re

import pytest

from sync.config.opening import in_words, week_of

NINE_TO_FIVE = ("09:00-17:00",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mon-fri 9-17", "Mon-Fri 09:00-17:00; Sat-Sun closed"),
        (
            "mon 9-12:30,13:30-18:00; thu 13-20",
            "Mon 09:00-12:30, 13:30-18:00; Thu 13:00-20:00; Tue-Wed, Fri-Sun closed",
        ),
        ("Mondays, Wed and FRIDAY 9 to 5pm", "Mon, Wed, Fri 09:00-17:00; Tue, Thu, Sat-Sun closed"),
        ("daily 8-24", "Mon-Sun 08:00-24:00"),
        (
            "weekdays: 9.30-12h30 & 2pm-6pm, sat closed",
            "Mon-Fri 09:30-12:30, 14:00-18:00; Sat-Sun closed",
        ),
        ("sat-mon 12am-12pm", "Mon, Sat-Sun 00:00-12:00; Tue-Fri closed"),
        ("mon–fri 09:00–17:00", "Mon-Fri 09:00-17:00; Sat-Sun closed"),
        ("mon 13-17 mon 9-12", "Mon 09:00-12:00, 13:00-17:00; Tue-Sun closed"),
    ],
)
def test_hours_are_understood_and_told_back(text, told):
    """Days by name, stretch or list; ranges by whole hours, minutes, am and pm."""
    assert in_words(week_of(text)) == told


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "no day is open"),
        ("mon closed", "no day is open"),
        ("9-17", "before any day"),
        ("mon", '"Mon" has no hours'),
        ("mon 9-17, tue", '"Tue" has no hours'),
        ("mon-xyz 9-17", '"xyz" is no day'),
        ("m 9-17", '"m" is no day'),
        ("mon 9-5", "5pm"),
        ("mon 22-21", "ends before it starts"),
        ("mon 9-9", "ends before it starts"),
        ("mon 9-12, 11-13", "overlap"),
        ("mon 25-26", "no time of day"),
        ("mon 24-24", "no time of day"),
        ("mon 13pm-14pm", "no time of day"),
        ("mon 9-17-18", "not understood"),
        ("mon ?", "not understood"),
        ("mon 9-17 " * 200, "too long"),
    ],
)
def test_what_is_not_understood_is_told(text, hint):
    """One sentence, with an example where the shape is wrong."""
    with pytest.raises(ValueError, match=re.escape(hint)):
        week_of(text)


def test_days_keep_their_order():
    """However they are typed, and alike days are told together."""
    week = week_of("fri, mon 9-17")
    assert list(week) == ["mon", "fri"]
    assert week["mon"] == week["fri"] == NINE_TO_FIVE
