"""The man page and the shell's completion: made from the commands, and fit for their readers."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sync.cli import COMMANDS, manual
from tests.e2e.desk import COMMAND

PAGE = Path(__file__).parents[3] / "docs" / "raincheck.1"
GROFF = [path] if (path := shutil.which("groff")) else []
"""Where groff is not installed there is nobody to ask."""


def test_the_page_is_what_the_commands_say():
    """`python -m sync.cli.manual docs/raincheck.1` was run after the last change."""
    assert PAGE.read_text(encoding="utf-8") == manual.page()


def test_every_command_and_exit_code_is_in_it():
    """Nothing that a user can type or see at the end is left out."""
    text = PAGE.read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"\n.SS raincheck {name}" in text
    for code in ("0", "1", "2", "70", "75", "77", "78"):
        assert f"\n.B {code}\n" in text


@pytest.mark.parametrize("groff", GROFF)
def test_groff_has_nothing_to_say(groff):
    """It is set without a warning."""
    done = subprocess.run(
        [groff, "-man", "-Tutf8", "-ww", str(PAGE)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell):
    """The script asks raincheck itself, so it knows every command there is."""
    done = subprocess.run(
        [COMMAND, "completion", shell], capture_output=True, text=True, check=True
    )
    assert f"_RAINCHECK_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("raincheck sy", {"sync"}), ("raincheck sync --all", {"--allow-many"})],
)
def test_commands_and_options_are_completed(typed, offered):
    """As a shell asks for them."""
    words = typed.split()
    asked = {
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
        "_RAINCHECK_COMPLETE": "bash_complete",
    }
    done = subprocess.run(
        [COMMAND], capture_output=True, text=True, check=False, env={**os.environ, **asked}
    )
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == offered
