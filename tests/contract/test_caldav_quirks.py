"""The CalDAV adapter against servers with bad habits (numbers: facts on CalDAV servers)."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.caldav.calendar import CaldavAccount, CaldavCalendar, Limits
from adapters.caldav.client import DavClient
from adapters.caldav.errors import ForeignOriginError
from sync.domain.sessions import Session
from sync.errors import (
    AccessError,
    AlreadyExistsError,
    CalendarMissingError,
    CursorExpiredError,
    OutcomeUnknownError,
    RateLimitError,
    RejectedError,
    UnreachableError,
)
from sync.ports import ChangeSet, Scan
from tests.contract.calendar_contract import (
    SETTLED,
    SINCE,
    TAGGED,
    Memory,
    draft_of,
    nothing_known,
    window,
)
from tests.contract.hands import ZONE, Told, at, ics
from tests.servers.processes import Server, free_port
from tests.servers.scripted import Habits, ScriptedServer, scripted

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAME = f"{TAGGED.uid}.ics"
EXTERNAL_ENTITY = (
    b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<D:multistatus xmlns:D="DAV:"><D:response><D:href>&x;</D:href></D:response></D:multistatus>'
)
LAUGHS = (
    b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><D:multistatus xmlns:D="DAV:">&c;</D:multistatus>'
)


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


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack)


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


class TestLooking:
    @pytest.mark.parametrize("habits", [Habits(), Habits(ctag=False), Habits(sync=True)])
    def test_changes_and_removals_are_found_without_sync_collection(
        self, bench: Bench, habits: Habits
    ) -> None:
        """With a change tag, or with ETags alone, nothing is missed (8)."""
        server = bench.serve(habits)
        calendar, memory = bench.client(), Memory()
        first = look(calendar, None, memory)
        before = calendar.requests
        second = look(calendar, first.cursor, memory)
        assert (second.scan, calendar.requests - before) == (Scan.UNCHANGED, 1)
        server.store("new.ics", ics(Told("new", at(25), categories=("disrupted",))))
        third = look(calendar, second.cursor, memory)
        assert [s.key.uid for s in third.sessions] == ["new"]
        server.remove(NAME)
        fourth = look(calendar, third.cursor, memory)
        assert (fourth.scan, len(fourth.removed)) == (Scan.INCREMENTAL, 1)
        assert look(calendar, fourth.cursor, memory).scan is Scan.UNCHANGED

    def test_a_forgiven_token_is_found_out_within_a_day(self, bench: Bench) -> None:
        """Where a bad token is answered with nothing, the daily comparison finds it (4)."""
        server = bench.serve(Habits(sync=True, forgiving_tokens=True))
        calendar, memory = bench.client(), Memory()
        first = look(calendar, None, memory)
        server.store("new.ics", ics(Told("new", at(25), categories=("disrupted",))))
        second = look(calendar, first.cursor, memory)
        assert second.scan is Scan.UNCHANGED
        bench.now += timedelta(hours=25)
        third = look(calendar, second.cursor, memory)
        assert [s.key.uid for s in third.sessions] == ["new"]

    @pytest.mark.parametrize("full", [True, False])
    def test_what_a_query_by_time_does_not_find_is_not_gone(
        self, bench: Bench, *, full: bool
    ) -> None:
        """A known resource that a query misses still stands, in full and daily looks (16)."""
        server = bench.serve(Habits(sync=True))
        calendar, memory = bench.client(), Memory()
        first = look(calendar, None, memory)
        server.habits.hidden = f"/dav/sessions/{NAME}"
        bench.now += timedelta(hours=25)
        again = calendar.changes(None if full else first.cursor, memory.known, since=SINCE)
        assert again.removed == frozenset()
        if full:
            assert server.habits.hidden in again.revisions
            assert [s.key for s in again.sessions] == [TAGGED.key()]

    def test_a_longer_look_back_is_a_full_look(self, bench: Bench) -> None:
        """A window that begins earlier than the cursor's is looked at as a whole."""
        bench.serve(Habits(sync=True))
        calendar = bench.client()
        first = look(calendar)
        later = calendar.changes(first.cursor, nothing_known, since=SINCE + timedelta(days=1))
        assert later.scan is Scan.UNCHANGED
        earlier = calendar.changes(first.cursor, nothing_known, since=SINCE - timedelta(days=1))
        assert earlier.scan is Scan.FULL

    def test_a_server_that_loses_sync_collection(self, bench: Bench) -> None:
        """A token that can no longer be used means: from the start (8)."""
        server = bench.serve(Habits(sync=True))
        calendar = bench.client()
        found = look(calendar)
        server.habits.sync = False
        with pytest.raises(CursorExpiredError):
            look(calendar, found.cursor)

    def test_repeated_items_are_no_news(self, bench: Bench) -> None:
        """A sync answer that names what is known is nothing new (7)."""
        server = bench.serve(Habits(sync=True))
        calendar, memory = bench.client(), Memory()
        found = look(calendar, None, memory)
        server.log.append((len(server.log) + 1, f"/dav/sessions/{NAME}"))
        assert look(calendar, found.cursor, memory).scan is Scan.UNCHANGED

    def test_other_escapes_mean_the_same_resource(self, bench: Bench) -> None:
        """A path is one resource, whatever escapes it is listed with (9)."""
        bench.serve(Habits(sync=True, listed_escapes=True))
        calendar, memory = bench.client(), Memory()
        look(calendar, None, memory)
        assert list(memory.revisions) == [f"/dav/sessions/{NAME}"]
        assert original(calendar).resource == f"/dav/sessions/{NAME}"

    @pytest.mark.parametrize(
        "habits", [Habits(multiget_all_or_nothing=True), Habits(multiget_silent=True)]
    )
    def test_one_that_vanished_does_not_hide_the_others(self, bench: Bench, habits: Habits) -> None:
        """A multiget that fails as a whole, or says nothing of the missing, loses nothing (18)."""
        server = bench.serve(replace(habits, sync=True))
        calendar, memory = bench.client(), Memory()
        found = look(calendar, None, memory)
        server.store("new.ics", ics(Told("new", at(25), categories=("disrupted",))))
        server.habits.phantom = "/dav/sessions/gone.ics"
        second = look(calendar, found.cursor, memory)
        assert [s.key.uid for s in second.sessions] == ["new"]

    def test_what_a_multiget_says_nothing_of_is_gone(self, bench: Bench) -> None:
        """Named as changed, but left out of the answer: it was deleted in between (18)."""
        server = bench.serve(Habits(sync=True, multiget_silent=True))
        calendar, memory = bench.client(), Memory()
        found = look(calendar, None, memory)
        server.habits.phantom = f"/dav/sessions/{NAME}"
        del server.texts[server.habits.phantom]
        second = look(calendar, found.cursor, memory)
        assert second.removed == {server.habits.phantom}

    def test_a_resource_that_is_too_large_is_skipped(self, bench: Bench) -> None:
        """One huge resource is reported; the others are read."""
        server = bench.serve(Habits())
        server.store("huge.ics", ics(Told("huge", at(25), title="x" * 1_100_000)))
        found = look(bench.client())
        assert [one.resource for one in found.unreadable] == ["/dav/sessions/huge.ics"]
        assert [s.key for s in found.sessions] == [TAGGED.key()]
        assert len(found.revisions) == 2

    def test_weak_and_strong_etags_are_one_revision(self, bench: Bench) -> None:
        """A revision read by GET is the one that a listing names (13)."""
        bench.serve(Habits(weak_etags=True))
        calendar = bench.client()
        found = look(calendar)
        assert original(calendar).revision == found.sessions[0].revision
        amended = calendar.amend(
            TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=original(calendar).revision
        )
        assert amended.marks == SETTLED.marks

    def test_a_calendar_that_moved_is_found_again(self, bench: Bench) -> None:
        """A remembered address that is gone is looked for once more."""
        bench.serve(Habits(sync=True))
        found = look(bench.client())
        stale = found.cursor.replace("/dav/sessions/", "/dav/elsewhere/")
        again = look(bench.client(), stale)
        assert again.scan is Scan.FULL
        assert len(again.sessions) == 1


