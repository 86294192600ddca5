"""Unit templates for systemd, and what fills them in."""

from collections.abc import Sequence
from importlib import resources
from string import Template

DAEMON = "raincheck.service"
TIMER = "raincheck-sync.timer"
ONE_OFF = "raincheck-sync.service"


def unit(name: str, *, command: str, config: str, user: bool, secrets: Sequence[str] = ()) -> str:
    """Return the text of the unit *name*.

    Args:
        name: One of the templates.
        command: The program, as an absolute path.
        config: The configuration, as an absolute path.
        user: For the user's own manager, which reads the files itself. The system's service runs as
            nobody in particular: systemd hands it the configuration and the secrets.
        secrets: Absolute paths of the files that the configuration names.
    """
    held = resources.files("sync.systemd").joinpath(f"{name}.in").read_text("utf-8")
    given = [] if user else [config, *secrets]
    credentials = [f"LoadCredential={_escaped(path.rpartition('/')[2])}:{_escaped(path)}"
                   for path in given]  # fmt: skip
    return Template(held).substitute(
        command=_quoted(command),
        config=_quoted(config) if user else f'"%d/{_escaped(config.rpartition("/")[2])}"',
        shield="" if user else "\n".join((_part("shield.in"), *credentials)),
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
