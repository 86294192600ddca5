"""The demo as it appears: what is said while it happens, both weeks, and how to go on."""

import io
import shlex
import shutil
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.demo.google.host import GoogleHost
from sync.demo.server import USERNAME, DemoServer
from sync.demo.stage import Performance, performed
from sync.demo.view import PLAIN_GLYPHS, WIDTH_MAX, Glyphs, week_view
from sync.demo.week import PRIVATE, SESSIONS

_MARGIN = (0, 2)
_CALDAV = "a real calendar server that runs only for this"
_GOOGLE = (
    "a stand-in for Google Calendar that runs only for this and answers Google's own client "
    "library as Google does"
)


@dataclass(frozen=True, slots=True)
class Show:
    """One demo; with ``keep`` the server stays until Ctrl-C; with ``google`` it is Google's."""

    keep: bool
    google: bool = False

    def run(self, *, now: datetime, environ: Mapping[str, str]) -> None:
        """Start a server, perform, print, and leave nothing behind.

        Raises:
            DemoError: the server cannot be started or filled.
            KeyboardInterrupt: before there was anything to keep.
        """
        page = _Page(_console())
        with GoogleHost() if self.google else DemoServer() as server:
            page.show(_opening(_GOOGLE if self.google else _CALDAV))
            shown = performed(server, now=now, environ=environ)
            page.show(weeks(shown, page.console, page.width))
            if not self.keep:
                page.show(_goodbye(environ))
                return
            page.show(_invitation(server) if isinstance(server, DemoServer) else _waiting())
            page.show_whole(f"{_program()} sync --config {shlex.quote(str(shown.config))}")
            page.show(_ending())
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
        page.show(_paragraph(Text("\nThe server is stopped and its files are gone.")))


@dataclass(frozen=True, slots=True)
class _Page:
    console: Console

    @property
    def width(self) -> int:
        """Return how wide everything is set: lines that are too long are hard to read."""
        return min(self.console.width, WIDTH_MAX)

    def show(self, what: RenderableType) -> None:
        """Print it now; into a file or pipe without the blanks that fill up a terminal's lines."""
        if self.console.is_terminal:
            self.console.print(what, width=self.width)
            return
        with self.console.capture() as caught:
            self.console.print(what, width=self.width)
        for line in caught.get().splitlines():
            self.console.file.write(line.rstrip() + "\n")
        self.console.file.flush()

    def show_whole(self, command: str) -> None:
        """Print one line that is there to be copied: it is not broken, however long it is."""
        self.console.print(Text(f"  {command}", "bold"), soft_wrap=True)


def _console() -> Console:
    """Return standard output; what its encoding cannot hold appears as a question mark."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False)


def weeks(shown: Performance, console: Console, width: int) -> RenderableType:
    """Return both weeks and the story between them, with signs that *console* can show."""
    return week_view(
        shown.before,
        shown.after,
        shown.report,
        zone=shown.zone,
        width=width,
        today=shown.today,
        private={PRIVATE},
        glyphs=Glyphs() if console.encoding.lower().startswith("utf") else PLAIN_GLYPHS,
    )


def _opening(server: str) -> RenderableType:
    return _paragraph(
        Text("\nA sample week, and one sync\n", "bold"),
        Text(
            f"An invented practice, on {server}. Four "
            "sessions went wrong and were marked in the calendar, as you would do it in your "
            "own app. "
            "Then Raincheck synced once.\n"
        ),
    )


def _goodbye(environ: Mapping[str, str]) -> RenderableType:
    return _paragraph(
        Text.assemble(
            "The server is stopped and its files are gone. To tag a session yourself, in your own "
            "calendar app: ",
            (_again(environ), "bold"),
            "\n",
        )
    )


def _invitation(server: DemoServer) -> RenderableType:
    login = Table.grid(padding=(0, 2))
    login.add_column(style="dim", no_wrap=True)
    login.add_column(style="bold", overflow="fold")
    login.add_row("address", server.url)
    login.add_row("user name", USERNAME)
    login.add_row("password", server.password)
    apps = Table.grid(padding=(0, 2))
    apps.add_column(style="dim", no_wrap=True)
    apps.add_column()
    apps.add_row("Thunderbird", "New Calendar, On the Network; user name and address as above")
    apps.add_row("Apple Calendar", "Add Account, Other CalDAV Account, Manual")
    apps.add_row("GNOME, KDE", "add a CalDAV account with this address")
    return _paragraph(
        Text("Now you: the server is still running\n", "bold"),
        login,
        Text(
            "\nIt can be reached from this computer only. Connect a calendar app, and add the "
            f"calendars {SESSIONS} and {PRIVATE}:\n"
        ),
        apps,
        Text(
            '\nGive any session the category "disrupted", or write #disrupted-internet into its '
            "notes. Then, in another terminal:\n"
        ),
    )


def _waiting() -> RenderableType:
    return _paragraph(
        Text("Now you: the stand-in is still running\n", "bold"),
        Text(
            "It has no pages of its own, and no app can be connected to it; any command can. In "
            "another terminal:\n"
        ),
    )


def _ending() -> RenderableType:
    return _paragraph(
        Text.assemble("\n", ("Ctrl-C", "bold"), " here stops the server and removes everything."),
    )


def _paragraph(*parts: RenderableType) -> Padding:
    return Padding(Group(*parts), _MARGIN)


def _program() -> str:
    """Return how to call the program from anywhere: by name alone only where the path has it."""
    called = Path(sys.argv[0]).absolute()
    if shutil.which("raincheck") is not None:
        return "raincheck"
    if called.name != "raincheck":
        return f"{shlex.quote(sys.executable)} -m sync"
    return shlex.quote(str(called))


def _again(environ: Mapping[str, str]) -> str:
    """Return how to see the demo again, with its server left running."""
    return "make demo ARGS=--keep" if "MAKELEVEL" in environ else f"{_program()} demo --keep"
