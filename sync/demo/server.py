"""A CalDAV server for a few minutes: Radicale in a temporary folder, on a free loopback port.

The folder is readable for its owner only. The server is a process group of its own, so that
Ctrl-C in the terminal reaches us alone and we end it when we are ready.
"""

import base64
import contextlib
import http.client
import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

from sync.demo.folder import DemoError, made_folder, remove, undisturbed, write_secret
from sync.demo.week import PRIVATE, SESSIONS, SampleWeek

HOST = "127.0.0.1"
USERNAME = "demo"
STARTS_MAX = 4
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0
REQUEST_TIMEOUT_S = 10.0

_POLL_S = 0.05
_CALENDARS = {SESSIONS: ("sessions", "#2f6f8f"), PRIVATE: ("private", "#8a8a8a")}
_ACCOUNT = """\
[[accounts]]
name = "home"
type = "caldav"
url = "{url}"
username = "{username}"
password_file = "demo.password"
"""
_MISSING = (
    "The demo needs Radicale, a small CalDAV server, and it is not installed here.\n"
    'It comes with the extra "demo": run `make demo` in the folder that you installed from, or\n'
    "install once more from there: pipx install --force '.[demo]'"
)
_MKCALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"
              xmlns:A="http://apple.com/ns/ical/">
  <set><prop>
    <displayname>{title}</displayname>
    <A:calendar-color>{color}</A:calendar-color>
    <C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
  </prop></set>
</C:mkcalendar>
"""


class DemoServer:
    """A running Radicale with one user; leaving the block ends it and removes its folder.

    ``folder`` may hold more files of the demo: they go with it.

    Raises (on entering):
        DemoError: Radicale is not installed, or does not come up.
    """

    def __init__(self) -> None:
        self.password = "-".join(secrets.token_hex(2) for _ in range(3))
        self.folder = Path()
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address to put into a configuration or a calendar app."""
        return f"http://{HOST}:{self.port}/{USERNAME}/"

    @property
    def pid(self) -> int | None:
        """Return the process id of the server, or None while there is none."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        if importlib.util.find_spec("radicale") is None:
            raise DemoError(_MISSING)
        try:
            self.folder = made_folder()
            self._write_users()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its folder; a second call does nothing.

        A second Ctrl-C does not interrupt it: it would leave half of it behind.
        """
        with undisturbed():
            process, self._process = self._process, None
            if process is not None:
                _ended(process)
            folder, self.folder = self.folder, Path()
            remove(folder)

    def fill(self, week: SampleWeek) -> None:
        """Store *week* in its two calendars."""
        for title, (name, color) in _CALENDARS.items():
            self.make_calendar(name, title, color)
        for entry in week.entries:
            self.put(_CALENDARS[entry.calendar][0], entry.resource, entry.text)

    def account(self) -> str:
        """Return the account as a configuration has it, its password in a file beside it."""
        write_secret(self.folder / "demo.password", f"{self.password}\n")
        return _ACCOUNT.format(url=self.url, username=USERNAME)

    def make_calendar(self, name: str, title: str, color: str) -> None:
        """Make an empty calendar at *name*, shown as *title*; *color* is ``#rrggbb``."""
        body = _MKCALENDAR.format(title=escape(title), color=escape(color))
        self._expect(
            201, "MKCALENDAR", f"{name}/", body, {"Content-Type": "application/xml; charset=utf-8"}
        )

    def put(self, calendar: str, resource: str, text: str) -> None:
        """Store one new calendar resource."""
        headers = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
        self._expect(201, "PUT", f"{calendar}/{resource}", text, headers)

    def _expect(
        self, status: int, method: str, path: str, body: str, headers: Mapping[str, str]
    ) -> None:
        answered = self._status(method, path, body, headers)
        if answered != status:
            raise DemoError(f"The demo's server answered {answered} to {method} {path}.")

    def _status(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> int:
        """Return the status that the server answers with; OSError if it does not."""
        login = base64.b64encode(f"{USERNAME}:{self.password}".encode()).decode("ascii")
        connection = http.client.HTTPConnection(HOST, self.port, timeout=REQUEST_TIMEOUT_S)
        try:
            connection.request(
                method,
                f"/{USERNAME}/{path}",
                body.encode(),
                {**headers, "Authorization": f"Basic {login}"},
            )
            response = connection.getresponse()
            response.read()
        except http.client.HTTPException as error:
            raise ConnectionError("no HTTP") from error
        finally:
            connection.close()
        return response.status

    def _write_users(self) -> None:
        write_secret(self.folder / "users", f"{USERNAME}:{self.password}\n")

    def _start(self) -> None:
        """Start it; again on another port if somebody was faster on the free one."""
        for _ in range(STARTS_MAX):
            self.port = _free_port()
            self._process = self._spawned()
            if self._answers():
                return
            _ended(self._process)
            self._process = None
        raise DemoError(f"The demo's server did not start. It said:\n{self._last_words()}")

    def _spawned(self) -> subprocess.Popen[bytes]:
        options = {
            "--hosts": f"{HOST}:{self.port}",
            "--auth-type": "htpasswd",
            "--auth-htpasswd-filename": str(self.folder / "users"),
            "--auth-htpasswd-encryption": "plain",
            "--storage-filesystem-folder": str(self.folder / "collections"),
            "--logging-level": "warning",
        }
        command = [sys.executable, "-m", "radicale", "--config", ""]
        command += [word for option in options.items() for word in option]
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"},
                start_new_session=True,
            )

    def _answers(self) -> bool:
        """Return whether it is up and knows our login; False once it has ended or takes too long.

        Another server that took the port does not know the login.
        """
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                return self._status("PROPFIND", "", "", {"Depth": "0"}) == 207
            time.sleep(_POLL_S)
        return False

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = (self.folder / "server.log").read_text("utf-8", "replace").splitlines()
            return "\n".join(lines[-3:])
        return "(nothing)"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Wait until *process* has ended, asked first and then made to."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
