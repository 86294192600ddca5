"""What the command ends with, and what it says, when things are not well."""

import json
import os
import subprocess
from pathlib import Path

from tests.e2e.desk import Desk, in_days, session


def test_a_wrong_file_is_told_whole_and_nothing_starts(office: Desk) -> None:
    """Every problem at once, with line, key and what was expected; exit 78; stdout stays empty."""
    text = office.config.read_text(encoding="utf-8")
    wrong = text.replace("timezone", "timezoen").replace("type =", "tpye =")
    office.config.write_text(f"{wrong}\n[policy]\nnotice = 24\n", encoding="utf-8")
    done = office.run("sync", "--json")
    assert done.returncode == 78
    assert done.stdout == ""
    for expected in (
        "practice.timezoen",
        'did you mean "timezone"',
        "accounts[0]",
        "policy.notice",
    ):
        assert expected in done.stderr
    assert not office.state.parent.exists()
    assert office.run("check", "--offline").returncode == 78


def test_a_missing_file_names_where_was_looked(tmp_path: Path) -> None:
    """No configuration: exit 78, and what to do."""
    office = Desk(tmp_path / "nowhere", None, "")  # type: ignore[arg-type]
    done = office.run("sync")
    assert done.returncode == 78
    assert "config.toml" in done.stderr


def test_wrong_use_is_exit_2(office: Desk) -> None:
    """An unknown option and an unknown command are wrong use."""
    assert office.run("sync", "--jsno").returncode == 2
    assert office.run("snyc").returncode == 2


def test_a_refused_login_is_exit_77(locked_office: Desk) -> None:
    """A refused login is for a person; a wrong password is nowhere in what is said."""
    office = locked_office
    office.refuse_login()
    for command in ("sync", "check"):
        done = office.run(command)
        assert done.returncode == 77, done.stderr
        assert "canary" not in done.stdout + done.stderr
    report = json.loads(office.run("sync", "--json").stdout)
    assert [look["status"] for look in report["calendars"]] == ["denied"]
    assert [look["scan"] for look in report["calendars"]] == [None]


def test_a_server_that_is_down_is_exit_75(office: Desk) -> None:
    """Nobody listens: try again later, nothing lost."""
    office.go_down()
    done = office.run("sync", "--json")
    assert done.returncode == 75, done.stderr
    assert json.loads(done.stdout)["calendars"][0]["status"] == "unreachable"
    assert office.run("check").returncode == 75


def test_a_calendar_that_is_not_there_is_exit_1(office: Desk) -> None:
    """A configured calendar that the account does not have needs a person."""
    with office.config.open("a", encoding="utf-8") as config:
        config.write(f'\n[[calendars]]\naccount = "{office.account}"\ncalendar = "Not there"\n')
    office.put("one", session("one@example.org", in_days(2)))
    report = office.sync(expect=1)
    assert [look["status"] for look in report["calendars"]] == ["ok", "missing"]
    assert office.run("check").returncode == 1


def test_check_says_what_would_be_watched_and_who_is_told(office: Desk) -> None:
    """All is well: exit 0, the calendar by name, and whether the server invites guests."""
    done = office.run("check")
    assert done.returncode == 0, done.stderr
    assert office.title in done.stdout
    invites = "the server invites guests" in done.stdout
    assert invites is office.invites
    assert invites or "nobody will be told" in done.stdout


def test_check_offline_contacts_nobody(office: Desk) -> None:
    """`check --offline` validates a file whose server is down."""
    office.go_down()
    assert office.run("check", "--offline").returncode == 0


def test_output_that_cannot_be_written_does_not_change_how_the_pass_went(office: Desk) -> None:
    """A full disk and a reader that left: the pass was done, and says so by its exit."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            office.command("sync"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "could not be written" in done.stderr
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        office.command("sync"), stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
