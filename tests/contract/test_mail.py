"""The mail adapter against a real SMTP server."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.mail.imip import Sender, itip
from adapters.mail.smtp import SmtpMailer
from sync.domain.letters import Letter, Method
from sync.domain.sessions import Answer, Attendee, SessionKey, Status
from sync.errors import (
    AccessError,
    CalendarError,
    DelayedError,
    OutcomeUnknownError,
    RejectedError,
    UnreachableError,
)
from tests.servers.post import PASSWORD, USERNAME, Post, certificate_in, post
from tests.servers.processes import free_port
from tests.unit.engine.world import PRACTICE, at, tagged

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GUEST, OTHER = "quillon@example.org", "sparrow@example.org"
SENDER = Sender(PRACTICE, "Example Practice", ("desk@example.org",))
SESSION = tagged(
    "one",
    at(2),
    attendees=(Attendee(GUEST), Attendee(OTHER, Answer.ACCEPTED)),
    organizer=PRACTICE,
    title="Quillon Wren — Übung",
    notes="first line\nsecond; line, with all",
    location="Room 3",
    links=("https://video.example.org/room",),
    sequence=2,
    status=Status.TENTATIVE,
)
LETTER = Letter("invite-abc", (GUEST,), "Invitation: session", "Words.", Method.REQUEST, SESSION)


def mailer(server: Post, **more) -> SmtpMailer:
    plain = SmtpMailer(
        host="localhost",
        port=server.port,
        implicit=False,
        username=USERNAME,
        password=PASSWORD,
        sender=SENDER,
        clock=lambda: NOW,
    )
    return replace(plain, **more)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this machine trusts for the length of a test."""
    file = certificate_in(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_it_is_handed_in_encrypted_and_logged_in(tmp_path, trusted, tls) -> None:
    """The password and the mail go over TLS, begun by STARTTLS or from the start."""
    with post(tmp_path, tls=tls, certificate=trusted) as server:
        used = mailer(server, implicit=tls == "implicit")
        used.greet()
        assert server.mails == []
        used.send(LETTER)
        assert {login.split()[1] for login in server.logins} == {"encrypted"}
        (mail,) = server.mails
    assert mail["From"] == f"Example Practice <{PRACTICE}>"
    assert (mail["To"], mail["X-Envelope"]) == (GUEST, GUEST)
    assert mail["Message-ID"] == "<invite-abc@example.org>"
    assert mail["Date"].datetime == NOW


def test_the_invitation_is_what_a_calendar_reads(tmp_path, trusted) -> None:
    """RFC 6047: text and text/calendar beside each other, with METHOD in both places."""
    with post(tmp_path, certificate=trusted) as server:
        mailer(server).send(LETTER)
        (mail,) = server.mails
        ((method, event),) = server.invitations()
    assert mail.get_content_type() == "multipart/alternative"
    part = next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    assert part.get_param("method") == method == "REQUEST"
    assert (str(event["UID"]), event["SEQUENCE"]) == ("one", 2)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (
        SESSION.when.span.start,
        SESSION.when.span.end,
    )
    assert str(event["SUMMARY"]) == "Quillon Wren — Übung"
    assert str(event["DESCRIPTION"]) == "first line\nsecond; line, with all"
    assert str(event["ORGANIZER"]) == f"mailto:{PRACTICE}"
    assert str(event["STATUS"]) == "TENTATIVE"


def test_no_guest_sees_another(tmp_path, trusted) -> None:
    """Who else comes to a group is nobody's business."""
    with post(tmp_path, certificate=trusted) as server:
        mailer(server).send(LETTER)
        (mail,) = server.mails
        ((_, event),) = server.invitations()
    assert str(event["ATTENDEE"]) == f"mailto:{GUEST}"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert OTHER not in mail.as_string()


def test_an_instance_is_cancelled_by_its_name(tmp_path, trusted) -> None:
    """One occurrence of a series: RECURRENCE-ID, in UTC."""
    key = SessionKey("weekly", "20261125T100000Z")
    letter = replace(LETTER, method=Method.CANCEL, session=replace(SESSION, key=key))
    with post(tmp_path, certificate=trusted) as server:
        mailer(server).send(letter)
        ((method, event),) = server.invitations()
    assert (method, str(event["STATUS"])) == ("CANCEL", "CANCELLED")
    assert event["RECURRENCE-ID"].dt == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_a_note_goes_to_the_practice(tmp_path, trusted) -> None:
    """Words alone, marked as automatic, so that no out-of-office reply comes back."""
    with post(tmp_path, certificate=trusted) as server:
        mailer(server).send(Letter("note-1", (), "Raincheck: a session waits", "Words."))
        (mail,) = server.mails
    assert mail["To"] == "desk@example.org"
    assert mail.get_content_type() == "text/plain"
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("tls", ["none", "offered"])
def test_without_encryption_nothing_leaves_the_machine(tmp_path, tls) -> None:
    """On this machine plain SMTP is enough, as plain http is; its own certificate is nobody's."""
    with post(tmp_path, tls=tls, login=False) as server:
        mailer(server, username="", password="").send(LETTER)
        assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("organizer", "named"), [(None, True), (PRACTICE, True), ("clinic@example.com", False)]
)
def test_the_practice_gives_its_name_to_no_other_organizer(organizer, named) -> None:
    """An organizer that is trusted with tags, in `[signals] trust`, has a name of their own."""
    text = itip(replace(SESSION, organizer=organizer), Method.REQUEST, (GUEST,), SENDER, now=NOW)
    assert ("CN=" in text) is named


