"""From disruption to promise."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from sync.domain import identity
from sync.domain.availability import Hours
from sync.domain.causes import BUILT_IN, TAG_WORDS, Cause, Fault
from sync.domain.fees import Share, Tariff
from sync.domain.lifecycle import Fact, ImpossibleMoveError, State
from sync.domain.policy import Action, Conditions, Policy, Rule, SignalKind, Terms
from sync.domain.practice import (
    Holds,
    Practice,
    busy_in,
    is_ours,
    is_session,
    planned_at,
    raincheck_of,
    rebuilt,
    standing,
    terms_of,
    unplaced,
    wish_of,
)
from sync.domain.sessions import AllDay, Attendee, Kind, Marks, Span, Status
from sync.domain.signals import Disruption, SignalSettings, Watch
from sync.domain.words import dictionary
from tests.unit.builders import KEY, LONDON, NOW, PRACTICE, QUILLON, at, raincheck, session

WATCH = Watch(dictionary(TAG_WORDS, BUILT_IN), SignalSettings(), PRACTICE, LONDON)
TARIFF = Tariff(
    currency="GBP",
    price=Decimal(80),
    no_show=Share(percent=Decimal(100)),
    late_cancel=Share(percent=Decimal(50)),
    late_cancel_notice=timedelta(hours=24),
    waive=frozenset({Fault.TECHNICAL}),
)
HOURS = Hours(LONDON, {0: ((time(9), time(18)),)})
RULES = Practice(WATCH, Policy(), HOURS, TARIFF, {"sessions": Holds.ALL})
NO_SHOW = Cause("no-show", Fault.CLIENT)
REPLACEMENT = identity.replacement_key(KEY, 1)


def with_action(action: Action) -> Practice:
    return replace(RULES, policy=Policy(Terms(action)))


def disruption(**more) -> Disruption:
    given = {"session": session(), "signal": SignalKind.TAG, "cause": NO_SHOW, "noticed": NOW}
    return Disruption(**given | more)


@pytest.mark.parametrize(
    ("holds", "plain", "invited"),
    [(Holds.ALL, True, True), (Holds.INVITED, False, True), (Holds.NONE, False, False)],
)
def test_the_calendar_says_what_a_session_is(holds, plain, invited):
    """All events, those with guests other than the practice, or none."""
    practice = replace(RULES, calendars={"sessions": holds})
    assert is_session(session(), practice) is plain
    assert is_session(session(attendees=(Attendee("therapist@example.org"),)), practice) is plain
    assert is_session(session(attendees=(QUILLON,)), practice) is invited


def test_a_promise_waits_for_a_slot():
    """It has the names that follow from the session, the policy's word and the fee."""
    made = raincheck_of(disruption(paid=False, urgent=True), RULES, "p9")
    assert (made.id, made.replacement) == (identity.raincheck_id(KEY), REPLACEMENT)
    assert (made.state, made.action, made.rule) == (State.WAITING, Action.PROPOSE, "policy")
    assert (made.attempt, made.slot, made.confirmed) == (1, None, False)
    assert (made.urgent, made.paid, made.pass_id) == (True, False, "p9")
    assert made.fee.amount == 80
    assert raincheck_of(disruption(), replace(RULES, tariff=None), "p9").fee is None


def test_what_is_recorded_is_planned_at_once():
    """There is nothing to find, and no replacement to name."""
    made = raincheck_of(disruption(), with_action(Action.RECORD), "p9")
    assert (made.state, made.replacement, made.slot) == (State.PLANNED, None, None)
    assert made.fee.amount == 80


def test_what_is_ignored_is_no_promise():
    """Unless it was paid for."""
    assert raincheck_of(disruption(), with_action(Action.IGNORE), "p9") is None
    made = raincheck_of(disruption(paid=True), with_action(Action.IGNORE), "p9")
    assert (made.action, made.fee.amount) == (Action.PROPOSE, 0)


def test_rules_see_the_whole_situation():
    """Series, time to the start and how it is held reach the conditions."""
    fits = Conditions(
        recurring=True,
        notice_below=timedelta(hours=25, minutes=1),
        calendars=frozenset({"sessions"}),
    )
    practice = replace(RULES, policy=Policy(rules=(Rule("mine", fits, Terms(Action.BOOK)),)))
    instance = session(kind=Kind.INSTANCE)
    assert raincheck_of(disruption(session=instance), practice, "p").rule == "mine"
    assert raincheck_of(disruption(), practice, "p").rule == "policy"
    earlier = disruption(session=instance, noticed=NOW - timedelta(minutes=1))
    assert raincheck_of(earlier, practice, "p").rule == "policy"


def test_terms_are_todays_and_the_action_stays():
    """A changed configuration counts for what is still open."""
    later = replace(RULES, policy=Policy(Terms(Action.BOOK, within=timedelta(days=3))))
    assert terms_of(raincheck(), later).terms.within == timedelta(days=3)


@pytest.mark.parametrize(
    ("start", "last"),
    [("2026-11-24T10:00", "2026-12-08T10:00"), ("2026-11-20T10:00", "2026-12-07T09:00")],
)
def test_the_search_window(start, last):
    """From now and the notice; the last one may begin `within` after the later of now and then."""
    wish = wish_of(raincheck(original=session(when=at(start))), RULES, now=NOW)
    assert wish.window == Span(
        NOW + timedelta(hours=24),
        datetime.fromisoformat(last).replace(tzinfo=UTC) + timedelta(hours=1),
    )
    (day,) = wish.refused
    assert day.length == timedelta(days=1)
    assert day.overlaps(at(start).span)


