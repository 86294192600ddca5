"""Writing: amendments that keep everything else, and replacements copied from their original."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from adapters.caldav.lines import parsed
from adapters.caldav.rewrite import ComponentMissing, amended_text, replacement_text
from sync.domain.sessions import AllDay, Answer, Kind, Marks, SessionKey, Status
from sync.domain.writes import Amendment, Draft
from tests.unit.caldav.builders import (
    BERLIN,
    LONDON,
    NOW,
    at,
    calendar,
    event,
    held,
    read,
    sample,
    texts,
)

MARKS = Marks("k3v9q2ab", state="settled", replacement="rc01")
NOTE = "Raincheck: moved to Tue 1 Dec 2026 10:00."
MOVED = Amendment(marks=MARKS, note=NOTE, status=Status.CANCELLED, transparent=True)
STAMPS = ("DTSTAMP:", "LAST-MODIFIED:", "SEQUENCE:")

RICH = calendar(
    "X-WR-CALNAME:Sessions",
    'BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nX-ODD;A="b;c":d\\,e\r\nBEGIN:STANDARD\r\n'
    "DTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE",
    event(
        "DTSTART;TZID=Europe/Berlin;X-P=1:20261102T100000",
        "DURATION:PT50M",
        "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=Europe/Berlin:20261109T100000",
        "SUMMARY;LANGUAGE=en:#disrupted Quillon",
        'X-ODD;X-KIND="a;b:c,d";Y=1,2:keep:me\\, exactly\\n',
        "x-lower;p=q:v",
        "DTSTAMP:20261101T000000Z",
        "SEQUENCE:4",
        "X-RAINCHECK-ID:old",
        *(f"X-LINE-{number};N={number}:{'ü' * 90}" for number in range(1000)),
        "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nX-ALARM:1\r\nEND:VALARM",
    ),
    event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261116T100000",
        "DTSTART;TZID=Europe/Berlin:20261117T100000",
        "DTEND;TZID=Europe/Berlin:20261117T105000",
        'DESCRIPTION;ALTREP="cid:1":One\\, two',
        "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM",
        "COMMENT:after the alarm",
    ),
    "BEGIN:X-OTHER\r\nFREE;A=B:text\r\nEND:X-OTHER",
)


def amend(text, amendment, recurrence_id=None, now=NOW):
    """Return the resource amended."""
    return amended_text(text, SessionKey("s1", recurrence_id), amendment, zone=LONDON, now=now)


def unstamped(text):
    """Return all lines but the stamps."""
    return [line for line in texts(text) if not line.startswith(STAMPS)]


@pytest.mark.parametrize("recurrence_id", [None, "20261116T090000Z"])
def test_an_amendment_changes_only_what_it_names(recurrence_id):
    """Every other line of a rich resource stays, in its order."""
    after = amend(RICH, MOVED, recurrence_id)
    old, new = unstamped(RICH), unstamped(after)
    named = ("X-RAINCHECK", "DESCRIPTION", "STATUS", "TRANSP")
    assert [x for x in new if not x.startswith(named)] == [
        x for x in old if not x.startswith(named)
    ]
    (session,) = [s for s in read(after) if s.key.recurrence_id == recurrence_id]
    assert (session.marks, session.status, session.transparent) == (MARKS, Status.CANCELLED, True)
    assert session.notes.endswith(NOTE)
    others = {s.key: replace(s, payload="") for s in read(RICH) if s.key != session.key}
    assert others.items() <= {s.key: replace(s, payload="") for s in read(after)}.items()


def test_an_amendment_made_before_gives_the_text_back():
    """A second application is no change at all, down to the stamps."""
    for recurrence_id in (None, "20261116T090000Z", "20261123T090000Z"):
        once = amend(RICH, MOVED, recurrence_id)
        assert once != RICH
        assert amend(once, MOVED, recurrence_id, NOW + timedelta(days=1)) == once
    assert amend(RICH, Amendment()) == RICH
    assert amend(RICH, Amendment(), "20261123T090000Z") == RICH
    assert amend(RICH, Amendment(status=Status.CONFIRMED, transparent=False)) == RICH


def test_a_note_that_stands_is_left_as_it_is_written():
    """Another app's way of escaping is no reason to write."""
    text = calendar(event("DTSTART:20261123T100000Z", rf"DESCRIPTION:a, b\N{NOTE}"))
    assert amend(text, Amendment(note=NOTE)) == text


