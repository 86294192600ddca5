"""Calendars by number, name or path; and the other answers of the wizard."""

import re
import sys
from dataclasses import replace
from datetime import date

import pytest

from sync.cli.init.choosing import names_of, picked, picked_others
from sync.cli.init.closing import coming_days
from sync.cli.init.questions import (
    BUFFER,
    CLIENT,
    CURRENCY,
    EMAILS,
    HOLDS,
    HOLIDAYS,
    KIND,
    NO_SHOWS,
    PRICE,
    RIGHT,
    URL,
    ZONE,
    amount,
    google_lacks,
)
from sync.ports import Listed

AMOUNT = replace(PRICE, read=amount)
LISTED = (
    Listed("Sessions", "/q/a/", holds_events=True, writable=True),
    Listed("Ill, or away", "/q/b/", holds_events=True, writable=True),
    Listed("Tasks", "/q/c/", holds_events=False, writable=True),
    Listed("Birthdays", "/q/d/", holds_events=True, writable=False),
    Listed("Twin", "/q/e/", holds_events=True, writable=True),
    Listed("twin", "/q/f/", holds_events=True, writable=True),
    Listed("a", "/q/g/", holds_events=True, writable=True),
    Listed("", "/q/h/", holds_events=True, writable=True),
    Listed("a/b", "/q/i/", holds_events=True, writable=True),
)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("1", (0,)),
        ("2, 1", (0, 1)),
        ("sessions", (0,)),
        ("Ill, or away", (1,)),
        ("Sessions;2", (0, 1)),
        ("/q/f", (5,)),
        ("/q/h/", (7,)),
        ("Twin", (4,)),
        ("1,1", (0,)),
    ],
)
def test_calendars_are_picked(answer, found):
    """As exactly as written first; a comma may be part of a name."""
    assert picked(answer, LISTED, for_sessions=True) == found


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("", "at least one"),
        ("0", "no calendar"),
        ("10", "no calendar"),
        ("Sesions", 'did you mean "Sessions"'),
        ("3", "holds no events"),
        ("Birthdays", "is read-only"),
        ("TWIN", "/q/e/, /q/f/"),
    ],
)
def test_calendars_that_cannot_hold_sessions_say_why(answer, says):
    """Read-only, without events, or nobody knows which."""
    with pytest.raises(ValueError, match=re.escape(says)):
        picked(answer, LISTED, for_sessions=True)


def test_busy_time_may_be_read_only_or_nowhere():
    """It is only read; a list of tasks has no time to be busy at."""
    assert picked("Birthdays", LISTED, for_sessions=False) == (3,)
    assert picked("none", LISTED, for_sessions=False) == ()
    with pytest.raises(ValueError, match="holds no events"):
        picked("Tasks", LISTED, for_sessions=False)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("1", "Sessions holds your sessions already; the others are: 2 Ill, or away, 4 Birthdays"),
        ("2, sessions", "Sessions holds your sessions already"),
    ],
)
def test_a_calendar_of_sessions_is_no_other(answer, says):
    """Somebody who counts the others from 1 is told, and not left with one unwatched."""
    with pytest.raises(ValueError, match=re.escape(says)):
        picked_others(answer, LISTED[:4], {0})
    assert picked_others("2", LISTED[:4], {0}) == (1,)
    with pytest.raises(ValueError, match="there are no others"):
        picked_others("1", LISTED[:1], {0})


@pytest.mark.parametrize(
    ("prefix", "says"),
    [
        ("/home/q/.local/share/pipx/venvs/raincheck", "run: pipx install --force '.[google]'"),
        ("/home/q/.local/share/uv/tools/raincheck", "run: uv tool install --force '.[google]'"),
        ("/home/q/raincheck/.venv", "run: pip install '.[google]'"),
    ],
)
def test_packages_are_added_as_raincheck_was_installed(monkeypatch, prefix, says):
    """What is told can be pasted."""
    assert google_lacks() is None
    monkeypatch.setattr("sys.prefix", prefix)
    monkeypatch.setitem(sys.modules, "googleapiclient", None)
    assert says in (google_lacks() or "")
    with pytest.raises(ValueError, match="extra"):
        CLIENT.read("client.json")


