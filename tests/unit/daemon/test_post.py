"""A mail server in trouble is let alone for a while, and costs a pass one try."""

import pytest

from adapters.memory import MemoryMailer
from sync.daemon.post import REST_S, Patient
from sync.domain.letters import Letter
from sync.errors import (
    AccessError,
    CalendarError,
    DelayedError,
    OutcomeUnknownError,
    RejectedError,
    UnreachableError,
)
from sync.retrying import Retries

LETTER = Letter("note-1", (), "Raincheck: a session waits", "Words.")


class Broken(MemoryMailer):
    """Counts what it is asked, and fails while there is a ``trouble``."""

    asked: int = 0
    trouble: type[CalendarError] | None = None

    def send(self, letter: Letter) -> None:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble("down", calendar="", operation="mail")
        super().send(letter)


@pytest.mark.parametrize("trouble", [UnreachableError, OutcomeUnknownError, AccessError])
def test_a_server_in_trouble_is_let_alone(trouble: type[CalendarError]) -> None:
    """One try and no wait in this pass, none in the next few; after the rest it is sent."""
    broken, clock, waits = Broken(), [100.0], list[float]()
    broken.trouble = trouble
    patient = Patient(broken, lambda: clock[0])
    for _ in range(3):
        with pytest.raises(CalendarError, match="down"):
            Retries(sleep=waits.append).call(lambda: patient.send(LETTER))
    assert (broken.asked, waits) == (1, [])
    broken.trouble = None
    clock[0] += REST_S
    patient.send(LETTER)
    assert list(broken.boxes) == [LETTER.id]


@pytest.mark.parametrize("trouble", [DelayedError, RejectedError])
def test_trouble_with_one_letter_stops_no_other(trouble: type[CalendarError]) -> None:
    """The server itself is well."""
    broken = Broken()
    broken.trouble = trouble
    patient = Patient(broken, lambda: 0.0)
    with pytest.raises(trouble):
        patient.send(LETTER)
    broken.trouble = None
    patient.send(LETTER)
    assert broken.asked == 2
