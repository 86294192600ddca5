"""Where files are: the configuration, the state, and what a configuration names."""

from collections.abc import Mapping
from pathlib import Path

from sync.errors import ConfigError, Problem

CONFIG = Path("raincheck") / "config.toml"
STATE = "raincheck.db"
SYSTEM = Path("/etc")
SYSTEM_STATE = Path("/var/lib/raincheck")
"""The state directory of our unit; a link that root alone can follow (systemd's DynamicUser=)."""


def find_config(option: str | None, environ: Mapping[str, str], *, system: Path = SYSTEM) -> Path:
    """Return the configuration file to use.

    That is *option* (``--config``), or else ``$RAINCHECK_CONFIG``, whether they exist or not; or
    else the first that exists of the user's and the system's.

    Raises:
        ConfigError: there is none.
    """
    for chosen in (option, environ.get("RAINCHECK_CONFIG")):
        if chosen:
            return resolved(chosen, directory=Path(), environ=environ)
    usual = (_base("XDG_CONFIG_HOME", ".config", environ) / CONFIG, system / CONFIG)
    for path in usual:
        if path.is_file():
            return path
    looked = ", ".join(("--config", "$RAINCHECK_CONFIG", *map(str, usual)))
    message = (
        "no configuration found: `raincheck init` writes one, or copy config.example.toml;"
        f" looked at {looked}"
    )
    raise ConfigError("", (Problem("", message),))


def new_config(option: str | None, environ: Mapping[str, str]) -> Path:
    """Return where a first configuration goes: as `find_config`, but never the system's place."""
    chosen = option or environ.get("RAINCHECK_CONFIG")
    if chosen:
        return resolved(chosen, directory=Path(), environ=environ)
    return _base("XDG_CONFIG_HOME", ".config", environ) / CONFIG


def state_path(setting: str | None, *, directory: Path, environ: Mapping[str, str]) -> Path:
    """Return the state file: *setting*, else systemd's place, else the user's.

    A configuration in the system's folder is the service's, also where a person reads it: what
    `status` tells has to be the service's state.
    """
    if setting:
        return resolved(setting, directory=directory, environ=environ)
    systemd = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if systemd:
        return Path(systemd) / STATE
    if directory.absolute().is_relative_to(SYSTEM):
        return SYSTEM_STATE / STATE
    return _base("XDG_STATE_HOME", ".local/state", environ) / "raincheck" / STATE


def resolved(path: str, *, directory: Path, environ: Mapping[str, str]) -> Path:
    """Return *path*, taken from *directory* if it is relative; ``~/`` is the home folder."""
    if path.startswith("~/"):
        return _home(environ) / path[2:]
    return directory / path


def _base(variable: str, default: str, environ: Mapping[str, str]) -> Path:
    """Return an XDG base folder; the specification says to ignore one that is not absolute."""
    path = Path(environ.get(variable, ""))
    return path if path.is_absolute() else _home(environ) / default


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME", "")
    return Path(home) if home else Path.home()
