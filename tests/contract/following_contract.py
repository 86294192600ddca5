"""What every Calendar promises about what comes after: deletions, answers, undo, invitations."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from sync.domain.sessions import Answer, Marks, Session, SessionKey, Status, Timed
from sync.domain.writes import Amendment, Draft
from sync.errors import SessionGoneError
from sync.ports import Calendar, ChangeSet, Lost
from tests.contract.hands import Hand, Told, at

GUEST = "quillon@example.com"
PLAIN = Told("plain-1", at(24), title="Quillon Wren")
WEEKLY = Told("weekly-1", at(24), title="Quillon Wren", weekly=5)
SETTLED = Amendment(
    marks=Marks("k3v9q2ab", state="settled", replacement="rc0123"),
    note="Raincheck: moved to Tue 1 Dec 2026 10:00.",
    status=Status.CANCELLED,
    transparent=True,
)
RESTORED = Amendment(
    marks=Marks("k3v9q2ab", state="withdrawn"),
    note="",
    status=Status.CONFIRMED,
    transparent=False,
)


class Eyes:
    """Looks at a calendar again and again, and remembers as a journal does."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.revisions: dict[str, str] = {}
        self._cursor: str | None = None

    def known(self, wanted: Collection[str] | None) -> Mapping[str, str]:
        names = self.revisions if wanted is None else wanted
        return {name: self.revisions[name] for name in names if name in self.revisions}

    def look(self) -> ChangeSet:
        self.before = dict(self.revisions)
        found = self.calendar.changes(self._cursor, self.known, since=at(9))
        self._cursor = found.cursor
        self.revisions.update(found.revisions)
        for resource in found.removed:
            self.revisions.pop(resource, None)
        return found

    def news(self, found: ChangeSet) -> list[Lost]:
        """Return the lost instances that were not known to be; nothing at the first look."""
        return [one for one in found.lost if self.before and one.resource not in self.before]

    def read(self, told: Told) -> Session:
        session = self.calendar.read(told.key(), None)
        assert session is not None
        return session

    def amend(self, session: Session, amendment: Amendment) -> Session:
        return self.calendar.amend(session.key, session.resource, amendment, expected=None)

    def draft_of(self, original: Session) -> Draft:
        assert isinstance(original.when, Timed)
        return Draft(
            key=SessionKey("rc0123456789abcdef"),
            original=original,
            when=original.when.moved_to(at(26, 15)),
            status=Status.TENTATIVE,
            title=original.title,
            notes="",
            categories=("raincheck",),
            marks=Marks("k3v9q2ab", attempt=1),
            invite=False,
        )


