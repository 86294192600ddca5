"""What every calendar promises to the doctor: an event comes and goes, all else stays."""

from collections.abc import Callable

from sync.domain.sample import NOTES, TITLE, Origin, sample_of
from sync.domain.sessions import Kind, Status
from sync.ports import Bench
from tests.contract.hands import ZONE, Hand, Told, at

SAMPLE = sample_of("a visit", ZONE, now=at(23, 9))


class PlantingContract:
    """The promises of `Bench`. A subclass has the fixtures ``calendar``, ``hand``, ``again``."""

    def test_a_sample_stands_as_it_was_written(self, calendar: Bench) -> None:
        """Title, notes and time; free for others, without guests, and known by its own name."""
        planted = calendar.plant(SAMPLE)
        there = calendar.read(SAMPLE.key, planted.resource)
        assert there is not None
        assert there == planted
        assert (there.key, there.title, there.notes) == (SAMPLE.key, TITLE, NOTES)
        assert there.when.span == SAMPLE.when.span
        assert there.transparent
        assert (there.kind, there.status) == (Kind.SINGLE, Status.CONFIRMED)
        assert (there.categories, there.attendees, there.marks) == ((), (), None)
        assert there.calendar == calendar.name

    def test_planting_again_makes_no_second_one(self, calendar: Bench, hand: Hand) -> None:
        """A retry after a lost answer finds the first one standing."""
        first = calendar.plant(SAMPLE)
        assert calendar.plant(SAMPLE) == first
        assert hand.uids() == [SAMPLE.key.uid]

    def test_a_sample_is_taken_away(
        self, calendar: Bench, hand: Hand, again: Callable[[], Bench]
    ) -> None:
        """Also by a process that only knows its name, and only it goes."""
        hand.put(Told("ann-1", at(24)))
        calendar.plant(SAMPLE)
        again().uproot(SAMPLE.key)
        assert calendar.read(SAMPLE.key, None) is None
        assert hand.uids() == ["ann-1"]

    def test_what_was_edited_is_taken_away_too(self, calendar: Bench, hand: Hand) -> None:
        """The revision that counts is the one that stands when it is deleted."""
        planted = calendar.plant(SAMPLE)
        edited = Told(SAMPLE.key.uid, at(25), title="Edited", categories=("disrupted",))
        hand.put(edited)
        there = calendar.read(SAMPLE.key, planted.resource)
        assert there is not None
        assert there.revision != planted.revision
        assert calendar.origin(there, "disrupted") is Origin.CATEGORY
        calendar.uproot(SAMPLE.key)
        assert hand.uids() == []

    def test_a_sample_is_no_news_to_the_cursor_but_by_its_name(
        self, calendar: Bench, hand: Hand
    ) -> None:
        """Tagged, a look tells of it under a key that every pass leaves alone."""
        calendar.plant(SAMPLE)
        hand.put(Told(SAMPLE.key.uid, at(25), categories=("disrupted",)))
        found = calendar.changes(None, lambda _: {}, since=at(9))
        assert [session.key for session in found.sessions] == [SAMPLE.key]

    def test_uprooting_what_is_not_there_is_nothing(self, calendar: Bench, hand: Hand) -> None:
        """Neither before it was planted, nor twice; what others have stays."""
        hand.put(Told("ann-1", at(24)))
        calendar.uproot(SAMPLE.key)
        calendar.plant(SAMPLE)
        calendar.uproot(SAMPLE.key)
        calendar.uproot(SAMPLE.key)
        assert hand.uids() == ["ann-1"]