def test_an_override_does_not_inherit_marks():
    """The marks of a master are about the master."""
    after = amend(RICH, Amendment(status=Status.CANCELLED), "20261123T090000Z")
    assert {s.key.recurrence_id: s.marks for s in read(after)}["20261123T090000Z"] is None


def test_the_stamps_tell_of_the_change():
    """SEQUENCE counts changes that guests must hear of; the time stamps tell of all."""
    marked = texts(amend(RICH, Amendment(marks=MARKS)))
    assert "SEQUENCE:4" in marked
    assert "DTSTAMP:20261123T090000Z" in marked
    assert "LAST-MODIFIED:20261123T090000Z" in marked
    assert "SEQUENCE:5" in texts(amend(RICH, Amendment(status=Status.CANCELLED)))
    moved = amend(RICH, Amendment(when=held(at(2026, 11, 2, 12, zone=BERLIN))))
    assert "SEQUENCE:5" in texts(moved)


def test_notes_keep_one_line_of_ours():
    """Our line is added, replaced, and taken out again by an empty note."""
    plain = calendar(event("DTSTART:20261123T100000Z", r"DESCRIPTION:Bring\, please"))
    first = amend(plain, Amendment(note="Raincheck: moved to Mon 30 Nov 2026 10:00."))
    second = amend(first, Amendment(note=NOTE))
    assert read(second)[0].notes == f"Bring, please\n{NOTE}"
    assert unstamped(amend(second, Amendment(note=""))) == unstamped(plain)
    bare = calendar(event("DTSTART:20261123T100000Z"))
    noted = amend(bare, Amendment(note=NOTE))
    assert read(noted)[0].notes == NOTE
    assert unstamped(amend(noted, Amendment(note=""))) == unstamped(bare)


def test_marks_are_set_as_a_whole():
    """A mark that is not set any more goes; a damaged one is replaced."""
    text = calendar(event("DTSTART:20261123T100000Z", "X-RAINCHECK-ID:a b", "X-RAINCHECK-STATE:s"))
    assert read(amend(text, Amendment(marks=MARKS)))[0].marks == MARKS
    assert read(amend(text, Amendment(marks=Marks("k", attempt=2))))[0].marks == Marks(
        "k", attempt=2
    )


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        (["DTSTART:20261123T100000Z", "DTEND:20261123T105000Z"], "DTSTART:20261124T120000Z"),
        (["DTSTART:20261123T100000", "DURATION:PT50M"], "DTSTART:20261124T120000"),
        (
            ["DTSTART;X-A=1;TZID=Europe/Berlin:20261123T110000"],
            "DTSTART;X-A=1;TZID=Europe/Berlin:20261124T130000",
        ),
        (["DTSTART;TZID=UTC:20261123T110000"], "DTSTART;TZID=UTC:20261124T120000"),
        (["DTSTART;VALUE=DATE:20261123"], "DTSTART:20261124T120000Z"),
    ],
)
def test_a_time_is_changed_in_its_own_form(lines, start):
    """UTC stays UTC, floating stays floating, a TZID stays that TZID; DURATION becomes DTEND."""
    when = held(at(2026, 11, 24, 12))
    after = amend(calendar(event(*lines)), Amendment(when=when))
    assert start in texts(after)
    assert read(after)[0].when.span == when.span
    assert not [line for line in texts(after) if line.startswith("DURATION")]


