"""What a command that ran a pass prints in the end, as loud as it was asked to be."""

import json
import sys
from collections.abc import Iterable, Iterator

import click

from sync.cli import telling
from sync.cli.beside import Beside
from sync.cli.exits import Exit, printing
from sync.cli.options import Loudness
from sync.cli.progress import Timings
from sync.cli.screen import fitted, width_of
from sync.cli.verdict import exit_of
from sync.config.model import Config
from sync.config.tables import GoogleAccount
from sync.domain.passes import PassReport
from sync.domain.plain import counted, visible


def reported(
    report: PassReport,
    settings: Config,
    timings: Timings,
    *,
    known: Beside,
    loudness: Loudness,
    as_json: bool = False,
) -> Exit:
    """Tell what the pass did; return how it went, which is the command's exit code.

    What could not be looked at is told first. The pass is done: what becomes of its report
    changes nothing of how it went.
    """
    google = {each.name for each in settings.accounts if isinstance(each, GoogleAccount)}
    _beside(telling.lost_calendars(report, google=google))
    with printing():
        if as_json:
            click.echo(json.dumps(telling.as_json(report), indent=1, ensure_ascii=False))
        else:
            # Titles are for the eyes at the terminal: elsewhere, output ends up in logs and mails.
            for line in _lines(report, known, loudness, titles=sys.stdout.isatty()):
                click.echo(fitted(line, width_of(sys.stdout)))
        sys.stdout.flush()
    _beside(telling.warnings(report, titles=sys.stderr.isatty(), known=known))
    if loudness is Loudness.VERBOSE:
        _beside(details(report, timings))
    return exit_of(report)


def details(report: PassReport, timings: Timings) -> Iterator[str]:
    """Yield what the pass cost: calendar by calendar, and in time."""
    for look in report.calendars:
        scan = f"{look.scan} scan" if look.scan else "not read"
        requests = counted(look.requests, "request")
        changed = f"{look.changed} changed, " if look.scan else ""
        yield visible(f"{look.name} ({look.account}): {scan}, {changed}{requests}")
    parts = [f"{phase.value} {spent:.2f} s" for phase, spent in timings.spent_s.items()]
    whole = (report.finished - report.started).total_seconds()
    named = f" ({', '.join(parts)})" if parts else ""
    yield f"pass {report.id}: {whole:.2f} s{named}"


def _lines(report: PassReport, known: Beside, loudness: Loudness, *, titles: bool) -> Iterator[str]:
    if loudness is Loudness.QUIET:
        return telling.for_a_person(report, titles=titles, known=known)
    rules = loudness is Loudness.VERBOSE
    return telling.as_text(report, titles=titles, rules=rules, known=known)


def _beside(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(fitted(line, width_of(sys.stderr)), err=True)
