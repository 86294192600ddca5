"""`raincheck fees`: what was assessed, and what you say of it."""

import csv
import io
import os
from collections import defaultdict
from decimal import Decimal

import click

from sync.cli.files import write_private
from sync.cli.naming import Titles, lost
from sync.cli.options import check_month, config_option, loaded
from sync.config import Config
from sync.domain.fees import FeeState
from sync.domain.ledger import Row, cells_of, headings, in_month
from sync.domain.plain import visible
from sync.wiring.accounts import titles_of
from sync.wiring.records import decided, remembered

_BOM = "\ufeff"
"""By this Excel knows UTF-8."""


@click.group(invoke_without_command=True)
@config_option
@click.option("--month", metavar="YYYY-MM", help="Only sessions of that month.")
@click.option("--csv", "target", metavar="FILE", help="Write a spreadsheet's table; - prints it.")
@click.option("--names", is_flag=True, help="With the clients' names, read from the calendar now.")
@click.pass_context
def fees(
    ctx: click.Context, config: str | None, *, month: str | None, target: str | None, names: bool
) -> None:
    """Show the fees that were assessed; `approve` or `waive` them by their ids."""
    settings = loaded(config)
    ctx.obj = settings
    if ctx.invoked_subcommand is not None:
        return
    with remembered(settings, environ=os.environ) as journal:
        rows = journal.fees()
    if month is not None:
        check_month(month)
        rows = in_month(rows, month, settings.zone)
    titles = _titles(settings, rows) if names else {}
    if target is None:
        _show(settings, rows, titles)
    else:
        table = _as_csv(settings, rows, titles if names else None)
        write_private(table, target, before=_BOM)


@fees.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_obj
def approve(settings: Config, ids: tuple[str, ...]) -> None:
    """Approve fees: they are to be charged."""
    _decide(settings, ids, FeeState.APPROVED)


@fees.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_obj
def waive(settings: Config, ids: tuple[str, ...]) -> None:
    """Waive fees: nobody is asked for them."""
    _decide(settings, ids, FeeState.WAIVED)


def _decide(settings: Config, ids: tuple[str, ...], state: FeeState) -> None:
    with decided(settings, environ=os.environ) as journal:
        if unknown := set(ids) - {row.id for row in journal.fees()}:
            raise click.UsageError(f"there is no fee {', '.join(sorted(unknown))}")
        journal.decide(ids, state)
    click.echo(f"{len(ids)} {state.value}.")


def _titles(settings: Config, rows: tuple[Row, ...]) -> Titles:
    sessions = [(row.calendar, row.key, None) for row in rows]
    return titles_of(settings, sessions, environ=os.environ, lost=lost)


def _show(settings: Config, rows: tuple[Row, ...], titles: Titles) -> None:
    if not rows:
        click.echo("No fee was assessed.")
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        fee = row.fee
        start = row.session_start.astimezone(settings.zone)
        title = titles.get((row.calendar, row.key), "")
        named = f"  {title}" if title else ""
        click.echo(
            visible(
                f"{row.id:<13} {start:%Y-%m-%d %H:%M} {fee.amount:>9} {fee.currency}"
                f"  {fee.state.value:<8}  {fee.reason}{named}"
            )
        )
        sums[fee.currency, fee.state.value] += fee.amount
    for (currency, state), amount in sorted(sums.items()):
        click.echo(f"{state}: {amount} {currency}")


def _as_csv(settings: Config, rows: tuple[Row, ...], titles: Titles | None) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings(names=titles is not None))
    for row in rows:
        client = None if titles is None else titles.get((row.calendar, row.key), "")
        writer.writerow(cells_of(row, settings.zone, client))
    return text.getvalue()