def test_an_instance_without_an_override_gets_one():
    """It is what the series says, at that time, in the same form, without the rule and marks."""
    after = amend(RICH, MOVED, "20261123T090000Z")
    (made,) = [s for s in read(after) if s.key.recurrence_id == "20261123T090000Z"]
    assert made.kind is Kind.INSTANCE
    assert made.when == held(at(2026, 11, 23, 10, zone=BERLIN))
    assert (made.title, made.marks) == ("#disrupted Quillon", MARKS)
    lines = texts([part for part in parsed(after).components if part.name == "VEVENT"][-1])
    assert "RECURRENCE-ID;TZID=Europe/Berlin;X-P=1:20261123T100000" in lines
    assert "X-ALARM:1" in lines
    assert "SEQUENCE:5" in lines
    assert not [line for line in lines if line.startswith(("RRULE", "EXDATE", "DURATION"))]
    old = unstamped(RICH)
    assert [line for line in unstamped(after) if line in set(old)][: len(old) - 5] == old[:-5]


def test_an_override_of_whole_days_is_made_of_days():
    """A series of whole days has its overrides in days."""
    text = calendar(event("DTSTART;VALUE=DATE:20261123", "DURATION:P2D", "RRULE:FREQ=WEEKLY"))
    made = read(amend(text, MOVED, "20261130"))[1]
    assert made.key.recurrence_id == "20261130"
    first = at(2026, 11, 30).date()
    assert made.when == AllDay(first, first + timedelta(days=2))


def test_an_override_keeps_its_hour_across_the_clocks():
    """The instance of a series from summer stands at the same local hour in winter."""
    text = calendar(
        event("DTSTART;TZID=Europe/London:20260907T160000", "DURATION:PT50M", "RRULE:FREQ=WEEKLY")
    )
    made = read(amend(text, MOVED, "20261123T160000Z"))[1]
    assert made.when == held(at(2026, 11, 23, 16))


def test_an_override_follows_a_change_of_all_later_instances():
    """After "this and all after", the pattern is the changed one, moved by as much."""
    text = calendar(
        event("DTSTART;TZID=Europe/London:20260907T160000", "DURATION:PT50M", "RRULE:FREQ=WEEKLY"),
        event(
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20261005T160000",
            "DTSTART;TZID=Europe/London:20261006T170000",
            "DURATION:PT30M",
            "SUMMARY:later",
        ),
    )
    made = read(amend(text, MOVED, "20261123T160000Z"))[2]
    assert made.when == held(at(2026, 11, 24, 17), minutes=30)
    assert (made.title, made.key.recurrence_id) == ("later", "20261123T160000Z")


@pytest.mark.parametrize(
    "key",
    [
        SessionKey("other"),
        SessionKey("s1", "20261109T090000Z"),
        SessionKey("s1", "20261026T090000Z"),
        SessionKey("s1", "20261130"),
    ],
)
def test_a_session_that_is_not_there_is_not_invented(key):
    """Another UID, an instance taken out, one before the series, a day among hours: missing."""
    with pytest.raises(ComponentMissing):
        amended_text(RICH, key, MOVED, zone=LONDON, now=NOW)


def test_a_single_event_has_no_instances():
    """No override is added to what is no series."""
    with pytest.raises(ComponentMissing):
        amend(calendar(event("DTSTART:20261123T100000Z")), MOVED, "20261130T100000Z")


# Replacements


def drafted(text, start, *, recurrence_id=None, invite=True, **changes):
    """Return the draft of a replacement for a session of *text* at *start*."""
    found = [s for s in read(text) if s.key.recurrence_id == recurrence_id] or read(text)
    original = replace(found[0], key=SessionKey(found[0].key.uid, recurrence_id))
    draft = Draft(
        key=SessionKey("rc0123"),
        original=original,
        when=held(start),
        status=Status.TENTATIVE,
        title="Wren, Quillon",
        notes="One; two\nRaincheck: replaces the session of Mon 23 Nov 2026 10:00.",
        categories=("video", "raincheck"),
        marks=Marks("k3v9q2ab", attempt=1),
        invite=invite,
    )
    return replace(draft, **changes)


def replaced(draft):
    """Return the replacement's session and its lines."""
    text = replacement_text(draft, now=NOW)
    (session,) = read(text)
    return session, texts(text)


