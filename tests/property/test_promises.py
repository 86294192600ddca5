"""Promises of policy and fees that hold for every practice, whatever it has configured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.causes import BUILT_IN, Cause, Fault
from sync.domain.fees import Charge, FeeState, Share, Tariff, assessed
from sync.domain.policy import Action, Conditions, Policy, Rule, SignalKind, Terms
from sync.domain.practice import raincheck_of
from sync.domain.sessions import Kind
from sync.domain.signals import Disruption
from tests.unit.builders import session
from tests.unit.domain.test_practice import RULES

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

causes = st.sampled_from(sorted(BUILT_IN)).map(lambda name: Cause(name, BUILT_IN[name]))
terms = st.builds(Terms, action=st.sampled_from(Action))
conditions = st.builds(
    Conditions,
    causes=st.none() | st.frozensets(st.sampled_from(sorted(BUILT_IN))),
    faults=st.none() | st.frozensets(st.sampled_from(Fault)),
    signals=st.none() | st.frozensets(st.sampled_from(SignalKind)),
    paid=st.none() | st.booleans(),
    recurring=st.none() | st.booleans(),
)
policies = st.builds(
    Policy,
    terms=terms,
    rules=st.lists(st.builds(Rule, st.just("policy.rules[0]"), conditions, terms), max_size=4).map(
        tuple
    ),
)
shares = st.builds(Share, percent=st.decimals(0, 100, places=1)) | st.builds(
    Share, amount=st.decimals(0, 500, places=2)
)
tariffs = st.builds(
    Tariff,
    currency=st.just("GBP"),
    price=st.decimals(0, 500, places=2),
    no_show=shares,
    late_cancel=shares,
    late_cancel_notice=st.timedeltas(timedelta(0), timedelta(days=7)),
    waive=st.frozensets(st.sampled_from(Fault)).map(
        lambda waived: waived | {Fault.TECHNICAL, Fault.SITE}
    ),
    first_waived=st.integers(0, 3),
)
charges = st.builds(
    Charge,
    cause=st.sampled_from(sorted(BUILT_IN)),
    fault=st.sampled_from(Fault),
    paid=st.booleans(),
    clients=st.just(frozenset({"quillon@example.org"})),
    until_start=st.timedeltas(timedelta(days=-14), timedelta(days=30)),
)


@given(policies, causes, st.sampled_from(SignalKind), st.sampled_from([Kind.SINGLE, Kind.INSTANCE]))
def test_a_paid_session_is_never_dropped(policy, cause, signal, kind):
    """Whatever the rules say, it gets a promise that looks for a new time."""
    practice = replace(RULES, policy=policy)
    paid = Disruption(session(kind=kind), signal, cause, NOW, paid=True)
    made = raincheck_of(paid, practice, "p1")
    assert made is not None
    assert made.action not in {Action.RECORD, Action.IGNORE}
    assert made.replacement is not None


@given(charges, tariffs)
def test_a_technical_or_site_fault_never_costs_the_client(charge, tariff):
    """Where the practice waives them, as it does by default, there is nothing to pay; and why."""
    for fault in (Fault.TECHNICAL, Fault.SITE):
        fee = assessed(replace(charge, fault=fault), tariff)
        assert fee.amount == 0
        assert "waived" in fee.reason


@given(charges, tariffs, st.integers(0, 5))
def test_a_fee_is_never_negative_and_always_explained(charge, tariff, forgiven):
    """Whole cents, zero or more, a reason in words, and nothing decided by itself."""
    fee = assessed(charge, tariff, lambda _client, _year: forgiven)
    assert fee.amount >= 0
    assert fee.amount == fee.amount.quantize(Decimal("0.01"))
    assert fee.reason
    assert fee.state is FeeState.PROPOSED
    if charge.paid:
        assert fee.amount == 0
    assert not (fee.forgiven and forgiven >= tariff.first_waived)
