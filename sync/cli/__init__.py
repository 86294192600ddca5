"""The command line: parsing and printing only. Each command is imported when it is called."""

from importlib import import_module

import click

from sync import VERSION
from sync.cli.exits import Told

COMMANDS = {
    "auth": "Log in to an account in the browser.",
    "check": "Validate the configuration, log in everywhere, say what would be watched.",
    "completion": "Print a script for your shell: bash, zsh or fish.",
    "demo": "See it work: a calendar server of its own, a sample week, one sync.",
    "doctor": "Put a test event into a calendar and say which of your tags arrive.",
    "fees": "Show what missed sessions cost; approve or waive it.",
    "history": "Tell what was done, when, and why.",
    "init": "Ask a few questions, try the answers, write a first configuration.",
    "labels": "Create the labels that say a session was disrupted, in Google Calendar.",
    "report": "Write a month's disruptions, what is owed and the fees as one page.",
    "run": "Watch every calendar and reschedule what is disrupted, until stopped.",
    "service": "Run it under systemd: install, show, uninstall.",
    "status": "Show what is open.",
    "sync": "Look at every calendar once and reschedule what was disrupted.",
    "undo": "Withdraw replacements and put the originals back.",
}


class Commands(click.Group):
    """A group whose commands are modules of this package, named as they are."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return one command, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"sync.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command), cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what went wrong is told in plain words, with its exit code."""
        with Told():
            return super().invoke(ctx)


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted:
        click.echo(f"raincheck {VERSION}")
        ctx.exit()


@click.group(
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
def raincheck() -> None:
    """Reschedule disrupted sessions in the calendar you already have.

    Tag a session in your calendar app (the category or hashtag "disrupted"), run `raincheck sync`,
    and it has a new time by your policy. New here? `raincheck init` asks what it needs;
    `make demo`, where you installed from, shows it work without an account.
    """
