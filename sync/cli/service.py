"""`raincheck service`: run it under systemd."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from sync import systemd
from sync.cli.loading import loaded
from sync.cli.options import Loudness, as_loud, config_option, loudness_options
from sync.config.model import Config
from sync.config.places import find_config, resolved
from sync.config.secrets import credential_of
from sync.config.tables import CaldavAccount, GoogleAccount

_NO_SYSTEMD = "systemd is not here; `raincheck service show` prints the unit for elsewhere"

_STATE = (
    "warning: state.path is set, but a service of the whole machine can write to /var/lib/raincheck"
    " alone, its state directory: leave the key out."
)

_HIDDEN = (
    "warning: {path} is in a home folder, which a service of the whole machine cannot see, so it"
    " will not start: install the program elsewhere, as in `python3 -m venv /opt/raincheck &&"
    " /opt/raincheck/bin/pip install .`, and call that one's `service`; or use --user."
)


@click.group()
def service() -> None:
    """Run Raincheck as a systemd service: install it, show its unit, uninstall it."""


def _options(command: click.decorators.FC) -> click.decorators.FC:
    command = click.option("--timer", is_flag=True, help="A pass every five minutes, no daemon.")(
        command
    )
    command = click.option("--user", is_flag=True, help="For your own user, not the system.")(
        command
    )
    return config_option(command)


@service.command()
@_options
def show(config: str | None, *, user: bool, timer: bool) -> None:
    """Print the unit that `install` would write."""
    for text in _units(config, user=user, timer=timer).values():
        click.echo(text.rstrip())


@service.command()
@_options
@loudness_options
def install(config: str | None, *, user: bool, timer: bool, loudness: Loudness) -> None:
    """Write the unit, enable it and start it."""
    with as_loud(loudness):
        _install(config, user=user, timer=timer, verbose=loudness is Loudness.VERBOSE)


def _install(config: str | None, *, user: bool, timer: bool, verbose: bool) -> None:
    units = _units(config, user=user, timer=timer)
    folder = _folder(user=user)
    with _permitted():
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units.items():
            (folder / name).write_text(text, encoding="utf-8")
            click.echo(f"{folder / name}: written")
    _systemctl("daemon-reload", user=user, verbose=verbose)
    _systemctl("enable", _started(timer=timer), user=user, verbose=verbose)
    # It may be running, by an older unit.
    _systemctl("restart", _started(timer=timer), user=user, verbose=verbose)
    click.echo(f"{_started(timer=timer)}: enabled and started")
    for advice in _advice(user=user, timer=timer):
        click.echo(advice)


@service.command()
@click.option("--user", is_flag=True, help="The service of your own user.")
@loudness_options
def uninstall(*, user: bool, loudness: Loudness) -> None:
    """Stop the service and remove its units; configuration and state stay."""
    with as_loud(loudness):
        _uninstall(user=user, verbose=loudness is Loudness.VERBOSE)


def _uninstall(*, user: bool, verbose: bool) -> None:
    folder, found = _folder(user=user), False
    for name in (systemd.DAEMON, systemd.TIMER, systemd.ONE_OFF):
        with _permitted():
            if not (folder / name).exists():
                continue
            found = True
            if name != systemd.ONE_OFF:
                _systemctl("disable", "--now", name, user=user, verbose=verbose)
            (folder / name).unlink()
            click.echo(f"{folder / name}: removed")
    if not found:
        raise click.ClickException(f"no unit of ours is in {folder}")
    _systemctl("daemon-reload", user=user, verbose=verbose)


def _advice(*, user: bool, timer: bool) -> Iterator[str]:
    if user:
        yield "To keep it running while you are logged out: loginctl enable-linger"
        return
    if not timer:
        yield f"After a change of the configuration: systemctl restart {systemd.DAEMON}"
    yield "After `raincheck auth google`, or with a new password file: install the service again"


def _units(config: str | None, *, user: bool, timer: bool) -> dict[str, str]:
    path = Path(find_config(config, os.environ)).absolute()
    settings = loaded(str(path))
    if not user:
        for warning in _doubts(settings):
            click.echo(warning, err=True)
    names = (systemd.ONE_OFF, systemd.TIMER) if timer else (systemd.DAEMON,)
    return {
        name: systemd.unit(
            name,
            command=str(_program()),
            config=str(path),
            user=user,
            secrets=_secrets(settings),
            others=_calls_others(settings),
        )
        for name in names
    }


def _doubts(settings: Config) -> Iterator[str]:
    """Yield why a service of the whole machine would fail; what it is handed may be hidden."""
    if settings.state.path:
        yield _STATE
    # The program, what it is made of, and what runs it.
    for path in (_program(), Path(__file__), Path(sys.base_prefix)):
        if systemd.is_hidden(path):
            yield _HIDDEN.format(path=path)
            return


def _calls_others(settings: Config) -> bool:
    """Return whether a password comes from a program."""
    logins = (settings.mail, *settings.accounts)
    return any(
        each.password_command is not None
        for each in logins
        if each is not None and not isinstance(each, GoogleAccount)
    )


def _secrets(settings: Config) -> dict[str, str]:
    """Return the files with secrets that the configuration names and that are there, by id."""
    names: list[str | None] = [settings.mail.password_file] if settings.mail else []
    for account in settings.accounts:
        if isinstance(account, CaldavAccount):
            names.append(account.password_file)
        elif isinstance(account, GoogleAccount):
            names += [account.credentials_file, account.token_file]
    paths = {
        credential_of(name): resolved(name, directory=settings.directory, environ=os.environ)
        for name in names
        if name
    }
    return {id_: str(path) for id_, path in paths.items() if path.exists()}


def _program() -> Path:
    """Return the program itself, as an absolute path."""
    beside = Path(sys.executable).with_name("raincheck")
    return beside if beside.exists() else Path(shutil.which("raincheck") or sys.argv[0]).absolute()


@contextmanager
def _permitted() -> Iterator[None]:
    """Say what to do where the units are not ours to change."""
    try:
        yield
    except PermissionError as error:
        raise click.ClickException(
            f"{error.filename} cannot be changed; run it with sudo, or with --user"
        ) from error


def _folder(*, user: bool) -> Path:
    if not user:
        return Path("/etc/systemd/system")
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "systemd" / "user"


def _started(*, timer: bool) -> str:
    return systemd.TIMER if timer else systemd.DAEMON


def _systemctl(*words: str, user: bool, verbose: bool) -> None:
    program = shutil.which("systemctl")
    if program is None:
        raise click.ClickException(_NO_SYSTEMD)
    command = [program, *(["--user"] if user else []), *words]
    if verbose:
        click.echo(" ".join(command), err=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise click.ClickException(f"systemctl {' '.join(words)} failed: {done.stderr.strip()}")
