"""A real SMTP server on loopback: STARTTLS or TLS, logins, refusals, and answers that get lost."""

import email
import email.policy
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.processes import free_port

USERNAME, PASSWORD = "therapist", "wren-and-post"


@dataclass
class Post:
    """What the server is to do, and what came in. ``port`` is where it listens.

    ``answers`` are replies to the next mails, by address or in order of arrival: a status line,
    or "" to take the mail in and hang up before the answer.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if not answer or answer.startswith("2"):
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            mail["X-Envelope"] = ",".join(envelope.rcpt_tos)
            self.mails.append(mail)
        if not answer:
            server.transport.abort()
        return answer or "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any):
        assert isinstance(data, LoginPassword)
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.logins.append(f"{mechanism} {'encrypted' if encrypted else 'plain'}")
        wanted = (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=(data.login, data.password) == wanted, handled=False)

    def invitations(self) -> list[tuple[str, icalendar.Event]]:
        """Return the iTIP messages that came in: METHOD and the event."""
        return [
            (str(calendar["METHOD"]), event)
            for mail in self.mails
            for part in mail.walk()
            if part.get_content_type() == "text/calendar"
            for calendar in [icalendar.Calendar.from_ical(part.get_content())]
            for event in calendar.walk("VEVENT")
        ]


@contextmanager
def post(
    folder: Path, *, tls: str = "starttls", login: bool = True, certificate: Path | None = None
) -> Iterator[Post]:
    """Run a server until the block ends.

    *tls*: ``starttls`` (asked for), ``offered`` (taken or not), ``implicit`` or ``none``.
    """
    found = Post(free_port())
    context = None
    if tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate or certificate_in(folder))
    controller = Controller(
        found,
        hostname="127.0.0.1",
        port=found.port,
        ssl_context=context if tls == "implicit" else None,
        tls_context=context if tls in {"starttls", "offered"} else None,
        require_starttls=tls == "starttls",
        authenticator=found.authenticate,
        auth_required=login and tls == "starttls",
        auth_require_tls=tls == "starttls",
    )
    controller.start()
    try:
        yield found
    finally:
        controller.stop()


def certificate_in(folder: Path) -> Path:
    """Write a certificate for this machine, with its key, and return the file: trust it too."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    own = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(own, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "post.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file
