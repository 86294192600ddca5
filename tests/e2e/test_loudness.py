"""How much a command says: a bar for the eyes, nothing at all, or more of it."""

import json
import os
import pty
import re
import select
import subprocess

import pytest

from tests.e2e.desk import COMMAND, Desk, in_days, session

NAME = "Quillon Wren"


def on_a_terminal(command: list[str], **environ: str) -> tuple[int, str]:
    """Run *command* with a terminal for stderr; return its code and all that came there."""
    mine, theirs = pty.openpty()
    told = b""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **environ},
    ) as process:
        os.close(theirs)
        while select.select([mine], [], [], 60)[0]:
            try:
                piece = os.read(mine, 65_536)
            except OSError:  # the other end was closed
                break
            if not piece:
                break
            told += piece
        code = process.wait(60)
    os.close(mine)
    return code, told.decode("utf-8", errors="replace")


def plain(told: str) -> str:
    """Return *told* without what steers a terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told)


@pytest.fixture
def office(radicale_office: Desk) -> Desk:
    """A practice with one disrupted session."""
    radicale_office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    return radicale_office


def test_a_terminal_shows_how_far_it_has_come(office: Desk) -> None:
    """The phases and the calendar, no client; in the end the bar is gone, the cursor back."""
    code, told = on_a_terminal(office.command("sync"))
    assert code == 0
    shown = plain(told)
    phases = (
        f"looking at {office.title} (1 of 1)",
        "placing 1 session",
        "writing new sessions (1 of 1)",
        "marking the originals (1 of 1)",
    )
    assert sorted(map(shown.find, phases)) == list(map(shown.find, phases)), shown
    assert shown.find(phases[0]) >= 0, shown
    assert NAME not in shown
    assert told.rfind("\x1b[?25h") > told.rfind("\x1b[?25l")
    assert told.rstrip().endswith("\x1b[2K")
    assert len(office.replacements()) == 1


def test_no_colour_is_honoured(office: Desk) -> None:
    """NO_COLOR: the bar moves, and nothing of it is coloured."""
    _, told = on_a_terminal(office.command("sync"), NO_COLOR="1")
    assert "looking at" in told
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", told)


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_a_terminal_shows_nothing_to_who_wants_none(office: Desk, option: str) -> None:
    """Quiet is quiet, and whoever asks for JSON is a program."""
    code, told = on_a_terminal(office.command("sync", option))
    assert (code, told) == (0, "")


def test_without_a_terminal_nothing_is_drawn_and_nothing_imported(office: Desk) -> None:
    """A sync in a timer or a pipe, and --help anywhere, pay nothing for the bar."""
    code = (
        "import sys\nfrom sync.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print('rich' in sys.modules)"
    )
    python = COMMAND.replace("raincheck", "python")
    for arguments in (office.command("sync")[1:], ["--help"], ["sync", "--help"]):
        done = subprocess.run(
            [python, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        assert done.stdout.endswith("False\n")
        assert done.stderr == ""


def test_quiet_says_nothing_when_all_is_well(office: Desk) -> None:
    """Nothing on stdout nor stderr; the work is done all the same; also for the other commands."""
    for command in (("sync", "-q"), ("sync", "--quiet"), ("check", "-q")):
        done = office.run(*command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (made,) = office.history()
    done = office.run("undo", "-q", made["id"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert office.history()[0]["status"] == "withdrawn"


def test_quiet_says_what_needs_a_person(office: Desk) -> None:
    """A session without a slot, a warning, a server that is down: those are told."""
    office.rewrite(r'= \["07:00-21:00"\]', '= ["07:00-07:15"]')
    office.put(
        "theirs",
        session(
            "two@example.org", in_days(3), "CATEGORIES:disrupted", "ORGANIZER:mailto:x@example.com"
        ),
    )
    done = office.run("sync", "-q")
    assert done.returncode == 1
    assert "no new time yet" in done.stdout
    assert "Looked at" not in done.stdout
    assert "untrusted-organizer" in done.stderr
    office.go_down()
    for command in ("sync", "check"):
        done = office.run(command, "-q")
        assert done.returncode == 75
        assert done.stderr
        assert "in order" not in done.stdout


def test_verbose_tells_what_it_cost_and_who_decided(office: Desk) -> None:
    """The rule with the story; scans, requests and times beside it; no name where nobody looks."""
    done = office.run("sync", "-v")
    assert done.returncode == 0
    assert "    rule  policy says propose" in done.stdout
    assert "    why   " in done.stdout
    asked = rf"{office.title} \(home\): full scan, 1 changed, \d+ requests"
    assert re.search(asked, done.stderr)
    assert re.search(r"pass p\w+: \d+\.\d\d s \(looking \d+\.\d\d s, placing .*\)", done.stderr)
    assert NAME not in done.stdout + done.stderr
    again = office.run("sync", "--verbose")
    assert "unchanged scan, 0 changed, 1 request\n" in again.stderr
    checked = office.run("check", "-v")
    assert office.calendar.rstrip("/") in checked.stderr


def test_json_is_the_same_however_loud(office: Desk) -> None:
    """One document on stdout, with the same keys; verbose is beside it."""
    plain_one = json.loads(office.run("sync", "--json", "--dry-run").stdout)
    for option in ("-q", "-v"):
        done = office.run("sync", "--json", "--dry-run", option)
        told = json.loads(done.stdout)
        assert told.keys() == plain_one.keys()
        assert told["rainchecks"] == plain_one["rainchecks"]
        assert bool(done.stderr) is (option == "-v")


def test_both_at_once_is_wrong_use(office: Desk) -> None:
    """Quiet and verbose together make no sense."""
    done = office.run("sync", "-q", "-v")
    assert done.returncode == 2
    assert "choose one" in done.stderr
