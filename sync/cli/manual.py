"""The man page, made from the commands themselves; `python -m sync.cli.manual FILE` writes it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from sync import VERSION
from sync.cli import raincheck
from sync.cli.exits import Exit

EXITS = {
    Exit.DONE: "done",
    Exit.NEEDS_A_PERSON: "done, and something needs a person",
    Exit.WRONG_USE: "wrong use",
    Exit.BUG: "a bug in Raincheck; nothing is lost",
    Exit.TRY_AGAIN: "an account could not be reached, or another pass is running; try again",
    Exit.LOGIN_REFUSED: "an account refused the login",
    Exit.WRONG_CONFIGURATION: "the configuration is wrong, or the state cannot be kept",
}
FILES = {
    "~/.config/raincheck/config.toml": "Your configuration.",
    "/etc/raincheck/config.toml": "The configuration of the whole machine.",
    "~/.local/state/raincheck/raincheck.db": "What Raincheck remembers; readable for you alone.",
    "/var/lib/raincheck/raincheck.db": "The same, for a configuration in /etc: readable for root.",
}
ENVIRONMENT = {
    "RAINCHECK_CONFIG": "The configuration, unless --config names one.",
    "STATE_DIRECTORY, XDG_STATE_HOME": "Where the state file is, unless the configuration says so.",
    "CREDENTIALS_DIRECTORY": "Where secrets are looked for first; set by systemd.",
    "JOURNAL_STREAM": "Set by systemd: whether its journal reads what the daemon logs.",
    "NO_COLOR": "If set, nothing is coloured.",
}


def page() -> str:
    """Return the page as roff, for man(1)."""
    return "\n".join([*_head(), *_commands(), *_rest(), ""])


def _head() -> Iterator[str]:
    yield f'.TH RAINCHECK 1 "" "raincheck {VERSION}" "User Commands"'
    yield ".SH NAME"
    yield r"raincheck \- reschedule disrupted sessions in the calendar you already have"
    yield ".SH SYNOPSIS"
    yield ".B raincheck\n.I command\n[options]"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(raincheck.help or "")
    yield ".SH COMMANDS"


def _commands() -> Iterator[str]:
    top = click.Context(raincheck, info_name="raincheck")
    for name in raincheck.list_commands(top):
        command = raincheck.get_command(top, name)
        assert command is not None, name
        yield from _described(command, click.Context(command, info_name=name, parent=top))


def _described(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield one command, and those below it."""
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_roff(context.command_path)} {_roff(usage)}"
    yield from _paragraphs(command.help or "")
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            yield f".TP\n.B {_roff(record[0])}\n{_roff(record[1])}"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, name
            yield from _described(inner, click.Context(inner, info_name=name, parent=context))


def _rest() -> Iterator[str]:
    for title, rows in (
        ("EXIT STATUS", {str(int(code)): words for code, words in EXITS.items()}),
        ("FILES", FILES),
        ("ENVIRONMENT", ENVIRONMENT),
    ):
        yield f".SH {title}"
        for name, words in rows.items():
            yield f".TP\n.B {_roff(name)}\n{_roff(words)}"


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a docstring, as click has them."""
    for paragraph in text.replace("\b", "").split("\n\n"):
        if words := " ".join(paragraph.split()):
            yield f".PP\n{_roff(words)}"


def _roff(text: str) -> str:
    """Return *text* without anything that roff would take for a request."""
    safe = text.replace("\\", r"\e").replace("-", r"\-").replace("`", "").replace("\n", " ")
    return rf"\&{safe}" if safe.startswith((".", "'")) else safe


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
