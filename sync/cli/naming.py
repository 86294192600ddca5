"""Titles for the eyes at the terminal: read live from the calendars, never from our own copies."""

import os
import sys
from collections.abc import Iterable, Mapping

import click

from sync.cli.story import Place, Titles
from sync.config.model import Config
from sync.config.rules import rules_of
from sync.domain.lifecycle import Raincheck
from sync.domain.words import cleaned_title
from sync.wiring.accounts import titles_of


def titles_for(settings: Config, rainchecks: Iterable[Raincheck], *, wanted: bool) -> Titles:
    """Return the titles of the originals; none where output goes elsewhere than to a terminal."""
    return names_of(settings, rainchecks) if wanted and sys.stdout.isatty() else {}


def names_of(
    settings: Config, rainchecks: Iterable[Raincheck], more: Iterable[Place] = ()
) -> Titles:
    """Return the titles of the originals, and of *more*, without tags.

    An original that is gone is called as its replacement is, if that one still stands.
    """
    originals = {(each.original.calendar, each.original.key): each for each in rainchecks}
    asked: dict[Place, str | None] = dict.fromkeys(more)
    asked |= {place: each.original.resource for place, each in originals.items()}
    missed: set[str] = set()
    found = _read(settings, asked, missed)
    stands_for = {
        (each.calendar, each.replacement): place
        for place, each in originals.items()
        if each.replacement and each.resource and place not in found and place[0] not in missed
    }
    others = {
        (each.calendar, each.replacement): each.resource
        for each in originals.values()
        if each.replacement and (each.calendar, each.replacement) in stands_for
    }
    if others:
        again = _read(settings, others, missed)
        found |= {stands_for[place]: title for place, title in again.items()}
    known = rules_of(settings).watch.dictionary
    return {place: cleaned_title(title, known) for place, title in found.items()}


def _read(settings: Config, asked: Mapping[Place, str | None], missed: set[str]) -> Titles:
    """Return the titles that stand there now; calendars that cannot be read go into *missed*."""

    def lost(calendar: str) -> None:
        if calendar not in missed:
            missed.add(calendar)
            said = "it cannot be read now, so its sessions are without names."
            click.echo(f"{calendar}: {said}", err=True)

    sessions = [(*place, resource) for place, resource in asked.items()]
    return titles_of(settings, sessions, environ=os.environ, lost=lost)
