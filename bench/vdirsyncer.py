"""Vdirsyncer, a command that keeps a folder and a calendar alike; for the window of a first look.

Where both sides have changed it takes the folder's, so that nothing waits for an answer.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.commands import FailedError, took
from bench.contender import Took
from bench.measure import CannotError
from bench.place import Place
from bench.raw import LOOKBACK, replaced

COMMAND = Path(sys.executable).with_name("vdirsyncer")
CONFIG = """\
[general]
status_path = "{folder}/status/"
[pair bench]
a = "local"
b = "server"
collections = ["{calendar}"]
conflict_resolution = "a wins"
[storage local]
type = "filesystem"
path = "{folder}/files/"
fileext = ".ics"
[storage server]
type = "caldav"
url = "{root}"
username = "{username}"
password = "{password}"
item_types = ["VEVENT"]
start_date = "datetime.now() - timedelta(days={days})"
end_date = "datetime.now() + timedelta(days=2000)"
"""
REFUSED = "400, message='Bad Request'"


class Vdirsyncer:
    """One calendar and its copy in *folder*."""

    def __init__(self, folder: Path, place: Place) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.format(
            folder=folder,
            calendar=place.calendar,
            root=place.root,
            username=place.username,
            password=place.password,
            days=LOOKBACK.days,
        )
        (folder / "config").write_text(text, encoding="utf-8")
        self._command = [str(COMMAND), "--verbosity", "ERROR", "--config", str(folder / "config")]
        self._folder = folder
        self._files = folder / "files" / place.calendar

    def begin(self) -> None:
        """Forget everything, and find the calendar anew."""
        for name in ("status", "files"):
            shutil.rmtree(self._folder / name, ignore_errors=True)
        self._run("discover", "y\n" * 4)

    def sync(self, changed: Sequence[str] = (), line: str = "") -> Took:
        """Return what a sync took; afterwards each of *changed* has *line* in the folder.

        Raises:
            CannotError: the server refuses what it asks.
        """
        done = self._run("sync")
        for name in changed:
            assert line in (self._files / name).read_text(encoding="utf-8"), (name, line)
        return done

    def fill(self, batch: str, names: Sequence[str]) -> None:
        """Write replacements and marks into the folder, after taking in what others wrote."""
        self.sync()
        for number, name in enumerate(names):
            text = (self._files / name).read_text(encoding="utf-8")
            new, replacement, marked = replaced(text, name, batch, number)
            (self._files / new).write_text(replacement, encoding="utf-8")
            (self._files / name).write_text(marked, encoding="utf-8")

    def _run(self, verb: str, answers: str = "") -> Took:
        try:
            return took([*self._command, verb], answers=answers)
        except FailedError as error:
            if REFUSED not in str(error):
                raise
            raise CannotError("the server answers 400") from error
