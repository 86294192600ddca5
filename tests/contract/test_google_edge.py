"""Where Google differs from what one would expect: races, kinds of events, names, roles."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from google.oauth2.credentials import Credentials

from adapters.google.calendar import GoogleAccount, GoogleCalendar
from adapters.google.login import Login
from sync.domain.sessions import Session
from sync.domain.writes import Amendment
from sync.errors import (
    AccessError,
    AlreadyExistsError,
    CalendarMissingError,
    RejectedError,
    RevisionMismatchError,
)
from tests.contract.calendar_contract import (
    SETTLED,
    SINCE,
    TAGGED,
    draft_of,
    nothing_known,
    window,
)
from tests.contract.hands import ZONE, GoogleHand, Told, at
from tests.servers.google_calendar import CALENDAR, GoogleServer, google


class Bench:
    """A server, a person's hand on it, and as many accounts as a test asks for."""

    def __init__(self, server: GoogleServer, stack: ExitStack) -> None:
        self.server, self._stack = server, stack
        self.store = server.store
        self.hand = GoogleHand(server.store, CALENDAR)

    def calendar(self, wanted: str = "Sessions", known: bool = True) -> GoogleCalendar:
        login = Login(Credentials(token="letmein" if known else "expired"))
        account = GoogleAccount("work", login=login, endpoint=self.server.root)
        self._stack.callback(account.close)
        return account.calendar(wanted, name="sessions", zone=ZONE)

    def change(self, uid: str, **more: object) -> None:
        event = next(one for one in self.store.events(CALENDAR) if one["iCalUID"] == uid)
        self.store.put(CALENDAR, event | more)

    def original(self, calendar: GoogleCalendar) -> Session:
        self.hand.put(TAGGED)
        session = calendar.read(TAGGED.key(), None)
        assert session is not None
        return session


@pytest.fixture
def bench() -> Iterator[Bench]:
    with google() as server, ExitStack() as stack:
        yield Bench(server, stack)


def test_a_person_who_is_faster_wins_and_is_amended(bench: Bench) -> None:
    """412 between look and patch: read afresh, and the person's edit stays."""
    calendar = bench.calendar()
    original = bench.original(calendar)
    bench.server.before_write = lambda: bench.change(TAGGED.uid, summary="Quillon at noon")
    amended = calendar.amend(original.key, original.resource, SETTLED, expected=None)
    assert (amended.title, amended.marks) == ("Quillon at noon", SETTLED.marks)


def test_a_person_who_is_faster_is_never_overruled(bench: Bench) -> None:
    """With an expected revision, the same race changes nothing."""
    calendar = bench.calendar()
    original = bench.original(calendar)
    bench.server.before_write = lambda: bench.change(TAGGED.uid, summary="Quillon at noon")
    with pytest.raises(RevisionMismatchError):
        calendar.amend(original.key, original.resource, SETTLED, expected=original.revision)
    standing = calendar.read(original.key, None)
    assert standing is not None
    assert (standing.title, standing.marks) == ("Quillon at noon", None)


def test_a_deleted_replacement_is_never_resurrected(bench: Bench) -> None:
    """Its id stays taken for ever: refused, and what was deleted stays deleted."""
    calendar = bench.calendar()
    draft = draft_of(bench.original(calendar))
    calendar.create(draft)
    bench.store.delete(CALENDAR, draft.key.uid)
    with pytest.raises(AlreadyExistsError):
        calendar.create(draft)
    assert calendar.read(draft.key, None) is None
    assert bench.hand.uids() == [TAGGED.uid]


@pytest.mark.parametrize(
    "kind", ["outOfOffice", "focusTime", "workingLocation", "birthday", "fromGmail"]
)
def test_other_kinds_of_events_are_left_alone(bench: Bench, kind: str) -> None:
    """Only events that people make are sessions; where somebody works takes no time."""
    bench.hand.put(TAGGED)
    bench.change(TAGGED.uid, eventType=kind)
    calendar = bench.calendar()
    found = calendar.changes(None, nothing_known, since=SINCE)
    assert found.sessions == ()
    assert len(calendar.agenda(window(20, 30)).sessions) == (kind != "workingLocation")
    with pytest.raises(RejectedError):
        calendar.read(TAGGED.key(), None)


def test_a_calendar_is_its_title_its_id_or_primary(bench: Bench) -> None:
    """An id and `primary` need no lookup; a title that fits two is told."""
    bench.hand.put(TAGGED)
    for wanted in ("Sessions", CALENDAR, "primary"):
        assert len(bench.calendar(wanted).agenda(window(20, 30)).sessions) == 1
    with pytest.raises(CalendarMissingError):
        bench.calendar("Nobody's").facts()
    with pytest.raises(CalendarMissingError):
        bench.calendar("nobody@example.org").facts()
    bench.store.make_calendar("other@example.org", "Sessions")
    with pytest.raises(CalendarMissingError, match="fits 2"):
        bench.calendar().facts()


