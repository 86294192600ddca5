"""Finding calendars, logging in, and answers that mean harm."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.caldav.calendar import CaldavAccount, CaldavCalendar, Limits
from adapters.caldav.client import DavClient
from adapters.caldav.errors import ForeignOriginError
from sync.errors import (
    AccessError,
    CalendarMissingError,
    RateLimitError,
    UnreachableError,
)
from sync.ports import Scan
from tests.contract.bench import NOW, Bench, look, original
from tests.contract.calendar_contract import (
    TAGGED,
    Memory,
    draft_of,
    window,
)
from tests.contract.hands import ZONE
from tests.servers.processes import Server, free_port
from tests.servers.scripted import Habits

EXTERNAL_ENTITY = (
    b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<D:multistatus xmlns:D="DAV:"><D:response><D:href>&x;</D:href></D:response></D:multistatus>'
)
LAUGHS = (
    b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><D:multistatus xmlns:D="DAV:">&c;</D:multistatus>'
)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack)


class TestDiscovery:
    @pytest.mark.parametrize("path", ["", "dav/", "dav/sessions/", "dav/sessions", "nowhere/"])
    @pytest.mark.parametrize("name", ["Sessions", "sessions", "/dav/sessions/", "SESSIONS"])
    def test_every_way_leads_to_the_calendar(self, bench: Bench, path: str, name: str) -> None:
        """From any address, by any of its names, the same calendar is found."""
        server = bench.serve(Habits())
        found = look(bench.client(name, server.root + path))
        assert len(found.sessions) == 1

    def test_a_name_that_fits_nothing(self, bench: Bench) -> None:
        """A calendar that is not there is missing, and its name is not told."""
        bench.serve(Habits())
        with pytest.raises(CalendarMissingError) as caught:
            look(bench.client("Quillon"))
        assert "Quillon" not in str(caught.value)

    def test_two_that_fit_are_one_too_many(self, bench: Bench, radicale_server: Server) -> None:
        """A name that two calendars have is refused, with what to do about it."""
        for number in (1, 2):
            radicale_server.make_calendar(f"twin-{number}-{free_port()}", "Twins")
        account = CaldavAccount(
            "home",
            url=radicale_server.root,
            username=radicale_server.username,
            password=radicale_server.password,
            clock=lambda: NOW,
        )
        calendar = CaldavCalendar(account, "Twins", zone=ZONE, clock=lambda: NOW)
        with pytest.raises(CalendarMissingError, match="give its path"):
            look(calendar)
        account.close()

    @pytest.mark.parametrize("start", ["root", "principal", "well-known"])
    @pytest.mark.parametrize("server_name", ["radicale_server", "xandikos_server"])
    def test_real_servers_are_found_from_everywhere(
        self, request: pytest.FixtureRequest, start: str, server_name: str
    ) -> None:
        """Root, principal and well-known lead to every calendar (28, 29)."""
        server: Server = request.getfixturevalue(server_name)
        url = server.make_calendar(f"found-{free_port()}")
        starts = {
            "root": server.root,
            "principal": server.principal,
            "well-known": f"{server.root}.well-known/caldav",
        }
        account = CaldavAccount(
            "home",
            url=starts[start],
            username=server.username,
            password=server.password,
            clock=lambda: NOW,
        )
        assert url in [one.url for one in account.calendars()]
        account.close()

    @pytest.mark.parametrize(
        ("habits", "requests"),
        [
            (Habits(sync=True, login="basic"), 1),
            (Habits(sync=True, login="digest"), 2),
            (Habits(sync=True, login="basic", stranger=True), 1),
        ],
    )
    def test_logins(self, bench: Bench, habits: Habits, requests: int) -> None:
        """Basic, digest, and a server that greets strangers; a cold look costs what it must."""
        bench.serve(habits)
        memory = Memory()
        found = look(bench.client(), None, memory)
        assert len(found.sessions) == 1
        cold = bench.client()
        assert look(cold, found.cursor, memory).scan is Scan.UNCHANGED
        assert cold.requests == requests
        assert "quill" not in found.cursor

    def test_no_other_login_is_ever_used(
        self, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A login that lies about on this machine is not sent to the server."""
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        server = bench.serve(Habits())
        look(bench.client())
        assert all("authorization" not in headers for _, _, headers in server.seen)

    def test_a_refused_login(self, bench: Bench) -> None:
        """A wrong password is an AccessError, and is not tried over and over."""
        server = bench.serve(Habits(login="basic"))
        account = CaldavAccount(
            "home", url=server.root, username="therapist", password="wrong", clock=lambda: NOW
        )
        with pytest.raises(AccessError):
            account.calendars()
        assert len(server.seen) == 2
        account.close()


