"""A pass in words: the contract's JSON, lines for a person, and who is not named in either."""

import json
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.cli.beside import Beside
from sync.cli.screen import fitted
from sync.cli.telling import as_json, as_text, for_a_person, lost_calendars, warnings
from sync.config.load import parse
from sync.config.rules import rules_of
from sync.domain.dates import day_and_time
from sync.domain.fees import Fee, FeeState
from sync.domain.ledger import row_of
from sync.domain.lifecycle import UNDONE, Duty, DutyKind, State
from sync.domain.passes import CalendarLook, PassReport, Reach, Warned, WarningCode
from sync.domain.plain import visible
from sync.domain.policy import Action, SignalKind
from sync.domain.practice import BY_MARKS
from sync.domain.sessions import AllDay, Attendee, SessionKey
from tests.unit.builders import NOW, at, raincheck, session

CONFIGURED = """
[practice]
timezone = "Europe/London"
emails = ["therapist@example.org"]
[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
username = "therapist"
password = "x"
[[calendars]]
account = "home"
calendar = "sessions"
[hours]
mon = ["09:00-18:00"]
"""
LOOK = CalendarLook("sessions", "home", Reach.OK, "full", 12, 3)
FEE = Fee(Decimal("0.00"), "GBP", FeeState.PROPOSED, "technical failure: waived")
CANARY = "Quillon Wren"
TELLTALE = session(
    title=CANARY,
    notes=CANARY,
    categories=(CANARY,),
    organizer=CANARY,
    attendees=(Attendee(CANARY),),
    location=CANARY,
    links=(CANARY,),
    payload=CANARY,
    resource=CANARY,
    revision=CANARY,
    key=SessionKey("s1@example.org", "20261124T100000Z"),
)


def report(*rainchecks, **more) -> PassReport:
    return PassReport(
        **{
            "id": "p7c1d0",
            "dry_run": False,
            "started": NOW,
            "finished": NOW + timedelta(seconds=2),
            "calendars": (LOOK,),
            "rainchecks": rainchecks,
            "warnings": (),
            **more,
        }
    )


def text(one: PassReport, *, titles=True) -> str:
    return "\n".join(as_text(one, titles=titles))


def test_the_json_is_the_contracts():
    """Key by key, in this order, with these types."""
    one = raincheck(original=TELLTALE, fee=FEE, state=State.SETTLED, resource=CANARY)
    warned = Warned(WarningCode.UNTRUSTED_ORGANIZER, "A tag.", "sessions", "u1")
    made = as_json(report(one, warnings=(warned,)))
    assert json.dumps(made, indent=1) == json.dumps(
        {
            "version": 1,
            "pass": "p7c1d0",
            "dry_run": False,
            "started": "2026-11-23T09:00:00+00:00",
            "finished": "2026-11-23T09:00:02+00:00",
            "calendars": [
                {
                    "name": "sessions",
                    "account": "home",
                    "status": "ok",
                    "scan": "full",
                    "changed": 12,
                    "requests": 3,
                }
            ],
            "rainchecks": [
                {
                    "id": one.id,
                    "calendar": "sessions",
                    "original": {
                        "uid": "s1@example.org",
                        "recurrence_id": "20261124T100000Z",
                        "start": "2026-11-24T10:00:00+00:00",
                        "end": "2026-11-24T11:00:00+00:00",
                    },
                    "signal": "tag",
                    "cause": "internet",
                    "fault": "technical",
                    "action": "propose",
                    "status": "settled",
                    "attempt": 1,
                    "replacement": {
                        "uid": one.replacement.uid,
                        "start": "2026-12-01T10:00:00+00:00",
                        "end": "2026-12-01T11:00:00+00:00",
                        "confirmed": False,
                    },
                    "fee": {
                        "amount": "0.00",
                        "currency": "GBP",
                        "state": "proposed",
                        "reason": "technical failure: waived",
                    },
                    "reason": None,
                }
            ],
            "warnings": [
                {
                    "code": "untrusted-organizer",
                    "calendar": "sessions",
                    "uid": "u1",
                    "message": "A tag.",
                }
            ],
        },
        indent=1,
    )


