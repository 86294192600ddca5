"""`raincheck status`: what is open, and what there is to do about it."""

import json
import os
from collections.abc import Sequence

import click

from sync.cli.document import VERSION, raincheck_as_json
from sync.cli.naming import titles_for
from sync.cli.options import config_option, loaded
from sync.cli.screen import say
from sync.cli.story import headline, is_untold
from sync.config.rules import rules_of
from sync.domain.guests import clients_of
from sync.domain.ledger import open_fees
from sync.domain.lifecycle import Raincheck, State
from sync.domain.plain import counted, how_it_stands
from sync.wiring.records import remembered


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--no-names", is_flag=True, help="Ask no calendar for the titles.")
def status(config: str | None, *, as_json: bool, no_names: bool) -> None:
    """Show what is open: sessions that wait for a time, for an answer, or for you."""
    settings = loaded(config)
    with remembered(settings, environ=os.environ) as journal:
        every, fees = journal.every_raincheck(), open_fees(journal.fees())
        still_open = [each for each in every if how_it_stands(each) is not None]
        untold = {each.id for each in still_open if is_untold(journal.story(each.id))}
    if as_json:
        document = {
            "version": VERSION,
            "rainchecks": [raincheck_as_json(each) for each in still_open],
        }
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    emails = rules_of(settings).watch.emails
    titles = titles_for(settings, still_open, wanted=not no_names)
    for each in still_open:
        say(headline(each, titles))
        guests = bool(clients_of(each.original, emails))
        say(f"    {how_it_stands(each, guests=guests, untold=each.id in untold)}.", hanging=4)
    if not still_open:
        say("Nothing is open.")
    if fees:
        waits = "waits" if fees == 1 else "wait"
        say(f"{counted(fees, 'fee')} {waits} for your word: `raincheck fees`.")
    say(_settled([each for each in every if each not in still_open]))


def _settled(rainchecks: Sequence[Raincheck]) -> str:
    """Return how many are done, and how many were given up, in a line."""
    withdrawn = sum(1 for each in rainchecks if each.state is State.WITHDRAWN)
    done = len(rainchecks) - withdrawn
    counts = [f"{number} {word}" for number, word in ((done, "done"), (withdrawn, "withdrawn"))]
    told = ", ".join(each for each in counts if not each.startswith("0 "))
    return f"{told}; `raincheck history` tells of them." if told else "None so far."
