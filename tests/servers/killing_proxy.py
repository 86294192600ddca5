"""A proxy in front of a real server that kills a process at one chosen request.

The kill comes either before the request reaches the server, or after the server has acted and
before its answer gets back: the two sides of every point at which a crash can come.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from tests.servers.proxy import Counter, Reply
from tests.servers.proxy import proxy as killing_proxy

__all__ = ["Plan", "killing_proxy"]


@dataclass
class Plan(Counter):
    """Kill *victim* at request number *at* (from 0), before or after the server acts."""

    at: int = -1
    after: bool = False
    victim: int = 0

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:
        number = self.number(method)
        if number == self.at and not self.after:
            return self._strike()
        reply = forward()
        return self._strike() if number == self.at else reply

    def _strike(self) -> None:
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
