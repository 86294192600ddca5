"""Unit templates for systemd, and what fills them in."""

from importlib import resources
from string import Template

DAEMON = "raincheck.service"
TIMER = "raincheck-sync.timer"
ONE_OFF = "raincheck-sync.service"


def unit(name: str, *, command: str, config: str, user: bool) -> str:
    """Return the text of the unit *name*.

    Args:
        name: One of the templates.
        command: The program, as an absolute path.
        config: The configuration, as an absolute path.
        user: For the user's own manager, which has fewer means of protection.
    """
    held = resources.files("sync.systemd").joinpath(f"{name}.in").read_text("utf-8")
    shield = "" if user else _part("shield.in")
    wanted_by = "default.target" if user else "multi-user.target"
    return Template(held).substitute(
        command=_quoted(command), config=_quoted(config), shield=shield, wanted_by=wanted_by
    )


def _part(name: str) -> str:
    return resources.files("sync.systemd").joinpath(name).read_text("utf-8").rstrip("\n")


def _quoted(word: str) -> str:
    """Return *word* as one word of a command line in a unit (systemd.service(5))."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
