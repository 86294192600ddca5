"""What a disruption costs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.causes import BUILT_IN, Fault
from sync.domain.fees import Charge, FeeState, Share, Tariff, assessed

DAY = timedelta(hours=24)
SOON = DAY - timedelta(seconds=1)
ANN = "ann@example.org"
TARIFF = Tariff(
    currency="GBP",
    price=Decimal("80.00"),
    no_show=Share(percent=Decimal(100)),
    late_cancel=Share(percent=Decimal(50)),
    late_cancel_notice=DAY,
    waive=frozenset({Fault.TECHNICAL, Fault.SITE, Fault.PROVIDER}),
)


def charge(cause: str, until_start: timedelta = SOON, **more) -> Charge:
    given = {"fault": BUILT_IN[cause], "paid": False, "clients": frozenset({ANN})}
    return Charge(cause, until_start=until_start, **given | more)


def amount(cause: str, until_start: timedelta = SOON, tariff: Tariff = TARIFF, **more) -> str:
    return str(assessed(charge(cause, until_start, **more), tariff).amount)


@pytest.mark.parametrize(
    ("cause", "until_start", "costs"),
    [
        ("no-show", timedelta(minutes=-15), "80.00"),
        ("no-show", 9 * DAY, "80.00"),
        ("late", timedelta(minutes=-15), "80.00"),
        ("client-cancelled", SOON, "40.00"),
        ("client-cancelled", DAY, "0.00"),
        ("client-cancelled", -DAY, "40.00"),
        ("declined", SOON, "40.00"),
        ("declined", DAY, "0.00"),
        *((name, SOON, "0.00") for name, fault in BUILT_IN.items() if fault is not Fault.CLIENT),
    ],
)
def test_the_contract_row_by_row(cause, until_start, costs):
    """Only what a client causes costs, and a cancellation only when it came late."""
    assert amount(cause, until_start) == costs


@pytest.mark.parametrize("cause", [n for n, f in BUILT_IN.items() if f is not Fault.CLIENT])
def test_what_nobody_could_help_never_costs(cause):
    """Also where the practice waives nothing, a crash, a power cut or a sick day is free."""
    assert amount(cause, tariff=replace(TARIFF, waive=frozenset())) == "0.00"


@pytest.mark.parametrize("cause", ["no-show", "late", "client-cancelled", "declined"])
def test_what_is_waived_or_paid_costs_nothing(cause):
    """A waived fault, a paid session, a client who is never charged: no fee, and the reason."""
    waived = replace(TARIFF, waive=frozenset({Fault.CLIENT}))
    spared = replace(TARIFF, never_charge=frozenset({ANN}))
    for tariff, more, reason in (
        (waived, {}, "the client's side: waived"),
        (TARIFF, {"paid": True}, "already paid: not charged again"),
        (spared, {}, "this client is never charged"),
    ):
        fee = assessed(charge(cause, **more), tariff)
        assert (fee.amount, fee.reason) == (Decimal("0.00"), reason)


def test_a_fault_can_be_changed():
    """[causes.no-show] fault = "technical" makes it free by the waiver, as the contract says."""
    assert amount("no-show", fault=Fault.TECHNICAL) == "0.00"


def test_clients_have_their_own_price():
    """The lowest of the prices agreed with those present, else the usual one."""
    prices = {ANN: Decimal(60), "bo@example.org": Decimal(50)}
    tariff = replace(TARIFF, clients=prices)
    assert amount("no-show", tariff=tariff) == "60.00"
    assert amount("no-show", tariff=tariff, clients=frozenset(prices)) == "50.00"
    assert amount("no-show", tariff=tariff, clients=frozenset({"x@example.org"})) == "80.00"


def test_amounts_need_no_price():
    """A fee may be an amount of its own."""
    assert amount("no-show", tariff=replace(TARIFF, no_show=Share(amount=Decimal(25)))) == "25.00"


@pytest.mark.parametrize(
    ("price", "percent", "rounded"),
    [("0.01", "50", "0.01"), ("0.01", "49", "0.00"), ("33.33", "50", "16.67")],
)
def test_cents_are_rounded_half_up(price, percent, rounded):
    """In decimal, as on a bill."""
    share = Share(percent=Decimal(percent))
    assert amount("no-show", tariff=replace(TARIFF, price=Decimal(price), no_show=share)) == rounded


def test_a_fee_says_why():
    """Every fee waits for a person and tells how it came about."""
    fee = assessed(charge("client-cancelled"), TARIFF)
    assert (fee.state, fee.currency) == (FeeState.PROPOSED, "GBP")
    assert fee.reason == "late cancellation: 50% of 80.00"


MONEY = st.decimals(0, 100_000, places=2)
SHARES = st.builds(Share, percent=st.decimals(0, 100, places=1)) | st.builds(Share, amount=MONEY)


@given(
    st.sampled_from(sorted(BUILT_IN)),
    st.sampled_from(Fault),
    st.booleans(),
    st.timedeltas(-DAY * 9, DAY * 9),
    st.builds(
        Tariff,
        st.just("GBP"),
        MONEY,
        SHARES,
        SHARES,
        st.timedeltas(timedelta(), DAY * 9),
        st.frozensets(st.sampled_from(Fault)),
    ),
)
def test_no_fee_is_below_zero(cause, fault, paid, until_start, tariff):
    """Whatever happened, a fee is zero or more, in whole cents, and zero where it must be."""
    fee = assessed(charge(cause, until_start, fault=fault, paid=paid), tariff)
    assert fee.amount >= 0
    assert fee.amount == fee.amount.quantize(Decimal("0.01"))
    if paid or fault in tariff.waive:
        assert not fee.amount
