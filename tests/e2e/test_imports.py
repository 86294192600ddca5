"""What a practice does not use is not imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.desk import Desk, in_days, session
from tests.e2e.google_desk import GoogleDesk

GOOGLE = {"googleapiclient", "google", "google_auth_httplib2", "httplib2", "adapters.google"}
CALDAV = {"caldav", "niquests", "urllib3", "lxml", "adapters.caldav"}
READING = {"icalendar", "recurring_ical_events", "dateutil"}
REST = {
    *("holidays", "rich", "radicale", "prometheus_client", "keyring", "scipy", "numpy"),
    *("smtplib", "adapters.mail"),
}
CODE = """
import json, sys
before = set(sys.modules)
from sync.__main__ import main
try:
    main()
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""
EMPTY = """
import json, sys
before = set(sys.modules)
import click
@click.command()
def empty():
    "Do nothing."
try:
    empty(prog_name="empty")
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""


def imported_by(code: str, *arguments: str) -> set[str]:
    """Return the names of all modules that *code*, a command that ends well, imports."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    ended, names = json.loads(done.stderr.splitlines()[-1])
    assert ended == 0, (done.stdout, done.stderr)
    return set(names)


def used(office: Desk, *words: str) -> set[str]:
    """Return what a command on *office* imports."""
    return imported_by(CODE, *office.command(*words)[1:])


def of(packages: set[str], names: set[str]) -> list[str]:
    """Return the *names* that lie in *packages*."""
    return sorted(
        name for name in names if any(f"{name}.".startswith(f"{each}.") for each in packages)
    )


@pytest.mark.parametrize("command", ["sync", "check"])
def test_the_google_client_is_never_imported(radicale_office: Desk, command: str) -> None:
    """A practice on CalDAV pays for no other adapter, and needs no extra installed."""
    radicale_office.put("tagged", session("tagged", in_days(-1), "CATEGORIES:disrupted"))
    names = used(radicale_office, command)
    assert of(CALDAV, names)
    assert of(GOOGLE | REST, names) == []


@pytest.mark.parametrize("command", ["sync", "check"])
def test_the_caldav_client_is_never_imported(google_office: GoogleDesk, command: str) -> None:
    """Nor does a practice at Google pay for CalDAV, or for reading iCalendar."""
    google_office.put("tagged", session("tagged", in_days(-1), "CATEGORIES:disrupted"))
    names = used(google_office, command)
    assert of(GOOGLE, names)
    assert of(CALDAV | READING | REST, names) == []


@pytest.mark.parametrize("command", ["status", "history", "fees"])
@pytest.mark.parametrize("where", ["radicale_office", "google_office"])
def test_what_is_remembered_needs_no_adapter(
    request: pytest.FixtureRequest, where: str, command: str
) -> None:
    """Looking into the state file meets no calendar server, so it imports no client."""
    office: Desk = request.getfixturevalue(where)
    assert of(GOOGLE | CALDAV | READING | REST | {"adapters"}, used(office, command)) == []


def test_help_needs_click_and_little_else() -> None:
    """`--help` knows the commands by name: of ours only the command line and the errors."""
    names = imported_by(CODE, "--help")
    ours = {"sync", "sync.__main__", "sync.cli", "sync.cli.exits", "sync.errors"}
    assert set(of({"sync", "adapters"}, names)) == ours
    others = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"sync"}
    assert {name for name in others if not name.startswith("_sysconfigdata")} == {"click"}


def test_help_costs_less_than_two_empty_programs() -> None:
    """Counted, not timed: fewer than half as many modules again as click and an empty command."""
    assert len(imported_by(CODE, "--help")) < 1.5 * len(imported_by(EMPTY, "--help"))


def test_the_installed_command_is_what_is_counted() -> None:
    """The command that users start calls the same function as the tests above, and no more."""
    script = Path(sys.executable).with_name("raincheck").read_text("utf-8")
    lines = [line for line in script.splitlines() if "import" in line]
    assert [line for line in lines if line not in {"import re", "import sys"}] == [
        "from sync.__main__ import main"
    ]
