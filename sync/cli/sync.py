"""`raincheck sync`: one pass."""

import os
import sys

import click

from sync.cli.beside import beside
from sync.cli.exits import Exit
from sync.cli.loading import loaded
from sync.cli.options import Loudness, config_option, loudness_options
from sync.cli.progress import Timings, shown
from sync.cli.reporting import reported
from sync.config.model import Config
from sync.wiring.passes import opened


@click.command()
@config_option
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing, anywhere.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--allow-many", is_flag=True, help="Lift policy.max_new for this pass.")
@loudness_options
def sync(
    config: str | None, *, dry_run: bool, as_json: bool, allow_many: bool, loudness: Loudness
) -> None:
    """Look at every calendar once and reschedule what was disrupted."""
    settings = loaded(config)
    outcome = passed(
        settings, dry_run=dry_run, as_json=as_json, allow_many=allow_many, loudness=loudness
    )
    sys.exit(outcome)


def passed(
    settings: Config,
    *,
    dry_run: bool,
    as_json: bool = False,
    allow_many: bool = False,
    loudness: Loudness = Loudness.USUAL,
) -> Exit:
    """Do one pass and tell of it; return how it went."""
    with shown(wanted=loudness is not Loudness.QUIET and not as_json) as bar:
        timings = Timings(bar)
        with opened(
            settings,
            environ=os.environ,
            dry_run=dry_run,
            allow_many=allow_many,
            progress=timings,
        ) as practice:
            report = practice.run_pass()
            timings.stop()
            known = beside(practice.rules, practice.engine.journal, report, settings)
    return reported(report, settings, timings, known=known, loudness=loudness, as_json=as_json)
