"""Whole commands, each in a process of its own: time, CPU and memory as the system counts them."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.contender import Took
from sync.journal.store import SqliteJournal

BIN = Path(sys.executable).parent
RAINCHECK = str(BIN / "raincheck")
EMPTY_CLICK = "import click\n@click.command()\ndef main(): ...\nmain()"
IDLE_S = 3.0
LAUNCHER = """
import json, os, sys, time
begun = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(pid, 0)
told = {"wall_s": time.perf_counter() - begun, "cpu_s": used.ru_utime + used.ru_stime}
told |= {"peak_mb": used.ru_maxrss / 1024, "code": os.waitstatus_to_exitcode(status)}
print(json.dumps(told))
"""
"""Starts a command from a small process: the system counts its starter's memory as its own."""


class FailedError(Exception):
    """A command ended badly; with what it said on stderr."""


def took(command: Sequence[str], *, answers: str = "") -> Took:
    """Run *command* to its end and return what it took.

    Raises:
        FailedError: it ended with another code than 0.
    """
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launched, input=answers, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    if told.pop("code"):
        raise FailedError(done.stderr)
    return Took(**told, found=0)


def idle_memory(config: Path) -> tuple[float, float]:
    """Return the daemon's resident megabytes after its first pass, and the most it ever had."""
    with subprocess.Popen(
        [RAINCHECK, "run", "--config", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while not _has_looked(config.parent / "state" / "raincheck.db"):
                assert process.poll() is None, process.returncode
                time.sleep(0.1)
            time.sleep(IDLE_S)
            told = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        finally:
            process.terminate()
    held = dict(line.split(":", 1) for line in told.splitlines())
    resident, peak = (int(held[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return resident, peak


def _has_looked(state: Path) -> bool:
    """Return whether a first pass is written down."""
    if not state.exists():
        return False
    with SqliteJournal.in_memory_copy(state) as journal:
        return journal.cursor("sessions") is not None