def test_what_is_not_there_is_null():
    """No slot, no fee, a calendar that was not read."""
    waiting = raincheck(state=State.WAITING, slot=None, reason="no room")
    lost = replace(LOOK, reach=Reach.UNREACHABLE, scan=None)
    made = as_json(report(waiting, calendars=(lost,)))
    (one,) = made["rainchecks"]
    assert (one["replacement"], one["fee"], one["reason"]) == (None, None, "no room")
    assert one["original"]["recurrence_id"] is None
    assert (made["calendars"][0]["status"], made["calendars"][0]["scan"]) == ("unreachable", None)


@pytest.mark.parametrize("state", State)
def test_nobody_is_named(state):
    """No title, name or address is in the JSON, nor in the text unless titles are wanted."""
    one = report(raincheck(original=TELLTALE, fee=FEE, state=state, resource=CANARY))
    assert CANARY not in json.dumps(as_json(one))
    assert CANARY not in text(one, titles=False)
    assert text(one, titles=True).count(CANARY) == 1


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_whole_day_can_be_told(state, dry_run):
    """An original that has become an all-day event is told by its date."""
    day = AllDay(date(2026, 11, 24), date(2026, 11, 25))
    one = report(raincheck(original=session(when=day), state=state), dry_run=dry_run)
    assert as_json(one)["rainchecks"][0]["original"]["start"] == "2026-11-24"
    assert "2026-11-24" in text(one)


@pytest.mark.parametrize(
    ("more", "dry_run", "words"),
    [
        ({"state": State.SETTLED}, False, "moved to Tue 1 Dec 2026 10:00, tentative until"),
        ({"state": State.SETTLED}, True, "moved to Tue 1 Dec 2026 10:00, tentative until"),
        ({"state": State.SETTLED, "confirmed": True}, False, "10:00, confirmed"),
        ({"state": State.SETTLED, "action": Action.HOLD}, False, "the client knows nothing"),
        ({"state": State.PLANNED}, True, "would move to Tue 1 Dec 2026 10:00"),
        ({"state": State.PLANNED}, False, "to be written in the next pass"),
        ({"state": State.WAITING, "slot": None}, False, "no new time yet"),
        ({"state": State.FAILED}, False, "refused"),
        ({"state": State.WITHDRAWN}, False, "withdrawn"),
        ({"state": State.SETTLED, "slot": None}, False, "recorded, not rescheduled"),
        ({"state": State.PLANNED, "slot": None}, True, "would be recorded"),
        ({"signal": SignalKind.CANCELLED}, False, "it is cancelled, cause: internet (technical)"),
    ],
)  # fmt: skip
def test_each_end_is_told(more, dry_run, words):
    """What was done, what would be done, and what is left to do read differently."""
    told = text(report(raincheck(**more), dry_run=dry_run))
    assert words in told
    if more.get("state") is State.SETTLED:
        assert "would" not in told.replace("what would be done", "")
    assert told.startswith("Dry run") is dry_run


def test_nothing_to_do_is_said():
    """A quiet pass says so, and what was looked at; a held one does not call itself quiet."""
    assert text(report()) == "Nothing to reschedule.\nLooked at sessions (12 entries read)."
    assert "Nothing" not in text(report(held=True))
    assert text(report(calendars=())).endswith("No calendar was looked at.")
    lost = replace(LOOK, reach=Reach.DENIED, scan=None)
    assert text(report(calendars=(lost,))) == "No calendar was looked at."
    assert text(report(calendars=(LOOK, replace(lost, name="b")))).endswith("read), b (denied).")
    unasked = replace(LOOK, scan=None)
    assert "ooked" not in text(report(raincheck(), calendars=(unasked,)))


HOSTILE = "a\x1b[31m\nb\u202ec\x9bd\u2028e\ud800f"


@given(st.text(st.characters(), max_size=20))
def test_what_is_visible_steers_nothing(words):
    """No control, direction mark or half character is left; all else is."""
    left = visible(words)
    assert not {unicodedata.category(c) for c in left} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    left.encode()
    if words.isascii() and words.isprintable():
        assert left == words


def test_no_line_steers_the_terminal():
    """Whatever a calendar or a server wrote, each line is one line of plain signs."""
    one = report(
        raincheck(
            original=session(title=HOSTILE), reason=HOSTILE, fee=replace(FEE, reason=HOSTILE)
        ),
        calendars=(replace(LOOK, reach=Reach.DENIED, name=HOSTILE, message=HOSTILE),),
        warnings=(Warned(WarningCode.UNREADABLE, HOSTILE, HOSTILE),),
    )
    lines = [*as_text(one, titles=True), *lost_calendars(one), *warnings(one, titles=True)]
    assert all(line == visible(line) for line in lines)
    assert sum("a[31mbcdef" in line for line in lines) >= 5


