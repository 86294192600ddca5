"""systemd's protocol, spoken over a real socket."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.daemon.systemd import Systemd


@dataclass
class Hands:
    """A clock that is moved by hand."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(params=["file", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket like systemd's, and its address as systemd writes it."""
    name = str(tmp_path / "notify")
    shown = name if request.param == "file" else f"@{name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name if request.param == "file" else f"\0{name}")
        heard.settimeout(0.2)
        yield heard, shown


def test_what_is_told(listener: tuple[socket.socket, str]) -> None:
    """READY, STATUS, RELOADING with its moment, STOPPING: each as sd_notify(3) has it."""
    heard, address = listener
    systemd = Systemd({"NOTIFY_SOCKET": address}, Hands(7.5))
    systemd.ready()
    systemd.status("watching 2 calendars")
    systemd.reloading()
    systemd.stopping()
    assert [heard.recv(200).decode() for _ in range(4)] == [
        "READY=1",
        "STATUS=watching 2 calendars",
        "RELOADING=1\nMONOTONIC_USEC=7500000",
        "STOPPING=1",
    ]


def test_signs_of_life_keep_a_pace(listener: tuple[socket.socket, str]) -> None:
    """Four within the watchdog's time at most, however often something was done."""
    heard, address = listener
    clock = Hands()
    systemd = Systemd({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "4000000"}, clock)
    for _ in range(10):
        systemd.alive()
        clock.seconds += 0.25
    found = 0
    while True:
        try:
            assert heard.recv(100) == b"WATCHDOG=1"
        except TimeoutError:
            break
        found += 1
    assert found == 3


@pytest.mark.parametrize("limit", [None, "", "0.5", "-1", "soon"])
def test_no_watchdog(listener: tuple[socket.socket, str], limit: str | None) -> None:
    """Without WatchdogSec= there are no signs of life, and what is no number is no trouble."""
    heard, address = listener
    environ = {"NOTIFY_SOCKET": address} | ({} if limit is None else {"WATCHDOG_USEC": limit})
    Systemd(environ, Hands()).alive()
    with pytest.raises(TimeoutError):
        heard.recv(100)


def test_systemd_goes_and_comes_back(tmp_path: Path) -> None:
    """A socket that is closed, then gone, is survived; one that is back is told again."""
    address = str(tmp_path / "notify")
    systemd = Systemd({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"}, Hands())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as gone:
        gone.bind(address)
        systemd.ready()
        assert gone.recv(100) == b"READY=1"
    systemd.status("nobody listens")
    Path(address).unlink()
    systemd.alive()
    systemd.reloading()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as back:
        back.bind(address)
        back.settimeout(1)
        systemd.stopping()
        assert back.recv(100) == b"STOPPING=1"


def test_without_systemd(listener: tuple[socket.socket, str]) -> None:
    """Nothing is told where nobody asked, and a socket that is gone is no trouble."""
    heard, _ = listener
    for environ in ({}, {"NOTIFY_SOCKET": "relative"}, {"NOTIFY_SOCKET": "/nowhere/at/all"}):
        systemd = Systemd(environ, Hands())
        systemd.ready()
        systemd.alive()
    with pytest.raises(TimeoutError):
        heard.recv(100)
