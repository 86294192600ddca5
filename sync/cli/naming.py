"""Titles for the eyes at the terminal: read live from the calendars, never from our own copies."""

import os
import sys
from collections.abc import Iterable

import click

from sync.config import Config
from sync.domain.lifecycle import Raincheck
from sync.domain.sessions import SessionKey
from sync.wiring.accounts import titles_of

Titles = dict[tuple[str, SessionKey], str]


def titles_for(settings: Config, rainchecks: Iterable[Raincheck], *, wanted: bool) -> Titles:
    """Return the titles of the originals; none where output goes elsewhere than to a terminal."""
    if not (wanted and sys.stdout.isatty()):
        return {}
    sessions = [(r.original.calendar, r.original.key, r.original.resource) for r in rainchecks]
    return titles_of(settings, sessions, environ=os.environ, lost=lost)


def lost(calendar: str) -> None:
    """Say that names are missing because a calendar could not be read."""
    click.echo(f"{calendar}: it cannot be read now, so its sessions are without names.", err=True)
