"""`raincheck check`: is all well, and what would be watched?"""

import os
import sys

import click

from sync.cli.exits import Exit
from sync.cli.options import Loudness, as_loud, config_option, loaded, loudness_options
from sync.cli.telling import advised, counted
from sync.config import Config, GoogleAccount
from sync.domain.passes import Reach
from sync.domain.plain import visible
from sync.errors import AccessError, CalendarError, CalendarMissingError
from sync.ports import Calendar, Server
from sync.wiring import servers

HOLDS = {
    "all": "every event is a session",
    "invited": "events with guests are sessions",
    "none": "busy time only",
}


@click.command()
@config_option
@click.option("--offline", is_flag=True, help="Only validate the file; contact no server.")
@loudness_options
def check(config: str | None, *, offline: bool, loudness: Loudness) -> None:
    """Validate the configuration, log in everywhere, say what would be watched."""
    settings = loaded(config)
    with as_loud(loudness):
        sys.exit(_checked(settings, offline=offline, verbose=loudness is Loudness.VERBOSE))


def _checked(settings: Config, *, offline: bool, verbose: bool) -> Exit:
    click.echo(f"{settings.path}: in order.")
    _tell_hours(settings)
    if offline:
        return Exit.DONE
    with servers(settings, environ=os.environ) as found:
        outcomes = [_tell_account(settings, one, verbose=verbose) for one in found.values()]
    return max(outcomes, default=Exit.DONE)


def _tell_hours(settings: Config) -> None:
    hours = settings.hours
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    opened = ", ".join(day for day in days if getattr(hours, day)) or "no day"
    holidays = f"; holidays of {hours.holidays} are closed" if hours.holidays else ""
    click.echo(f"Open on {opened} ({settings.practice.timezone}){holidays}.")


def _tell_account(settings: Config, server: Server, *, verbose: bool) -> Exit:
    """Tell what one account holds; return how it went."""
    accounts = {each.name: each for each in settings.accounts}
    google = isinstance(accounts[server.name], GoogleAccount)
    try:
        listed = server.listed()
    except CalendarError as error:
        return _tell_trouble(server.name, error, google=google)
    click.echo(f"{server.name}: logged in; {len(listed)} calendars:")
    for one in listed:
        kind = "" if one.holds_events else " (no events)"
        click.echo(f"  - {visible(one.title)}{kind}")
    watched = [each for each in settings.calendars if each.account == server.name]
    outcomes = [
        _tell_calendar(
            server.calendar(each.calendar, name=each.name, zone=settings.zone),
            each.sessions,
            google=google,
            verbose=verbose,
        )
        for each in watched
    ]
    return max(outcomes, default=Exit.DONE)


def _tell_calendar(calendar: Calendar, holds: str, *, google: bool, verbose: bool) -> Exit:
    try:
        facts = calendar.facts()
    except CalendarError as error:
        return _tell_trouble(calendar.name, error, google=google)
    click.echo(f"{calendar.name}: found; {HOLDS[holds]}.")
    if verbose:
        asked = counted(calendar.requests, "request")
        click.echo(visible(f"{calendar.name}: it is {facts.address} ({asked})"), err=True)
    if holds == "none":
        return Exit.DONE
    if not facts.writable:
        click.echo(f"{calendar.name}: you may not write to it.", err=True)
        return Exit.NEEDS_A_PERSON
    if facts.invites:
        click.echo(f"{calendar.name}: the server invites guests and tells them of changes.")
    else:
        click.echo(
            f"{calendar.name}: the server sends no invitations, so nobody will be told: "
            "tell your guests yourself."
        )
    return Exit.DONE


def _tell_trouble(name: str, error: CalendarError, *, google: bool) -> Exit:
    reach, end = next((reach, end) for kind, reach, end in TROUBLES if isinstance(error, kind))
    click.echo(f"{name}: {error}. {advised(reach, google=google)}".rstrip(), err=True)
    return end


TROUBLES: tuple[tuple[type[CalendarError], Reach, Exit], ...] = (
    (AccessError, Reach.DENIED, Exit.LOGIN_REFUSED),
    (CalendarMissingError, Reach.MISSING, Exit.NEEDS_A_PERSON),
    (CalendarError, Reach.UNREACHABLE, Exit.TRY_AGAIN),
)
