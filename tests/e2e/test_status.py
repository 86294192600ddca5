"""`raincheck status` with a configuration that a pass found good, and in every other case."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.desk import Desk, desk, in_days, session
from tests.e2e.terminal import terminal
from tests.e2e.test_imports import CALDAV, CODE, READING, of, used
from tests.servers.processes import Server

COSTLY = CALDAV | READING | {"pydantic", "pydantic_core", "rich", "adapters", "sync.engine"}
MORE = """
[policy]
action = "hold"
[fees]
currency = "GBP"
session = "80.00"
"""


@pytest.fixture
def held(radicale_server: Server, tmp_path: Path) -> Desk:
    """A practice where one session is held, its fee is open, and a pass is done."""
    office = desk(tmp_path, radicale_server, f"sessions-{uuid4().hex[:8]}", more=MORE)
    office.put("tagged", session("tagged", in_days(-1), "CATEGORIES:no-show"))
    office.sync()
    assert noted(office) != []
    return office


def noted(office: Desk) -> list[str]:
    """Return the seals in the state file."""
    with closing(sqlite3.connect(office.state)) as connection:
        return [seal for (seal,) in connection.execute("SELECT seal FROM seals")]


def note(office: Desk, seals: list[str]) -> None:
    """Put *seals* in place of the one that is noted."""
    with closing(sqlite3.connect(office.state)) as connection, connection:
        connection.execute("DELETE FROM seals")
        connection.executemany("INSERT INTO seals VALUES (?)", [(seal,) for seal in seals])


def told(office: Desk) -> Iterator[tuple[int, str, str]]:
    """Yield how each way to ask ends, and what it prints."""
    for words in ((), ("--json",), ("--no-names",)):
        done = office.run("status", *words)
        yield done.returncode, done.stdout, done.stderr


def add(office: Desk, line: str) -> None:
    with office.config.open("a", encoding="utf-8") as config:
        config.write(f"{line}\n")


def test_it_tells_the_same_without_a_check(held: Desk) -> None:
    """With and without the seal, as lines and as JSON, open or not; and what it costs to check."""
    for _ in ("open", "withdrawn"):
        quick = list(told(held))
        assert of(COSTLY, used(held, "status")) == []
        seals = noted(held)
        note(held, [])
        assert of({"pydantic"}, used(held, "status"))
        assert list(told(held)) == quick
        note(held, seals)
        (id_,) = [one["id"] for one in held.history()]
        assert held.run("undo", id_).returncode in {0, 2}
    assert quick[0][1].startswith("Nothing is open.")


def test_what_is_open_is_told_at_a_glance(held: Desk) -> None:
    """The sentence for the practice, the open fee, and the document."""
    lines, document, _ = told(held)
    assert "tag it `book` to confirm it" in lines[1]
    assert "1 fee waits for your word" in lines[1]
    (one,) = json.loads(document[1])["rainchecks"]
    assert (one["status"], one["action"]) == ("settled", "hold")


def test_a_changed_configuration_is_checked(held: Desk) -> None:
    """One byte more, and all that is wrong is told, with its exit code."""
    add(held, "# no more than a remark")
    assert of({"pydantic"}, used(held, "status"))
    assert noted(held) != []
    add(held, "[nonsense]")
    done, checked = held.run("status"), held.run("check", "--offline")
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == checked.stderr
    assert "nonsense: unknown key" in done.stderr
    held.config.unlink()
    assert held.run("status").returncode == 78


def test_what_another_version_found_good_is_checked(held: Desk) -> None:
    """Its seal is another one."""
    script = CODE.replace(
        "import json, sys\n", 'import sync\nsync.VERSION = "0.0.1"\nimport json, sys\n'
    )
    words = held.command("status")[1:]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True
    )
    assert "pydantic" in json.loads(done.stderr.splitlines()[-1])[1]


def test_a_configuration_to_be_warned_of_has_no_seal(held: Desk) -> None:
    """Its warnings are told each time; one that was noted goes when a pass sees what is unwise."""
    (held.folder / "password").chmod(0o644)
    held.sync()
    assert noted(held) == []
    assert "can be read by other users" in held.run("status").stderr
    (held.folder / "password").chmod(0o600)
    held.sync()
    assert len(noted(held)) == 1
    assert held.run("status").stderr == ""


def test_a_dry_run_notes_nothing(held: Desk) -> None:
    """What it read is not remembered, nor is what stands there forgotten; a pass does note it."""
    seals = noted(held)
    add(held, "# a remark")
    held.sync("--dry-run")
    assert noted(held) == seals
    held.sync()
    assert len(noted(held)) == 1
    assert noted(held) != seals


def test_an_unchanged_pass_notes_nothing_anew(held: Desk) -> None:
    """The seal of the pass before is left as it stands."""
    held.sync()
    with closing(sqlite3.connect(held.state)) as connection:
        connection.execute(
            "CREATE TRIGGER watch BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'written'); END"
        )
    held.sync()


def test_titles_are_for_the_eyes(held: Desk) -> None:
    """At a terminal the calendar is asked, unless nobody wants to know."""
    for words, shown in (((), True), (("--no-names",), False)):
        with terminal(held.command("status", *words), environ={}) as screen:
            assert screen.ends() == 0, screen.shown
        assert ("Quillon Wren" in screen.shown) is shown
        assert "tag it `book`" in " ".join(screen.shown.split())
