"""What a reader finds in the demo's page, with and without colour, wide and narrow."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from sync.demo.view import PLAIN_GLYPHS, SIDE_BY_SIDE_FROM, Glyphs, week_view
from sync.domain.causes import Cause, Fault
from sync.domain.fees import Fee, FeeState
from sync.domain.lifecycle import Raincheck, State
from sync.domain.passes import PassReport, Warned, WarningCode
from sync.domain.policy import Action, SignalKind
from sync.domain.sessions import AllDay, Kind, Session, SessionKey, Status, Timed

ZONE = ZoneInfo("Europe/London")
UNICODE = Glyphs()
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SLOT = Timed(datetime(2026, 11, 27, 11, tzinfo=ZONE), datetime(2026, 11, 27, 11, 50, tzinfo=ZONE))


def session(uid, start, title, **rest):
    begins = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    when = Timed(begins, begins + timedelta(minutes=50))
    return Session(
        SessionKey(uid), rest.pop("calendar", "Sessions"), Kind.SINGLE, when, title, **rest
    )


FAILED = session("a", "2026-11-24T10:00", "Quillon W.", notes="#disrupted-internet")
MISSED = session("b", "2026-11-20T15:00", "[no-show] Marrow T.")
CALM = session("c", "2026-11-24T12:00", "Sorrel B.")
DENTIST = session("d", "2026-12-01T10:00", "Dentist", calendar="Private")
BIRTHDAY = Session(
    SessionKey("e"),
    "Private",
    Kind.SINGLE,
    AllDay(date(2026, 11, 24), date(2026, 11, 25)),
    "Birthday",
    transparent=True,
)
BEFORE = (FAILED, MISSED, CALM, DENTIST, BIRTHDAY)
MOVED = Raincheck(
    "moved",
    FAILED,
    SignalKind.TAG,
    Cause("internet", Fault.TECHNICAL),
    Action.PROPOSE,
    "policy",
    NOW,
    State.SETTLED,
    "p1",
    slot=SLOT,
    replacement=SessionKey("rc1"),
    fee=Fee(Decimal("0.00"), "GBP", FeeState.PROPOSED, "technical failure: waived"),
    reason="same weekday, 1 h later than usual",
)
RECORDED = Raincheck(
    "recorded",
    MISSED,
    SignalKind.TAG,
    Cause("no-show", Fault.CLIENT),
    Action.RECORD,
    "policy",
    NOW,
    State.SETTLED,
    "p1",
    fee=Fee(Decimal("80.00"), "GBP", FeeState.PROPOSED, "no-show: 100% of 80.00"),
)
NEW = replace(FAILED, key=SessionKey("rc1"), when=SLOT, status=Status.TENTATIVE, notes="")
AFTER = (replace(FAILED, status=Status.CANCELLED), MISSED, CALM, DENTIST, BIRTHDAY, NEW)
REPORT = PassReport(
    "p1",
    False,
    NOW,
    NOW,
    (),
    (MOVED, RECORDED),
    (Warned(WarningCode.NOBODY_TOLD, "Nobody was told.", "Sessions", "a"),),
)


def shown(*, width=120, before=BEFORE, after=AFTER, report=REPORT, glyphs=UNICODE, **terminal):
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, _environ={}, **terminal)
    console.print(
        week_view(
            before,
            after,
            report,
            zone=ZONE,
            width=width,
            today=NOW.date(),
            private={"Private"},
            glyphs=glyphs,
        )
    )
    return out.getvalue()


def row(text, *parts):
    """Return the one line that holds all *parts*."""
    (line,) = [line for line in text.splitlines() if all(part in line for part in parts)]
    return line


def test_wide_terminals_show_both_weeks_in_one_row():
    """A moved session stands in one row: left with its tag, right with where it went."""
    text = shown()
    assert "Before" in row(text, "After")
    line = row(text, "10:00", "Quillon W.", "#disrupted-internet")
    left, right = line.split("#disrupted-internet")
    assert "Quillon W." in left
    assert "Quillon W.  \u2192 Fri 27 Nov 11:00" in right


@pytest.mark.parametrize("width", [60, 80, SIDE_BY_SIDE_FROM - 1])
def test_narrow_terminals_show_one_below_the_other(width):
    """The second week begins below the end of the first, and no line is wider than the terminal."""
    text = shown(width=width)
    assert "After" not in row(text, "Before")
    assert text.index("Before") < text.index("#disrupted-int") < text.index("After")
    assert max(map(len, text.splitlines())) <= width


def test_the_replacement_is_new_and_says_whether_it_is_confirmed():
    """The new session stands on the right alone, with its number and "tentative"."""
    line = row(shown(), "11:00", "tentative")
    assert line.count("Quillon W.") == 1
    assert "\u2461 11:00  Quillon W." in line


def test_each_story_says_what_was_seen_done_why_and_the_fee():
    """What was seen, where it went, why there, what it costs, and what a person must know."""
    text = shown()
    row(text, "Quillon W.", "Tue 24 Nov 10:00  \u2192  Fri 27 Nov 11:00")
    row(text, "saw", "#disrupted-internet in the notes", "internet (technical)")
    row(text, "did", "proposed", "tentative until the client accepts")
    row(text, "why", "1 h later", "Tue 1 Dec 10:00 is taken (Dentist)")
    row(text, "fee", "none (technical failure: waived)")
    row(text, "note", "Nobody was told.")
    row(text, "saw", '"[no-show]" in front of the title', "on the client's side")
    row(text, "fee", "80.00 GBP, for you to approve or waive", "100%")


def test_numbers_follow_the_calendar():
    """Stories are counted by the time of the session, whatever the order of the report."""
    turned = replace(REPORT, rainchecks=(RECORDED, MOVED))
    assert shown(report=turned) == shown()
    assert row(shown(), "\u2460 Marrow T.", "Fri 20 Nov")


def test_what_is_private_is_named_so():
    """Private entries say so in words, also where there is no colour."""
    run = session("f", "2026-11-25T15:00", "School run", calendar="Private")
    line = row(shown(before=(*BEFORE, run), after=(*AFTER, run)), "School run")
    assert line.count("private") == 2
    assert row(shown(), "Birthday").count("private") == 2


@pytest.mark.parametrize("terminal", [{}, {"color_system": None, "force_terminal": True}])
def test_without_colour_there_is_not_one_escape(terminal):
    """A pipe and a terminal without colours get plain text."""
    assert "\x1b" not in shown(**terminal)


def test_with_colour_the_freed_session_is_struck_and_the_new_one_green():
    """On a terminal the old place is struck through, the new one bold green."""
    text = shown(force_terminal=True, color_system="standard")
    assert "\x1b[2;9mQuillon W." in text
    assert "\x1b[1;32mQuillon W." in text
    assert "\x1b[1;31mQuillon W." in text


def test_titles_cannot_steer_the_terminal():
    """Escapes, direction marks and line ends in a title do not reach the terminal."""
    nasty = replace(FAILED, title="Qui\x1b[31mllon\r\n\u202e W.\x07 [bold]x")
    report = replace(REPORT, rainchecks=(replace(MOVED, original=nasty),))
    text = shown(
        before=(nasty,), after=(replace(nasty, status=Status.CANCELLED), NEW), report=report
    )
    assert not set(text) & {"\x1b", "\r", "\u202e", "\x07"}
    assert "[bold]x" in text


def test_ascii_is_enough():
    """A terminal that knows only ASCII is given nothing else by us."""
    text = shown(glyphs=PLAIN_GLYPHS, width=120)
    ours = text.replace("\u2500", "-")
    assert ours.isascii()
    assert "(2) 10:00  Quillon W." in text
    assert "-> Fri 27 Nov 11:00" in text


def test_a_session_without_a_slot_says_that_it_waits():
    """Waiting is told in the agenda and in the story."""
    waiting = replace(
        MOVED, slot=None, replacement=None, state=State.WAITING, reason="all is taken"
    )
    text = shown(after=BEFORE, report=replace(REPORT, rainchecks=(waiting,)))
    row(text, "10:00", "waits for a slot")
    row(text, "did", "no slot yet")
    row(text, "why", "all is taken")


def test_days_after_the_last_change_are_left_out():
    """A week from today is shown, and beyond it only up to the last change."""
    far = session("f", "2026-12-04T10:00", "Halcyon D.")
    assert "Halcyon" not in shown(before=(*BEFORE, far), after=(*AFTER, far))
