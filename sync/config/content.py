"""What stands in the file of a configuration, and the seal by which it is known again."""

import sys
from importlib.util import source_hash
from pathlib import Path

from sync import VERSION
from sync.errors import ConfigError, Problem

FILE_BYTES_MAX = 1_000_000


def content_of(path: Path) -> bytes:
    """Return what stands in the file *path*.

    Raises:
        ConfigError: it cannot be read, or is far too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "unreadable"
        message = f"cannot read the configuration: {reason}"
        raise ConfigError(str(path), (Problem("", message),)) from None
    if len(content) > FILE_BYTES_MAX:
        raise ConfigError(str(path), (Problem("", "far too large for a configuration"),))
    return content


def seal_of(content: bytes) -> str:
    """Return the seal of *content*: a digest, of these very bytes and of who has read them.

    Another version may check more, and another Python may read TOML differently. It is the digest
    by which Python knows whether a source is the one it has compiled (PEP 552): this is the same
    question, and to load a library for a longer one takes a tenth of an empty program.
    """
    return source_hash(f"{VERSION} {sys.hexversion:x}\n".encode() + content).hex()
