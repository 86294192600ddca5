"""`raincheck undo`: take back one raincheck, or all that one pass wrote."""

import os
import sys

import click

from sync.cli.beside import UNKNOWN, beside
from sync.cli.loading import loaded
from sync.cli.options import Loudness, config_option, loudness_options
from sync.cli.progress import Timings, shown
from sync.cli.reporting import reported
from sync.domain.lifecycle import State
from sync.wiring.passes import Practice, opened


@click.command()
@config_option
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--pass", "pass_id", metavar="ID", help="All that this pass wrote.")
@loudness_options
def undo(
    config: str | None, ids: tuple[str, ...], *, pass_id: str | None, loudness: Loudness
) -> None:
    """Withdraw replacements and put the originals back as they were.

    `raincheck history` tells the ids.
    """
    if bool(ids) == bool(pass_id):
        raise click.UsageError("name rainchecks by their ids, or one pass with --pass")
    settings = loaded(config)
    with shown(wanted=loudness is not Loudness.QUIET) as bar:
        timings = Timings(bar)
        with opened(settings, environ=os.environ, progress=timings) as practice:
            chosen = _chosen(practice, ids, pass_id)
            before = practice.engine.journal.rainchecks(chosen)
            gone = [each.id for each in before if each.state is State.WITHDRAWN]
            report = practice.undo(chosen) if len(gone) < len(before) else None
            timings.stop()
            known = (
                beside(practice.rules, practice.engine.journal, report, settings)
                if report
                else UNKNOWN
            )
    if loudness is not Loudness.QUIET:
        for id_ in gone:
            click.echo(f"{id_} is withdrawn already.")
    if report is not None:
        sys.exit(reported(report, settings, timings, known=known, loudness=loudness))


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
