"""`raincheck undo`: take back one raincheck, or all that one pass wrote."""

import os
import sys

import click

from sync.cli import telling
from sync.cli.exits import printing, width_of
from sync.cli.options import config_option, loaded
from sync.cli.verdict import exit_of
from sync.config import GoogleAccount
from sync.wiring import Practice, opened


@click.command()
@config_option
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--pass", "pass_id", metavar="ID", help="All that this pass wrote.")
def undo(config: str | None, ids: tuple[str, ...], *, pass_id: str | None) -> None:
    """Withdraw replacements and put the originals back as they were.

    `raincheck history` tells the ids.
    """
    if bool(ids) == bool(pass_id):
        raise click.UsageError("name rainchecks by their ids, or one pass with --pass")
    settings = loaded(config)
    with opened(settings, environ=os.environ) as practice:
        report = practice.undo(_chosen(practice, ids, pass_id))
    with printing():
        for line in telling.as_text(report, titles=sys.stdout.isatty()):
            click.echo(telling.fitted(line, width_of(sys.stdout)))
        sys.stdout.flush()
    google = {each.name for each in settings.accounts if isinstance(each, GoogleAccount)}
    for line in telling.troubles(report, titles=sys.stderr.isatty(), google=google):
        click.echo(telling.fitted(line, width_of(sys.stderr)), err=True)
    sys.exit(exit_of(report))


def _chosen(practice: Practice, ids: tuple[str, ...], pass_id: str | None) -> tuple[str, ...]:
    journal = practice.engine.journal
    if pass_id:
        written = journal.written_in(pass_id)
        if not written:
            raise click.UsageError(f"no pass {pass_id} wrote anything")
        return tuple(raincheck.id for raincheck in written)
    if unknown := set(ids) - {raincheck.id for raincheck in journal.rainchecks(ids)}:
        raise click.UsageError(f"there is no raincheck {', '.join(sorted(unknown))}")
    return ids
