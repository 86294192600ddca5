"""`raincheck check`: is all well, and what would be watched? One screen."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from urllib.parse import unquote, urlsplit

import click

from sync.cli.exits import Exit
from sync.cli.loading import loaded
from sync.cli.options import Loudness, as_loud, config_option, loudness_options
from sync.cli.outlook import outlook, spelled
from sync.cli.screen import fitted, width_of
from sync.cli.trouble import told_trouble
from sync.config.model import Config
from sync.config.rules import rules_of
from sync.config.tables import GoogleAccount, WatchedCalendar
from sync.domain.plain import counted, visible
from sync.domain.practice import busy_in
from sync.domain.sessions import Span
from sync.errors import CalendarError, CalendarMissingError
from sync.ports import Calendar, Facts, Listed, Server
from sync.wiring.accounts import mailer_of, servers

AHEAD = timedelta(days=28)

HOLDS = {
    "all": "every event is a session",
    "invited": "events with guests are sessions",
    "none": "busy time only",
}
DROPPED = "what is dragged into it counts as disrupted"
INVITES = "the server invites guests and tells them of changes"
MAILED = "the server sends no invitations, so Raincheck mails guests itself, by [mail]"
NOBODY = (
    "the server sends no invitations, so nobody will be told: tell your guests yourself, "
    "or let Raincheck mail them (table [mail])"
)


@click.command()
@config_option
@click.option("--offline", is_flag=True, help="Only validate the file; contact no server.")
@loudness_options
def check(config: str | None, *, offline: bool, loudness: Loudness) -> None:
    """Validate the configuration, log in everywhere, say what would be watched."""
    settings = loaded(config)
    with as_loud(loudness):
        outcome = checked(settings, offline=offline, verbose=loudness is Loudness.VERBOSE)
    sys.exit(outcome)


def checked(settings: Config, *, offline: bool = False, verbose: bool = False) -> Exit:
    """Tell all that there is to know about *settings* before a pass; return how it stands.

    With *verbose*, also where each calendar is and what it cost to ask, on stderr.

    Raises:
        ConfigError: a password or a file of credentials cannot be had.
    """
    _tell(f"{spelled(settings.path)}: in order.")
    outcome = Exit.DONE
    if not offline:
        with servers(settings, environ=os.environ) as found:
            outcomes = [_tell_account(settings, one, verbose=verbose) for one in found.values()]
        outcome = max([*outcomes, _tell_mail(settings)], default=Exit.DONE)
    _tell()
    for line in outlook(settings, datetime.now(settings.zone).date()):
        _tell(line)
    return outcome


def _tell_mail(settings: Config) -> Exit:
    """Log in to the mail server, if there is one, and tell how it went."""
    mailer = mailer_of(settings, environ=os.environ)
    if settings.mail is None or mailer is None:
        return Exit.DONE
    _tell()
    try:
        mailer.greet()
    except CalendarError as error:
        return told_trouble("mail", error, google=False)
    _tell(f"mail ({settings.mail.host}): ready to send from {settings.mail.sender}.")
    return Exit.DONE


def _tell(line: str = "", *, err: bool = False) -> None:
    stream = sys.stderr if err else sys.stdout
    click.echo(fitted(visible(line), width_of(stream)), err=err)


def _tell_account(settings: Config, server: Server, *, verbose: bool) -> Exit:
    """Tell what one account holds and what of it is watched; return how it went."""
    accounts = {each.name: each for each in settings.accounts}
    google = isinstance(accounts[server.name], GoogleAccount)
    _tell()
    try:
        listed = server.listed()
    except CalendarError as error:
        return told_trouble(server.name, error, google=google)
    _tell(f"{server.name} ({'Google' if google else 'CalDAV'}): logged in.")
    watched = [each for each in settings.calendars if each.account == server.name]
    drop = settings.signals_of().drop_calendar
    addresses: set[str] = set()
    outcomes = []
    for each in watched:
        dropped = each.name == drop
        calendar = server.calendar(
            each.calendar, name=each.name, zone=settings.zone, everything=dropped
        )
        try:
            facts = calendar.facts()
            addresses.add(facts.address)
            outcomes.append(_tell_calendar(settings, each, calendar, facts))
            if verbose:
                asked = counted(calendar.requests, "request")
                _tell(f"{calendar.name}: it is {facts.address} ({asked})", err=True)
        except CalendarMissingError as error:
            _tell(f"{calendar.name}: {error}. {_nearest(each.calendar, listed)}", err=True)
            outcomes.append(Exit.NEEDS_A_PERSON)
        except CalendarError as error:
            outcomes.append(told_trouble(calendar.name, error, google=google))
    _tell_others(listed, addresses, watched)
    return max(outcomes, default=Exit.DONE)


def _tell_calendar(
    settings: Config, watched: WatchedCalendar, calendar: Calendar, facts: Facts
) -> Exit:
    """Tell what one calendar is for, what lies ahead in it, and who tells guests.

    Raises:
        CalendarError: it cannot be read.
    """
    dropped = calendar.name == settings.signals_of().drop_calendar
    holds = DROPPED if dropped else HOLDS[watched.sessions]
    if watched.sessions == "none":
        _tell(f"  {calendar.name}: {holds}.")
        return Exit.DONE
    ahead = _ahead(settings, calendar)
    _tell(f"  {calendar.name}: {holds}, {ahead}; {_who_tells(facts, settings)}.")
    if facts.writable:
        return Exit.DONE
    _tell(f"{calendar.name}: you may not write to it, so nothing in it can be moved. "
          'Set sessions = "none" for it, or ask its owner.', err=True)  # fmt: skip
    return Exit.NEEDS_A_PERSON


def _ahead(settings: Config, calendar: Calendar) -> str:
    """Return how many sessions the next weeks hold; counted as a pass would."""
    now = datetime.now(UTC)
    diary = calendar.agenda(Span(now, now + AHEAD))
    count = sum(busy.session for busy in busy_in(diary.sessions, rules_of(settings)))
    told = counted(count, "session") if count else "no session"
    told = f"{told} in the next {AHEAD.days} days"
    if unread := len(diary.unreadable):
        return f"{told}, {unread} {'entry' if unread == 1 else 'entries'} cannot be read"
    return told if count else f"{told} (is it the right calendar?)"


def _who_tells(facts: Facts, settings: Config) -> str:
    """Return who tells guests of a change: the server, else our own mail, else nobody."""
    if facts.invites:
        return INVITES
    return NOBODY if settings.mail is None else MAILED


def _nearest(wanted: str, listed: Sequence[Listed]) -> str:
    """Return which of the account's calendars may be meant, and all that there are."""
    names = [one.title or one.path for one in listed if one.holds_events]
    folded = {name.casefold(): name for name in reversed(names)}
    near = get_close_matches(wanted.casefold(), folded, n=1)
    hint = f'Did you mean "{folded[near[0]]}"? ' if near else ""
    return f"{hint}The account has {', '.join(names) or 'none'}."


def _tell_others(
    listed: Sequence[Listed], addresses: set[str], watched: Sequence[WatchedCalendar]
) -> None:
    """Tell in one line which calendars of an account are left alone.

    One in trouble has no address; it is known by what the configuration calls it.
    """
    names = {each.calendar for each in watched}
    others = [
        (one.title or one.path) + ("" if one.holds_events else " (no events)")
        for one in listed
        if not _is_among(one, addresses) and not names & {one.title, one.path}
    ]
    if others:
        _tell(f"  not watched: {', '.join(others)}")
    if not watched:
        _tell("  No calendar of it is watched: name one under [[calendars]].")


def _is_among(one: Listed, addresses: set[str]) -> bool:
    """Return whether *one* is at one of *addresses*: ids, or URLs."""
    paths = {unquote(urlsplit(address).path).rstrip("/") for address in addresses}
    return one.path in addresses or unquote(one.path).rstrip("/") in paths
