"""What a person is told of what is still open."""

from dataclasses import replace

import pytest

from sync.domain.lifecycle import Duty, DutyKind, State
from sync.domain.plain import how_it_stands
from sync.domain.sessions import SessionKey
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
