"""Google's local server for the tests: with injected faults, and with one empty calendar."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sync.demo.google.exchange import Caller, Request
from sync.demo.google.login import LocalLogin, Reply
from sync.demo.google.refusal import RefusalError
from sync.demo.google.server import GoogleServer, serving

CALENDAR = "practice@example.org"
EVERYTHING = frozenset({"https://www.googleapis.com/auth/calendar"})


@dataclass
class Fault:
    """One bad answer: before or after the server acted; ``hang_up`` says nothing at all."""

    method: str
    path: str = ""
    status: int = 503
    reason: str = "backendError"
    after: bool = False
    hang_up: bool = False
    cut: bool = False
    times: int = 1


@dataclass
class FaultyGoogle(GoogleServer):
    """The server with ``faults``; the token "letmein" may do everything."""

    faults: list[Fault] = field(default_factory=list)

    def caller(self, request: Request) -> Caller | None:
        if request.headers.get("authorization") == "Bearer letmein":
            return Caller(EVERYTHING)
        return super().caller(request)

    def acted(self, request: Request) -> Reply | None:
        fault = self._fault_for(request)
        if fault is None:
            return super().acted(request)
        fault.times -= 1
        answer = super().acted(request) if fault.after else (503, {}, b"")
        if fault.hang_up or answer is None:
            return None
        if fault.cut:
            status, headers, content = answer
            length = {"Content-Length": str(len(content))}
            return status, headers | length, content[: len(content) // 2]
        return fault.status, {}, RefusalError(fault.status, fault.reason).body()

    def _fault_for(self, request: Request) -> Fault | None:
        fitting = (
            one for one in self.faults if one.method == request.verb and one.path in request.path
        )
        return next((one for one in fitting if one.times), None)


@contextmanager
def google(login: LocalLogin | None = None) -> Iterator[FaultyGoogle]:
    """Run a server with one empty calendar, "Sessions"."""
    server = FaultyGoogle(login=login or LocalLogin())
    server.store.make_calendar(CALENDAR, "Sessions")
    with serving(server):
        yield server


__all__ = ["CALENDAR", "Fault", "FaultyGoogle", "GoogleServer", "google"]