class FollowingContract:
    """The promises; mixed into the contract's suite."""

    @pytest.fixture
    def eyes(self, calendar: Calendar) -> Eyes:
        """Looks again and again, as a journal remembers."""
        return Eyes(calendar)

    def test_what_is_ahead_is_remembered_whole(self, hand: Hand, eyes: Eyes) -> None:
        """A copy holds all that a replacement needs, though the original is gone by then."""
        hand.put(PLAIN)
        (copy,) = eyes.look().copies
        assert copy.key == PLAIN.key()
        assert copy.payload
        hand.delete(PLAIN.uid)
        gone = eyes.look()
        assert gone.removed | {lost.resource for lost in gone.lost} == {copy.resource}
        made = eyes.calendar.create(eyes.draft_of(copy))
        assert made.title == "Quillon Wren"

    def test_an_instance_taken_out_is_told_once(self, hand: Hand, eyes: Eyes) -> None:
        """By its name and its start, with the series that it was in; no second time."""
        hand.put(WEEKLY)
        assert eyes.news(eyes.look()) == []
        hand.put(replace(WEEKLY, skipped=(2,)))
        (lost,) = eyes.news(eyes.look())
        assert lost.recurrence_id == WEEKLY.key(2).recurrence_id
        assert lost.start == WEEKLY.instance(2)
        series = eyes.calendar.read(WEEKLY.key(), None)
        assert series is not None
        assert series.resource == lost.series
        hand.put(replace(WEEKLY, skipped=(2,), title="Renamed"))
        assert eyes.news(eyes.look()) == []

    def test_an_instance_that_was_always_out_is_no_news(self, hand: Hand, eyes: Eyes) -> None:
        """The first look tells of no deletion; the next one neither."""
        hand.put(replace(WEEKLY, skipped=(1,)))
        eyes.look()
        hand.put(replace(WEEKLY, skipped=(1,), title="Renamed"))
        assert eyes.news(eyes.look()) == []

    @pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.DECLINED])
    def test_an_answer_is_seen(self, hand: Hand, eyes: Eyes, answer: Answer) -> None:
        """When a guest answers, the session comes again, in full if it was a no."""
        asked = replace(PLAIN, guests=(GUEST,), answer=Answer.NEEDS_ACTION, categories=("x",))
        hand.put(asked)
        eyes.look()
        hand.put(replace(asked, answer=answer))
        (seen,) = eyes.look().sessions
        assert [guest.answer for guest in seen.attendees if guest.address == GUEST] == [answer]

    def test_guests_can_be_invited_later(self, hand: Hand, eyes: Eyes) -> None:
        """A session held without guests gets those of its original, their answers open."""
        hand.put(replace(PLAIN, guests=(GUEST,)))
        original = eyes.read(PLAIN)
        held = eyes.calendar.create(eyes.draft_of(original))
        assert held.attendees == ()
        booking = Amendment(status=Status.CONFIRMED, invite=original)
        booked = eyes.amend(held, booking)
        assert booked.status is Status.CONFIRMED
        assert [(g.address, g.answer) for g in booked.attendees] == [(GUEST, Answer.NEEDS_ACTION)]
        assert booked.marks == held.marks
        assert eyes.amend(booked, booking) == booked

    def test_guests_that_are_there_keep_their_answers(self, hand: Hand, eyes: Eyes) -> None:
        """To be invited is no news to those who have accepted."""
        hand.put(replace(PLAIN, guests=(GUEST,)))
        session = eyes.read(PLAIN)
        again = eyes.amend(session, Amendment(invite=session))
        assert again.attendees == session.attendees

    @pytest.mark.parametrize("guests", [(), (GUEST,)])
    def test_what_was_cancelled_can_be_restored(
        self, hand: Hand, eyes: Eyes, guests: tuple[str, ...]
    ) -> None:
        """As it was, guests and answers too; the marks say that it was withdrawn.

        SEQUENCE grows with both changes, where it tells of any: so guests take the last word.
        """
        hand.put(replace(PLAIN, guests=guests))
        before = eyes.read(PLAIN)
        cancelled = eyes.amend(before, SETTLED)
        assert cancelled.status is Status.CANCELLED
        restored = eyes.amend(cancelled, RESTORED)
        assert restored == replace(
            before,
            marks=Marks("k3v9q2ab", state="withdrawn"),
            revision=restored.revision,
            payload=restored.payload,
            modified=restored.modified,
            sequence=restored.sequence,
        )
        if not eyes.calendar.facts().invites:
            assert before.sequence < cancelled.sequence < restored.sequence

    def test_a_cancelled_replacement_is_gone_or_says_so(self, hand: Hand, eyes: Eyes) -> None:
        """It blocks no time; doing it twice changes nothing."""
        hand.put(PLAIN)
        made = eyes.calendar.create(eyes.draft_of(eyes.read(PLAIN)))
        cancelling = Amendment(status=Status.CANCELLED, transparent=True)
        for _ in range(2):
            with suppress(SessionGoneError):
                eyes.amend(made, cancelling)
        there = eyes.calendar.read(made.key, None)
        assert there is None or there.status is Status.CANCELLED
        assert there is None or there.marks == made.marks
