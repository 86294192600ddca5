"""What a person is told of what is still open."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sync.domain.fees import Fee, FeeState
from sync.domain.ledger import as_decided, open_fees, row_of
from sync.domain.lifecycle import Duty, DutyKind, State
from sync.domain.plain import fee_in_words, how_it_stands
from sync.domain.policy import Action
from sync.domain.sessions import SessionKey
from tests.unit.builders import NOW
from tests.unit.domain.test_mails import raincheck

KEY = SessionKey("one")


@pytest.mark.parametrize(
    ("duties", "told"),
    [
        ((), None),
        ((Duty(DutyKind.RESTORE, KEY),), "the next pass finishes it"),
        ((Duty(DutyKind.RESTORE, KEY, refused=True),), "look at the calendar"),
        ((Duty(DutyKind.INVITE, KEY, guest="q@example.org"),), "a mail is still to be sent"),
        (
            (Duty(DutyKind.UNINVITE, KEY, refused=True, guest="q@example.org"),),
            "tell them yourself",
        ),
        ((Duty(DutyKind.NOTE, KEY),), None),
    ],
)
def test_what_is_owed_comes_first(duties: tuple[Duty, ...], told: str | None) -> None:
    """A write before a mail, a refusal before a wait; a note to the practice is no open matter."""
    stands = how_it_stands(replace(raincheck(state=State.SETTLED, confirmed=True), duties=duties))
    assert stands is None if told is None else told in str(stands)


FEE = Fee(Decimal(80), "GBP", FeeState.PROPOSED, "no-show", at=NOW)


@pytest.mark.parametrize(
    ("fee", "told"),
    [
        (FEE, "80.00 GBP, for you to decide (no-show)"),
        (replace(FEE, state=FeeState.APPROVED), "80.00 GBP, approved (no-show)"),
        (replace(FEE, state=FeeState.WAIVED), "80.00 GBP, waived (no-show)"),
        (replace(FEE, amount=Decimal("0.00")), "none (no-show)"),
    ],
)
def test_a_fee_is_told_with_a_persons_word(fee: Fee, told: str) -> None:
    """Two decimals; what costs nothing is nobody's to decide."""
    assert fee_in_words(fee) == told


def test_the_ledgers_word_counts() -> None:
    """A fee that was approved since it was assessed is told as approved; another one is not."""
    one = replace(raincheck(state=State.SETTLED), fee=FEE)
    row = row_of(one)
    assert row is not None
    approved = replace(row, fee=replace(FEE, state=FeeState.APPROVED))
    (told,) = as_decided([one], [approved])
    assert told.fee == approved.fee
    later = replace(one, fee=replace(FEE, at=NOW + timedelta(days=1)))
    assert as_decided([later], [approved]) == (later,)
    assert (open_fees([row]), open_fees([approved])) == (1, 0)
    assert open_fees([replace(row, fee=replace(FEE, amount=Decimal(0)))]) == 0


def test_an_offer_that_nobody_hears_of_says_so() -> None:
    """Where neither server nor mail tells the client, a person must; a held one is held alone."""
    offered = replace(raincheck(state=State.SETTLED, confirmed=False), duties=())
    assert "the client has not answered yet" in str(how_it_stands(offered))
    assert "please tell the client" in str(how_it_stands(offered, untold=True))
    held = replace(offered, action=Action.HOLD)
    assert "to invite the client" in str(how_it_stands(held))
    assert "to confirm it" in str(how_it_stands(held, guests=False))