def test_whoever_may_not_write_is_told(bench: Bench) -> None:
    """`check` knows before the first write; a write is refused as a login that falls short."""
    bench.store.shelves[CALENDAR].role = "reader"
    calendar = bench.calendar()
    assert not calendar.facts().writable
    with pytest.raises(AccessError):
        calendar.create(draft_of(bench.original(calendar)))


def test_busy_time_without_details_is_busy(bench: Bench) -> None:
    """A calendar that shows only when somebody is busy still takes that time."""
    bench.hand.put(TAGGED)
    bench.store.shelves[CALENDAR].role = "freeBusyReader"
    (busy,) = bench.calendar(CALENDAR).agenda(window(20, 30)).sessions
    assert busy.title == ""
    assert not busy.transparent


def test_a_refused_login(bench: Bench) -> None:
    """A token that is no good, with nothing to refresh it by, is for a person."""
    with pytest.raises(AccessError):
        bench.calendar(CALENDAR, known=False).facts()


def test_the_link_stays_the_same(bench: Bench) -> None:
    """Conference data needs a version to be heard; it goes with the new session as it is."""
    calendar = bench.calendar()
    bench.original(calendar)
    link = {"entryPoints": [{"entryPointType": "video", "uri": "https://meet.example.org/q"}]}
    bench.change(TAGGED.uid, conferenceData=link)
    original = calendar.read(TAGGED.key(), None)
    assert original is not None
    assert calendar.create(draft_of(original)).links == ("https://meet.example.org/q",)


def test_a_moved_session_keeps_its_label(bench: Bench) -> None:
    """A patch without `eventLabelVersion=1` would take it away."""
    bench.store.shelves[CALENDAR].labels = [{"id": "l-1", "name": "Blue"}]
    calendar = bench.calendar()
    bench.original(calendar)
    bench.change(TAGGED.uid, eventLabelId="l-1")
    original = calendar.read(TAGGED.key(), None)
    assert original is not None
    assert "Blue" in original.categories
    later = original.when.moved_to(at(27, 16))  # type: ignore[union-attr]
    amended = calendar.amend(original.key, original.resource, Amendment(when=later), expected=None)
    assert "Blue" in amended.categories


def test_a_deleted_instance_is_told_as_lost(bench: Bench) -> None:
    """Its series stands, so it is no removal; a look from the start tells of it as well."""
    series = Told("series-1", at(10), weekly=4)
    bench.hand.put(series)
    calendar = bench.calendar()
    first = calendar.changes(None, nothing_known, since=SINCE)
    assert first.lost == ()
    assert [copy.key for copy in first.copies] == [series.key()]
    (master,) = first.revisions
    bench.store.delete(CALENDAR, f"{master}_{series.key(2).recurrence_id}")
    second = calendar.changes(first.cursor, lambda _: first.revisions, since=SINCE)
    (lost,) = second.lost
    assert (lost.series, lost.recurrence_id) == (master, series.key(2).recurrence_id)
    assert lost.start == at(24)
    assert second.removed == frozenset()
    again = calendar.changes(None, nothing_known, since=SINCE)
    assert again.lost == (lost,)
    assert lost.resource in again.revisions


@pytest.mark.parametrize("end", ["UNTIL=20261120T000000Z", "COUNT=2"])
@pytest.mark.parametrize("apart", [False, True], ids=["one look", "two looks"])
def test_an_instance_beyond_a_new_end_is_not_lost(bench: Bench, end: str, apart: bool) -> None:
    """An end set to a series says nothing; one deleted before that end is lost all the same."""
    series = Told("series-1", at(10), weekly=4)
    bench.hand.put(series)
    calendar = bench.calendar()
    look = calendar.changes(None, nothing_known, since=SINCE)
    revisions = dict(look.revisions)
    (master,) = revisions
    before, beyond = (f"{master}_{series.key(n).recurrence_id}" for n in (1, 3))
    bench.change(series.uid, recurrence=[f"RRULE:FREQ=WEEKLY;{end}"])
    if apart:
        look = calendar.changes(look.cursor, lambda _: revisions, since=SINCE)
        revisions |= look.revisions
        assert look.lost == ()
    for instance in (before, beyond):
        bench.store.put(CALENDAR, _cancelled(instance, master, series))
    look = calendar.changes(look.cursor, lambda _: revisions, since=SINCE)
    assert [lost.resource for lost in look.lost] == [before]
    whole = calendar.changes(None, lambda _: revisions, since=SINCE)
    assert [lost.resource for lost in whole.lost] == [before]


def _cancelled(instance: str, master: str, series: Told) -> dict[str, object]:
    """Return an instance as Google tells it when it is gone."""
    start = datetime.strptime(instance.rpartition("_")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    when = {"dateTime": start.isoformat()}
    return {
        "id": instance, "iCalUID": series.uid, "status": "cancelled", "recurringEventId": master,
        "originalStartTime": when, "start": when, "end": when,
    }  # fmt: skip
