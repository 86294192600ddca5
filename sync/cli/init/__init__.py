"""`raincheck init`: ask in plain words, try each answer at once, write a first configuration."""

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from sync.cli.exits import INTERRUPTED, Exit, ended_by_signals
from sync.cli.init import questions as q
from sync.cli.init.accounts import Desk, Trial, tried
from sync.cli.init.asking import answered, confirmed, paragraph, say, trouble_with
from sync.cli.init.choosing import chosen
from sync.cli.init.closing import closed_on
from sync.cli.init.flags import Flags, options, refuse_contradictions, refuse_incomplete
from sync.cli.init.prices import priced
from sync.cli.init.summary import summary
from sync.cli.outlook import spelled
from sync.config import creating
from sync.config.opening import Week, in_words
from sync.config.places import new_config
from sync.config.writing import Answers, AtGoogle, OnServer, text_of
from sync.domain.plain import visible

START = """\
A few questions, and {path} is written. Each answer is tried at once. Enter takes what stands in
[brackets]. Ctrl-C stops, and then nothing was written."""

KEPT = "What was written stays. {path} is not there yet: run `raincheck init` again."


@click.command()
@options
def init(**given: Any) -> None:  # noqa: ANN401 - `Flags` has their types
    """Ask a few questions, try the answers, and write a first configuration.

    It ends in a check and a dry run, which write nothing into your calendars. Every question can
    be answered by a flag instead; what is there already is never overwritten.
    """
    flags = Flags(**given)
    path = spelled(new_config(flags.config, os.environ).absolute())
    _refuse_place(path)
    refuse_contradictions(flags)
    asks = sys.stdin.isatty() and not (flags.no_input or flags.password_stdin)
    if not asks:
        refuse_incomplete(flags)
    # A login at Google waits in the attic: no end of the asking may leave it there.
    with ended_by_signals(), TemporaryDirectory(prefix="raincheck-") as attic:
        desk = Desk(flags, asks=asks, path=path, attic=Path(attic))
        try:
            trial, answers, keyring = _conversation(desk)
        except (KeyboardInterrupt, click.Abort):
            click.echo("\nraincheck: stopped; nothing was written.", err=True)
            sys.exit(INTERRUPTED)
        _write(path, trial, answers, keyring=keyring)
    sys.exit(_end(path, flags))


