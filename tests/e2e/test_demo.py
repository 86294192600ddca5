"""`raincheck demo` as a newcomer meets it: the real command, a real server, nothing left."""

import os
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from sync.demo.folder import FOLDER_PREFIX

PATIENCE_S = 60


@pytest.fixture
def room(tmp_path):
    """Return a folder for temporary files that nobody else uses."""
    room = tmp_path / "room"
    room.mkdir()
    return room


@contextmanager
def started(room, *options, **environ):
    """Run the command; whatever the test finds, it is ended after the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sync", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(room), "PYTHONIOENCODING": "utf-8", **environ},
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def is_serving(room):
    """Return whether any process still works in *room* (its folder is in the command line)."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True
    ).stdout
    return f"{room}/{FOLDER_PREFIX}" in listed


def read_until(process, words):
    """Return the lines of standard output up to the one that holds *words*."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError("".join(lines) + process.stderr.read())


@pytest.mark.parametrize("options", [(), ("--google",)])
def test_the_demo_shows_both_weeks_and_leaves_nothing(room, options):
    """It exits 0, shows what moved and why, without one escape in a pipe, and cleans up."""
    with started(room, *options, COLUMNS="120") as process:
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert "Before" in out
    assert "After" in out
    assert "What Raincheck did, and why" in out
    for action in ("booked a new session", "proposed a new session", "wrote it down"):
        assert action in out
    assert "80.00 GBP" in out
    assert "(technical failure" in out
    assert "is taken (Dentist)" in out
    assert "\x1b" not in out
    assert all(line == line.rstrip() for line in out.splitlines())
    assert list(room.iterdir()) == []
    assert not is_serving(room)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_a_kept_server_is_gone_after_the_signal(room, number, code):
    """With --keep it serves until Ctrl-C or SIGTERM, then removes all; the printed sync works."""
    with started(room, "--keep", COLUMNS="120") as process:
        text = read_until(process, "removes everything")
        assert is_serving(room)
        (config,) = room.glob(f"{FOLDER_PREFIX}*/config.toml")
        (command,) = [line for line in text.splitlines() if f"sync --config {config}" in line]
        again = subprocess.run(
            shlex.split(command),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert again.returncode == 0, again.stderr
        assert "Nothing to reschedule" in again.stdout
        process.send_signal(number)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert list(room.iterdir()) == []
    assert not is_serving(room)


def test_the_google_demo_is_google_in_every_part(room):
    """A label, a category of Thunderbird's and words in notes and titles were seen there."""
    with started(room, "--google", COLUMNS="120") as process:
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert "stand-in for Google Calendar" in out
    for seen in (
        '"Disrupted · client-cancelled"',
        'the category "disrupted"',
        "#disrupted-internet",
    ):
        assert f"saw  {seen}" in out or f"saw  the category {seen}" in out
    assert out.count("  →  ") == 3


def test_a_kept_google_answers_until_the_signal(room):
    """With --keep the printed sync finds nothing new; Ctrl-C ends it and removes its files."""
    with started(room, "--google", "--keep", COLUMNS="120") as process:
        text = read_until(process, "removes everything")
        (config,) = room.glob(f"{FOLDER_PREFIX}*/config.toml")
        (command,) = [line for line in text.splitlines() if f"sync --config {config}" in line]
        for words in (
            shlex.split(command),
            [*shlex.split(command)[:-3], "check", "--config", config],
        ):
            again = subprocess.run(
                words, capture_output=True, text=True, timeout=PATIENCE_S, check=False
            )
            assert again.returncode == 0, again.stderr
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert list(room.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--google",)])
def test_ctrl_c_in_the_middle_leaves_nothing(room, options):
    """Interrupted while it works, it still takes its server and its files away."""
    with started(room, *options) as process:
        read_until(process, "A sample week")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 128 + signal.SIGINT
    assert list(room.iterdir()) == []
    assert not is_serving(room)


@pytest.mark.parametrize(
    "environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_plain_terminals_get_plain_text(room, environ):
    """Without colour, or with ASCII alone, the page is complete."""
    with started(room, **{"COLUMNS": "80", **environ}) as process:
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert "\x1b" not in out
    assert "Before" in out
    assert "What Raincheck did, and why" in out
