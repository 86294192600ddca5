"""Unit templates for systemd, and what fills them in."""

from collections.abc import Mapping
from importlib import resources
from string import Template
from types import MappingProxyType

DAEMON = "raincheck.service"
TIMER = "raincheck-sync.timer"
ONE_OFF = "raincheck-sync.service"
CONFIG = "config.toml"
NO_SECRETS: Mapping[str, str] = MappingProxyType({})


def unit(
    name: str, *, command: str, config: str, user: bool, secrets: Mapping[str, str] = NO_SECRETS
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
    """
    held = resources.files("sync.systemd").joinpath(f"{name}.in").read_text("utf-8")
    given = {CONFIG: config, **secrets}
    credentials = [f"LoadCredential={id_}:{_escaped(path)}" for id_, path in given.items()]
    return Template(held).substitute(
        command=_quoted(command),
        config=_quoted(config) if user else f'"%d/{CONFIG}"',
        shield="" if user else "\n".join((_part("shield.in"), *credentials)),
        # systemd copies what it hands over once, at the start: a reload would read the old copy.
        reload="\nExecReload=kill -HUP $MAINPID" if user else "",
        manager=" --user" if user else "",
        wanted_by="default.target" if user else "multi-user.target",
    )


def _part(name: str) -> str:
    return resources.files("sync.systemd").joinpath(name).read_text("utf-8").rstrip("\n")


def _quoted(word: str) -> str:
    """Return *word* as one word of a command line in a unit (systemd.service(5))."""
    return '"' + _escaped(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def _escaped(text: str) -> str:
    """Return *text* without specifiers (systemd.unit(5))."""
    return text.replace("%", "%%")