def _refuse_place(path: Path) -> None:
    """Refuse a place where nothing can be written, before anything is asked."""
    if os.path.lexists(path):
        raise click.UsageError(
            f"{path} is there already, and is never overwritten. `raincheck check` says whether it "
            "is in order; to start anew, move it away, or name another with --config."
        )
    folder = next(each for each in path.parents if each.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise click.UsageError(
            f"{path} cannot be written: {folder} does not let you. Name another with --config."
        )


def _conversation(desk: Desk) -> tuple[Trial, Answers, bool]:
    """Return the account that let us in, all answers, and whether the keyring is to be used."""
    flags, asks = desk.flags, desk.asks
    if asks:
        paragraph(START.format(path=desk.path))
    trial = tried(desk)
    keyring = trial.password is not None and _wants_keyring(desk)
    picked = chosen(trial.listed, desk)
    zone = answered(q.zone(os.environ), flags.timezone, asks=asks)
    guess = _own_address(trial)
    emails = answered(replace(q.EMAILS, default=guess), flags.emails, asks=asks)
    hours = _hours(desk)
    holidays = closed_on(desk, hours, zone)
    buffer = answered(q.BUFFER, flags.buffer, asks=asks)
    rebooks = answered(q.NO_SHOWS, flags.no_shows, asks=asks)
    price = priced(desk, holidays=holidays, zone=zone)
    answers = Answers(
        account=trial.account,
        timezone=zone,
        hours=hours,
        sessions=picked.sessions,
        invited=picked.invited,
        busy=picked.busy,
        emails=emails,
        holidays=holidays,
        price=price,
        buffer=buffer,
        rebooks_no_shows=rebooks,
    )
    if asks:
        say("\nTo be written:")
        for line in summary(answers):
            say(visible(line))
        if not confirmed("Write it?"):
            raise click.Abort
    return trial, answers, keyring


def _wants_keyring(desk: Desk) -> bool:
    if desk.flags.keyring or not desk.asks or not creating.has_keyring():
        return desk.flags.keyring
    say("The keyring can keep the password. A service that runs without you cannot ask it.")
    return click.confirm("Keep it in the keyring, instead of in a file", default=False, err=True)


def _own_address(trial: Trial) -> str | None:
    """Return what is most likely the practice's address: the login, or Google's own calendar."""
    if isinstance(trial.account, OnServer):
        return trial.account.username if "@" in trial.account.username else None
    own = [one.path for one in trial.listed if one.writable and "@" in one.path]
    return next((path for path in own if not path.endswith("calendar.google.com")), None)


def _hours(desk: Desk) -> Week:
    """Return the working hours, said back as they were understood."""
    given = desk.flags.hours
    taken = given is not None and trouble_with(q.HOURS, given) is None
    week = answered(q.HOURS, given, asks=desk.asks)
    while True:
        say(f"  Understood as: {in_words(week)}.")
        said = taken or not desk.asks or answered(q.RIGHT, None, asks=True)
        if said is True:
            return week
        # Hours that are typed here are what was meant.
        week = said if said is not False else answered(q.HOURS, None, asks=True)


def _write(path: Path, trial: Trial, answers: Answers, *, keyring: bool) -> None:
    """Write the secrets, and then the configuration that names them."""
    account = answers.account
    try:
        if isinstance(account, OnServer):
            account = _with_password(path, trial, account, keyring=keyring)
        else:
            account = _with_login(path, trial, account)
        creating.created(path, text_of(replace(answers, account=account)))
    except OSError as error:
        place = error.filename or path
        click.echo(f"raincheck: {place} cannot be written: {error.strerror}.", err=True)
        click.echo(KEPT.format(path=path), err=True)
        sys.exit(Exit.WRONG_USE)
    except KeyboardInterrupt:
        click.echo(f"\nraincheck: stopped. {KEPT.format(path=path)}", err=True)
        sys.exit(INTERRUPTED)
    click.echo(f"{path}: written")


def _with_password(path: Path, trial: Trial, account: OnServer, *, keyring: bool) -> OnServer:
    """Return the account with its typed password in a place of its own."""
    if trial.password is None:
        return account
    if keyring:
        service = creating.kept_in_keyring(account.username, trial.password)
        if service is not None:
            click.echo(f"keyring: the password is kept there, as {service}")
            return replace(account, secret=("password_keyring", service))
        say("The keyring does not take the password, so a file keeps it.")
    file = creating.created_beside(path.parent, f"{account.name}.password", f"{trial.password}\n")
    click.echo(f"{file}: written, the password, for you alone")
    return replace(account, secret=("password_file", file.name))


def _with_login(path: Path, trial: Trial, account: AtGoogle) -> AtGoogle:
    """Return the account with Google's login beside the configuration."""
    client = Path(account.credentials_file)
    beside = client.name if client.parent == path.parent else str(client)
    account = replace(account, credentials_file=beside)
    if trial.login is None:
        return account
    content = trial.login.read_text(encoding="utf-8")
    file = creating.created_beside(path.parent, f"{account.name}.token.json", content)
    click.echo(f"{file}: written, the login, for you alone")
    return replace(account, token_file=file.name)


def _end(path: Path, flags: Flags) -> Exit:
    """Check what was written, show what a pass would do, and say what comes next."""
    from sync.cli.check import checked
    from sync.cli.loading import loaded
    from sync.cli.sync import passed

    outcome = Exit.DONE
    if not flags.no_check:
        settings = loaded(str(path))
        click.echo()
        outcome = checked(settings)
        if outcome in {Exit.DONE, Exit.NEEDS_A_PERSON}:
            click.echo()
            outcome = max(outcome, passed(settings, dry_run=True))
    usual = spelled(new_config(None, os.environ).absolute()) == path
    option = "" if usual else f" --config {shlex.quote(str(path))}"
    click.echo("\nNext:")
    click.echo(f"  raincheck sync{option}")
    click.echo("      one pass: reschedules what is disrupted")
    click.echo(f"  raincheck service install --user{option}")
    click.echo("      keeps watch from now on")
    return outcome
