"""Unit templates for systemd, and what fills them in."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template
from types import MappingProxyType

DAEMON = "raincheck.service"
TIMER = "raincheck-sync.timer"
ONE_OFF = "raincheck-sync.service"
CONFIG = "config.toml"
NO_SECRETS: Mapping[str, str] = MappingProxyType({})
HIDDEN = ("/home", "/root", "/run/user")
"""What `ProtectHome=yes` empties (systemd.exec(5))."""


def unit(
    name: str,
    *,
    command: str,
    config: str,
    user: bool,
    secrets: Mapping[str, str] = NO_SECRETS,
    others: bool = False,
) -> str:
    """Return the text of the unit *name*.

    Args:
        name: One of the templates.
        command: The program, as an absolute path.
        config: The configuration, as an absolute path.
        user: For the user's own manager, which reads the files itself. The system's service runs as
            nobody in particular: systemd hands it the configuration and the secrets.
        secrets: What systemd is to call each file that the configuration names, and its absolute
            path.
        others: Whether it calls programs of other makers, such as password managers.
    """
    held = resources.files("sync.systemd").joinpath(f"{name}.in").read_text("utf-8")
    return Template(held).substitute(
        command=_quoted(command),
        config=_quoted(config) if user else f'"%d/{CONFIG}"',
        shield=_user_shield(others=others) if user else _shield({CONFIG: config, **secrets}),
        # systemd copies what it hands over once, at the start: a reload would read the old copy.
        reload="\nExecReload=kill -HUP $MAINPID" if user else "",
        manager=" --user" if user else "",
        wanted_by="default.target" if user else "multi-user.target",
    )


def is_hidden(path: Path) -> bool:
    """Return whether the service of the whole machine cannot see *path*, nor what it links to."""
    return any(each.is_relative_to(home) for each in (path, path.resolve()) for home in HIDDEN)


def _shield(given: Mapping[str, str]) -> str:
    credentials = (f"LoadCredential={id_}:{_escaped(path)}" for id_, path in given.items())
    return "\n".join((_part("shield.in"), *credentials))


def _user_shield(*, others: bool) -> str:
    # A program that compiles itself as it runs, as those for Node.js do, would crash under it.
    return _part("shield_user.in") + ("" if others else "\nMemoryDenyWriteExecute=yes")


def _part(name: str) -> str:
    return resources.files("sync.systemd").joinpath(name).read_text("utf-8").rstrip("\n")


def _quoted(word: str) -> str:
    """Return *word* as one word of a command line in a unit (systemd.service(5))."""
    return '"' + _escaped(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def _escaped(text: str) -> str:
    """Return *text* without specifiers (systemd.unit(5))."""
    return text.replace("%", "%%")
