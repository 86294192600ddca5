"""`raincheck sync`: one pass."""

import json
import os
import sys

import click

from sync.cli import telling
from sync.cli.exits import printing, width_of
from sync.cli.options import config_option, loaded
from sync.cli.verdict import exit_of
from sync.config import GoogleAccount
from sync.wiring import opened


@click.command()
@config_option
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing, anywhere.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--allow-many", is_flag=True, help="Lift policy.max_new for this pass.")
def sync(config: str | None, *, dry_run: bool, as_json: bool, allow_many: bool) -> None:
    """Look at every calendar once and reschedule what was disrupted."""
    settings = loaded(config)
    with opened(settings, environ=os.environ, dry_run=dry_run, allow_many=allow_many) as practice:
        report = practice.run_pass()
    # The pass is done: what becomes of its report changes nothing of how it went.
    with printing():
        if as_json:
            click.echo(json.dumps(telling.as_json(report), indent=1, ensure_ascii=False))
        else:
            # Titles are for the eyes at the terminal: elsewhere, output ends up in logs and mails.
            for line in telling.as_text(report, titles=sys.stdout.isatty()):
                click.echo(telling.fitted(line, width_of(sys.stdout)))
        sys.stdout.flush()
    google = {each.name for each in settings.accounts if isinstance(each, GoogleAccount)}
    for line in telling.troubles(report, titles=sys.stderr.isatty(), google=google):
        click.echo(telling.fitted(line, width_of(sys.stderr)), err=True)
    sys.exit(exit_of(report))
