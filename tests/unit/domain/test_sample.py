"""What the doctor sees of a tag: in which places, which word, and what it says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.domain import words
from sync.domain.causes import BUILT_IN, TAG_WORDS
from sync.domain.identity import is_ours, is_sample, sample_key
from sync.domain.sample import (
    NOTES,
    TITLE,
    Origin,
    as_session,
    hints,
    parts_changed,
    sample_of,
    sights,
    ways,
)
from sync.domain.sessions import Kind, Session, SessionKey, Status
from sync.domain.signals import SignalSettings, Watch, judged
from tests.unit.builders import LONDON, NOW

KNOWN = words.dictionary(TAG_WORDS, BUILT_IN)
WATCH = Watch(KNOWN, SignalSettings(drop_calendar="Disrupted"), frozenset(), LONDON)
SAMPLE = sample_of("a visit", LONDON, now=NOW)
ORIGINS = {"Disrupted": Origin.LABEL, "no-show": Origin.COLOR}


def sample(**more) -> Session:
    """Return the sample as it stands, with an edit."""
    plain = Session(
        SAMPLE.key, "sessions", Kind.SINGLE, SAMPLE.when, title=TITLE, notes=NOTES, transparent=True
    )
    return replace(plain, **more)


def seen(session: Session, watch: Watch = WATCH) -> list[tuple[str, str]]:
    origin = lambda category: ORIGINS.get(category, Origin.CATEGORY)  # noqa: E731
    return [(one.place, one.word) for one in sights(as_session(session), watch, origin)]


def test_its_name_is_legal_and_known_again():
    """A Google id, a UID and a file name at once; another for every visit; no replacement's."""
    names = {sample_key(chance).uid for chance in ("a", "b", "ä/\x00", "")}
    assert len(names) == 4
    for name in names:
        assert re.fullmatch(r"[a-v0-9]{5,1024}", name)
        assert is_sample(SessionKey(name))
        assert is_sample(SessionKey(f"{name}@google.com"))
        assert is_sample(SessionKey(name, "20261123T100000Z"))
        assert not is_ours(SessionKey(name))
    for other in ("rcdoctor", "rcdoctor-1@example.org", "s1@example.org", f"x{min(names)}"):
        assert not is_sample(SessionKey(other))


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/Los_Angeles"])
def test_it_stands_early_tomorrow(zone):
    """In the practice's zone, whatever day it is in Greenwich."""
    there = ZoneInfo(zone)
    for hour in range(0, 24, 3):
        now = datetime(2026, 11, 23, hour, tzinfo=UTC)
        when = sample_of("x", there, now=now).when
        assert when.start.date() == now.astimezone(there).date() + timedelta(days=1)
        assert (when.start.hour, when.length) == (5, timedelta(minutes=15))


def test_untouched_it_says_nothing():
    """Neither title nor notes hold what could be a tag, nor anything that looks like one."""
    assert seen(sample()) == []
    assert hints(as_session(sample()), KNOWN) == ()
    assert judged(as_session(sample()), WATCH, now=NOW) is None


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ({"categories": ("Work", "disrupted")}, [("a category", "disrupted")]),
        ({"categories": ("Disrupted",)}, [("a Google label", "disrupted")]),
        ({"categories": ("no-show",)}, [("a Google colour", "no-show")]),
        ({"title": f"{TITLE} #disrupted"}, [("a hashtag in the title", "disrupted")]),
        ({"notes": f"<p>{NOTES} &#35;Crashed</p>"}, [("a hashtag in the notes", "crashed")]),
        ({"title": f"[disrupted] {TITLE}"}, [("in front of the title", "disrupted")]),
        ({"title": f"DISRUPTED: {TITLE}"}, [("in front of the title", "disrupted")]),
        ({"status": Status.CANCELLED}, [("the status", "cancelled")]),
        ({"title": f"Cancelled: {TITLE}"}, [("in front of the title", "cancelled")]),
        ({"calendar": "Disrupted"}, [("the drop calendar", "Disrupted")]),
        (
            {"categories": ("disrupted",), "notes": "#no-show"},
            [("a category", "disrupted"), ("a hashtag in the notes", "no-show")],
        ),
    ],
)
def test_every_place_is_told_and_a_pass_would_act(edit, found):
    """Each place of the contract by its name; and the judge of every pass agrees."""
    assert seen(sample(**edit)) == found
    assert judged(as_session(sample(**edit)), WATCH, now=NOW) is not None


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ({"categories": ("paid",)}, [("a category", "paid")]),
        ({"title": f"#lockdown {TITLE}"}, [("a hashtag in the title", "lockdown")]),
        ({"title": "Lockdown"}, [("the whole title", "lockdown")]),
        ({"notes": "#drop"}, [("a hashtag in the notes", "drop")]),
    ],
)
def test_what_moves_nothing_is_told_too(edit, found):
    """A qualifier or a closure has arrived, though no session would be moved by it."""
    assert seen(sample(**edit)) == found
    assert judged(as_session(sample(**edit)), WATCH, now=NOW) is None


def test_a_plain_word_in_front_is_no_prefix():
    """Our own title has a colon; a session's need not, so the word must not count by it."""
    edited = sample(title=f"disrupted {TITLE}")
    assert seen(edited) == []
    assert judged(as_session(edited), WATCH, now=NOW) is None
    (hint,) = hints(as_session(edited), KNOWN)
    assert '"#disrupted", it counts' in hint


def test_a_slip_of_the_pen_is_told_with_the_nearest_tag():
    """A hashtag or a category that nobody knows, and which one it may have meant."""
    edited = sample(notes="#disruptet", categories=("Nowshow", "Work"))
    assert seen(edited) == []
    told = hints(as_session(edited), KNOWN)
    assert told == (
        '"nowshow" is no tag; the nearest one is "noshow"',
        '"disruptet" is no tag; the nearest one is "disrupted"',
    )


def test_a_cancelled_status_that_is_turned_off_says_so():
    """With `cancelled = false` it arrives, counts for nothing, and the doctor says why."""
    watch = replace(WATCH, settings=SignalSettings(cancelled=False))
    (one,) = sights(sample(status=Status.CANCELLED), watch, lambda _: Origin.CATEGORY)
    assert "cancelled is false" in one.meaning
    assert judged(sample(status=Status.CANCELLED), watch, now=NOW) is None


def test_what_an_edit_changed_is_named():
    """Each part by its name; what an app only rewrites is none."""
    before = sample(revision="1")
    after = sample(revision="2", notes=f"{NOTES}\n", title="x", transparent=False)
    assert parts_changed(before, after) == ("the title", "whether it blocks its time")
    assert parts_changed(before, sample(calendar="b")) == ("the calendar it is in",)


def test_the_ways_are_those_that_the_configuration_leaves():
    """Google has labels and no status; what is turned off is not offered."""
    told = " ".join(ways(WATCH, google=False))
    assert "category" in told
    assert "status" in told
    assert 'calendar "Disrupted"' in told
    assert "label" not in told
    plain = SignalSettings(cancelled=False, deleted=False, colors={"tomato": "disrupted"})
    at_google = " ".join(ways(replace(WATCH, settings=plain), google=True))
    assert "label" in at_google
    assert "tomato" in at_google
    assert "Cancelled" not in at_google
    assert "delete" not in at_google
    assert "tomato" not in " ".join(ways(replace(WATCH, settings=plain), google=False))
