"""Lines of shell as the pages have them, and a room in which they can be run."""

import csv
import io
import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.docs.pages import ROOT, Block
from tests.e2e.desk import Desk, desk, in_days, session
from tests.servers.processes import Server

PARSED_ONLY = {
    "raincheck auth google": "a person has to consent; tests/e2e/test_auth.py does as they would",
    "raincheck init": "asks a person; tests/e2e/test_init.py answers at a terminal",
    "raincheck doctor": "waits for a person; tests/e2e/test_doctor.py tags as they would",
    "raincheck labels": "needs an account at Google; tests/e2e/test_google_accounts.py has one",
    "sudo python3 -m venv": "makes /opt/raincheck; tests/e2e/test_packaging.py makes one elsewhere",
    "sudo /opt/raincheck/bin/pip": "the same",
    "sudo ln": "writes into /usr/local",
    "sudo raincheck service install": "writes into /etc; for a user's own it is run",
    "sudo raincheck status": "the state belongs to root; tests/unit/config/test_places.py finds it",
    "docker run": "needs an image",
}
"""Lines that are read by the command line but not run, and why."""

ELSEWHERE = {
    "pipx": "tests/e2e/test_packaging.py installs with it",
    "sqlite3": "SQLite's own command; test_privacy.py copies the file by the same call",
    "systemctl": "systemd's, told what tests/e2e/test_service.py looks at",
    "journalctl": "systemd's",
    "loginctl": "systemd's",
}
"""Programs of others, for which a stand-in does nothing, and who really calls them."""

OF_MAKE = re.compile(r"^\.PHONY: (.+)$", re.MULTILINE)
ID = "k3v9q2ab7x"
"""The id in the pages' examples; in a room it becomes one that is there."""

STOP_AFTER_S = 30.0
STAND_IN = "#!/bin/sh\nexit 0\n"


def lines_of(block: Block) -> list[str]:
    """Return the commands in *block*: a line each, continued ones as one."""
    joined = block.text.replace("\\\n", " ")
    lines = (line.strip() for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def raincheck_words(line: str) -> list[str] | None:
    """Return the words after ``raincheck`` in *line*, without redirections; None if it has none."""
    words = shlex.split(line, comments=True)
    if "raincheck" not in words or words[0] in ELSEWHERE:
        return None
    words = words[words.index("raincheck") + 1 :]
    return words[: words.index(">")] if ">" in words else words


def is_run(line: str) -> bool:
    """Return whether *line* is run; a program that nobody knows fails."""
    if any(line.startswith(start) for start in PARSED_ONLY):
        return False
    program, *words = shlex.split(line, comments=True)
    if program == "make":
        targets = " ".join(OF_MAKE.findall((ROOT / "Makefile").read_text("utf-8"))).split()
        assert words[0] in targets, line
        return False
    assert program == "raincheck" or program in ELSEWHERE, line
    return True


@dataclass(frozen=True)
class Room:
    """A home folder with a configuration, the programs that a page may call, and a past pass."""

    office: Desk
    raincheck_id: str
    fee_id: str

    @property
    def environ(self) -> dict[str, str]:
        home = self.office.folder
        return {
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "HOME": str(home),
            "RAINCHECK_CONFIG": str(self.office.config),
        }

    def run(self, line: str) -> None:
        """Run *line* in a shell; it must end well. The daemon is ended as systemd would."""
        line = line.replace(ID, self.fee_id if " fees " in line else self.raincheck_id)
        process = subprocess.Popen(
            ["bash", "-c", f"exec {line}"], cwd=self.office.folder, env=self.environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        begun = self._let_begin(process) if line.startswith("raincheck run") else ""
        out, err = process.communicate(timeout=STOP_AFTER_S)
        assert process.returncode == 0, (line, process.returncode, out, begun, err)

    def _let_begin(self, process: "subprocess.Popen[str]") -> str:
        """Wait until the daemon has something to say, and ask it to end."""
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        return said


def furnished(server: Server, folder: Path) -> Room:
    """Return a room whose practice has rescheduled one session, with a fee to decide on."""
    office = desk(
        folder, server, f"sessions-{uuid4().hex[:8]}",
        more='[fees]\ncurrency = "GBP"\nsession = "80.00"\n',
    )  # fmt: skip
    (folder / "second.toml").write_text(office.config.read_text("utf-8"), "utf-8")
    (folder / ".config" / "systemd" / "user").mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "raincheck").symlink_to(Path(sys.executable).with_name("raincheck"))
    for name in ELSEWHERE:
        (folder / "bin" / name).write_text(STAND_IN, "utf-8")
        (folder / "bin" / name).chmod(0o755)
    office.put("missed", session("missed", in_days(-1), "CATEGORIES:disrupted,no-show"))
    (record,) = office.sync()["rainchecks"]
    table = office.run("fees", "--csv", "-").stdout
    (fee,) = csv.DictReader(io.StringIO(table))
    return Room(office, record["id"], fee["raincheck"])
