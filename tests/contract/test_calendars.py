"""The contract, held by every Calendar: memory, and real CalDAV servers."""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from google.oauth2.credentials import Credentials

from adapters.caldav.calendar import CaldavAccount, CaldavCalendar
from adapters.google.calendar import GoogleAccount, GoogleCalendar
from adapters.google.login import Login
from adapters.memory import MemoryCalendar
from sync.domain.sessions import Span
from sync.errors import CursorExpiredError
from sync.ports import Calendar
from tests.contract.calendar_contract import SETTLED, TAGGED, CalendarContract, draft_of
from tests.contract.hands import ZONE, DavHand, GoogleHand, Hand, MemoryHand, Told, at, ics
from tests.servers.google_calendar import GoogleServer, google
from tests.servers.processes import Server

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CALENDAR = "practice@example.org"
LETTING_IN = Login(Credentials(token="letmein"))
NUMBERS = itertools.count(1)


class TestMemory(CalendarContract):
    """The reference."""

    @pytest.fixture
    def calendar(self) -> MemoryCalendar:
        return MemoryCalendar("sessions", zone=ZONE)

    @pytest.fixture
    def hand(self, calendar: MemoryCalendar) -> Hand:
        return MemoryHand(calendar)

    @pytest.fixture
    def again(self, calendar: MemoryCalendar) -> Callable[[], Calendar]:
        return lambda: calendar

    def test_an_expired_cursor_is_refused(self, calendar: MemoryCalendar) -> None:
        """A cursor that the server forgot means: from the start."""
        found = self.look(calendar)
        calendar.expire_cursors()
        with pytest.raises(CursorExpiredError):
            self.look(calendar, found.cursor)