class TestWriting:
    def test_create_never_overwrites(self, bench: Bench) -> None:
        """What stands there stays, even where If-None-Match is ignored (1)."""
        server = bench.serve(Habits(obeys_none_match=False))
        calendar = bench.client()
        draft = draft_of(original(calendar))
        theirs = ics(Told("theirs", at(28)))
        server.store(f"{draft.key.uid}.ics", theirs)
        with pytest.raises(AlreadyExistsError):
            calendar.create(draft)
        assert server.texts[f"/dav/sessions/{draft.key.uid}.ics"] == theirs
        assert "PUT" not in server.methods()

    @pytest.mark.parametrize("status", [0, 500])
    def test_a_failed_write_that_stored_is_a_success(self, bench: Bench, status: int) -> None:
        """An answer that is lost, or a lie, is settled by reading (22)."""
        server = bench.serve(Habits())
        calendar = bench.client()
        draft = draft_of(original(calendar))
        server.habits.put_statuses, server.habits.put_stores = [status], True
        assert calendar.create(draft).marks == draft.marks
        server.habits.put_statuses = [status]
        amended = calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)
        assert amended.marks == SETTLED.marks
        assert server.methods().count("PUT") == 2

    @pytest.mark.parametrize("status", [0, 500])
    def test_a_failed_write_that_stored_nothing_is_unknown(self, bench: Bench, status: int) -> None:
        """No PUT is ever sent again by itself: the caller decides (22, 30)."""
        server = bench.serve(Habits(put_statuses=[status, status]))
        calendar = bench.client()
        draft = draft_of(original(calendar))
        with pytest.raises(OutcomeUnknownError):
            calendar.create(draft)
        assert server.methods().count("PUT") == 1
        with pytest.raises(OutcomeUnknownError):
            calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)
        assert server.methods().count("PUT") == 2

    def test_a_412_without_a_reason_of_ours_is_a_refusal(self, bench: Bench) -> None:
        """412 with nothing there means bad data, not a conflict (23)."""
        bench.serve(Habits(put_statuses=[412, 412]))
        calendar = bench.client()
        with pytest.raises(RejectedError):
            calendar.create(draft_of(original(calendar)))
        with pytest.raises(RejectedError):
            calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)

    def test_a_lock_is_waited_out_within_bounds(self, bench: Bench) -> None:
        """423 for the loser of a race is tried again after a fresh read (3)."""
        server = bench.serve(Habits(put_statuses=[423]))
        calendar = bench.client()
        amended = calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)
        assert amended.marks == SETTLED.marks
        assert server.methods().count("PUT") == 2

    def test_a_lost_race_is_run_again(self, bench: Bench) -> None:
        """A write that another one has covered is made again on what stands there now (3)."""
        rival = ics(replace(TAGGED, title="Quillon Wren at noon"))
        bench.serve(Habits(rival=rival))
        calendar = bench.client()
        amended = calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)
        assert (amended.title, amended.marks) == ("Quillon Wren at noon", SETTLED.marks)

    @pytest.mark.parametrize(("status", "kind"), [(507, RejectedError), (415, RejectedError)])
    def test_definite_refusals(self, bench: Bench, status: int, kind: type[Exception]) -> None:
        """What the server will never take is abandoned."""
        bench.serve(Habits(put_statuses=[status]))
        calendar = bench.client()
        with pytest.raises(kind):
            calendar.create(draft_of(original(calendar)))

    def test_writes_are_sent_whole_and_at_once(self, bench: Bench) -> None:
        """A PUT has a length and waits for nobody's 100-continue (30, 31)."""
        server = bench.serve(Habits())
        calendar = bench.client()
        calendar.create(draft_of(original(calendar)))
        (headers,) = [headers for method, _, headers in server.seen if method == "PUT"]
        assert int(headers["content-length"]) > 0
        assert "expect" not in headers
        assert "transfer-encoding" not in headers
        assert headers["content-type"] == "text/calendar; charset=utf-8"


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