class TestHostility:
    def test_credentials_never_go_to_another_server(self, bench: Bench) -> None:
        """A redirect to another host is not followed: nothing at all arrives there."""
        other = bench.serve(Habits())
        server = bench.serve(Habits(login="basic"))
        server.habits.redirect = other.root
        with pytest.raises(CalendarMissingError):
            look(bench.client())
        assert other.seen == []
        assert server.seen

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.2:{port}/", "http://127.0.0.1:1/", "https://127.0.0.1:{port}/"]
    )
    def test_the_wire_itself_refuses_another_origin(self, bench: Bench, url: str) -> None:
        """Whatever address comes up, nothing is sent to another host, port or scheme."""
        server = bench.serve(Habits())
        client = DavClient(server.root, username="therapist", password="quill")
        with pytest.raises(ForeignOriginError):
            client.exchange("GET", url.format(port=server.port))
        assert (client.sent, server.seen) == (0, [])
        client.close()

    def test_a_redirect_in_a_circle_is_given_up(self, bench: Bench) -> None:
        """A way that ends where it began is given up after a few steps."""
        server = bench.serve(Habits())
        server.habits.redirect = "/again/"
        with pytest.raises((CalendarMissingError, UnreachableError)):
            look(bench.client())
        assert len(server.seen) < 30

    def test_a_body_without_end_is_cut(self, bench: Bench) -> None:
        """What is longer than allowed is not read to its end."""
        server = bench.serve(Habits())
        calendar = bench.client(limits=Limits(body_bytes_max=100_000))
        calendar.facts()
        server.habits.body = b'<D:multistatus xmlns:D="DAV:">' + b" " * 300_000
        server.habits.body += b"</D:multistatus>"
        with pytest.raises(UnreachableError, match="too long"):
            calendar.agenda(window(20, 30))

    @pytest.mark.parametrize(
        "body",
        [
            EXTERNAL_ENTITY,
            LAUGHS,
            b"<html>Welcome to our hotel</html>",
            b"\x00\xff not XML at all",
            b"",
        ],
    )
    def test_strange_xml_is_refused(self, bench: Bench, body: bytes) -> None:
        """Entities, bombs and web pages are no calendar data."""
        server = bench.serve(Habits())
        calendar = bench.client()
        calendar.facts()
        server.habits.body = body or b" "
        with pytest.raises(UnreachableError) as caught:
            calendar.agenda(window(20, 30))
        assert "hotel" not in str(caught.value)

    def test_silence_ends(self, bench: Bench) -> None:
        """A server that does not answer is unreachable, after a time of our own."""
        server = bench.serve(Habits())
        calendar = bench.client(limits=Limits(read_s=0.2))
        calendar.facts()
        server.habits.delay_s = 0.8
        with pytest.raises(UnreachableError):
            calendar.agenda(window(20, 30))

    def test_nobody_there(self, bench: Bench) -> None:
        """A refused connection is unreachable."""
        with pytest.raises(UnreachableError):
            look(bench.client(url=f"http://127.0.0.1:{free_port()}/"))

    @pytest.mark.parametrize(
        ("value", "seconds"), [("7", 7.0), ("Mon, 23 Nov 2026 09:01:00 GMT", 60.0), ("soon", None)]
    )
    def test_a_slower_pace(self, bench: Bench, value: str, seconds: float | None) -> None:
        """Retry-After is passed on, as a number and as a date."""
        bench.serve(Habits(refusal={"Retry-After": value}))
        with pytest.raises(RateLimitError) as caught:
            look(bench.client())
        assert caught.value.retry_after_s == seconds

    def test_connections_closed_in_silence(self, bench: Bench) -> None:
        """Kept connections that were closed cost nothing but a new one (30)."""
        bench.serve(Habits(close_after=True))
        calendar = bench.client()
        for _ in range(5):
            assert original(calendar).title == TAGGED.title

    def test_nothing_of_a_client_is_logged(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        """No title, name or password reaches a log, whatever the level."""
        caplog.set_level(logging.DEBUG)
        server = bench.serve(Habits(login="basic"))
        calendar = bench.client()
        look(calendar)
        calendar.create(draft_of(original(calendar)))
        server.habits.body = b"<html>Quillon Wren</html>"
        with pytest.raises(UnreachableError):
            calendar.agenda(window(20, 30))
        assert "Quillon" not in caplog.text
        assert "quill" not in caplog.text.lower().replace("quillon", "")
