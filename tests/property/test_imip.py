"""Whatever stands in a calendar, a mail is made of it, or refused; and it forges nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.imip import Sender, UnsendableError, mail_of
from sync.domain.letters import Letter, Method
from sync.domain.sessions import Attendee
from tests.property.strategies import FRAGMENTS
from tests.unit.engine.world import PRACTICE, at, tagged

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SENDER = Sender(PRACTICE, "Example Practice", (PRACTICE,))
HOSTILE = st.lists(
    st.one_of(FRAGMENTS, st.sampled_from(["\r\n", "\n", "\0", ",", ";", "@", '"', "END:VEVENT"]))
).map("".join)


@given(address=HOSTILE | st.text(max_size=20))
def test_an_address_is_one_address_or_refused(address: str) -> None:
    """It never becomes two, nor another header."""
    letter = Letter("note-1", (address,), "Subject", "Words.")
    try:
        mail = mail_of(letter, SENDER, now=NOW)
    except UnsendableError:
        return
    assert len(mail["To"].addresses) == 1
    read = message_from_bytes(mail.as_bytes())
    assert sorted(read.keys()) == sorted(mail.keys())


@given(title=HOSTILE, notes=HOSTILE, place=HOSTILE, link=HOSTILE)
def test_an_event_is_one_event(title: str, notes: str, place: str, link: str) -> None:
    """Nothing that stands in it ends it early, or adds a guest."""
    session = tagged("one", at(2), title=title, notes=notes, location=place, links=(link,))
    guests = (Attendee("quillon@example.org"), Attendee("sparrow@example.org"))
    session = replace(session, attendees=guests)
    letter = Letter("invite-1", (guests[0].address,), "S", "W", Method.REQUEST, session)
    read = message_from_bytes(mail_of(letter, SENDER, now=NOW).as_bytes())
    (part,) = [p for p in read.walk() if p.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    (event,) = icalendar.Calendar.from_ical(content.decode()).walk("VEVENT")
    assert str(event["UID"]) == "one"
    assert str(event["ATTENDEE"]) == "mailto:quillon@example.org"