def test_nothing_to_reschedule_is_said_only_when_all_was_seen():
    """A calendar that could not be looked at may hold anything."""
    lost = replace(LOOK, reach=Reach.DENIED, scan=None)
    assert "Nothing to reschedule" not in text(report(calendars=(LOOK, lost)))


def test_what_was_dealt_with_before_is_one_line():
    """After a lost state file, recognised sessions do not read like a mass move."""
    known = raincheck(rule=BY_MARKS, pass_id=report().id)
    assert text(report(known)).startswith(
        "1 session dealt with before, recognised by the marks there."
    )
    assert "moved to" in text(report(raincheck(rule=BY_MARKS, pass_id="p0", state=State.SETTLED)))


def test_a_warning_says_of_which_session():
    """By its time, and by its title for the eyes at the terminal alone."""
    about = session(title="Quillon Wren")
    one = report(warnings=(Warned(WarningCode.TAG_ON_SERIES, "A series.", "s", "u", about),))
    (line,) = warnings(one, titles=True)
    assert (
        line == f"warning: s: Quillon Wren, {day_and_time(about.when)}: A series. (tag-on-series)"
    )
    (line,) = warnings(one, titles=False)
    assert line == f"warning: s: {day_and_time(about.when)}: A series. (tag-on-series)"


def test_long_lines_break_at_spaces():
    """On a screen no word is cut, and what follows hangs under what it belongs to."""
    line = "    why   " + "words and words " * 9
    broken = fitted(line, 60).splitlines()
    assert len(broken) > 1
    assert all(len(part) <= 60 for part in broken)
    assert all(part.startswith(("          w", "          a")) for part in broken[1:])
    assert fitted(line, None) == line
    assert fitted(line, 60, hanging=4).splitlines()[1].startswith("    w")


def test_troubles_are_told():
    """Calendars that could not be read, and every warning with its code."""
    lost = replace(LOOK, reach=Reach.MISSING, message="no such calendar")
    warned = Warned(WarningCode.TOO_MANY, "Eleven at once.")
    one = report(calendars=(LOOK, lost), warnings=(warned,))
    assert list(lost_calendars(one)) == [
        "sessions: no such calendar. `raincheck check` lists what the account has.",
    ]
    assert list(warnings(one, titles=False)) == ["warning: Eleven at once. (too-many)"]


def test_the_rule_is_told_to_whoever_asks():
    """Which rule decided which action; without asking, the story is as it was."""
    one = report(raincheck(state=State.SETTLED, rule="policy.rules[0]", reason="same weekday"))
    plain, asked = text(one), "\n".join(as_text(one, titles=True, rules=True))
    assert "    rule  policy.rules[0] says propose" in asked
    assert "rule" not in plain
    assert asked.replace("    rule  policy.rules[0] says propose\n", "") == plain


def test_quiet_tells_of_what_needs_a_person_alone():
    """A session that waits is told of; what is done, and what was looked at, is not."""
    done, waits = raincheck(state=State.SETTLED), raincheck(state=State.WAITING, slot=None)
    assert list(for_a_person(report(done), titles=True)) == []
    told = list(for_a_person(report(done, waits), titles=True))
    assert "no new time yet" in "\n".join(told)
    assert len(told) == len(list(for_a_person(report(waits), titles=True)))


PRACTICE = rules_of(parse(CONFIGURED, path=Path("/srv/config.toml")))
KNOWN = Beside(PRACTICE, now=NOW)


def known_text(*rainchecks, known=KNOWN, **more) -> str:
    return "\n".join(as_text(report(*rainchecks, **more), titles=True, known=known))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"notes": "sick #disrupted-internet"}, "a tag (#disrupted-internet in the notes), cause"),
        ({"categories": ("disrupted-internet",)}, "a tag (disrupted-internet, a category"),
        ({"title": "[disrupted-internet] Q"}, "a tag (disrupted-internet in front of the title)"),
        ({"notes": "#no-show"}, "seen  a tag, cause: internet"),
    ],
)  # fmt: skip
def test_where_the_tag_stood_is_told(more, words):
    """By the word and its place; a tag that says something else is not quoted."""
    assert words in known_text(raincheck(original=session(**more)))


