"""What a mail server answers, sorted by what the caller should do. Its own words are not quoted:
they hold addresses."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from sync.errors import (
    AccessError,
    CalendarError,
    DelayedError,
    OutcomeUnknownError,
    RejectedError,
    UnreachableError,
)

_UNTRUSTED = "its certificate is not trusted"


@contextmanager
def reaching(host: str) -> Iterator[None]:
    """Raise what goes wrong before any mail is handed in, in our own words.

    Raises:
        AccessError: the login is refused, or cannot be sent.
        UnreachableError: nothing was handed in; later, perhaps.
    """
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        # RFC 4954, 4 and 6: 454 and other 4xx pass by themselves.
        if error.smtp_code < 500:
            raise _told(UnreachableError, f"{host} takes no login just now") from error
        raise _told(AccessError, f"{host} refused the login") from error
    except smtplib.SMTPNotSupportedError as error:
        raise _told(AccessError, f"{host} offers no way to log in") from error
    except UnicodeError:
        # The library writes host and login in ASCII; its error holds what it could not write.
        raise _told(AccessError, f"host or login of {host} cannot be written in ASCII") from None
    except ssl.SSLCertVerificationError as error:
        raise _told(UnreachableError, f"{host}: {_UNTRUSTED}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise _told(UnreachableError, f"{host} does not answer as a mail server") from error


@contextmanager
def handing_in() -> Iterator[None]:
    """Raise what goes wrong while a mail is handed in, in our own words.

    Raises:
        RejectedError: this mail will never be taken.
        DelayedError: not now; others may be.
        AccessError: no mail of this sender will.
        UnreachableError: it was not taken; later, perhaps.
        OutcomeUnknownError: it may have been.
    """
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _by_code(max(codes, default=550), "the address was refused") from error
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code < 500:
            raise _told(UnreachableError, f"not now (status {error.smtp_code})") from error
        raise _told(AccessError, "the login may not send from this address") from error
    except (smtplib.SMTPDataError, smtplib.SMTPHeloError) as error:
        raise _by_code(error.smtp_code, "the mail was refused") from error
    except smtplib.SMTPNotSupportedError as error:
        raise _told(RejectedError, "the mail server takes no such address") from error
    except (smtplib.SMTPException, OSError) as error:
        raise _told(OutcomeUnknownError, "the answer to a mail was lost") from error


def _by_code(code: int, what: str) -> CalendarError:
    """Return what a reply means (RFC 5321, 4.2.1): 4xx passes, 5xx does not."""
    kind = RejectedError if code >= 500 else DelayedError
    return _told(kind, f"{what} (status {code})")


def _told(kind: type[CalendarError], message: str) -> CalendarError:
    return kind(message, calendar="", operation="mail")
