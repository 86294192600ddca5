"""What a session, as it stands in a calendar, says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.domain import identity
from sync.domain.causes import BUILT_IN, TAG_WORDS, Cause, Fault
from sync.domain.passes import Warned, WarningCode
from sync.domain.policy import SignalKind
from sync.domain.sessions import AllDay, Kind, Marks, Session, SessionKey, Status, Timed
from sync.domain.signals import (
    AHEAD_MAX,
    Disruption,
    SignalSettings,
    Watch,
    instance_of,
    is_closure,
    is_handled,
    is_most,
    is_replacement,
    judged,
    judged_deleted,
)
from sync.domain.words import dictionary

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KNOWN = dictionary(TAG_WORDS, BUILT_IN)
SETTINGS = SignalSettings(trust=frozenset({"desk@example.com"}))
WATCH = Watch(KNOWN, SETTINGS, frozenset({"therapist@example.org"}), LONDON)
PLAIN = Cause("unspecified", Fault.NONE)
TAGGED = ("disrupted",)
KEY = SessionKey("s1@example.org")


def at(start: datetime, minutes: int = 60) -> Timed:
    return Timed(start.astimezone(LONDON), (start + timedelta(minutes=minutes)).astimezone(LONDON))


def session(*categories: str, **more) -> Session:
    return Session(
        **{
            "key": KEY,
            "calendar": "sessions",
            "kind": Kind.SINGLE,
            "when": at(NOW + timedelta(days=1)),
            "categories": categories,
            **more,
        }
    )


def says(one: Session, watch: Watch = WATCH):
    return judged(one, watch, now=NOW)


def code_of(one: Session):
    verdict = says(one)
    assert isinstance(verdict, Warned)
    return verdict.code


def test_a_plain_session_says_nothing():
    """Without tag and status there is no signal."""
    assert says(session("Therapy", title="Ann", notes="bring the form")) is None


def test_a_tag_is_a_disruption():
    """Cause, qualifiers and the moment are told with it."""
    one = session("no-show", "paid", title="Ann #urgent")
    assert says(one) == Disruption(
        one, SignalKind.TAG, Cause("no-show", Fault.CLIENT), NOW, paid=True, urgent=True
    )
    assert says(session(*TAGGED)).cause == PLAIN


@pytest.mark.parametrize(
    "more", [{"status": Status.CANCELLED}, {"title": "Cancelled: Ann"}, {"title": "canceled: Ann"}]
)
def test_a_cancelled_session_is_a_disruption(more):
    """Status and title both say so, unless the practice has turned that off."""
    verdict = says(session(**more))
    assert (verdict.signal, verdict.cause) == (SignalKind.CANCELLED, PLAIN)
    deaf = replace(WATCH, settings=replace(SETTINGS, cancelled=False))
    assert says(session(**more), deaf) is None


def test_a_tag_tells_more_than_a_status():
    """On a cancelled session the tag is the signal."""
    verdict = says(session("late-cancel", status=Status.CANCELLED))
    assert (verdict.signal, verdict.cause.name) == (SignalKind.TAG, "client-cancelled")


@pytest.mark.parametrize("organizer", [None, "therapist@example.org", "desk@example.com"])
def test_who_may_trigger(organizer):
    """The practice, nobody, and those that are trusted."""
    assert isinstance(says(session(*TAGGED, organizer=organizer)), Disruption)


def test_a_tag_in_somebody_elses_invitation_is_a_warning():
    """It is never acted on, and the warning holds neither title nor address."""
    verdict = says(session(*TAGGED, organizer="quillon.wren@example.com", title="Quillon"))
    assert verdict.code is WarningCode.UNTRUSTED_ORGANIZER
    assert (verdict.calendar, verdict.uid) == ("sessions", KEY.uid)
    assert "uillon" not in verdict.message


@pytest.mark.parametrize(
    "more",
    [
        {"organizer": "quillon.wren@example.com"},
        {"kind": Kind.SERIES},
        {"when": AllDay(date(2026, 11, 24), date(2026, 11, 25))},
    ],
)
def test_what_others_cancel_says_nothing(more):
    """Only a tag is worth a warning: a cancelled invitation, series or day is everyday life."""
    assert says(session(status=Status.CANCELLED, **more)) is None


def test_a_tag_on_a_series_is_a_warning():
    """On the master it is ambiguous; on one instance it is acted on."""
    assert code_of(session(*TAGGED, kind=Kind.SERIES)) is WarningCode.TAG_ON_SERIES
    assert isinstance(says(session(*TAGGED, kind=Kind.INSTANCE)), Disruption)


def test_a_tag_on_a_whole_day_is_a_warning():
    """Only timed sessions can be moved."""
    day = AllDay(date(2026, 11, 24), date(2026, 11, 25))
    assert code_of(session(*TAGGED, when=day)) is WarningCode.UNSUPPORTED


@pytest.mark.parametrize(
    ("more", "tag"),
    [
        ({"notes": "#disrupte"}, "disrupted"),
        ({"title": "Quillon #disrupt"}, "disrupted"),
        ({"title": "Disruptde: Quillon"}, "disrupted"),
        ({"categories": ("no-shw",)}, "no-show"),
        ({"categories": ("Therapy", "disrupte_internet")}, "disrupted-internet"),
    ],
)
def test_a_misspelt_tag_is_a_warning(more, tag):
    """It says which tag was meant, and quotes nobody; a pass was silent about it once."""
    verdict = says(session(**more))
    assert verdict.code is WarningCode.UNSUPPORTED
    assert f'"{tag}"' in verdict.message
    assert "uillon" not in verdict.message
    assert verdict.uid == KEY.uid


@pytest.mark.parametrize(
    "word", ["disruptive", "disruptor", "crushed", "snow-show", "not-now", "relate-cancel", "paid"]
)
def test_an_ordinary_word_is_no_slip(word):
    """Only what can have been meant as nothing else; and never in plain text."""
    assert says(session(word, notes=f"#{word}; disrupte, no-shw")) is None


def test_a_slip_is_told_only_where_the_tag_would_count():
    """Not in what is long past, in a series, beside a signal that is right, or where it is one."""
    assert says(session("disrupte", when=at(NOW - timedelta(days=20)))) is None
    assert says(session("disrupte", kind=Kind.SERIES)) is None
    assert says(session("disrupte", organizer="quillon.wren@example.com")) is None
    assert isinstance(says(session("disrupte", "disrupted")), Disruption)
    assert isinstance(says(session("disrupte", status=Status.CANCELLED)), Disruption)
    master = session("disrupte", kind=Kind.SERIES)
    assert judged(session("disrupte", kind=Kind.INSTANCE), WATCH, now=NOW, master=master) is None
    own = replace(WATCH, dictionary=dictionary({"disrupte": "crash"}, BUILT_IN))
    assert isinstance(says(session("disrupte"), own), Disruption)


@pytest.mark.parametrize("word", ["lockdown", "closure", "outage", "Sick Day", "sick_day"])
def test_a_closure_is_no_session(word):
    """A closure word alone is no tag, on whole days neither, nor on a cancelled one."""
    assert is_closure(session(word), KNOWN)
    assert says(session(word)) is None
    assert says(session(word, when=AllDay(date(2026, 11, 24), date(2026, 11, 25)))) is None
    assert says(session(word, status=Status.CANCELLED)) is None
    assert not is_closure(session(f"disrupted:{word}"), KNOWN)


def test_drop_silences_a_session():
    """One that shall never be rescheduled says nothing, tagged or cancelled."""
    assert says(session("disrupted", "drop")) is None
    assert says(session("drop", status=Status.CANCELLED)) is None


def test_a_tag_may_stand_anywhere():
    """Title and notes count like categories."""
    assert isinstance(says(session(title="DISRUPTED: Ann")), Disruption)
    assert isinstance(says(session(notes="<p>#disrupted</p>")), Disruption)


def test_only_the_recent_past_counts():
    """What ended less than `lookback` ago counts, to the second."""
    edge = NOW - SETTINGS.lookback
    just = at(edge - timedelta(hours=1) + timedelta(seconds=1))
    assert isinstance(says(session(*TAGGED, when=just)), Disruption)
    assert says(session(*TAGGED, when=at(edge - timedelta(hours=1)))) is None


def test_instances_far_ahead_do_not_count():
    """Instances count up to 400 days ahead, single sessions always."""
    near, far = at(NOW + AHEAD_MAX), at(NOW + AHEAD_MAX + timedelta(seconds=1))
    assert isinstance(says(session(*TAGGED, kind=Kind.INSTANCE, when=near)), Disruption)
    assert says(session(*TAGGED, kind=Kind.INSTANCE, when=far)) is None
    assert isinstance(says(session(*TAGGED, when=far)), Disruption)
    assert timedelta(days=400) == AHEAD_MAX


def test_a_marked_original_is_silent():
    """It has been dealt with, whatever is tagged or cancelled there now."""
    marks = Marks(identity.raincheck_id(KEY), "settled", "rcx")
    assert is_handled(session(marks=marks))
    assert says(session(*TAGGED, marks=marks, status=Status.CANCELLED)) is None


def test_copied_marks_do_not_silence():
    """An event that a person duplicated carries marks of another session: they do not count."""
    marks = Marks(identity.raincheck_id(SessionKey("another")), "settled", "rcx")
    assert isinstance(says(session(*TAGGED, marks=marks)), Disruption)


def test_a_replacement_says_nothing_by_itself():
    """What is on a replacement belongs to the raincheck that it has."""
    ours = {
        "key": identity.replacement_key(KEY, 1),
        "marks": Marks(identity.raincheck_id(KEY), attempt=1),
    }
    assert is_replacement(session(**ours))
    assert says(session(*TAGGED, **ours)) is None
    assert says(session(status=Status.CANCELLED, **ours)) is None


def vanished(one: Session, watch: Watch = WATCH, master: Session | None = None):
    return judged_deleted(one, watch, now=NOW, master=master)


def test_an_upcoming_session_that_vanished_was_disrupted():
    """Why is what its tags say, else nobody knows; other words count as well."""
    assert vanished(session()) == Disruption(session(), SignalKind.DELETED, PLAIN, NOW)
    said = session("crashed", "paid", "urgent")
    broken = Cause("crash", Fault.TECHNICAL)
    assert vanished(said) == Disruption(said, SignalKind.DELETED, broken, NOW, True, True)


@pytest.mark.parametrize(
    "more",
    [
        {"when": at(NOW)},
        {"when": AllDay(date(2026, 11, 25), date(2026, 11, 26))},
        {"kind": Kind.SERIES},
        {"kind": Kind.INSTANCE, "when": at(NOW + AHEAD_MAX + timedelta(days=1))},
        {"status": Status.CANCELLED},
        {"title": "Cancelled: Quillon Wren"},
        {"categories": ("drop",)},
        {"categories": ("closure",)},
        {"organizer": "somebody@example.com"},
        {"marks": Marks(identity.raincheck_id(KEY), state="settled")},
        {"key": identity.replacement_key(KEY, 1)},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_vanishes_without_a_word(more):
    """What began, never was a session, was dealt with, called off, or is somebody else's."""
    assert vanished(session(**{"categories": ()} | more)) is None


def test_deletions_can_be_turned_off():
    """With `deleted = false` none counts; a trusted organizer's counts like one's own."""
    off = replace(WATCH, settings=replace(SETTINGS, deleted=False))
    assert vanished(session(), off) is None
    assert vanished(session(organizer="desk@example.com")) is not None


def test_a_vanished_instance_does_not_say_what_its_series_says():
    """A tag on the whole series is as ambiguous on one instance; `drop` there still counts."""
    series = session("crashed", kind=Kind.SERIES)
    start = NOW + timedelta(days=8)
    one = instance_of(series, "20261201T090000Z", start, "r1")
    assert (one.key, one.kind) == (SessionKey(KEY.uid, "20261201T090000Z"), Kind.INSTANCE)
    assert (one.when, one.resource, one.marks) == (at(start), "r1", None)
    found = vanished(one, master=series)
    assert found is not None
    assert found.cause == PLAIN


def test_most_is_more_than_half_and_five():
    """Fewer are a day's work, however few there were; half is not most."""
    assert [is_most(*n) for n in ((5, 9), (5, 10), (4, 4), (6, 10))] == [True, False, False, True]