def test_closed_days_that_come_are_told():
    """Today's too, none before, none that is closed anyway, and four of them at most."""
    days = [date(2026, 12, number) for number in (22, 23, 24, 25, 26, 28, 29, 30)]
    week = dict.fromkeys(("mon", "tue", "wed", "fri"), ("09:00-17:00",))
    told = "Wed 23 Dec 2026, Fri 25 Dec 2026, Mon 28 Dec 2026, Tue 29 Dec 2026"
    assert coming_days(days, week, date(2026, 12, 23)) == told
    assert coming_days([], week, date(2026, 12, 23)) == "no day"


def test_a_calendar_is_named_by_what_only_it_is_called():
    """Its title; its path where the title is empty, another's too, or looks like a path."""
    assert names_of(LISTED) == (
        "Sessions", "Ill, or away", "Tasks", "Birthdays",
        "/q/e/", "/q/f/", "/q/g/", "/q/h/", "/q/i/",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "answer", "meant"),
    [
        (KIND, "s", "server"),
        (KIND, "CalDAV", "server"),
        (KIND, "Google", "google"),
        (URL, "dav.example.org/me", "https://dav.example.org/me"),
        (URL, "http://127.0.0.1:5232/", "http://127.0.0.1:5232/"),
        (PRICE, "80 gbp", ("80", "GBP")),
        (PRICE, "EUR 80.50", ("80.50", "EUR")),
        (PRICE, "", None),
        (PRICE, "none", None),
        (PRICE, "£80", ("80", "GBP")),
        (PRICE, "80,50 €", ("80.50", "EUR")),
        (AMOUNT, "80", ("80", "")),
        (AMOUNT, "$ 80.00", ("80.00", "")),
        (CURRENCY, "€", "EUR"),
        (CURRENCY, "gbp", "GBP"),
        (EMAILS, "none", ()),
        (RIGHT, "", True),
        (RIGHT, "N", False),
        (RIGHT, "mon 9-12", {"mon": ("09:00-12:00",)}),
        (HOLIDAYS, "gb-eng", "GB-ENG"),
        (HOLIDAYS, "de", "DE"),
        (HOLIDAYS, "UK-England", "GB-ENG"),
        (HOLIDAYS, "No", ""),
        (EMAILS, "A@x.org, b@x.org;a@x.org", ("a@x.org", "b@x.org")),
        (EMAILS, "", ()),
        (BUFFER, "15 min", "15m"),
        (BUFFER, "1h", "1h"),
        (BUFFER, "0", ""),
        (NO_SHOWS, "Y", True),
        (NO_SHOWS, "no", False),
        (HOLDS, "g", "invited"),
        (HOLDS, "All", "all"),
    ],
)
def test_answers_are_read_generously(question, answer, meant):
    """As people type them."""
    assert question.read(answer) == meant


@pytest.mark.parametrize(
    ("question", "answer", "says"),
    [
        (KIND, "", "server"),
        (URL, "http://dav.example.org/", "https"),
        (URL, "", "https://dav.example.org/"),
        (PRICE, "eighty", "80.00 GBP"),
        (PRICE, "80", "80.00 GBP"),
        (PRICE, "$80", "has no currency"),
        (PRICE, "GBP 80 GBP", "80.00 GBP"),
        (CURRENCY, "", '"GBP"'),
        (CURRENCY, "$", '"GBP"'),
        (RIGHT, "maybe", "write the hours anew"),
        (RIGHT, "mon 9-5", "ends before it starts"),
        (ZONE, "europe/london", '"Europe/London"'),
        (ZONE, "london", '"Europe/London"'),
        (ZONE, "Qqqq", "is no time zone"),
        (PRICE, "1.2.3 GBP", "no amount"),
        (HOLIDAYS, "Germny", '"DE"'),
        (HOLIDAYS, "GB-ENGL", '"GB-ENG"'),
        (EMAILS, "quillon", "e-mail"),
        (BUFFER, "ten", "write it like 10"),
        (BUFFER, "25h", "between 0s and 1d"),
        (NO_SHOWS, "maybe", '"yes" or "no"'),
        (HOLDS, "some", '"guests"'),
    ],
)
def test_answers_that_will_not_do_say_what_would(question, answer, says):
    """With the nearest that is known, or an example."""
    with pytest.raises(ValueError, match=re.escape(says)):
        question.read(answer)
