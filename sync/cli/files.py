"""Files that a command is asked to write: for their owner's eyes, and whole or not at all."""

from contextlib import suppress
from pathlib import Path

import click

STDOUT = "-"
"""What stands for standard output in place of a file."""


def write_private(text: str, target: str, *, before: str = "") -> None:
    """Write *text* into the file *target*, which only its owner may read; `-` prints it.

    An older file is replaced in one step. *before* goes into a file ahead of the text, and is not
    printed. What cannot be encoded becomes a question mark.

    Raises:
        ClickException: it cannot be written; the older file is as it was.
    """
    if target == STDOUT:
        click.echo(text.encode(errors="replace"), nl=False)
        return
    path = Path(target)
    part = path.parent / f".{path.name}.part"
    try:
        # One that an earlier run left, or somebody put there, may be open to others.
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        part.write_bytes(f"{before}{text}".encode(errors="replace"))
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
