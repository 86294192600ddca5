"""A keyring for the tests: a package of that name which works, and keeps all in one file."""

from pathlib import Path

RING = """
import json, os, pathlib
FILE = pathlib.Path(os.environ["RING"])
def _held(): return json.loads(FILE.read_text()) if FILE.exists() else {}
def get_password(service, username): return _held().get(f"{service}/{username}")
def set_password(service, username, password):
    from keyring.errors import KeyringError
    if "LOCKED" in os.environ: raise KeyringError("locked")
    FILE.write_text(json.dumps(_held() | {f"{service}/{username}": password}))
"""


def ring_in(folder: Path) -> Path:
    """Write the package into *folder*, which is then to be searched; ``$RING`` names its file."""
    package = folder / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(RING, encoding="utf-8")
    errors = "class KeyringError(Exception):\n    pass\n"
    (package / "errors.py").write_text(errors, encoding="utf-8")
    return folder
