"""The flags of `raincheck init`: each answers a question in advance."""

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from sync.cli.init import questions as q
from sync.cli.init.asking import Question, sentence, trouble_with
from sync.config.creating import has_keyring
from sync.config.writing import Secret

Command = TypeVar("Command", bound=Callable[..., Any])

MANY = "may be given again"


def _text(metavar: str, words: str) -> dict[str, Any]:
    return {"metavar": metavar, "help": words}


def _texts(metavar: str, words: str) -> dict[str, Any]:
    return {"metavar": metavar, "help": f"{words}; {MANY}.", "multiple": True}


def _switch(words: str) -> dict[str, Any]:
    return {"is_flag": True, "help": words}


OPTIONS: Mapping[str, dict[str, Any]] = {
    "--config": _text("FILE", "Where to write it; default: $RAINCHECK_CONFIG, your own place."),
    "--url": _text("URL", "The address of a CalDAV server."),
    "--username": _text("NAME", "Your login there; '' if it asks for none."),
    "--password-file": _text("FILE", "A file with the password; it stays where it is."),
    "--password-env": _text("NAME", "An environment variable with the password."),
    "--password-command": _text("CMD", "A command that prints the password."),
    "--password-stdin": _switch("Read the password from stdin, and ask nothing."),
    "--keyring": _switch("Keep a password that is read or typed in the desktop's keyring."),
    "--google": _text("FILE", "At Google instead: the file of an OAuth client or service account."),
    "--no-browser": _switch("Google: print the address instead of opening it."),
    "--shared": _switch("Google: also write to calendars that others own."),
    "--subject": _text("EMAIL", "Google: whom a service account acts for."),
    "--endpoint": _text("URL", "Google: another root of its interface."),
    "--account": _text("NAME", "A short name for the account; default: home, or work."),
    "--sessions": _texts("NAME", "A calendar that holds sessions"),
    "--invited": _switch("In them, only events with guests are sessions."),
    "--busy": _texts("NAME", "A calendar that only says when you are busy"),
    "--timezone": _text("ZONE", "Such as Europe/London; default: this machine's."),
    "--email": _texts("ADDRESS", "Your own address; '' for none"),
    "--hours": _text("TEXT", 'Such as "mon-fri 9-17" or "mon 9-12:30,13:30-18; thu 13-20".'),
    "--holidays": _text("CODE", "Whose public holidays are closed, such as GB-ENG; default: none."),
    "--buffer": _text("MINUTES", "Free between sessions, such as 10; 0 for none; default: 10."),
    "--rebook-no-shows/--no-rebook-no-shows": {
        "default": None,
        "help": "Whether a session that the client missed gets a new time; default: no.",
    },
    "--fee": _text("PRICE", 'The price of one session, such as "80.00 GBP".'),
    "--no-fees": _switch("No fees; the default where nobody is asked."),
    "--no-input": _switch("Ask nothing, also at a terminal."),
    "--no-check": _switch("Leave out the check and the dry run at the end."),
}


@dataclass(frozen=True, slots=True)
class Flags:
    """What was answered in advance; None, or empty, where nothing was."""

    config: str | None
    url: str | None
    username: str | None
    password_file: str | None
    password_env: str | None
    password_command: str | None
    password_stdin: bool
    keyring: bool
    google: str | None
    no_browser: bool
    shared: bool
    subject: str | None
    endpoint: str | None
    account: str | None
    sessions: tuple[str, ...]
    invited: bool
    busy: tuple[str, ...]
    timezone: str | None
    email: tuple[str, ...]
    hours: str | None
    holidays: str | None
    buffer: str | None
    rebook_no_shows: bool | None
    fee: str | None
    no_fees: bool
    no_input: bool
    no_check: bool

    @property
    def emails(self) -> str | None:
        """The own addresses, as if typed into one line."""
        return ",".join(self.email) if self.email else None

    @property
    def no_shows(self) -> str | None:
        """Whether no-shows get a new time, as typed."""
        return None if self.rebook_no_shows is None else "yes" if self.rebook_no_shows else "no"

    @property
    def price(self) -> str | None:
        """The price of a session, as typed."""
        return "none" if self.no_fees else self.fee

    @property
    def secrets(self) -> dict[str, str]:
        """Where the password is, by the configuration's keys: none, or one."""
        given = {
            "password_file": self.password_file and str(Path(self.password_file).absolute()),
            "password_env": self.password_env,
            "password_command": self.password_command,
        }
        return {key: value for key, value in given.items() if value}

    @property
    def secret(self) -> Secret | None:
        """Where the password is, unless it is typed or piped in."""
        return next(iter(self.secrets.items()), None)


