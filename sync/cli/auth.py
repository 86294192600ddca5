"""`raincheck auth google ACCOUNT`: let a person consent, and keep the login."""

import io
import os
import sys

import click

from sync.cli.loading import loaded
from sync.cli.options import config_option
from sync.config.model import Config
from sync.config.tables import GoogleAccount
from sync.wiring.google import Asking, google_login

TIMEOUT_S = 300.0

NO_CONSENT = """\
{account} is a service account: it needs no consent.
Share the calendars with its address (client_email in its file), or, in a Google Workspace,
allow it domain-wide and set subject = "you@example.org" for the account.
Then run `raincheck check`."""

TESTING = """\
While the Google project is in "Testing", it ends after seven days: publish the app
("In production", under Audience in the Google Auth Platform) to keep it."""

KEPT = f"{{account}}: logged in; the login is kept in {{file}}.\n{TESTING}"


@click.group()
def auth() -> None:
    """Log in to an account in the browser."""


@auth.command()
@click.argument("account")
@config_option
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Where the browser comes back to; default: any free port.",
)
@click.option("--shared", is_flag=True, help="Also write to calendars that others own.")
@click.option("--labels", is_flag=True, help="Also allow `raincheck labels`.")
def google(
    account: str,
    config: str | None,
    *,
    no_browser: bool,
    port: int | None,
    shared: bool,
    labels: bool,
) -> None:
    """Log in to a Google account, and keep the login in its token_file."""
    settings = loaded(config)
    asking = Asking(
        shared=shared,
        labels=labels,
        opens=not no_browser,
        port=port or 0,
        pasted=typed_at() if no_browser else None,
        tell=lambda line: click.echo(line, err=True),
        timeout_s=TIMEOUT_S,
    )
    chosen = google_account(settings, account)
    kept = google_login(settings, chosen, asking, environ=os.environ)
    words = NO_CONSENT if kept is None else KEPT
    click.echo(words.format(account=account, file=kept))


def google_account(settings: Config, name: str) -> GoogleAccount:
    """Return the Google account called *name*.

    Raises:
        click.UsageError: there is none.
    """
    known = [each for each in settings.accounts if isinstance(each, GoogleAccount)]
    for each in known:
        if each.name == name:
            return each
    other = any(each.name == name for each in settings.accounts)
    said = f"{name} is not a Google account" if other else f"there is no account {name}"
    names = ", ".join(each.name for each in known) or "none"
    raise click.UsageError(f"{said}; Google accounts in {settings.path}: {names}.")


def typed_at() -> int | None:
    """Return the descriptor of stdin, where an address may be pasted; None: there is none."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, ValueError, io.UnsupportedOperation):
        return None