class CaldavContract(CalendarContract):
    """The contract and what only CalDAV can show; subclasses name the server."""

    @pytest.fixture
    def url(self, server: Server) -> str:
        return server.make_calendar(f"sessions-{next(NUMBERS)}")

    @pytest.fixture
    def hand(self, server: Server, url: str) -> DavHand:
        return DavHand(server, url)

    @pytest.fixture
    def again(self, server: Server, url: str) -> Iterator[Callable[[], CaldavCalendar]]:
        with ExitStack() as stack:

            def opened() -> CaldavCalendar:
                account = CaldavAccount(
                    "home",
                    url=server.root,
                    username=server.username,
                    password=server.password,
                    clock=lambda: NOW,
                )
                stack.callback(account.close)
                name = url.rstrip("/").rpartition("/")[2]
                return CaldavCalendar(account, name, zone=ZONE, clock=lambda: NOW)

            yield opened

    @pytest.fixture
    def calendar(self, again: Callable[[], CaldavCalendar]) -> CaldavCalendar:
        return again()

    def test_an_expired_cursor_is_refused(self, calendar: Calendar, hand: DavHand) -> None:
        """A token that the server does not know means: from the start (quirk 5)."""
        found = self.look(calendar)
        token = found.cursor.split('"token":"', 1)[1].split('"', 1)[0]
        bogus = token[:-6] + ("000000" if not token.endswith("000000") else "111111")
        with pytest.raises(CursorExpiredError):
            self.look(calendar, found.cursor.replace(token, bogus))

    def test_everything_unknown_survives_an_amendment(
        self, calendar: Calendar, hand: DavHand
    ) -> None:
        """Properties, parameters, alarms and zones that we do not know stay as they are."""
        hand.put_text("rich-1", RICH)
        before = hand.get_text("rich-1")
        session = calendar.read(Told("rich-1", at(24)).key(), None)
        assert session is not None
        calendar.amend(session.key, session.resource, SETTLED, expected=session.revision)
        left = lines_of(before)
        stays = lines_of(hand.get_text("rich-1"))
        changed = {"STATUS", "TRANSP", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DESCRIPTION"}
        lost = [line for line in left if line not in stays]
        assert [line for line in lost if line.split(":")[0].split(";")[0] not in changed] == []
        added = [line for line in stays if line not in left]
        assert all(line.split(":")[0].split(";")[0] in changed | MARK_NAMES for line in added)

    def test_the_same_uid_elsewhere_is_found(self, calendar: Calendar, hand: DavHand) -> None:
        """A replacement that another app has stored under another name is not made again."""
        original = self.standing(calendar, hand)
        draft = draft_of(original)
        hand.put_text("renamed-by-an-app", ics(Told(draft.key.uid, at(28))))
        assert calendar.read(draft.key, None) is not None
        with pytest.raises(Exception, match="one already"):
            calendar.create(draft)

    def test_a_day_is_where_the_practice_has_it(
        self, again: Callable[[], CaldavCalendar], hand: DavHand
    ) -> None:
        """A whole day far from Greenwich is found in the practice's hours, not in the server's."""
        told = ics(Told("day-1", at(24)))
        for name, day in (("DTSTART", 24), ("DTEND", 25)):
            plain = f"{name};VALUE=DATE:202611{day}"
            told = re.sub(rf"{name};TZID=Europe/London:202611\w+", plain, told)
        hand.put_text("day-1", told)
        far = CaldavCalendar(
            again()._account, hand.url, zone=ZoneInfo("Pacific/Auckland"), clock=lambda: NOW
        )
        begins = datetime(2026, 11, 23, 12, tzinfo=UTC)  # 01:00 of the 24th there
        found = far.agenda(Span(begins, begins + timedelta(hours=1))).sessions
        assert [session.key.uid for session in found] == ["day-1"]

    def test_another_configuration_has_no_use_for_a_cursor(
        self, calendar: Calendar, again: Callable[[], CaldavCalendar], hand: DavHand
    ) -> None:
        """A cursor of another calendar is ignored: the look is a full one."""
        hand.put(TAGGED)
        found = self.look(calendar)
        changed = found.cursor.replace('"of":"', '"of":"0')
        assert self.look(again(), changed).scan.value == "full"


MARK_NAMES = {"X-RAINCHECK-ID", "X-RAINCHECK-STATE", "X-RAINCHECK-REPLACEMENT"}

RICH = ics(Told("rich-1", at(24), categories=("disrupted",), guests=("q@example.com",))).replace(
    "END:VEVENT\r\n",
    "DESCRIPTION:Bring the blue folder.\r\n"
    "LOCATION:Room 7\\, second floor\r\n"
    "X-EXAMPLE-FIELD;X-EXAMPLE-KIND=plain:keep-me\r\n"
    "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.org/quillon\r\n"
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:Soon\r\n"
    "X-EXAMPLE-ALARM:yes\r\nEND:VALARM\r\nEND:VEVENT\r\n",
)


def lines_of(text: str) -> list[str]:
    """Return the unfolded lines, sorted: what a resource means, whatever its order."""
    return sorted(text.replace("\r\n", "\n").replace("\n ", "").strip().split("\n"))


class TestRadicale(CaldavContract):
    """On Radicale, with a login."""

    @pytest.fixture
    def server(self, radicale_server: Server) -> Server:
        return radicale_server


class TestXandikos(CaldavContract):
    """On Xandikos, which asks for none."""

    @pytest.fixture
    def server(self, xandikos_server: Server) -> Server:
        return xandikos_server


class TestGoogle(CalendarContract):
    """On Google's local server, through Google's own client."""

    @pytest.fixture
    def server(self) -> Iterator[GoogleServer]:
        with google() as server:
            yield server

    @pytest.fixture
    def hand(self, server: GoogleServer) -> GoogleHand:
        return GoogleHand(server.store, CALENDAR)

    @pytest.fixture
    def again(self, server: GoogleServer) -> Iterator[Callable[[], GoogleCalendar]]:
        with ExitStack() as stack:

            def opened() -> GoogleCalendar:
                account = GoogleAccount("work", login=LETTING_IN, endpoint=server.root)
                stack.callback(account.close)
                return account.calendar("Sessions", name="sessions", zone=ZONE)

            yield opened

    @pytest.fixture
    def calendar(self, again: Callable[[], GoogleCalendar]) -> GoogleCalendar:
        return again()

    def test_an_expired_cursor_is_refused(
        self, calendar: GoogleCalendar, server: GoogleServer
    ) -> None:
        """A token that Google forgot, or never knew, means: from the start."""
        found = self.look(calendar)
        server.store.expire_sync_tokens()
        with pytest.raises(CursorExpiredError):
            self.look(calendar, found.cursor)
        with pytest.raises(CursorExpiredError):
            self.look(calendar, found.cursor.replace('"token":"', '"token":"no'))
