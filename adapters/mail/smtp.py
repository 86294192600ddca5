"""Handing mail in by SMTP (RFC 6409), always encrypted except to this very machine."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from adapters.mail.errors import handing_in, reaching
from adapters.mail.imip import Sender, UnsendableError, mail_of
from sync.domain.letters import Letter
from sync.errors import AccessError, RejectedError

TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """A mail server and a login; see `sync.ports.Mailer`. One connection for each letter.

    Args:
        host: Its name, which its certificate has to bear.
        port: Its port.
        implicit: Whether it is encrypted from the start (RFC 8314), not by STARTTLS.
        username: The login; empty for a server that wants none.
        password: Its password.
        sender: Who the mails come from.
        clock: Returns the moment, aware.
    """

    host: str
    port: int
    implicit: bool
    username: str
    password: str
    sender: Sender
    clock: Callable[[], datetime]

    def __repr__(self) -> str:
        """Return what may be seen by anyone."""
        return f"SmtpMailer({self.host}:{self.port})"

    def send(self, letter: Letter) -> None:
        """Hand *letter* in."""
        try:
            mail = mail_of(letter, self.sender, now=self.clock())
        except UnsendableError as error:
            raise RejectedError(str(error), calendar="", operation="mail") from None
        with self._connected() as server, handing_in():
            server.send_message(mail)

    def greet(self) -> None:
        """Log in and out."""
        with self._connected():
            pass

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with reaching(self.host):
            server = self._opened()
        try:
            with reaching(self.host):
                self._secured(server)
                if self.username:
                    server.login(self.username, self.password)
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _opened(self) -> smtplib.SMTP:
        # A name of our own would be looked up, and told to the server.
        unnamed = "localhost"
        if self.implicit:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self.host, self.port, unnamed, timeout=TIMEOUT_S, context=context
            )
        return smtplib.SMTP(self.host, self.port, unnamed, timeout=TIMEOUT_S)

    def _secured(self, server: smtplib.SMTP) -> None:
        """Greet, and encrypt if that has not been done."""
        assert server.sock is not None
        address = ip_address(server.sock.getsockname()[0])
        literal = f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
        server.local_hostname = literal  # RFC 5321, 4.1.4: what a client without a name says
        server.ehlo()
        if self.implicit:
            return
        here = ip_address(server.sock.getpeername()[0]).is_loopback
        if here and not self.username:
            return  # there is no secret to hide, and a certificate for oneself is nobody's
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif not here:
            raise AccessError(
                f"{self.host} offers no encryption, so nothing is handed in there",
                calendar="",
                operation="mail",
            )