def test_a_practice_with_a_name_of_several_lines_can_write(tmp_path, trusted) -> None:
    """The name of the configuration may hold anything: it forges no header and stops no mail."""
    named = Sender(PRACTICE, "The Lantern\nBcc: x@example.org\0", (PRACTICE,))
    with post(tmp_path, certificate=trusted) as server:
        mailer(server, sender=named).send(LETTER)
        (mail,) = server.mails
        ((_, event),) = server.invitations()
    assert mail["Bcc"] is None
    assert mail["X-Envelope"] == GUEST
    assert event["ORGANIZER"].params["CN"] == "The LanternBcc: x@example.org"


def test_a_certificate_that_nobody_trusts_is_refused(tmp_path, trusted, monkeypatch) -> None:
    """No login goes to a server that cannot show who it is."""
    with post(tmp_path, certificate=trusted) as server:
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(UnreachableError, match="certificate"):
            mailer(server).send(LETTER)
        assert (server.logins, server.mails) == ([], [])


def refuse(status: str) -> Callable[[Post], None]:
    return lambda server: server.refuses.update({GUEST: status})


def answer(status: str) -> Callable[[Post], None]:
    return lambda server: server.answers.append(status)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (refuse("550 no such user"), RejectedError),
        (refuse("451 try later"), DelayedError),
        (answer("554 spam"), RejectedError),
        (answer("452 full"), DelayedError),
        (answer(""), OutcomeUnknownError),
    ],
    ids=["refused", "greylisted", "spam", "full", "answer-lost"],
)
def test_what_a_server_answers_is_sorted(tmp_path, trusted, trouble, kind) -> None:
    """By what is to be done about it; its own words, which hold addresses, are not repeated."""
    with post(tmp_path, certificate=trusted) as server:
        trouble(server)
        with pytest.raises(CalendarError) as caught:
            mailer(server).send(LETTER)
        assert type(caught.value) is kind
        assert GUEST not in str(caught.value)
        server.refuses.clear()
        mailer(server).send(LETTER)
        ids = {mail["Message-ID"] for mail in server.mails}
    assert ids == {"<invite-abc@example.org>"}


def test_a_refused_login_is_for_a_person(tmp_path, trusted) -> None:
    """535 is no passing trouble."""
    with (
        post(tmp_path, certificate=trusted) as server,
        pytest.raises(AccessError, match="refused the login"),
    ):
        mailer(server, password="wrong-canary").greet()


@pytest.mark.parametrize("change", [{"password": "grün-canary"}, {"host": "smtp..example.org"}])
def test_what_cannot_be_sent_is_for_a_person(tmp_path, trusted, change) -> None:
    """A password with an umlaut, a host with an empty part: told, and not repeated."""
    with (
        post(tmp_path, certificate=trusted) as server,
        pytest.raises(AccessError, match="cannot be written in ASCII") as caught,
    ):
        mailer(server, **change).greet()
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_server_that_is_down_is_tried_later() -> None:
    """Nothing listens there, or what listens says nothing sensible."""
    with pytest.raises(UnreachableError):
        mailer(Post(free_port())).send(LETTER)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        silent.close()
        with pytest.raises(UnreachableError):
            mailer(Post(port)).greet()


@pytest.mark.parametrize("address", ["a@b, c@d", "a@example.org\r\nBcc: x@example.org", "", "@"])
def test_a_hostile_address_is_refused(tmp_path, trusted, address) -> None:
    """It forges no header and adds nobody."""
    with post(tmp_path, certificate=trusted) as server:
        with pytest.raises(RejectedError):
            mailer(server).send(replace(LETTER, to=(address,)))
        assert server.mails == []


def test_passwords_and_clients_are_in_no_repr() -> None:
    """What a traceback shows of a letter and a mailer names nobody."""
    shown = f"{mailer(Post(25))!r} {LETTER!r}"
    assert PASSWORD not in shown
    assert GUEST not in shown
