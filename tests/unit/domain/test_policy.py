"""Which terms apply to a disruption."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.domain.causes import Fault
from sync.domain.policy import (
    Action,
    Conditions,
    Decision,
    Modality,
    Policy,
    Rule,
    SignalKind,
    Situation,
    Terms,
    decided,
)

HERE = Situation(
    cause="internet",
    fault=Fault.TECHNICAL,
    signal=SignalKind.TAG,
    calendar="sessions",
    modality=Modality.VIDEO,
    paid=False,
    recurring=True,
    until_start=timedelta(hours=2),
)
FITTING = {
    "causes": frozenset({"internet", "audio"}),
    "faults": frozenset({Fault.TECHNICAL}),
    "signals": frozenset({SignalKind.TAG}),
    "calendars": frozenset({"sessions"}),
    "modality": frozenset({Modality.VIDEO}),
    "paid": False,
    "recurring": True,
    "notice_below": timedelta(hours=2, seconds=1),
}
MISFIT = {
    "causes": frozenset({"audio"}),
    "faults": frozenset({Fault.CLIENT}),
    "signals": frozenset({SignalKind.CANCELLED}),
    "calendars": frozenset({"other"}),
    "modality": frozenset({Modality.PHONE}),
    "paid": True,
    "recurring": False,
    "notice_below": timedelta(hours=2),
}


def rule(name="rule", action=Action.BOOK, **conditions) -> Rule:
    return Rule(name, Conditions(**conditions), Terms(action=action))


def rule_of(*rules: Rule, situation: Situation = HERE) -> str:
    return decided(Policy(rules=rules), situation).rule


@pytest.mark.parametrize("name", FITTING)
def test_each_condition_decides(name):
    """A rule with one condition applies exactly if that condition holds."""
    assert rule_of(rule(**{name: FITTING[name]})) == "rule"
    assert rule_of(rule(**{name: MISFIT[name]})) == "policy"


@pytest.mark.parametrize("name", MISFIT)
def test_all_conditions_must_hold(name):
    """One condition that fails is enough to pass a rule by."""
    assert rule_of(rule(**FITTING)) == "rule"
    assert rule_of(rule(**FITTING | {name: MISFIT[name]})) == "policy"


def test_the_first_rule_that_matches_applies():
    """Order decides, and a rule without conditions always matches."""
    assert rule_of(rule("no", paid=True), rule("first"), rule("second")) == "first"


def test_empty_sets_match_nothing():
    """A condition that allows nothing is given, and never holds."""
    assert rule_of(rule(causes=frozenset())) == "policy"


def test_an_unknown_modality_matches_no_modality():
    """A session that does not tell how it is held fits no rule that asks for it."""
    unknown = replace(HERE, modality=None)
    assert rule_of(rule(modality=frozenset(Modality)), situation=unknown) == "policy"


def test_a_signal_after_the_start_is_short_notice():
    """Time to the start is negative then, and below every notice."""
    late = replace(HERE, until_start=timedelta(hours=-1))
    assert rule_of(rule(notice_below=timedelta(0)), situation=late) == "rule"


@pytest.mark.parametrize("signal", SignalKind)
def test_what_may_mean_something_else_is_held(signal):
    """Deletions and declines are held by the built-in rules; they keep the policy's other terms."""
    terms = Terms(action=Action.BOOK, attempts=7)
    decision = decided(Policy(terms), replace(HERE, signal=signal))
    if signal in (SignalKind.DELETED, SignalKind.DECLINED):
        assert decision == Decision(replace(terms, action=Action.HOLD), "built-in rule")
    else:
        assert decision == Decision(terms, "policy")


def test_own_rules_come_before_the_built_in_ones():
    """A practice may book deletions."""
    gone = replace(HERE, signal=SignalKind.DELETED)
    assert rule_of(rule(signals=frozenset({SignalKind.DELETED})), situation=gone) == "rule"


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("signal", SignalKind)
def test_a_paid_session_is_always_made_up(action, signal):
    """Neither a rule nor the policy leaves it at `record` or `ignore`; all else stays."""
    free, paid = (replace(HERE, paid=paid, signal=signal) for paid in (False, True))
    ruled = Policy(rules=(rule(action=action),))
    made_up = Action.PROPOSE if action in (Action.RECORD, Action.IGNORE) else action
    assert decided(ruled, free).terms.action is action
    assert decided(ruled, paid).terms.action is made_up
    assert decided(Policy(Terms(action)), paid).terms.action in (made_up, Action.HOLD)