def test_a_replacement_says_what_the_draft_says():
    """Key, time, words, status, marks and stamps are the draft's, the rest the original's."""
    draft = drafted(sample("thunderbird-categories.ics"), at(2026, 12, 1, 10, zone=BERLIN))
    session, lines = replaced(draft)
    assert (session.key, session.kind, session.when) == (draft.key, Kind.SINGLE, draft.when)
    assert (session.title, session.notes) == (draft.title, draft.notes)
    assert (session.categories, session.status) == (draft.categories, Status.TENTATIVE)
    assert (session.marks, session.transparent) == (draft.marks, False)
    assert session.links == ("https://meet.example.org/quillon",)
    assert "DTSTART;TZID=Europe/Berlin:20261201T100000" in lines
    assert "RELATED-TO:6a1c3f0e-1111-4c1d-9d2e-000000000001" in lines
    assert "CATEGORIES:video,raincheck" in lines
    assert "SEQUENCE:0" in lines
    assert {f"{name}:20261123T090000Z" for name in ("DTSTAMP", "CREATED", "LAST-MODIFIED")} <= set(
        lines
    )
    assert "TRIGGER;VALUE=DURATION:-PT15M" in lines
    assert lines.count("TZID:Europe/Berlin") == 1
    gone = ("X-MOZ-LASTACK", "X-MOZ-GENERATION", "DESCRIPTION;ALTREP", "METHOD")
    assert not [line for line in lines if line.startswith(gone)]


def test_guests_are_invited_anew_or_not_at_all():
    """Answers are reset, the organizer's own stays; without `invite` nobody is named."""
    text = calendar(
        event(
            "DTSTART:20261123T100000Z",
            "ORGANIZER;SCHEDULE-STATUS=1.2;CN=P:mailto:therapist@example.org",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:Therapist@example.org",
            'ATTENDEE;CN="Wren; Quillon";ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;RSVP=FALSE;'
            "SCHEDULE-STATUS=2.0:mailto:quillon@example.com",
        )
    )
    draft = drafted(text, at(2026, 12, 1, 10))
    session, lines = replaced(draft)
    assert session.organizer == "therapist@example.org"
    assert [a.answer for a in session.attendees] == [Answer.ACCEPTED, Answer.NEEDS_ACTION]
    assert (
        'ATTENDEE;CN="Wren; Quillon";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE'
        ":mailto:quillon@example.com"
    ) in lines
    assert "ORGANIZER;CN=P:mailto:therapist@example.org" in lines
    session, lines = replaced(replace(draft, invite=False))
    assert (session.organizer, session.attendees) == (None, ())
    assert not [line for line in lines if "quillon@" in line]


def test_an_instance_is_copied_from_its_override_or_its_series():
    """The override is the source if there is one; nothing of the recurrence is left."""
    text = sample("apple-series-with-overrides.ics")
    for recurrence_id, has_location in (("20261123T160000Z", False), ("20261207T160000Z", True)):
        draft = drafted(text, at(2026, 12, 1, 9), recurrence_id=recurrence_id)
        session, lines = replaced(draft)
        assert session.kind is Kind.SINGLE
        assert bool(session.location) is has_location
        gone = ("RRULE", "RECURRENCE-ID", "EXDATE", "ACKNOWLEDGED")
        assert not [line for line in lines if line.startswith(gone) and "BYDAY" not in line]
    assert any(line.startswith("X-APPLE-STRUCTURED-LOCATION;VALUE=URI;") for line in lines)
    assert "TRIGGER;VALUE=DATE-TIME:19760401T005545Z" in lines


