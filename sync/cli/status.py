"""`raincheck status`: what is open, and what there is to do about it.

It is asked often, from prompts and status bars too. So a configuration that a pass has found good
is not checked again, and what that takes is imported only where it is needed.
"""

import json
import os
import sys
from collections.abc import Callable

import click

from sync.cli.document import VERSION, raincheck_as_json
from sync.cli.options import config_option
from sync.cli.screen import say
from sync.cli.story import Titles, headline, is_untold
from sync.config.glance import glance
from sync.domain.guests import clients_of
from sync.domain.plain import counted, how_it_stands
from sync.journal.reading import Standing, standing_by

Known = tuple[Standing, frozenset[str], Callable[[], Titles]]
"""How things stand, the practice's addresses, and what asks the calendars for titles."""


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--no-names", is_flag=True, help="Ask no calendar for the titles.")
def status(config: str | None, *, as_json: bool, no_names: bool) -> None:
    """Show what is open: sessions that wait for a time, for an answer, or for you."""
    stands, emails, ask = _at_a_glance(config) or _in_full(config)
    if as_json:
        document = {
            "version": VERSION,
            "rainchecks": [raincheck_as_json(each) for each in stands.open],
        }
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    titles = ask() if stands.open and not no_names and sys.stdout.isatty() else {}
    for each in stands.open:
        say(headline(each, titles))
        guests = bool(clients_of(each.original, emails))
        untold = is_untold(stands.stories[each.id])
        say(f"    {how_it_stands(each, guests=guests, untold=untold)}.", hanging=4)
    if not stands.open:
        say("Nothing is open.")
    if stands.fees:
        waits = "waits" if stands.fees == 1 else "wait"
        say(f"{counted(stands.fees, 'fee')} {waits} for your word: `raincheck fees`.")
    say(_over(stands))


def _at_a_glance(option: str | None) -> Known | None:
    """Return what is known, if the last pass found this configuration good; else None."""
    seen = glance(option, os.environ)
    stands = standing_by(seen.seal, seen.state) if seen else None
    if not seen or not stands:
        return None

    def ask() -> Titles:
        from sync.cli.loading import loaded  # checking takes longer than all the rest
        from sync.cli.naming import names_of

        return names_of(loaded(option), stands.open)

    return stands, seen.emails, ask


def _in_full(option: str | None) -> Known:
    """Return what is known, by a configuration that is checked as a whole first.

    Raises:
        ConfigError: there is none, or it is wrong.
        JournalError: the state file cannot be read.
    """
    from sync.cli.loading import loaded  # checking takes longer than all the rest
    from sync.cli.naming import names_of
    from sync.config.rules import rules_of
    from sync.wiring.records import remembered

    settings = loaded(option)
    with remembered(settings, environ=os.environ) as journal:
        stands = journal.standing()
    return stands, rules_of(settings).watch.emails, lambda: names_of(settings, stands.open)


def _over(stands: Standing) -> str:
    """Return how many are done, and how many were given up, in a line."""
    words = ((stands.done, "done"), (stands.withdrawn, "withdrawn"))
    told = ", ".join(f"{number} {word}" for number, word in words if number)
    return f"{told}; `raincheck history` tells of them." if told else "None so far."
