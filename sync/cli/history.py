"""`raincheck history`: what was done, when, and why."""

import json
import os
from datetime import UTC, datetime

import click

from sync.cli.document import VERSION, raincheck_as_json
from sync.cli.loading import loaded
from sync.cli.naming import titles_for
from sync.cli.options import config_option
from sync.cli.screen import say
from sync.cli.story import headline, told
from sync.domain.ledger import as_decided
from sync.domain.lifecycle import Raincheck
from sync.ports import Entry
from sync.wiring.records import remembered


@click.command()
@config_option
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--last", type=click.IntRange(min=1), help="Only so many, the newest.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was noticed since that day."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--no-names", is_flag=True, help="Ask no calendar for the titles.")
def history(
    config: str | None,
    ids: tuple[str, ...],
    *,
    last: int | None,
    since: datetime | None,
    as_json: bool,
    no_names: bool,
) -> None:
    """Tell the story of each raincheck: what was seen, decided and written, newest last."""
    settings = loaded(config)
    with remembered(settings, environ=os.environ) as journal:
        every = journal.rainchecks(ids) if ids else journal.every_raincheck()
        chosen = [each for each in every if since is None or each.noticed >= since.astimezone(UTC)]
        chosen = chosen[-last:] if last else chosen
        stories = [(each, journal.story(each.id)) for each in chosen]
        fees = journal.fees()
    if unknown := set(ids) - {each.id for each in every}:
        raise click.UsageError(f"there is no raincheck {', '.join(sorted(unknown))}")
    if as_json:
        document = {"version": VERSION, "rainchecks": [_as_json(*each) for each in stories]}
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    titles = titles_for(settings, chosen, wanted=not no_names)
    decided = as_decided(chosen, fees)
    for each, (_, story) in zip(decided, stories, strict=True):
        for line in (headline(each, titles), *told(each, story, settings.zone)):
            say(line)
        click.echo()
    if not stories:
        click.echo("Nothing was done so far.")


def _as_json(raincheck: Raincheck, story: tuple[Entry, ...]) -> dict[str, object]:
    events = [{"at": e.at.isoformat(), "what": e.what, "why": e.why} for e in story]
    return {**raincheck_as_json(raincheck), "events": events}
