"""A person at a terminal: reads what is asked, and types answers. A real pseudo-terminal."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PATIENCE_S = 60.0
AGAIN_S = 5.0
WITH_A_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes stdin the terminal of the command, so that Ctrl-C and unseen typing work."""


@dataclass
class Terminal:
    """A command at a terminal; ``shown`` is all that was on it so far."""

    process: "subprocess.Popen[bytes]"
    screen: int
    shown: str = ""
    _read_to: int = field(default=0, repr=False)

    def reads(self, words: str) -> str:
        """Wait until *words* are shown, after what was read before; return all up to them."""
        deadline = time.monotonic() + PATIENCE_S
        while (at := self.shown.find(words, self._read_to)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"{words!r} is not among {self.shown[self._read_to :]!r}"
            assert self._more(left), f"it ended, without {words!r}: {self.shown!r}"
        text = self.shown[self._read_to : at + len(words)]
        self._read_to = at + len(words)
        return text

    def types(self, text: str) -> None:
        """Type a line."""
        os.write(self.screen, f"{text}\n".encode())

    def stops(self) -> int:
        """Press Ctrl-C until the command ends; return its exit code."""
        return self._urged(lambda: os.write(self.screen, b"\x03"))

    def is_ended(self, number: int) -> int:
        """Send the signal *number* until the command ends; return its exit code."""
        return self._urged(lambda: self.process.send_signal(number))

    def _urged(self, urge: Callable[[], object]) -> int:
        """Urge the command, again if need be, until it ends; return its exit code.

        CPython waits on if the signal comes in the instant before readline begins to wait.
        """
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            urge()
            pause = time.monotonic() + AGAIN_S
            while self._more(pause - time.monotonic()):
                continue
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(pause - time.monotonic(), 0.1))
        return self.process.wait(1)

    def answers(self, *pairs: tuple[str, str]) -> None:
        """Read each question and type its answer."""
        for question, answer in pairs:
            self.reads(question)
            self.types(answer)

    def ends(self) -> int:
        """Read on until the command ends; return its exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self._more(deadline - time.monotonic()):
            continue
        return self.process.wait(PATIENCE_S)

    def _more(self, left: float) -> bool:
        """Take in what is shown next; return whether there may be more."""
        ready, _, _ = select.select([self.screen], [], [], max(left, 0))
        if not ready:
            return False
        try:
            piece = os.read(self.screen, 65_536)
        except OSError:  # Linux says so when nobody holds the other end any more
            return False
        self.shown += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)


@contextmanager
def terminal(
    command: list[str], *, environ: Mapping[str, str], stdout: int | None = None
) -> Iterator[Terminal]:
    """Run *command* at a terminal of 80 columns; *stdout* may go elsewhere."""
    screen, inner = pty.openpty()
    words = [sys.executable, "-c", WITH_A_TERMINAL, *command]
    settings = {**os.environ, "TERM": "dumb", "COLUMNS": "80", **environ}
    with subprocess.Popen(
        words,
        stdin=inner,
        stdout=inner if stdout is None else stdout,
        stderr=inner,
        start_new_session=True,
        env=settings,
    ) as process:
        os.close(inner)
        try:
            yield Terminal(process, screen)
        finally:
            if process.poll() is None:
                process.kill()
            os.close(screen)
