"""What every Calendar promises, whatever it stands on. Subclasses bring the fixtures."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from sync.domain.sessions import Kind, Marks, Session, SessionKey, Span, Status, Timed
from sync.domain.writes import Amendment, Draft
from sync.errors import (
    AlreadyExistsError,
    CursorExpiredError,
    RevisionMismatchError,
    SessionGoneError,
)
from sync.ports import Calendar, ChangeSet, Known, Scan
from tests.contract.following_contract import FollowingContract
from tests.contract.hands import Hand, Told, at
from tests.contract.planting_contract import PlantingContract

SINCE = at(9)


def window(first: int, last: int) -> Span:
    """Return the days from *first* up to *last*, without it."""
    return Span(at(first, 0).astimezone(UTC), at(last, 0).astimezone(UTC))


class Memory:
    """What a journal remembers of revisions."""

    def __init__(self) -> None:
        self.revisions: dict[str, str] = {}

    def known(self, wanted: Collection[str] | None) -> Mapping[str, str]:
        if wanted is None:
            return dict(self.revisions)
        return {name: self.revisions[name] for name in wanted if name in self.revisions}

    def take(self, found: ChangeSet) -> ChangeSet:
        if found.scan is Scan.FULL:
            self.revisions.clear()
        self.revisions.update(found.revisions)
        for resource in found.removed:
            self.revisions.pop(resource, None)
        return found


def nothing_known(_: Collection[str] | None) -> Mapping[str, str]:
    return {}


TAGGED = Told("ann-1", at(24), title="Quillon Wren", categories=("disrupted",))
MARKS = Marks("k3v9q2ab", attempt=1)
SETTLED = Amendment(
    marks=Marks("k3v9q2ab", state="settled", replacement="rc0123"),
    note="Raincheck: moved to Tue 1 Dec 2026 10:00.",
    status=Status.CANCELLED,
    transparent=True,
)


def draft_of(original: Session, uid: str = "rc0123456789abcdef", day: int = 26) -> Draft:
    """Return a replacement of *original* on another day."""
    assert isinstance(original.when, Timed)
    return Draft(
        key=SessionKey(uid),
        original=original,
        when=original.when.moved_to(at(day, 15)),
        status=Status.TENTATIVE,
        title="Quillon Wren",
        notes="Raincheck: replaces the session of Tue 24 Nov 2026 10:00.",
        categories=("raincheck",),
        marks=MARKS,
        invite=False,
    )


class CalendarContract(FollowingContract, PlantingContract):
    """The promises. A subclass has the fixtures ``calendar``, ``hand`` and ``again``."""

    def look(
        self, calendar: Calendar, cursor: str | None = None, known: Known = nothing_known
    ) -> ChangeSet:
        return calendar.changes(cursor, known, since=SINCE)

    def standing(self, calendar: Calendar, hand: Hand, told: Told = TAGGED) -> Session:
        hand.put(told)
        session = calendar.read(told.key(), None)
        assert session is not None
        return session

    # Looking.

    def test_the_first_look_finds_what_ends_after_since(
        self, calendar: Calendar, hand: Hand
    ) -> None:
        """The first look holds the window, in full where a signal may be, and not the past."""
        hand.put(TAGGED)
        hand.put(Told("old-1", at(2), categories=("disrupted",)))
        found = self.look(calendar)
        assert found.scan is Scan.FULL
        assert [session.key for session in found.sessions] == [TAGGED.key()]
        (session,) = found.sessions
        assert (session.title, session.categories) == ("Quillon Wren", ("disrupted",))
        assert session.when == Timed(TAGGED.start, TAGGED.start + TAGGED.length)
        assert session.calendar == calendar.name
        assert found.revisions == {session.resource: session.revision}

    def test_an_empty_calendar_has_nothing(self, calendar: Calendar) -> None:
        """The first look at an empty calendar finds nothing and gives a cursor that works."""
        found = self.look(calendar)
        assert (found.sessions, found.revisions) == ((), {})
        assert self.look(calendar, found.cursor).scan is Scan.UNCHANGED

    def test_an_unchanged_calendar_costs_one_request(
        self, calendar: Calendar, hand: Hand, again: Callable[[], Calendar]
    ) -> None:
        """A second look, also by a process that knows only the cursor, asks once."""
        memory = Memory()
        hand.put(TAGGED)
        found = memory.take(self.look(calendar))
        cold = again()
        before = cold.requests
        second = self.look(cold, found.cursor, memory.known)
        assert cold.requests - before == 1
        assert second.scan is Scan.UNCHANGED
        assert (second.sessions, second.revisions, second.removed) == ((), {}, frozenset())

    def test_a_change_is_found_once(self, calendar: Calendar, hand: Hand) -> None:
        """What was changed after the cursor comes, with its new revision, and only once."""
        memory = Memory()
        hand.put(replace(TAGGED, categories=()))
        hand.put(Told("bob-1", at(25)))
        first = memory.take(self.look(calendar))
        hand.put(TAGGED)
        second = memory.take(self.look(calendar, first.cursor, memory.known))
        assert second.scan is Scan.INCREMENTAL
        assert [session.key for session in second.sessions] == [TAGGED.key()]
        assert len(second.revisions) == 1
        assert self.look(calendar, second.cursor, memory.known).scan is Scan.UNCHANGED

    def test_a_removal_is_found_once(self, calendar: Calendar, hand: Hand) -> None:
        """What was deleted after the cursor is named as removed."""
        memory = Memory()
        hand.put(TAGGED)
        first = memory.take(self.look(calendar))
        (resource,) = first.revisions
        hand.delete(TAGGED.uid)
        second = memory.take(self.look(calendar, first.cursor, memory.known))
        assert (second.scan, second.removed) == (Scan.INCREMENTAL, frozenset({resource}))
        assert self.look(calendar, second.cursor, memory.known).scan is Scan.UNCHANGED

    def test_what_came_and_went_is_no_news(self, calendar: Calendar, hand: Hand) -> None:
        """An event that was made and deleted between two looks never was."""
        memory = Memory()
        first = memory.take(self.look(calendar))
        hand.put(TAGGED)
        hand.delete(TAGGED.uid)
        assert self.look(calendar, first.cursor, memory.known).scan is Scan.UNCHANGED

    def test_a_cursor_of_another_kind_is_refused_or_ignored(
        self, calendar: Calendar, hand: Hand
    ) -> None:
        """A cursor that means nothing never hides anything: refused, or looked at in full."""
        hand.put(TAGGED)
        self.look(calendar)
        try:
            found = self.look(calendar, "no such cursor")
        except CursorExpiredError:
            return
        assert found.scan is Scan.FULL
        assert len(found.sessions) == 1

    def test_own_writes_are_no_news(self, calendar: Calendar, hand: Hand) -> None:
        """What was written by us is no change once its revision is known."""
        memory = Memory()
        original = self.standing(calendar, hand)
        first = memory.take(self.look(calendar))
        made = calendar.create(draft_of(original))
        memory.revisions[made.resource] = made.revision
        marked = calendar.amend(original.key, original.resource, SETTLED, expected=None)
        memory.revisions[marked.resource] = marked.revision
        assert self.look(calendar, first.cursor, memory.known).scan is Scan.UNCHANGED

    def test_what_nobody_can_read_is_told_and_the_rest_goes_on(
        self, calendar: Calendar, hand: Hand
    ) -> None:
        """One bad resource is reported once; what else has changed is found all the same."""
        memory = Memory()
        first = memory.take(self.look(calendar))
        hand.spoil("bad-1")
        hand.put(TAGGED)
        second = memory.take(self.look(calendar, first.cursor, memory.known))
        assert len(second.unreadable) == 1
        assert "bad-1" in second.unreadable[0].resource
        assert [session.key for session in second.sessions] == [TAGGED.key()]
        assert self.look(calendar, second.cursor, memory.known).scan is Scan.UNCHANGED

    # Reading.

    def test_reading_what_is_not_there(self, calendar: Calendar) -> None:
        """Reading an absent session says None, with or without a resource."""
        assert calendar.read(SessionKey("nobody"), None) is None

    def test_reading_finds_by_uid(self, calendar: Calendar, hand: Hand) -> None:
        """A session is found without its resource, and again with it."""
        hand.put(TAGGED)
        hand.put(Told("bob-1", at(25)))
        session = calendar.read(TAGGED.key(), None)
        assert session is not None
        assert session.title == "Quillon Wren"
        assert session.payload
        assert calendar.read(TAGGED.key(), session.resource) == session

    def test_reading_an_instance(self, calendar: Calendar, hand: Hand) -> None:
        """An instance is read at its own time; one taken out of its series is not there."""
        series = Told("series-1", at(10), weekly=4, skipped=(2,), moved=((1, at(18, 14)),))
        hand.put(series)
        plain, moved = (calendar.read(series.key(n), None) for n in (0, 1))
        assert plain is not None
        assert moved is not None
        assert (plain.kind, moved.kind) == (Kind.INSTANCE, Kind.INSTANCE)
        assert plain.when == Timed(at(10), at(10, 11))
        assert moved.when == Timed(at(18, 14), at(18, 15))
        assert calendar.read(series.key(2), None) is None

    # The agenda.

    def test_the_agenda_expands_series(self, calendar: Calendar, hand: Hand) -> None:
        """Each instance stands where it is: moved ones moved, those taken out left out."""
        series = Told("series-1", at(10), weekly=4, skipped=(2,), moved=((1, at(18, 14)),))
        hand.put(series)
        found = calendar.agenda(window(9, 38)).sessions
        assert [(s.key, s.when.start) for s in found if isinstance(s.when, Timed)] == [
            (series.key(0), at(10)),
            (series.key(1), at(18, 14)),
            (series.key(3), at(31)),
        ]
        assert all(s.payload == "" for s in found)

    def test_the_agenda_is_the_window_in_order(self, calendar: Calendar, hand: Hand) -> None:
        """What touches the window only with an end is not in it; the rest is by start."""
        hand.put(Told("late", at(24, 15)))
        hand.put(Told("early", at(24, 9)))
        hand.put(Told("before", at(23, 23)))
        hand.put(Told("over", at(24, 23), length=timedelta(hours=3)))
        hand.put(Told("after", at(25, 0)))
        assert [s.key.uid for s in calendar.agenda(window(24, 25)).sessions] == [
            "early",
            "late",
            "over",
        ]

    def test_the_agenda_holds_the_cancelled_and_the_transparent(
        self, calendar: Calendar, hand: Hand
    ) -> None:
        """Whether something takes time is not the calendar's to decide."""
        hand.put(Told("off", at(24), status="CANCELLED"))
        hand.put(Told("free", at(24, 12), transparent=True))
        off, free = calendar.agenda(window(24, 25)).sessions
        assert off.status is Status.CANCELLED
        assert free.transparent

    # Creating.

    def test_what_is_created_stands(self, calendar: Calendar, hand: Hand) -> None:
        """A created session is returned as it stands, and can be read."""
        original = self.standing(calendar, hand)
        draft = draft_of(original)
        made = calendar.create(draft)
        assert (made.key, made.when, made.status) == (draft.key, draft.when, Status.TENTATIVE)
        assert made.marks == MARKS
        assert made.title == "Quillon Wren"
        assert "raincheck" in made.categories
        assert made.revision
        assert calendar.read(draft.key, None) == made
        assert calendar.read(draft.key, made.resource) == made

    def test_creating_twice_is_refused(self, calendar: Calendar, hand: Hand) -> None:
        """A second create with the same key changes nothing and says so."""
        original = self.standing(calendar, hand)
        made = calendar.create(draft_of(original))
        with pytest.raises(AlreadyExistsError):
            calendar.create(draft_of(original, day=27))
        assert calendar.read(made.key, made.resource) == made

    def test_two_racing_creates_make_one(
        self, calendar: Calendar, hand: Hand, again: Callable[[], Calendar]
    ) -> None:
        """Of two who create the same session at once, one event comes out."""
        original = self.standing(calendar, hand)
        draft = draft_of(original)

        def make(one: Calendar) -> bool:
            try:
                one.create(draft)
            except AlreadyExistsError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(make, (again(), again())))
        assert any(made)
        assert hand.uids() == sorted([TAGGED.uid, draft.key.uid])

    # Amending.

    def test_what_is_amended_stands(self, calendar: Calendar, hand: Hand) -> None:
        """An amendment changes what it names and leaves title, time and tags."""
        original = self.standing(calendar, hand)
        amended = calendar.amend(
            original.key, original.resource, SETTLED, expected=original.revision
        )
        assert amended.marks == SETTLED.marks
        assert amended.status is Status.CANCELLED
        assert amended.transparent
        assert SETTLED.note in amended.notes.splitlines()
        assert (amended.title, amended.when) == (original.title, original.when)
        assert amended.categories == original.categories
        assert amended.revision != original.revision
        assert calendar.read(original.key, original.resource) == amended

    def test_amending_twice_changes_nothing_more(self, calendar: Calendar, hand: Hand) -> None:
        """The same amendment again is no write: the revision stays."""
        original = self.standing(calendar, hand)
        amended = calendar.amend(original.key, original.resource, SETTLED, expected=None)
        twice = calendar.amend(original.key, original.resource, SETTLED, expected=None)
        assert twice == amended

    def test_a_stale_revision_is_refused(self, calendar: Calendar, hand: Hand) -> None:
        """With an old revision nothing is changed, even if the new one would allow it."""
        original = self.standing(calendar, hand)
        hand.put(replace(TAGGED, title="Quillon Wren moved"))
        with pytest.raises(RevisionMismatchError):
            calendar.amend(original.key, original.resource, SETTLED, expected=original.revision)
        standing = calendar.read(original.key, original.resource)
        assert standing is not None
        assert (standing.title, standing.marks) == ("Quillon Wren moved", None)

    def test_without_a_revision_the_latest_is_amended(self, calendar: Calendar, hand: Hand) -> None:
        """Without an expected revision the person's last edit stays and is amended."""
        original = self.standing(calendar, hand)
        hand.put(replace(TAGGED, title="Quillon Wren moved"))
        amended = calendar.amend(original.key, original.resource, SETTLED, expected=None)
        assert (amended.title, amended.marks) == ("Quillon Wren moved", SETTLED.marks)

    def test_amending_what_is_gone(self, calendar: Calendar, hand: Hand) -> None:
        """A session deleted meanwhile is gone, and stays so."""
        original = self.standing(calendar, hand)
        hand.delete(TAGGED.uid)
        with pytest.raises(SessionGoneError):
            calendar.amend(original.key, original.resource, SETTLED, expected=None)
        assert hand.uids() == []

    def test_amending_one_instance(self, calendar: Calendar, hand: Hand) -> None:
        """An instance without an override gets one; its neighbours stay as they are."""
        series = Told("series-1", at(10), weekly=3)
        hand.put(series)
        before = calendar.read(series.key(1), None)
        assert before is not None
        amended = calendar.amend(before.key, before.resource, SETTLED, expected=before.revision)
        assert (amended.key, amended.status) == (series.key(1), Status.CANCELLED)
        assert amended.marks == SETTLED.marks
        agenda = calendar.agenda(window(9, 38)).sessions
        assert [(s.key, s.status) for s in agenda] == [
            (series.key(0), Status.CONFIRMED),
            (series.key(1), Status.CANCELLED),
            (series.key(2), Status.CONFIRMED),
        ]

    def test_a_session_can_be_moved(self, calendar: Calendar, hand: Hand) -> None:
        """An amended time is where the session stands afterwards."""
        original = self.standing(calendar, hand)
        assert isinstance(original.when, Timed)
        later = original.when.moved_to(at(27, 16))
        amended = calendar.amend(
            original.key, original.resource, Amendment(when=later), expected=None
        )
        assert amended.when == later
        assert [s.when for s in calendar.agenda(window(20, 30)).sessions] == [later]

    def test_facts_name_the_calendar(self, calendar: Calendar) -> None:
        """What `check` prints is there, for a calendar that can be written to."""
        facts = calendar.facts()
        assert facts.title
        assert facts.address
        assert facts.writable
