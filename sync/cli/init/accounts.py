"""Logging in while `raincheck init` asks: each answer is tried on the server at once.

Nothing is written yet. A password that was typed is held in memory, a login at Google in a folder
that goes away, until all is known.
"""

import os
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import click

from sync.cli.auth import TESTING, TIMEOUT_S, typed_at
from sync.cli.exits import Exit
from sync.cli.init import questions as q
from sync.cli.init.addresses import at_its_home, speaks_plainly
from sync.cli.init.asking import (
    answered,
    asked_password,
    confirmed,
    paragraph,
    piped_password,
    say,
    sentence,
)
from sync.cli.init.flags import Flags
from sync.cli.telling import advised
from sync.cli.trouble import TROUBLES
from sync.config.load import parse
from sync.config.model import Config
from sync.config.tables import GoogleAccount
from sync.config.writing import Answers, AtGoogle, OnServer, Secret, text_of
from sync.domain.passes import Reach
from sync.domain.plain import visible
from sync.errors import AccessError, CalendarError, ConfigError, UnreachableError
from sync.ports import Listed
from sync.wiring.accounts import servers
from sync.wiring.google import Asking, google_login

TYPED = "password"
"""The configuration's own key for a password in plain text; only ever used in memory."""

NO_CALENDAR = (
    "This account holds no calendar that sessions can be moved in. Make one in your calendar app, "
    "or name another account."
)

