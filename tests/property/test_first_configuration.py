"""What `raincheck init` writes: understood by the reader, whatever the answers are."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.config.load import parse
from sync.config.opening import in_words, week_of
from sync.config.values import WEEKDAYS
from sync.config.writing import Answers, AtGoogle, OnServer, listed, quoted, text_of
from sync.domain.policy import Action

SIGNS = st.sampled_from(
    [
        *('"', "'", '"""', "'''", "\\", "\\u0041", "#", "]", "=", "[[", "{", "}", " ", "\n", "\r"),
        *("\t", "\0", "\x7f", "\u202e", "\u2028", "\ufeff", "\U000e0001", "é", "日本", "\x1b[2J"),
    ]
)
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.lists(SIGNS, max_size=12).map("".join),
)
FILLED = TEXT.filter(bool)
NAMES = st.lists(FILLED, min_size=1, max_size=4, unique=True)


def _in_order(ends: list[int]) -> tuple[str, ...]:
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return tuple(f"{a // 4:02}:{a % 4 * 15:02}-{b // 4:02}:{b % 4 * 15:02}" for a, b in pairs)


RANGES = st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(
    lambda ends: _in_order(sorted(ends))
)
WEEKS = st.dictionaries(st.sampled_from(WEEKDAYS), RANGES, min_size=1).map(
    lambda week: {day: week[day] for day in WEEKDAYS if day in week}
)


@given(TEXT)
def test_every_text_survives_its_quotes(text):
    """TOML reads back exactly what was quoted, on one line that no terminal is steered by."""
    assert tomllib.loads(f"key = {quoted(text)}") == {"key": text}
    assert quoted(text).isprintable()
    assert tomllib.loads(f"key = {listed([text, text])}") == {"key": [text, text]}


@pytest.mark.parametrize("text", ["\ud800", "a\udcff"])
def test_half_a_character_is_refused(text):
    """It could not be written as UTF-8."""
    with pytest.raises(ValueError, match="half a character"):
        quoted(text)


@given(WEEKS)
def test_hours_told_in_words_are_understood_again(week):
    """What is shown to a person can be typed in as it stands."""
    assert week_of(in_words(week)) == week


@given(FILLED, st.one_of(st.none(), FILLED), NAMES, WEEKS, st.booleans())
def test_a_configuration_on_a_server_says_what_was_answered(user, secret, names, week, fees):
    """Every answer comes back out of the written text, through the reader's own checks."""
    account = OnServer("home", "https://dav.example.org/", user, ("password_file", secret or "x"))
    answers = Answers(
        account=account,
        timezone="Europe/London",
        hours=week,
        sessions=(names[0],),
        emails=("practice@example.org",),
        price=("80.00", "GBP") if fees else None,
        holidays="GB-ENG" if fees else "",
        buffer="10m" if fees else "",
        rebooks_no_shows=fees,
    )
    config = parse(text_of(answers), path=Path("config.toml"))
    (found,) = config.accounts
    assert (found.name, found.username, found.password_file) == ("home", user, secret or "x")
    assert [(each.calendar, each.sessions) for each in config.calendars] == [(names[0], "all")]
    written = {day: getattr(config.hours, day) for day in WEEKDAYS if getattr(config.hours, day)}
    assert {day: len(ranges) for day, ranges in written.items()} == {
        day: len(ranges) for day, ranges in week.items()
    }
    assert (config.tariff() is not None) is fees
    assert config.hours.buffer == timedelta(minutes=10 if fees else 0)
    rules = [(rule.causes, rule.action) for rule in config.policy.rules]
    assert rules == ([] if fees else [(("no-show", "late"), Action.RECORD)])
    assert config.hours.holidays == ("GB-ENG" if fees else "")


@given(st.lists(st.text("abc\"'\\\n", min_size=1), min_size=2, max_size=5, unique=True))
def test_each_calendar_has_a_table_of_its_own(names):
    """Sessions first, then busy time, in the order of the answers."""
    answers = Answers(
        account=AtGoogle("work", 'client "secret".json', "work.token.json"),
        timezone="Europe/London",
        hours={"mon": ("09:00-17:00",)},
        sessions=tuple(names[:1]),
        busy=tuple(names[1:]),
    )
    config = parse(text_of(answers), path=Path("config.toml"))
    found = [(each.calendar, each.sessions) for each in config.calendars]
    assert found == [(names[0], "all"), *((name, "none") for name in names[1:])]
    assert config.accounts[0].credentials_file == 'client "secret".json'