def test_a_title_is_told_without_its_tags():
    """The person is meant, not what was written in front of the name."""
    told = known_text(raincheck(original=session(title="[no-show] Quillon Wren")))
    assert told.startswith("Quillon Wren, Tue 24 Nov")


def test_a_next_offer_is_told_as_one():
    """What became of the one before, which it is, and how many there are to be."""
    again = raincheck(state=State.SETTLED, attempt=2)
    turns = {again.id: "the client declined Thu 3 Dec 2026 14:00"}
    told = known_text(again, known=replace(KNOWN, turns=turns))
    assert "    seen  the client declined Thu 3 Dec 2026 14:00\n" in told
    assert "    done  offer 2 of 3: moved to Tue 1 Dec 2026 10:00, tentative" in told
    tired = raincheck(state=State.WAITING, attempt=4, slot=None)
    assert "no new time is offered any more" in known_text(tired)


def test_without_guests_a_person_is_asked_to_tell():
    """A session with guests invites them; one without tells nobody."""
    alone = raincheck(state=State.SETTLED, confirmed=True)
    assert "confirmed; it has no guests: please tell the client" in known_text(alone)
    guest = Attendee("quillon.wren@example.com")
    invited = replace(alone, original=session(attendees=(guest,)))
    assert "please tell" not in known_text(invited)


@pytest.mark.parametrize(
    ("more", "google", "words"),
    [
        ({}, (), "the new session of Tue 1 Dec 2026 10:00 is set to cancelled; delete it if"),
        ({}, ("sessions",), "the new session of Tue 1 Dec 2026 10:00 is cancelled\n"),
        ({"slot": at("2026-11-20T10:00")}, (), "stays: its time had come"),
        ({"resource": None}, (), "there was no new session"),
        ({"duties": (Duty(DutyKind.CANCEL, SessionKey("x")),)}, (), "is still to be cancelled"),
        ({"duties": (Duty(DutyKind.RESTORE, SessionKey("x")),)}, (), "is still to be put back"),
        ({"reason": "a person deleted the replacement"}, (), "no new session will be written"),
    ],
)  # fmt: skip
def test_an_undo_tells_what_became_of_both(more, google, words):
    """The original, and the new session, wherever that one stands."""
    gone = {"state": State.WITHDRAWN, "reason": UNDONE, "resource": "r", **more}
    known = replace(KNOWN, google=frozenset(google))
    assert words in known_text(raincheck(**gone), known=known)


def test_a_lost_account_is_told_once_and_its_sessions_not_as_tried():
    """One line for all its calendars; what waits there waits as before."""
    lost = replace(LOOK, reach=Reach.DENIED, scan=None, message="the login is refused")
    looks = (lost, replace(lost, name="more"), replace(lost, name="third", account="work"))
    waits = raincheck(state=State.WAITING, slot=None)
    one = report(waits, calendars=looks)
    told = list(lost_calendars(one))
    assert [line.partition(". ")[0] for line in told] == [
        "home: the login is refused; nothing was looked at",
        "work: the login is refused; nothing was looked at",
    ]
    assert "1 session still waits; nothing was tried for it now." in text(one)
    assert waits.id not in text(one)
    assert list(for_a_person(one, titles=True)) == []


def test_a_dry_run_is_told_by_the_sessions_times():
    """After a blank line, the first session first, whenever it was noticed."""
    late = raincheck(id="late", original=session(when=at("2026-11-25T10:00")))
    early = raincheck(id="early", noticed=NOW + timedelta(hours=1))
    told = known_text(late, early, dry_run=True)
    assert told.splitlines()[1] == ""
    assert told.index("early") < told.index("late")


def test_a_decided_fee_is_told_as_decided():
    """The ledger's word, not what was once proposed."""
    fee = Fee(Decimal(80), "GBP", FeeState.PROPOSED, "no-show", at=NOW)
    one = raincheck(state=State.SETTLED, fee=fee)
    row = row_of(one)
    approved = replace(row, fee=replace(fee, state=FeeState.APPROVED))
    assert "fee   80.00 GBP, for you to decide" in known_text(one)
    assert "fee   80.00 GBP, approved" in known_text(one, known=replace(KNOWN, fees=(approved,)))
