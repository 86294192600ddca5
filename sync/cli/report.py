"""`raincheck report`: one month on a page, for the records or for the printer."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime

import click

from sync.cli.files import STDOUT, write_private
from sync.cli.naming import Titles, lost
from sync.cli.options import check_month, config_option, loaded
from sync.config import Config
from sync.domain.ledger import Row, in_month
from sync.domain.lifecycle import Raincheck
from sync.domain.sessions import SessionKey
from sync.wiring.accounts import titles_of
from sync.wiring.records import remembered


@click.command()
@config_option
@click.option("--html", "target", metavar="FILE", required=True, help="The page; - prints it.")
@click.option("--month", metavar="YYYY-MM", help="Which; default: that of --week, else this one.")
@click.option(
    "--week",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="A day of the week to draw; default: the week with most disruptions.",
)
@click.option("--names", is_flag=True, help="With the clients' names, read from the calendar now.")
def report(
    config: str | None, *, target: str, month: str | None, week: datetime | None, names: bool
) -> None:
    """Write what a month's disruptions came to: causes, days, what is owed, fees, a picture.

    The page needs no network and runs no script. Sessions are called by numbers, unless --names.
    """
    from sync.report import page, report_of
    from sync.report.month import is_in, month_of

    settings = loaded(config)
    now = datetime.now(UTC)
    if month is not None:
        check_month(month)
    month = month or month_of(week or now.astimezone(settings.zone))
    with remembered(settings, environ=os.environ) as journal:
        every, fees = journal.every_raincheck(), journal.fees()
    chosen = [each for each in every if is_in(each, month, settings.zone)]
    rows = in_month(fees, month, settings.zone)
    made = report_of(
        chosen,
        rows,
        _titles(settings, chosen, rows) if names else None,
        practice=settings.practice.name,
        zone=settings.zone,
        month=month,
        week=week.date() if week else None,
        now=now,
    )
    write_private(page(made), target)
    if target != STDOUT:
        click.echo(f"{target}: {made.month_in_words}, disrupted: {len(made.cases)}.", err=True)


def _titles(settings: Config, rainchecks: Iterable[Raincheck], rows: Iterable[Row]) -> Titles:
    """Return the titles as they stand in the calendars now, each read once."""
    sessions: dict[tuple[str, SessionKey], str | None]
    sessions = {(row.calendar, row.key): None for row in rows}
    sessions |= {(r.original.calendar, r.original.key): r.original.resource for r in rainchecks}
    asked = [(*session, resource) for session, resource in sessions.items()]
    return titles_of(settings, asked, environ=os.environ, lost=lost)