@pytest.mark.parametrize(
    ("start", "expected", "described"),
    [
        ("DTSTART:20261123T100000Z", "DTSTART:20261201T100000Z", []),
        (
            "DTSTART:20261123T100000",
            "DTSTART;TZID=Europe/London:20261201T100000",
            ["TZID:Europe/London"],
        ),
        (
            "DTSTART;TZID=GMT Standard Time:20261123T100000",
            "DTSTART;TZID=GMT Standard Time:20261201T100000",
            ["TZID:GMT Standard Time"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20261123T100000",
            "DTSTART;TZID=Europe/London:20261201T100000",
            ["TZID:Europe/London"],
        ),
    ],
)
def test_a_replacement_is_written_in_the_originals_form(start, expected, described):
    """UTC stays UTC, a zone keeps its name, floating gets one; a missing VTIMEZONE is made."""
    draft = drafted(calendar(event(start)), at(2026, 12, 1, 10))
    session, lines = replaced(draft)
    assert expected in lines
    assert [line for line in lines if line.startswith("TZID:")] == described
    assert session.when == draft.when


def test_a_zone_that_only_the_resource_knows_is_kept():
    """The instant is right, in the original's own zone, with its VTIMEZONE."""
    draft = drafted(sample("exchange-customized-zone.ics"), at(2026, 12, 1, 14))
    session, lines = replaced(draft)
    assert session.when == draft.when
    assert "DTSTART;TZID=Customized Time Zone 1:20261201T090000" in lines
    assert "TZID:Customized Time Zone 1" in lines


def test_alarms_come_unrung_and_move_along():
    """Snoozes are dropped; an alarm at a date is moved by as much as the session."""
    text = calendar(
        event(
            "DTSTART:20261123T100000Z",
            "BEGIN:VALARM\r\nTRIGGER;VALUE=DATE-TIME:20261123T094500Z\r\n"
            "ACKNOWLEDGED:20261123T094501Z\r\nX-A;B=C:d\r\nEND:VALARM",
            "BEGIN:VALARM\r\nRELATED-TO;RELTYPE=SNOOZE:x\r\nTRIGGER:PT5M\r\nEND:VALARM",
        )
    )
    _, lines = replaced(drafted(text, at(2026, 12, 1, 10)))
    assert lines.count("BEGIN:VALARM") == 1
    assert "TRIGGER;VALUE=DATE-TIME:20261201T094500Z" in lines
    assert "X-A;B=C:d" in lines
    assert not [line for line in lines if line.startswith("ACKNOWLEDGED")]


def test_nothing_of_the_originals_tags_or_marks_is_left():
    """Rich text, busy status, comments of guests and the original's marks stay behind."""
    text = sample("exchange-windows-zone.ics").replace(
        "CLASS:PUBLIC", "CLASS:PUBLIC\r\nX-RAINCHECK-STATE:settled\r\nX-RAINCHECK-ID:old"
    )
    session, lines = replaced(drafted(text, at(2026, 12, 1, 10, zone=BERLIN)))
    assert session.marks == Marks("k3v9q2ab", attempt=1)
    assert not [line for line in lines if "disrupted" in line]
    gone = ("X-ALT-DESC", "X-MICROSOFT-CDO-BUSYSTATUS", "METHOD", "X-RAINCHECK-STATE")
    assert not [line for line in lines if line.startswith(gone)]
    assert "SUMMARY;LANGUAGE=en-GB:Wren\\, Quillon" in lines


def test_empty_words_are_left_out():
    """No empty title, notes or categories are written."""
    draft = drafted(calendar(event("DTSTART:20261123T100000Z")), at(2026, 12, 1, 10))
    _, lines = replaced(replace(draft, title="", notes="", categories=()))
    assert not [line for line in lines if line.startswith(("SUMMARY", "DESCRIPTION", "CATEG"))]


def test_a_session_without_length_has_no_end():
    """DTEND may not equal DTSTART (RFC 5545, 3.8.2.2), so it is left out."""
    start = at(2026, 12, 1, 10)
    draft = drafted(calendar(event("DTSTART:20261123T100000Z")), start, when=held(start, 0))
    session, lines = replaced(draft)
    assert session.when == draft.when
    assert not [line for line in lines if line.startswith("DTEND")]


def test_a_payload_without_the_original_makes_no_replacement():
    """An override of another instance is no source."""
    draft = drafted(
        sample("overrides-only.ics"), at(2026, 12, 1, 10), recurrence_id="20270101T000000Z"
    )
    with pytest.raises(ComponentMissing):
        replacement_text(draft, now=NOW)


def test_lines_are_folded_at_75_octets_and_end_in_crlf():
    """No line is longer, and no character is cut in two."""
    after = amend(RICH, MOVED)
    assert after.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in after.split("\r\n"))
    assert after.replace("\r\n", "").count("\n") == 0
    assert NOW.tzinfo is UTC
