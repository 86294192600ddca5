"""Raincheck itself: whole passes through the wiring, the journal on disk included."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.place import Place
from bench.raw import replacement_of
from sync.config.load import load
from sync.domain.sessions import Marks, SessionKey, Status, Timed
from sync.domain.writes import Amendment, Draft
from sync.wiring.passes import Practice, opened

CONFIG = """\
[practice]
timezone = "Europe/London"
emails = ["practice@example.org"]
[[accounts]]
name = "home"
type = "caldav"
url = "{root}"
username = "{username}"
password_file = "password"
{calendars}
[hours]
mon = ["08:00-18:00"]
[state]
path = "state/raincheck.db"
"""
CALENDAR = '[[calendars]]\naccount = "home"\ncalendar = "{name}"\n'


def configured(folder: Path, place: Place, names: list[str] | None = None) -> Path:
    """Write a configuration for the calendars *names*, or the one of *place*; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "state").mkdir(exist_ok=True)
    (folder / "password").write_text(f"{place.password}\n", encoding="utf-8")
    (folder / "password").chmod(0o600)
    calendars = "".join(CALENDAR.format(name=name) for name in names or [place.calendar])
    text = CONFIG.format(root=place.root, username=place.username, calendars=calendars)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return folder / "config.toml"


class Ours:
    """See `bench.contender.Work`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open = ExitStack()
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
        self._practice: Practice | None = None

    def remember(self) -> int:
        return self.first_look(1) + self.poll([])

    def first_look(self, pieces: int) -> int:  # noqa: ARG002 - it finds out by itself
        self._opened()
        return self.poll([])

    def _opened(self) -> Practice:
        """Begin anew, knowing nothing."""
        self._open.pop_all().close()
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
        config = load(configured(self._folder, self._place), os.environ)
        self._practice = self._open.enter_context(opened(config, environ=os.environ))
        return self._practice

    def poll(self, names: list[str]) -> int:
        assert self._practice is not None
        report = self._practice.run_pass()
        assert not report.rainchecks, "the calendar holds a signal"
        (one,) = report.calendars
        assert one.reach.value == "ok", one
        assert one.changed >= len(names), (one, len(names))
        return one.changed

    def write(self, batch: str, names: list[str]) -> int:
        (calendar,) = (self._practice or self._opened()).calendars
        place = f"/{self._place.username}/{self._place.calendar}/"
        for number, name in enumerate(names):
            resource = f"{place}{name}"
            key = SessionKey(name.removesuffix(".ics"))
            original = calendar.read(key, resource)
            assert original is not None
            assert isinstance(original.when, Timed)
            marks = Marks(f"k{number:07}", attempt=1)
            draft = Draft(
                key=SessionKey(replacement_of(batch, number)),
                original=original,
                when=original.when.moved_to(original.when.start.replace(hour=18)),
                status=Status.TENTATIVE,
                title=original.title,
                notes="Raincheck: replaces the session of Mon 23 Nov 2026 10:00.",
                categories=("raincheck",),
                marks=marks,
                invite=False,
            )
            calendar.create(draft)
            moved = Marks(marks.id, state="settled", replacement=draft.key.uid)
            note = "Raincheck: moved to Tue 1 Dec 2026 10:00."
            amendment = Amendment(marks=moved, note=note, status=Status.CANCELLED)
            calendar.amend(key, resource, amendment, expected=original.revision)
        return len(names)
