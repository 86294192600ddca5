"""What only Google needs: a login by consent, and labels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sync.config.model import Config
from sync.config.places import resolved
from sync.config.secrets import secret_path
from sync.config.tables import GoogleAccount
from sync.errors import AccessError, ConfigError, Problem, UnreachableError
from sync.wiring.accounts import servers


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
