"""What systemd is told: sd_notify(3), the protocol of ``Type=notify`` and ``WatchdogSec=``."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

WATCHDOG_SHARE = 4
"""A sign of life this many times within the watchdog's time; systemd asks for two."""


@dataclass(slots=True)
class Systemd:
    """The service manager, if we run under one; without it every call does nothing.

    Args:
        environ: Where systemd says how to reach it.
        seconds: A clock that never goes back.
    """

    environ: Mapping[str, str]
    seconds: Callable[[], float]
    _last: float = field(default=float("-inf"), init=False)

    def ready(self) -> None:
        """Tell that the service is up."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """Tell that the configuration is being read again; `ready` ends it."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(self.seconds() * 1_000_000)}")

    def stopping(self) -> None:
        """Tell that the service is about to end."""
        self._tell("STOPPING=1")

    def status(self, words: str) -> None:
        """Tell in one line what is going on; shown by ``systemctl status``."""
        self._tell(f"STATUS={words}")

    def alive(self) -> None:
        """Give the watchdog its sign of life; to be called whenever something has been done."""
        limit_us = self.environ.get("WATCHDOG_USEC", "")
        if not limit_us.isdigit():
            return
        if self.seconds() - self._last >= int(limit_us) / 1_000_000 / WATCHDOG_SHARE:
            self._last = self.seconds()
            self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        address = self.environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return
        if address.startswith("@"):
            address = "\0" + address[1:]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            try:
                to.sendto(message.encode(), address)
            except OSError:
                return  # systemd restarts: it asks again by itself
