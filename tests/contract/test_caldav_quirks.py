"""The CalDAV adapter looks and writes on servers with bad habits (numbers: quirks)."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.caldav.client import Limits
from sync.domain.sessions import SessionKey
from sync.errors import (
    AlreadyExistsError,
    CalendarError,
    CursorExpiredError,
    OutcomeUnknownError,
    RateLimitError,
    RejectedError,
    UnreachableError,
)
from sync.ports import Scan
from tests.contract.bench import NAME, Bench, look, original
from tests.contract.calendar_contract import (
    SETTLED,
    SINCE,
    TAGGED,
    Memory,
    draft_of,
    nothing_known,
)
from tests.contract.hands import Told, at, ics
from tests.servers.scripted import Habits


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack)


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

    def test_one_that_spoils_a_large_batch_costs_few_requests(self, bench: Bench) -> None:
        """The batch is asked for again in small ones, and only the spoilt one by single names."""
        server = bench.serve(Habits(sync=True, multiget_all_or_nothing=True))
        calendar, memory = bench.client(), Memory()
        found = look(calendar, None, memory)
        for number in range(200):
            told = Told(f"new-{number:03}", at(25), categories=("disrupted",))
            server.store(f"new-{number:03}.ics", ics(told))
        server.habits.phantom = "/dav/sessions/new-060-gone.ics"
        before = len(server.methods())
        second = look(calendar, found.cursor, memory)
        assert len({session.key.uid for session in second.sessions}) == 200
        sent = server.methods()[before:]
        # What changed; all at once; five small batches; the 50 of the spoilt one.
        assert (sent.count("REPORT"), sent.count("GET")) == (1 + 1 + 5, 50)

    def test_a_large_batch_that_takes_too_long_is_asked_for_in_small_ones(
        self, bench: Bench
    ) -> None:
        """Silence says the same as a refusal, as long as there is less to ask for."""
        server = bench.serve(Habits(sync=True, multiget_slow=50))
        calendar, memory = bench.client(limits=Limits(read_s=0.5)), Memory()
        found = look(calendar, None, memory)
        for number in range(60):
            told = Told(f"new-{number:03}", at(25), categories=("disrupted",))
            server.store(f"new-{number:03}.ics", ics(told))
        second = look(calendar, found.cursor, memory)
        assert len({session.key.uid for session in second.sessions}) == 60

    def test_an_answer_that_is_cut_short_deletes_nothing(self, bench: Bench) -> None:
        """What a multiget says nothing of is asked for by itself before it counts as gone."""
        server = bench.serve(Habits(sync=True))
        calendar, memory = bench.client(), Memory()
        found = look(calendar, None, memory)
        for name in ("one", "two", "three"):
            server.store(f"{name}.ics", ics(Told(name, at(25), categories=("disrupted",))))
        server.store(NAME, f"{server.texts[f'/dav/sessions/{NAME}']}\r\n")
        server.habits.multiget_max = 1
        second = look(calendar, found.cursor, memory)
        assert second.removed == frozenset()
        assert {session.key.uid for session in second.sessions} >= {"one", "two", "three"}

    def test_a_query_that_is_too_large_is_asked_in_pieces(self, bench: Bench) -> None:
        """Where too much fits, the first look lists what fits and fetches it in batches."""
        server = bench.serve(Habits(sync=True, too_much=True))
        found = look(bench.client())
        assert [session.key.uid for session in found.sessions] == [TAGGED.uid]
        assert len(found.revisions) == len(server.texts)

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
    def test_create_never_doubles(self, bench: Bench) -> None:
        """What an earlier try wrote and an app stored under another name is found (21)."""
        server = bench.serve(Habits())
        calendar = bench.client()
        draft = replace(draft_of(original(calendar)), tried=True)
        server.store("renamed.ics", ics(Told(draft.key.uid, at(26, 15))))
        with pytest.raises(AlreadyExistsError):
            calendar.create(draft)
        assert "PUT" not in server.methods()

    def test_one_that_is_too_large_to_read_is_not_made_again(self, bench: Bench) -> None:
        """What names the UID counts, even if no more of it is read."""
        server = bench.serve(Habits())
        calendar = bench.client()
        draft = replace(draft_of(original(calendar)), tried=True)
        huge = Told(draft.key.uid, at(26, 15), title="x" * 1_100_000)
        server.store("renamed.ics", ics(huge))
        with pytest.raises(AlreadyExistsError):
            calendar.create(draft)
        assert "PUT" not in server.methods()

    def test_one_that_cannot_be_delivered_is_not_taken_for_gone(self, bench: Bench) -> None:
        """Where the server fails on something, it may be what is looked for: nothing is written."""
        server = bench.serve(Habits())
        calendar = bench.client()
        draft = replace(draft_of(original(calendar)), tried=True)
        server.store("renamed.ics", ics(Told(draft.key.uid, at(26, 15))))
        server.habits.spoilt = "/dav/sessions/renamed.ics"
        with pytest.raises(CalendarError, match="cannot be"):
            calendar.create(draft)
        with pytest.raises(CalendarError):
            calendar.read(draft.key, None)
        assert "PUT" not in server.methods()

    def test_a_first_try_looks_at_its_own_place_alone(self, bench: Bench) -> None:
        """What nobody can have written yet is not looked for in the whole calendar."""
        server = bench.serve(Habits())
        calendar = bench.client()
        draft = draft_of(original(calendar))
        before = len(server.methods())
        calendar.create(draft)
        assert server.methods()[before:] == ["GET", "PUT", "GET"]

    def test_a_search_by_name_is_one_by_time(self, bench: Bench) -> None:
        """No query by UID: servers read every text for it, and large calendars time out."""
        server = bench.serve(Habits())
        calendar = bench.client()
        server.store("renamed.ics", ics(Told("lost", at(26, 15))))
        found = calendar.read(SessionKey("lost"), None)
        assert found is not None
        assert found.resource == "/dav/sessions/renamed.ics"
        assert "time-range" in server.bodies[-1]
        assert "prop-filter" not in server.bodies[-1]

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

    def test_a_lock_that_stays_is_no_refusal(self, bench: Bench) -> None:
        """On a busy server a lock outlasts a few quick tries: later, then, and not never (3)."""
        bench.serve(Habits(put_statuses=[423] * 9))
        calendar = bench.client()
        with pytest.raises(UnreachableError, match="locked"):
            calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)

    def test_a_lost_race_is_run_again(self, bench: Bench) -> None:
        """A write that another one has covered is made again on what stands there now (3)."""
        rival = ics(replace(TAGGED, title="Quillon Wren at noon"))
        bench.serve(Habits(rival=rival))
        calendar = bench.client()
        amended = calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)
        assert (amended.title, amended.marks) == ("Quillon Wren at noon", SETTLED.marks)

    def test_what_comes_in_between_is_never_overwritten(self, bench: Bench) -> None:
        """Between the last look and the write stands a precondition."""
        server = bench.serve(Habits())
        calendar = bench.client()
        draft = draft_of(original(calendar))
        theirs = ics(Told(draft.key.uid, at(28), title="Theirs"))
        server.habits.intruder = theirs
        with pytest.raises(AlreadyExistsError):
            calendar.create(draft)
        assert server.texts[f"/dav/sessions/{draft.key.uid}.ics"] == theirs
        server.habits.intruder = ics(replace(TAGGED, title="Quillon Wren at noon"))
        amended = calendar.amend(TAGGED.key(), f"/dav/sessions/{NAME}", SETTLED, expected=None)
        assert (amended.title, amended.marks) == ("Quillon Wren at noon", SETTLED.marks)

    @pytest.mark.parametrize(("status", "kind"), [(507, RateLimitError), (415, RejectedError)])
    def test_definite_refusals(self, bench: Bench, status: int, kind: type[Exception]) -> None:
        """What the server will never take is abandoned; what finds no room comes later."""
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
