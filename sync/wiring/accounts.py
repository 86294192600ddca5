"""The accounts that a configuration names, with their calendars, and its mail server."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sync.config.model import Config
from sync.config.secrets import password_of, secret_path
from sync.config.tables import CaldavAccount, GoogleAccount
from sync.domain.sessions import SessionKey
from sync.errors import CalendarError, ConfigError, Problem, RejectedError
from sync.ports import Bench, Mailer, Server

TIMEOUT_S = 30.0
"""How long a server may keep silent."""


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """Return the moment, UTC."""
        return datetime.now(UTC)


@contextmanager
def servers(
    config: Config,
    *,
    environ: Mapping[str, str],
    only: str | None = None,
    labels: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> Iterator[dict[str, Server]]:
    """Open the accounts, or *only* one of them, by name; nothing is sent yet.

    With *labels*, a Google login that does not allow making labels is refused.

    Raises:
        ConfigError: a password or a file of credentials cannot be had.
    """
    with ExitStack() as stack:
        found: dict[str, Server] = {}
        for index, account in enumerate(config.accounts):
            server: Server
            if only not in {None, account.name}:
                continue
            if isinstance(account, CaldavAccount):
                server = _caldav(config, account, environ, timeout_s=timeout_s)
            else:
                where = f"accounts[{index}]"
                server = _google(
                    config, account, where, environ, labels=labels, timeout_s=timeout_s
                )
            stack.callback(server.close)
            found[account.name] = server
        yield found


def _caldav(
    config: Config, account: CaldavAccount, environ: Mapping[str, str], *, timeout_s: float
) -> Server:
    from adapters.caldav.calendar import CaldavAccount as Adapter
    from adapters.caldav.calendar import Limits

    # The library quotes answers in its log, and answers hold what clients wrote.
    logging.getLogger("caldav").setLevel(logging.CRITICAL)
    return Adapter(
        account.name,
        url=account.url,
        username=account.username,
        password=password_of(account, directory=config.directory, environ=environ),
        clock=SystemClock().now,
        limits=Limits(read_s=timeout_s),
    )


def _google(
    config: Config,
    account: GoogleAccount,
    where: str,
    environ: Mapping[str, str],
    *,
    labels: bool,
    timeout_s: float,
) -> Server:
    """Return the account; one that nobody has logged in to says so when it is first asked."""
    from adapters.google.calendar import GoogleAccount as Adapter
    from adapters.google.credentials import user_scopes
    from adapters.google.login import login_of

    # The libraries quote addresses and answers in their logs.
    for name in ("googleapiclient", "google", "google_auth_httplib2"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    files = [
        secret_path(name, directory=config.directory, environ=environ) if name else None
        for name in (account.credentials_file, account.token_file)
    ]
    scopes = user_scopes(shared=False, labels=True) if labels else None
    login = login_of(account.name, *files, subject=account.subject, scopes=scopes)
    if login.misconfigured:
        raise ConfigError(str(config.path), (Problem(where, login.misconfigured),))
    return Adapter(
        account.name,
        login=login,
        endpoint=account.endpoint or "",
        colors=config.signals.colors,
        timeout_s=timeout_s,
    )


def calendars_of(config: Config, found: Mapping[str, Server]) -> tuple[Bench, ...]:
    """Return the calendars of the configuration in its order, on the servers *found*."""
    drop = config.signals_of().drop_calendar
    return tuple(
        found[each.account].calendar(
            each.calendar, name=each.name, zone=config.zone, everything=each.name == drop
        )
        for each in config.calendars
    )


@contextmanager
def benches(config: Config, *, environ: Mapping[str, str]) -> Iterator[tuple[Bench, ...]]:
    """Open every calendar for a visit of the doctor; no state is opened, and none is locked.

    Raises:
        ConfigError: a password cannot be had.
    """
    with servers(config, environ=environ) as accounts:
        yield calendars_of(config, accounts)


def titles_of(
    config: Config,
    sessions: Sequence[tuple[str, SessionKey, str | None]],
    *,
    environ: Mapping[str, str],
    lost: Callable[[str], None],
) -> dict[tuple[str, SessionKey], str]:
    """Return the titles of sessions as they stand in the calendars now.

    Args:
        config: Whose calendars.
        sessions: Calendar, key and resource of each.
        environ: For passwords.
        lost: Called with the name of each calendar that cannot be read.
    """  # fmt: skip
    found: dict[tuple[str, SessionKey], str] = {}
    given_up: set[str] = set()
    with servers(config, environ=environ) as accounts:
        calendars = {each.name: each for each in calendars_of(config, accounts)}
        for name, key, resource in sessions:
            if name in given_up or name not in calendars:
                continue
            try:
                session = calendars[name].read(key, resource or None)
            except RejectedError:
                continue
            except CalendarError:
                given_up.add(name)
                lost(name)
                continue
            if session is not None:
                found[name, key] = session.title
    return found


def mailer_of(config: Config, *, environ: Mapping[str, str]) -> Mailer | None:
    """Return the mail server of the practice; None if it has none. Nothing is sent yet.

    Raises:
        ConfigError: its password cannot be had.
    """
    mail = config.mail
    if mail is None:
        return None
    from adapters.mail.imip import Sender
    from adapters.mail.smtp import SmtpMailer

    return SmtpMailer(
        host=mail.host,
        port=mail.port,
        implicit=mail.is_implicit,
        username=mail.username,
        password=password_of(mail, directory=config.directory, environ=environ),
        sender=Sender(
            mail.sender, config.practice.name, config.practice.emails[:1] or (mail.sender,)
        ),
        clock=SystemClock().now,
    )
