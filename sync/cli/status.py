"""`raincheck status`: what is open, and what there is to do about it."""

import json
import os

import click

from sync.cli.naming import titles_for
from sync.cli.options import config_option, loaded
from sync.cli.story import headline
from sync.cli.telling import VERSION, raincheck_as_json
from sync.domain.plain import how_it_stands
from sync.wiring.records import remembered


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--no-names", is_flag=True, help="Ask no calendar for the titles.")
def status(config: str | None, *, as_json: bool, no_names: bool) -> None:
    """Show what is open: sessions that wait for a time, for an answer, or for you."""
    settings = loaded(config)
    with remembered(settings, environ=os.environ) as journal:
        every = journal.every_raincheck()
    still_open = [(each, how) for each in every if (how := how_it_stands(each)) is not None]
    if as_json:
        document = {
            "version": VERSION,
            "rainchecks": [raincheck_as_json(each) for each, _ in still_open],
        }
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    titles = titles_for(settings, (each for each, _ in still_open), wanted=not no_names)
    for each, how in still_open:
        click.echo(headline(each, titles))
        click.echo(f"    {how}.")
    settled = len(every) - len(still_open)
    if not still_open:
        click.echo("Nothing is open.")
    click.echo(f"{settled} done; `raincheck history` tells of them." if settled else "None so far.")
