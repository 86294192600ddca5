"""The mail server of the simulation, and its judge: the last word that each guest has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapters.memory import MemoryMailer
from sync.domain.letters import Letter, Method
from sync.domain.lifecycle import State
from sync.domain.policy import SignalKind
from sync.domain.sessions import Session, SessionKey, Status
from sync.errors import AccessError, CalendarError, OutcomeUnknownError, UnreachableError
from tests.simulation.fate import Fate
from tests.simulation.promises import WE, Case
from tests.unit.engine.world import ZONE

Guest = tuple[SessionKey, str]

_FAULTS: dict[str, type[CalendarError]] = {
    "mail unreachable": UnreachableError,
    "mail login expired": AccessError,
    "mail lost before": OutcomeUnknownError,
}


@dataclass
class Post:
    """A mail server in the hands of *fate*: fails, loses answers, refuses.

    ``sent`` is every letter that it took, in order, also those that came twice.
    """

    fate: Fate
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    sent: list[Letter] = field(default_factory=list)
    down: bool = False

    def send(self, letter: Letter) -> None:
        self.fate.step()
        if self.down:
            raise UnreachableError("down", calendar="", operation="mail")
        for name, kind in _FAULTS.items():
            if self.fate.strikes(name):
                raise kind("a fault of the simulation", calendar="", operation="mail")
        self.mailer.send(letter)
        self.sent.append(letter)
        self.fate.step()
        if self.fate.strikes("lost answer of mail"):
            raise OutcomeUnknownError("lost", calendar="", operation="mail")

    def greet(self) -> None:
        self.mailer.greet()


def mistold(case: Case, sent: Sequence[Letter]) -> Iterator[str]:
    """Yield what guests believe and what is not so, and letters that are two under one name."""
    by_id: dict[str, tuple[Method | None, SessionKey | None]] = {}
    for letter in sent:
        content = (letter.method, letter.session and letter.session.key)
        if by_id.setdefault(letter.id, content) != content:
            yield f"letters: {letter.id} was sent with two contents"
    words = last_words(sent)
    for session in case.sessions:
        if session.marks is None or session.key in case.hands.cancelled:
            continue  # what a person cancels, their own app tells of
        for guest in session.attendees:
            if guest.address not in WE:
                yield from _mistold(session, words.get((session.key, guest.address)), case)


def last_words(sent: Sequence[Letter]) -> dict[Guest, Letter]:
    """Return the last that each guest heard about each session: by SEQUENCE, as calendars take it.

    Of one SEQUENCE, the later message wins (RFC 5546, 2.1.5).
    """
    last: dict[Guest, Letter] = {}
    seen: set[str] = set()
    for letter in sent:
        if letter.session is None or letter.id in seen:
            continue  # a mailbox knows a letter that came twice by its id
        seen.add(letter.id)
        guest = (letter.session.key, letter.to[0])
        before = last.get(guest)
        if before is None or letter.session.sequence >= _sequence(before):
            last[guest] = letter
    return last


def _sequence(letter: Letter) -> int:
    assert letter.session is not None
    return letter.session.sequence


def _mistold(session: Session, letter: Letter | None, case: Case) -> Iterator[str]:
    if _was_over(session, case):
        return
    name, told = session.key.uid, letter and letter.method
    cancelled = session.status is Status.CANCELLED
    if letter is None:
        if _was_ended(session, case) if cancelled else _is_offered(session, case):
            yield f"mail: nobody told a guest of {name}"
        return
    assert letter.session is not None
    if told is not (Method.CANCEL if cancelled else Method.REQUEST):
        yield f"mail: the last word on {name} is {told}, it is {session.status.value}"
        return
    ours = not cancelled and session.key not in case.hands.placed
    if ours and letter.session.when != session.when:
        yield f"mail: the last word on {name} is another time"


def _was_over(session: Session, case: Case) -> bool:
    """Return whether a mail about *session* was given up because its time had passed by then."""
    story = case.stories.get(session.marks.id, ()) if session.marks else ()
    end = session.span_in(ZONE).end
    return any(entry.what == "dropped" and entry.at >= end for entry in story)


def _is_offered(session: Session, case: Case) -> bool:
    """Return whether *session* is the replacement of a record that is settled."""
    record = case.records.get(session.marks.id) if session.marks else None
    return (
        record is not None and record.state is State.SETTLED and record.replacement == session.key
    )


def _was_ended(session: Session, case: Case) -> bool:
    """Return whether *session* is an original that we cancelled, and that is settled."""
    record = case.records.get(session.marks.id) if session.marks else None
    return (
        record is not None
        and record.state is State.SETTLED
        and record.original.key == session.key
        and record.original.status is not Status.CANCELLED
        and record.signal is not SignalKind.DELETED
    )
