"""From a configuration to a practice that can work: the only place that knows the adapters.

Adapters are imported when there is an account of their kind, and get plain values, no
configuration.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.config import CaldavAccount, Config, GoogleAccount, password_of, secret_path
from sync.config.places import resolved
from sync.config.rules import rules_of
from sync.domain.passes import PassReport
from sync.domain.sessions import SessionKey
from sync.engine import Engine
from sync.engine.current import Progress, unseen
from sync.errors import (
    AccessError,
    CalendarError,
    ConfigError,
    Problem,
    RejectedError,
    UnreachableError,
)
from sync.journal import SqliteJournal, one_writer
from sync.ports import Bench, Calendar, Mailer, Server

TIMEOUT_S = 30.0
"""How long a server may keep silent."""


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """Return the moment, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice with its servers."""

    engine: Engine
    zone: ZoneInfo

    @property
    def calendars(self) -> Sequence[Calendar]:
        """The calendars that are worked with, in the configuration's order."""
        return self.engine.calendars

    def run_pass(self) -> PassReport:
        """Do one pass; see `sync.engine.Engine.run_pass`."""
        return self.engine.run_pass()

    def undo(self, ids: Sequence[str]) -> PassReport:
        """Take rainchecks back; see `sync.engine.Engine.undo`."""
        return self.engine.undo(ids)


@contextmanager
def opened(
    config: Config,
    *,
    environ: Mapping[str, str],
    dry_run: bool = False,
    allow_many: bool = False,
    progress: Progress = unseen,
    timeout_s: float = TIMEOUT_S,
) -> Iterator[Practice]:
    """Open the practice that *config* describes, its state locked unless it is a dry run.

    A server that keeps silent for *timeout_s* is given up.

    Raises:
        ConfigError: a password cannot be had.
        BusyError: another pass works on the same state.
        JournalError: the state file cannot be used.
    """
    path = config.state_path(environ)
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(one_writer(path))
        journal = stack.enter_context(
            SqliteJournal.in_memory_copy(path) if dry_run else SqliteJournal.opened(path)
        )
        accounts = servers(config, environ=environ, timeout_s=timeout_s)
        calendars = _calendars(config, stack.enter_context(accounts))
        engine = Engine(
            practice=rules_of(config),
            calendars=calendars,
            journal=journal,
            clock=SystemClock(),
            holidays=config.public_holidays,
            allow_many=allow_many,
            dry_run=dry_run,
            mailer=None if dry_run else mailer_of(config, environ=environ),
            progress=progress,
        )
        yield Practice(engine, config.zone)


@contextmanager
def remembered(config: Config, *, environ: Mapping[str, str]) -> Iterator[SqliteJournal]:
    """Open a copy of what is remembered, for reading; creates nothing and waits for nobody.

    Raises:
        JournalError: the state file cannot be read.
    """
    with SqliteJournal.in_memory_copy(config.state_path(environ)) as journal:
        yield journal


@contextmanager
def decided(config: Config, *, environ: Mapping[str, str]) -> Iterator[SqliteJournal]:
    """Open what is remembered, to write down a person's decisions.

    Raises:
        BusyError: a pass works on the same state.
        JournalError: the state file cannot be used.
    """
    path = config.state_path(environ)
    with one_writer(path), SqliteJournal.opened(path) as journal:
        yield journal


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
        calendars = {each.name: each for each in _calendars(config, accounts)}
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


@contextmanager
def benches(config: Config, *, environ: Mapping[str, str]) -> Iterator[tuple[Bench, ...]]:
    """Open every calendar for a visit of the doctor; no state is opened, and none is locked.

    Raises:
        ConfigError: a password cannot be had.
    """
    with servers(config, environ=environ) as accounts:
        yield _calendars(config, accounts)


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


def _calendars(config: Config, found: Mapping[str, Server]) -> tuple[Bench, ...]:
    drop = config.signals_of().drop_calendar
    return tuple(
        found[each.account].calendar(
            each.calendar, name=each.name, zone=config.zone, everything=each.name == drop
        )
        for each in config.calendars
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """How to ask a person to log in; see `adapters.google.consent.consented`."""

    shared: bool
    labels: bool
    opens: bool
    port: int
    pasted: int | None
    tell: Callable[[str], None]
    timeout_s: float


def google_client(file: Path) -> bool:
    """Return whether *file* is a service account's key, not an OAuth client; or ConfigError."""
    try:
        from adapters.google import credentials
    except ImportError:
        message = "Google needs more packages: install Raincheck with its extra [google]"
        raise ConfigError("", (Problem("", message),)) from None
    try:
        if credentials.is_service_account(file):
            return True
        credentials.oauth_client(file)
    except credentials.LoginProblem as problem:
        raise ConfigError("", (Problem("", str(problem)),)) from None
    return False


def google_login(
    config: Config, account: GoogleAccount, asking: Asking, *, environ: Mapping[str, str]
) -> Path | None:
    """Return where the login is kept, after a person consented; None for a service account.

    Raises:
        ConfigError: a file is not named, not there, or not what it should be.
        AccessError: nobody consented, or not to all of it.
        UnreachableError: Google's login server is down.
    """
    from adapters.google import consent, credentials

    def named(key: str) -> Path:
        value: str | None = getattr(account, key)
        if value is None:
            raise credentials.LoginProblem(f"{key} is not set", config=True)
        # The client may be one of systemd's credentials; the login is kept where it is named.
        find = secret_path if key == "credentials_file" else resolved
        return find(value, directory=config.directory, environ=environ)

    try:
        client = named("credentials_file")
        if credentials.is_service_account(client):
            return None
        kept = named("token_file")
        login = consent.consented(
            client,
            account=account.name,
            scopes=credentials.user_scopes(shared=asking.shared, labels=asking.labels),
            open_browser=asking.opens,
            tell=asking.tell,
            timeout_s=asking.timeout_s,
            port=asking.port,
            pasted=asking.pasted,
        )
        credentials.saved(login, kept)
    except credentials.LoginProblem as problem:
        if problem.config:
            where = f"accounts[{config.accounts.index(account)}]"
            raise ConfigError(str(config.path), (Problem(where, str(problem)),)) from None
        kind = UnreachableError if problem.passing else AccessError
        raise kind(str(problem), calendar="", operation="login") from None
    return kept


def google_labels(
    config: Config,
    account: str,
    wanted: Sequence[tuple[str, str]],
    *,
    calendars: Sequence[str],
    environ: Mapping[str, str],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each calendar and the names of the labels that it got.

    Raises:
        ConfigError: a file of credentials cannot be had.
        CalendarError: the account does not let us.
    """
    with servers(config, environ=environ, only=account, labels=True) as found:
        from adapters.google.calendar import GoogleCalendar

        for each in config.calendars:
            if each.account == account and each.name in calendars:
                one = found[account].calendar(each.calendar, name=each.name, zone=config.zone)
                assert isinstance(one, GoogleCalendar), account
                yield each.name, one.add_labels(wanted)
