"""Letters as mails, with the session as an iTIP message in them (RFC 5546, RFC 6047); pure.

Each guest gets a mail with no other guest in it: who else comes is nobody's business. Times are in
UTC, so no zone has to be explained.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from icalendar import Calendar, Event, vCalAddress

from sync.domain.letters import Letter, Method
from sync.domain.plain import visible
from sync.domain.sessions import Answer, Session, SessionKey, Status, Timed

PARTSTAT = {
    Answer.NEEDS_ACTION: "NEEDS-ACTION",
    Answer.ACCEPTED: "ACCEPTED",
    Answer.DECLINED: "DECLINED",
    Answer.TENTATIVE: "TENTATIVE",
}


class UnsendableError(ValueError):
    """The letter cannot be made into a mail: an address is none."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mails come from. ``practice`` is where notes to the practice itself go."""

    address: str
    name: str
    practice: tuple[str, ...]


def mail_of(letter: Letter, sender: Sender, *, now: datetime) -> EmailMessage:
    """Return *letter* as a mail.

    Args:
        letter: What to say, and to whom.
        sender: Who says it.
        now: For Date and DTSTAMP, aware.

    Raises:
        UnsendableError: an address cannot be written into a header.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender.address, sender.name)
    mail["To"] = [_address(address) for address in letter.to or sender.practice]
    mail["Subject"] = letter.subject
    mail["Date"] = now.astimezone(UTC)
    mail["Message-ID"] = f"<{letter.id}@{sender.address.rpartition('@')[2]}>"
    if letter.method is None:
        mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{letter.text}\n")
    if letter.method is not None and letter.session is not None:
        text = itip(letter.session, letter.method, letter.to, sender, now=now)
        mail.add_alternative(
            text, subtype="calendar", params={"method": letter.method.value, "component": "VEVENT"}
        )
    return mail


def itip(
    session: Session, method: Method, to: tuple[str, ...], sender: Sender, *, now: datetime
) -> str:
    """Return *session* as an iTIP message for the guests *to* alone."""
    assert isinstance(session.when, Timed), session
    event = Event()
    event.add("uid", session.key.uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", session.sequence)
    event.add("dtstart", session.when.span.start)
    event.add("dtend", session.when.span.end)
    if session.key.recurrence_id is not None:
        event.add("recurrence-id", _instance(session.key))
    event.add("summary", session.title)
    for name, value in (("description", session.notes), ("location", session.location)):
        if value:
            event.add(name, value)
    link = next((link for link in session.links if link.isprintable()), None)
    if link:
        event.add("url", link)
    cancelled = method is Method.CANCEL
    event.add("status", (Status.CANCELLED if cancelled else session.status).name)
    event.add("organizer", _organizer(session, sender))
    for guest in session.attendees:
        if guest.address in to:
            event.add("attendee", _attendee(guest.address, guest.answer, asked=not cancelled))
    calendar = Calendar()
    calendar.add("prodid", "-//Raincheck//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode("utf-8")


def _organizer(session: Session, sender: Sender) -> vCalAddress:
    """Return who organizes *session*. Our name is for us alone: a person may be trusted to."""
    organizer = vCalAddress(f"mailto:{session.organizer or sender.address}")
    ours = session.organizer in {None, sender.address, *sender.practice}
    if sender.name and ours:
        organizer.params["CN"] = visible(sender.name)
    return organizer


def _attendee(address: str, answer: Answer, *, asked: bool) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{address}")
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = PARTSTAT[answer]
    if asked:
        attendee.params["RSVP"] = "TRUE" if answer is Answer.NEEDS_ACTION else "FALSE"
    return attendee


def _instance(key: SessionKey) -> datetime | date:
    """Return when the series has it; one of a series of whole days may have got a time."""
    assert key.recurrence_id is not None, key
    if len(key.recurrence_id) == len("YYYYMMDD"):
        return date.fromisoformat(key.recurrence_id)
    return datetime.strptime(key.recurrence_id, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _address(address: str, name: str = "") -> Address:
    try:
        return Address(visible(name), addr_spec=address)
    except (MessageError, ValueError, IndexError) as error:
        raise UnsendableError("it is no address") from error
