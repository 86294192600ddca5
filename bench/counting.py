"""How many requests a piece of work sends, and how much comes back: seen from between.

Counted in a round of its own, which nobody times.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.place import Place
from tests.servers.proxy import Reply, proxy


@dataclass(slots=True)
class Counted:
    """The plan of a proxy that passes everything on."""

    requests: int = 0
    received: int = 0

    def answer(self, method: str, forward: Callable[[], Reply]) -> Reply | None:  # noqa: ARG002
        """Pass it on."""
        reply = forward()
        self.requests += 1
        self.received += len(reply.content)
        return reply

    def taken(self) -> tuple[str, str]:
        """Return requests and kilobytes since the last time, as told."""
        told = f"{self.requests}", f"{self.received / 1024:,.0f} KB"
        self.requests = self.received = 0
        return told


@contextmanager
def counted(place: Place) -> Iterator[tuple[Place, Counted]]:
    """Yield the same calendar by way of a proxy, and what that counts."""
    count = Counted()
    with proxy(place.root, count) as root:
        yield place.behind(root), count
