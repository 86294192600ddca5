"""`raincheck report`: one month on a page, for the records or for the printer."""

import os
from datetime import UTC, datetime

import click

from sync.cli.files import STDOUT, write_private
from sync.cli.loading import loaded
from sync.cli.naming import names_of
from sync.cli.options import check_month, config_option
from sync.domain.ledger import in_month
from sync.wiring.records import remembered


@click.command()
@config_option
@click.option("--html", "target", metavar="FILE", help="The page; - prints it. Needed.")
@click.option("--month", metavar="YYYY-MM", help="Which; default: that of --week, else this one.")
@click.option(
    "--week",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="A day of the week to draw; default: the week with most disruptions.",
)
@click.option("--names", is_flag=True, help="With the clients' names, read from the calendar now.")
def report(
    config: str | None, *, target: str | None, month: str | None, week: datetime | None, names: bool
) -> None:
    """Write what a month's disruptions came to: causes, days, what is owed, fees, a picture.

    The page needs no network and runs no script. Sessions are called by numbers, unless --names.
    """
    if target is None:
        raise click.UsageError(
            "say which file the page goes into: raincheck report --html november.html"
        )
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
        names_of(settings, chosen, [(row.calendar, row.key) for row in rows]) if names else None,
        practice=settings.practice.name,
        zone=settings.zone,
        month=month,
        week=week.date() if week else None,
        now=now,
    )
    write_private(page(made), target)
    if target != STDOUT:
        click.echo(f"{target}: {made.month_in_words}, disrupted: {len(made.cases)}.", err=True)
