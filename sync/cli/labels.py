"""`raincheck labels ACCOUNT`: the labels to put on a disrupted session in Google Calendar."""

import os
import sys

import click

from sync.cli.auth import google_account
from sync.cli.exits import Exit
from sync.cli.loading import loaded
from sync.cli.options import config_option
from sync.config.model import Config
from sync.domain.plain import visible
from sync.errors import AccessError
from sync.wiring.google import google_labels

RED = "#d50000"
CAUSES = ("internet", "crash", "power", "no-show", "client-cancelled")
"""Those that a therapist sets by hand; a calendar has room for 200 labels, a menu for few."""

NAME_MAX = 50
"""Google takes no longer name."""


@click.command()
@click.argument("account")
@click.option("--calendar", metavar="NAME", help="Only this calendar.")
@config_option
def labels(account: str, calendar: str | None, config: str | None) -> None:
    """Create the labels that say a session was disrupted, in Google Calendar."""
    settings = loaded(config)
    google_account(settings, account)
    held = [each for each in settings.calendars if each.account == account]
    names = tuple(
        each.name
        for each in held
        if each.sessions != "none" and calendar in {None, each.name, each.calendar}
    )
    if not names:
        which = "no calendar with sessions" if calendar is None else f"no calendar {calendar}"
        raise click.UsageError(f"{account} has {which} in {settings.path}.")
    try:
        wanted = wanted_labels(settings)
        for name, added in google_labels(
            settings, account, wanted, calendars=names, environ=os.environ
        ):
            said = f"added {', '.join(map(visible, added))}" if added else "all there, none added"
            click.echo(f"{visible(name)}: {said}.")
    except AccessError as error:
        click.echo(f"raincheck: {error}", err=True)
        click.echo(f"To allow it, run `raincheck auth google {account} --labels`.", err=True)
        sys.exit(Exit.LOGIN_REFUSED)


def wanted_labels(settings: Config) -> tuple[tuple[str, str], ...]:
    """Return name and colour of each label: the usual causes, and the practice's own."""
    causes = dict.fromkeys((*CAUSES, *settings.causes))
    names = ("Disrupted", *(f"Disrupted \u00b7 {cause}" for cause in causes))
    return tuple((name, RED) for name in names if len(name) <= NAME_MAX)
