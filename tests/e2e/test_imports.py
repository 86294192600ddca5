"""What a practice does not use is not imported."""

import subprocess

import pytest

from tests.e2e.desk import Desk

GOOGLE = ("googleapiclient", "google.auth", "google.oauth2", "httplib2", "adapters.google")
CODE = f"""
import sys
from sync.__main__ import main
try:
    main()
except SystemExit as end:
    print(end.code)
print([name for name in {GOOGLE!r} if name in sys.modules])
"""


@pytest.mark.parametrize("command", ["sync", "check"])
def test_the_google_client_is_never_imported(radicale_office: Desk, command: str) -> None:
    """A practice on CalDAV pays for no other adapter, and needs no extra installed."""
    program, *arguments = radicale_office.command(command)
    done = subprocess.run(
        [str(program).replace("raincheck", "python"), "-c", CODE, *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.endswith("0\n[]\n"), (done.stdout, done.stderr)
