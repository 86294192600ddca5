"""A scripted CalDAV server and clients for it: what the tests of bad habits stand on."""

from contextlib import ExitStack
from datetime import UTC, datetime

from adapters.caldav.calendar import CaldavAccount, CaldavCalendar, Limits
from sync.domain.sessions import Session
from sync.ports import ChangeSet
from tests.contract.calendar_contract import (
    SINCE,
    TAGGED,
    Memory,
    nothing_known,
)
from tests.contract.hands import ZONE, ics
from tests.servers.scripted import Habits, ScriptedServer, scripted

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAME = f"{TAGGED.uid}.ics"


class Bench:
    """A scripted server and as many fresh clients as a test asks for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.now = NOW
        self.server = ScriptedServer(Habits())

    def serve(self, habits: Habits) -> ScriptedServer:
        self.server = self._stack.enter_context(scripted(habits))
        self.server.store(NAME, ics(TAGGED))
        return self.server

    def client(
        self, name: str = "Sessions", url: str = "", limits: Limits | None = None
    ) -> CaldavCalendar:
        account = CaldavAccount(
            "home",
            url=url or self.server.root,
            username="therapist",
            password="quill",
            clock=lambda: self.now,
            limits=limits,
        )
        self._stack.callback(account.close)
        return CaldavCalendar(account, name, zone=ZONE, clock=lambda: self.now)


def look(
    calendar: CaldavCalendar, cursor: str | None = None, memory: Memory | None = None
) -> ChangeSet:
    known = memory.known if memory else nothing_known
    found = calendar.changes(cursor, known, since=SINCE)
    return memory.take(found) if memory else found


def original(calendar: CaldavCalendar) -> Session:
    session = calendar.read(TAGGED.key(), None)
    assert session is not None
    return session
