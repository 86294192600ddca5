"""Real CalDAV servers, started as subprocesses on free loopback ports and ended again."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import niquests

STARTUP_S = 30.0
USERNAME, PASSWORD = "therapist", "wren-and-quill"


@dataclass(frozen=True)
class Server:
    """A running server. ``home`` is where calendars are made; addresses end in a slash."""

    kind: str
    root: str
    principal: str
    home: str
    username: str = USERNAME
    password: str = PASSWORD

    def request(
        self, method: str, url: str, body: str = "", headers: dict[str, str] | None = None
    ) -> niquests.Response:
        """Do what a person's app does, outside of the code under test."""
        return niquests.request(
            method,
            url,
            data=body.encode("utf-8"),
            headers=headers or {},
            auth=(self.username, self.password),
            timeout=20,
        )

    def make_calendar(self, name: str, title: str | None = None) -> str:
        """Make an empty calendar and return its address."""
        url = f"{self.home}{name}/"
        shown = f"<D:displayname>{title or name}</D:displayname>"
        kinds = '<C:supported-calendar-component-set><C:comp name="VEVENT"/>'
        body = (
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f"{shown}{kinds}</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"
        )
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        answer = self.request("MKCALENDAR", url, body, headers)
        assert answer.status_code == 201, answer.status_code
        return url


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def radicale(folder: Path) -> Iterator[Server]:
    """Run Radicale with a password file in *folder*."""
    port = free_port()
    with _running(radicale_command(folder, port), port):
        yield radicale_at(port)


def radicale_command(folder: Path, port: int) -> list[str]:
    """Return the command that runs Radicale on *port*, after writing its files into *folder*."""
    (folder / "users").write_text(f"{USERNAME}:{PASSWORD}\n", encoding="utf-8")
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\n"
        "htpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder / 'collections'}\n"
        "[logging]\nlevel = error\n",
        encoding="utf-8",
    )
    return [sys.executable, "-m", "radicale", "--config", str(folder / "config")]


def radicale_at(port: int) -> Server:
    """Return the Radicale on *port*."""
    root = f"http://127.0.0.1:{port}/"
    home = f"{root}{USERNAME}/"
    return Server("radicale", root, home, home)


@contextmanager
def xandikos(folder: Path) -> Iterator[Server]:
    """Run Xandikos with its usual collections in *folder*."""
    port = free_port()
    command = [sys.executable, "-m", "xandikos", "serve", "-d", str(folder / "data")]
    command += ["--defaults", "--no-detect-systemd", "--state-dir", str(folder / "state")]
    command += ["-l", "127.0.0.1", "-p", str(port), "--current-user-principal", "/user/"]
    root = f"http://127.0.0.1:{port}/"
    with _running(command, port):
        yield Server("xandikos", root, f"{root}user/", f"{root}user/calendars/")


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    """Run *command* until the block ends; it is ready when its port answers."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(process, port)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + STARTUP_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