ADDRESS = {
    Reach.UNREACHABLE: "Is the address right, and the server up?",
    Reach.MISSING: "Is the address right?",
}
"""What to do about a server that was not found."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An account that let us in, what it holds, and the secrets that are still to be kept.

    ``password`` was typed; ``login`` is where Google's consent is for now.
    """

    account: OnServer | AtGoogle
    listed: tuple[Listed, ...]
    password: str | None = field(default=None, repr=False)
    login: Path | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the asking takes place. ``path`` is the configuration to be, ``attic`` goes away."""

    flags: Flags
    asks: bool
    path: Path
    attic: Path


def tried(desk: Desk) -> Trial:
    """Return an account that let us in.

    Raises:
        SystemExit: nobody can be asked, and it did not; said on stderr.
    """
    flags = desk.flags
    kind = q.GOOGLE if flags.google else q.SERVER if flags.url else None
    if kind is None:
        kind = answered(q.KIND, None, asks=desk.asks)
    return _at_google(desk) if kind == q.GOOGLE else _on_server(desk)


def _on_server(desk: Desk) -> Trial:
    flags, asks = desk.flags, desk.asks
    account = OnServer(
        name=answered(q.ACCOUNT, flags.account or "home", asks=asks),
        url=answered(q.URL, flags.url, asks=asks),
        username="",
        secret=None,
    )
    account = _reached(account, desk) if asks else account
    account = replace(account, username=answered(q.USERNAME, flags.username, asks=asks))
    if account.username:
        account = replace(account, secret=_secret(desk, account))
    while True:
        try:
            listed = _listed(account, desk)
        except ConfigError as error:
            _said(error, account, asks=asks)
            account = replace(account, secret=_typed(account))
        except AccessError as error:
            _end_unless(asks, _told(account, error, asks=asks))
            again = replace(q.USERNAME, words="User name", default=account.username)
            name = answered(again, None, asks=True)
            account = replace(account, username=name)
            account = replace(account, secret=_typed(account) if name else None)
        except CalendarError as error:
            account = _moved(account, error, desk)
        else:
            if any(q.can_hold(one) is None for one in listed):
                break
            say(NO_CALENDAR)
            _end_unless(asks, Exit.NEEDS_A_PERSON)
            account = replace(account, url=_url_again(account))
    account = at_its_home(account, listed, partial(_listed, desk=replace(desk, asks=False)))
    typed = account.secret is not None and account.secret[0] == TYPED
    return Trial(account, listed, account.secret[1] if typed and account.secret else None)


def _reached(account: OnServer, desk: Desk) -> OnServer:
    """Return the account at an address that answers: asked before anybody types a password.

    An address that is given twice is taken: some servers say nothing sensible without a login.
    """
    while True:
        try:
            _listed(account, desk)
        except UnreachableError as error:
            before, account = account, _moved(account, error, desk)
            if account == before:
                return account
        except CalendarError:
            return account
        else:
            return account


def _moved(account: OnServer, error: CalendarError, desk: Desk) -> OnServer:
    """Say why there is no way in, and return the account at the address a person gives then.

    Raises:
        SystemExit: nobody can be asked.
    """
    plain = _plain(account, error, desk)
    if plain is None:
        end = _told(account, error, asks=desk.asks)
    else:
        say(f"{account.url} speaks no TLS; did you mean {plain}?")
        end = Exit.TRY_AGAIN
    _end_unless(desk.asks, end)
    return replace(account, url=_url_again(account, plain))


def _plain(account: OnServer, error: CalendarError, desk: Desk) -> str | None:
    if not isinstance(error, UnreachableError):
        return None
    return speaks_plainly(account, partial(_listed, desk=replace(desk, asks=False)))


def _url_again(account: OnServer, default: str | None = None) -> str:
    again = replace(q.URL, default=default or account.url, hint="")
    return answered(again, None, asks=True)


def _secret(desk: Desk, account: OnServer) -> Secret:
    if desk.flags.secret is not None:
        return desk.flags.secret
    if desk.flags.password_stdin:
        return TYPED, piped_password()
    return _typed(account)


def _typed(account: OnServer) -> Secret:
    return TYPED, asked_password(f"Password of {account.username} (not shown)")


def _at_google(desk: Desk) -> Trial:
    flags, asks = desk.flags, desk.asks
    if (lacks := q.google_lacks()) is not None:
        say(lacks)  # no answer could mend it
        sys.exit(Exit.WRONG_USE)
    client = answered(q.CLIENT, flags.google, asks=asks)
    subject = answered(q.SUBJECT, flags.subject, asks=asks) if flags.subject else None
    endpoint = answered(q.ENDPOINT, flags.endpoint, asks=asks) if flags.endpoint else None
    login = None if client.service else desk.attic / "login.json"
    account = AtGoogle(
        name=answered(q.ACCOUNT, flags.account or "work", asks=asks),
        credentials_file=str(client.file),
        token_file=str(login) if login else None,
        subject=subject,
        endpoint=endpoint,
    )
    while True:
        try:
            if login is not None and not login.exists():
                _consented(account, desk)
            listed = _listed(account, desk)
        except ConfigError as error:
            _said(error, account, asks=False)
        except CalendarError as error:
            if isinstance(error, AccessError) and login is not None:
                login.unlink(missing_ok=True)
            _end_unless(asks, _told(account, error, asks=asks))
            if not confirmed("Try again?"):
                raise click.Abort from None
        else:
            if not any(q.can_hold(one) is None for one in listed):
                say(NO_CALENDAR)
                sys.exit(Exit.NEEDS_A_PERSON)
            return Trial(account, listed, login=login)


def _consented(account: AtGoogle, desk: Desk) -> None:
    """Let a person log in to Google, in the browser."""
    asking = Asking(
        shared=desk.flags.shared,
        labels=False,
        opens=not desk.flags.no_browser,
        port=0,
        pasted=typed_at() if desk.flags.no_browser else None,
        tell=lambda line: click.echo(line, err=True),
        timeout_s=TIMEOUT_S,
    )
    config = _provisional(account, desk)
    (chosen,) = config.accounts
    assert isinstance(chosen, GoogleAccount), chosen
    google_login(config, chosen, asking, environ=os.environ)
    paragraph(f"Google lets you in. {TESTING}")


def _listed(account: OnServer | AtGoogle, desk: Desk) -> tuple[Listed, ...]:
    """Return what the account holds."""
    if desk.asks:
        say("  asking the server ...")
    with servers(_provisional(account, desk), environ=os.environ) as found:
        return found[account.name].listed()


def _provisional(account: OnServer | AtGoogle, desk: Desk) -> Config:
    """Return a configuration that is good enough to log in with."""
    answers = Answers(account, timezone="UTC", hours={"mon": ("09:00-17:00",)}, sessions=("-",))
    # Commands run in the configuration's folder, which may not be there yet.
    folder = desk.path.parent if desk.path.parent.is_dir() else desk.attic
    return parse(text_of(answers), path=folder / desk.path.name)


def _label(account: OnServer | AtGoogle, *, asks: bool) -> str:
    """Return what a trouble is told of: a person at the terminal gave the account no name."""
    return "Not yet" if asks else account.name


def _told(account: OnServer | AtGoogle, error: CalendarError, *, asks: bool) -> Exit:
    """Say why nobody was let in and what to do about it; return how it went.

    Other than for a pass: there is nothing yet that could be lost, and no `check` to run.
    """
    reach, end = next((reach, end) for kind, reach, end in TROUBLES if isinstance(error, kind))
    advice = ADDRESS.get(reach) or advised(reach, google=isinstance(account, AtGoogle))
    say(visible(f"{_label(account, asks=asks)}: {error}. {advice}".rstrip()))
    return end


def _said(error: ConfigError, account: OnServer | AtGoogle, *, asks: bool) -> None:
    """Say what is wrong with a password or a file; end if nobody can be asked for another."""
    for problem in error.problems:
        say(sentence(f"{_label(account, asks=asks)}: {problem.message}"))
    _end_unless(asks, Exit.WRONG_CONFIGURATION)


def _end_unless(asks: bool, end: Exit) -> None:  # noqa: FBT001 - it reads as a sentence
    if not asks:
        sys.exit(end)