def options(command: Command) -> Command:
    """Add every flag."""
    for name, settings in reversed(tuple(OPTIONS.items())):
        command = click.option(name, **settings)(command)
    return command


def refuse_contradictions(flags: Flags) -> None:
    """Refuse flags that cannot go together.

    Raises:
        click.UsageError: there are some.
    """
    passwords = [f"--{key.replace('_', '-')}" for key in flags.secrets]
    passwords += ["--password-stdin"] if flags.password_stdin else []
    if len(passwords) > 1:
        raise click.UsageError(f"{' and '.join(passwords)}: the password has one place.")
    if flags.url and flags.google:
        raise click.UsageError("--url and --google: one account at a time; add others by hand.")
    if flags.google and passwords:
        raise click.UsageError(f"--google and {passwords[0]}: Google takes no password.")
    if flags.fee and flags.no_fees:
        raise click.UsageError("--fee and --no-fees: which of them?")
    if flags.keyring and flags.google:
        raise click.UsageError("--google and --keyring: Google takes no password.")
    if flags.keyring and not has_keyring():
        ways = "pip install keyring, or pipx inject raincheck keyring"
        raise click.UsageError(f"--keyring needs the package keyring: {ways}.")
    if flags.keyring and flags.secret:
        raise click.UsageError(f"--keyring and {passwords[0]}: the password has one place.")


def refuse_incomplete(flags: Flags) -> None:
    """Refuse flags that leave a needed answer open, or give one that cannot be used.

    For when nobody can be asked. Everything is said at once.

    Raises:
        click.UsageError: with each flag that is missing, and what is wrong with others.
    """
    lines = [trouble for trouble in _troubles(flags) if trouble is not None]
    missing = list(_missing(flags))
    if missing:
        lines.insert(0, f"nobody can be asked here, so these are missing: {', '.join(missing)}")
    if lines:
        raise click.UsageError("\n  ".join(map(sentence, lines)))


def _missing(flags: Flags) -> list[str]:
    has_login = flags.secret or flags.password_stdin
    guessed = flags.username if flags.username and "@" in flags.username else None
    needed = {
        "--url or --google": flags.url or flags.google,
        "--username": flags.google or flags.username is not None or not flags.url,
        "--password-file, --password-env, --password-command or --password-stdin": (
            flags.google or not flags.username or has_login
        ),
        "--sessions": flags.sessions,
        "--timezone": flags.timezone or q.zone(os.environ).default,
        "--email": flags.email or guessed,
        "--hours": flags.hours,
    }
    return [flag for flag, answer in needed.items() if not answer]


def _troubles(flags: Flags) -> list[str | None]:
    asked: list[tuple[Question[Any], str | None]] = [
        (q.URL, flags.url),
        (q.USERNAME, flags.username),
        (q.CLIENT, flags.google),
        (q.SUBJECT, flags.subject),
        (q.ENDPOINT, flags.endpoint),
        (q.ACCOUNT, flags.account),
        (q.ZONE, flags.timezone),
        (q.EMAILS, flags.emails),
        (q.HOURS, flags.hours),
        (q.HOLIDAYS, flags.holidays),
        (q.BUFFER, flags.buffer),
        (q.PRICE, flags.price),
    ]
    asked += [(Question(f"--{key.replace('_', '-')}", "", q.as_it_is), value)
              for key, value in flags.secrets.items()]  # fmt: skip
    troubles = [trouble_with(question, given) for question, given in asked]
    if flags.password_command is not None:
        troubles.append(_command_trouble(flags.password_command))
    return troubles


def _command_trouble(command: str) -> str | None:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    return None if words else "--password-command: it is no command; check its quotes"
