"""`raincheck fees`: what was assessed, and what you say of it."""

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

import click

from sync.cli.files import write_private
from sync.cli.loading import loaded
from sync.cli.naming import names_of
from sync.cli.options import check_month, config_option
from sync.cli.screen import say, say_all
from sync.cli.story import Titles
from sync.config.model import Config
from sync.domain.dates import day_in_words
from sync.domain.fees import FeeState
from sync.domain.ledger import Row, cells_of, headings, in_month, open_fees
from sync.domain.plain import counted, visible
from sync.wiring.records import decided, remembered

_BOM = "\ufeff"
"""By this Excel knows UTF-8."""


@click.group(invoke_without_command=True)
@config_option
@click.option("--month", metavar="YYYY-MM", help="Only sessions of that month.")
@click.option("--csv", "target", metavar="FILE", help="Write a spreadsheet's table; - prints it.")
@click.option("--all", "whole", is_flag=True, help="List what costs nothing as well.")
@click.option("--names", is_flag=True, help="With the clients' names, read from the calendar now.")
@click.pass_context
def fees(
    ctx: click.Context,
    config: str | None,
    *,
    month: str | None,
    target: str | None,
    whole: bool,
    names: bool,
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
        rainchecks = journal.rainchecks({row.raincheck for row in rows}) if names else ()
    places = [(row.calendar, row.key) for row in rows]
    titles = names_of(settings, rainchecks, places) if names else {}
    if target is None:
        _show(settings, rows, titles, whole=whole)
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


def _table(settings: Config, rows: Sequence[Row], titles: Titles) -> Iterator[str]:
    """Yield a heading and a line for each fee, the sums, and what there is to do."""
    yield f"{'id':<13} {'session':<21} {'amount':>12}  {'state':<8}  reason"
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        fee = row.fee
        at = row.session_start.astimezone(settings.zone)
        start = f"{day_in_words(at)} {at:%H:%M}"
        state = fee.state.value if fee.amount else "none"
        title = titles.get((row.calendar, row.key), "")
        named = f"  {title}" if title else ""
        due = f"{fee.amount:.2f} {fee.currency}"
        yield visible(f"{row.id:<13} {start:<21} {due:>12}  {state:<8}  {fee.reason}{named}")
        if fee.amount:
            sums[fee.currency, state] += fee.amount
    for (currency, state), amount in sorted(sums.items()):
        yield f"{state}: {amount:.2f} {currency}"
    waiting = next((row for row in rows if open_fees([row])), None)
    if waiting is not None:
        yield f"To decide: `raincheck fees approve {waiting.id}`, or `waive`; several ids at once."


def _show(settings: Config, rows: tuple[Row, ...], titles: Titles, *, whole: bool) -> None:
    shown = rows if whole else [row for row in rows if row.fee.amount]
    if not rows:
        say("No fee was assessed.")
    elif not shown:
        say("Nothing is due.")
    else:
        say_all(_table(settings, shown, titles))
    if free := len(rows) - len(shown):
        say(f"{counted(free, 'session')} cost nothing; `raincheck fees --all` lists them too.")


def _as_csv(settings: Config, rows: tuple[Row, ...], titles: Titles | None) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings(names=titles is not None))
    for row in rows:
        client = None if titles is None else titles.get((row.calendar, row.key), "")
        writer.writerow(cells_of(row, settings.zone, client))
    return text.getvalue()
