"""Who a session is with, and what they have answered."""

from sync.domain.sessions import Answer, Session


def clients_of(session: Session, practice: frozenset[str]) -> frozenset[str]:
    """Return the addresses of the guests who are not the practice itself."""
    return frozenset(a.address for a in session.attendees) - practice - {session.organizer or ""}


def answer_of(session: Session, practice: frozenset[str]) -> Answer:
    """Return what the guests, taken together, have answered.

    Declined if every one of them did; accepted if every one who did not decline accepted.
    """
    clients = clients_of(session, practice)
    answers = {guest.answer for guest in session.attendees if guest.address in clients}
    if answers == {Answer.DECLINED}:
        return Answer.DECLINED
    agreed = answers - {Answer.DECLINED} == {Answer.ACCEPTED}
    return Answer.ACCEPTED if agreed else Answer.NEEDS_ACTION


def as_address(text: str) -> str:
    """Return the address that *text* holds, as addresses are compared: in lower case."""
    return text.strip().removeprefix("mailto:").lower()
