"""Where files stand while something is measured: in memory, if there is such a place."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder of our own in it


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder of our own, gone afterwards; how fast a disk is, is not what is measured."""
    there = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=there) as folder:
        (Path(folder) / "server").mkdir()
        yield Path(folder)