def test_a_window_never_ends_before_it_begins():
    """More notice than there is time leaves no room, and breaks nothing."""
    terms = Terms(notice=timedelta(days=30), within=timedelta(days=3))
    wish = wish_of(raincheck(), replace(RULES, policy=Policy(terms)), now=NOW)
    assert wish.window.length == timedelta(0)


def test_a_wish_tells_who_and_how_often():
    """Clients, series, urgency; the title without its tags is a hint."""
    original = session(
        attendees=(QUILLON,), kind=Kind.INSTANCE, title="[disrupted] Quillon WREN #no-show"
    )
    wish = wish_of(raincheck(original=original, urgent=True), RULES, now=NOW)
    assert wish.clients == {QUILLON.address, f"uid:{KEY.uid}"}
    assert (wish.hint, wish.urgent, wish.rhythm) == ("quillon wren", True, timedelta(days=7))
    assert wish_of(raincheck(), RULES, now=NOW).rhythm is None


def test_busy_time_leaves_out_what_is_free():
    """Cancelled and transparent sessions take no time; closures do, and are no sessions."""
    agenda = (
        session(),
        session(status=Status.CANCELLED),
        session(transparent=True),
        session(transparent=True, categories=("lockdown",)),
    )
    assert [busy.session for busy in busy_in(agenda, RULES)] == [True, False]


def test_a_plan_is_an_intention():
    """A slot makes it planned; none makes it wait, and says why."""
    waiting = raincheck(state=State.WAITING, slot=None)
    slot = at("2026-12-02T10:00")
    planned = planned_at(waiting, slot, "same weekday", RULES)
    assert (planned.state, planned.slot, planned.reason) == (State.PLANNED, slot, "same weekday")
    assert planned.confirmed
    assert not planned_at(
        replace(waiting, original=session(attendees=(QUILLON,))), slot, "", RULES
    ).confirmed
    again = unplaced(planned, "no room")
    assert (again.state, again.slot, again.reason) == (State.WAITING, None, "no room")


def test_what_stands_is_what_counts():
    """Wherever a person put it, that is where it is; the record follows."""
    there = session(
        key=REPLACEMENT, when=at("2026-12-03T16:00"), status=Status.TENTATIVE, resource="/r.ics"
    )
    moved = standing(raincheck(confirmed=True), there, Fact.REPLACEMENT_WRITTEN)
    assert (moved.state, moved.slot) == (State.WRITTEN, there.when)
    assert (moved.confirmed, moved.resource) == (False, "/r.ics")
    with pytest.raises(ImpossibleMoveError):
        standing(raincheck(state=State.WITHDRAWN), there, Fact.REPLACEMENT_WRITTEN)


def test_ours_is_what_carries_our_mark():
    """Another raincheck's replacement, or an event without marks, is not."""
    marks = Marks(raincheck().id, attempt=1)
    assert is_ours(session(marks=marks), raincheck())
    assert not is_ours(session(marks=Marks("other", attempt=1)), raincheck())
    assert not is_ours(session(), raincheck())


def marked(**more):
    given = {"marks": Marks(raincheck().id, "settled", REPLACEMENT.uid), "categories": ("no-show",)}
    return session(**given | more)


def test_lost_state_comes_back_from_the_marks():
    """Id, cause, fee, slot and attempt as they stand in the calendar; nothing is open."""
    there = session(
        key=REPLACEMENT,
        when=at("2026-12-03T16:00"),
        marks=Marks(raincheck().id, attempt=2),
        resource="/r.ics",
    )
    made = rebuilt(marked(), there, RULES, "p9", NOW)
    assert (made.id, made.state, made.attempt) == (raincheck().id, State.SETTLED, 2)
    assert (made.replacement, made.slot, made.resource) == (REPLACEMENT, there.when, "/r.ics")
    assert (made.cause, made.signal, made.fee.amount) == (NO_SHOW, SignalKind.TAG, 80)
    assert made.confirmed


def test_a_replacement_that_is_gone_was_taken_back():
    """It never comes back, nor does one whose marks say withdrawn."""
    assert rebuilt(marked(), None, RULES, "p9", NOW).state is State.WITHDRAWN
    undone = marked(marks=Marks(raincheck().id, "withdrawn", None))
    assert rebuilt(undone, None, RULES, "p9", NOW).state is State.WITHDRAWN


def test_a_recorded_session_comes_back_settled():
    """Marks without a replacement tell of `record`."""
    made = rebuilt(marked(marks=Marks(raincheck().id, "settled")), None, RULES, "p9", NOW)
    assert (made.state, made.action, made.replacement) == (State.SETTLED, Action.RECORD, None)


def test_no_fee_is_guessed_after_a_loss():
    """When a cancellation came is no longer known: it is not charged as if it came now."""
    made = rebuilt(marked(categories=("late-cancel",)), None, RULES, "p9", NOW)
    assert (made.cause.name, made.fee) == ("client-cancelled", None)


def test_a_whole_day_can_be_rebuilt():
    """A person may have made the marked original an all-day event meanwhile."""
    day = AllDay(date(2026, 11, 24), date(2026, 11, 25))
    assert rebuilt(marked(when=day), None, RULES, "p9", NOW).original.when == day
