"""A visit of the doctor: what arrives is told once, and the event is always taken away."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.memory import MemoryCalendar
from sync.doctor import Edited, Seen, Trouble, Visit
from sync.domain import words
from sync.domain.causes import BUILT_IN, TAG_WORDS
from sync.domain.policy import SignalKind
from sync.domain.sessions import Session
from sync.domain.signals import Disruption, SignalSettings, Watch
from sync.errors import AccessError, CalendarError, OutcomeUnknownError, UnreachableError
from sync.retrying import Retries

ZONE = ZoneInfo("Europe/London")
KNOWN = words.dictionary(TAG_WORDS, BUILT_IN)
WATCH = Watch(KNOWN, SignalSettings(drop_calendar="drop"), frozenset(), ZONE)
MINUTE = timedelta(minutes=1)


@dataclass
class Ticking:
    """A clock that goes on when somebody sleeps; a person does the next of ``deeds`` then."""

    moment: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)
    deeds: list[Callable[[], Any]] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        if self.deeds:
            self.deeds.pop(0)()


class Troubled(MemoryCalendar):
    """The memory calendar with troubles: one for each of the next calls of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, zone=ZONE)
        self.troubles: dict[str, list[BaseException | None]] = {}

    def _ask(self, operation: str) -> None:
        super()._ask(operation)
        waiting = self.troubles.get(operation, [])
        if waiting and (trouble := waiting.pop(0)) is not None:
            raise trouble


class Surgery:
    """Two calendars, a clock and a visit."""

    def __init__(self) -> None:
        self.home, self.drop = Troubled("sessions"), Troubled("drop")
        self.clock = Ticking()
        self.visit = Visit(
            home=self.home,
            others=[self.drop],
            watch=WATCH,
            chance="a visit",
            clock=self.clock,
            sleep=self.clock.sleep,
            retries=Retries(attempts_max=2, sleep=lambda _: None, chance=lambda: 0.0),
        )

    def edit(self, **more: Any) -> Callable[[], Session]:
        """Return a deed: the person's app changes the event."""
        return lambda: self.home.put(replace(self.home.sessions()[0], **more))

    def news(self, *deeds: Callable[[], Any], keep: bool = False) -> list[Seen | Edited | Trouble]:
        self.clock.deeds = list(deeds)
        with self.visit.planted(keep=keep) as sample:
            return list(self.visit.news(sample, timeout=MINUTE))

    def is_empty(self) -> bool:
        return not (self.home.sessions() or self.drop.sessions() or self.visit.standing)


@pytest.fixture
def surgery() -> Surgery:
    return Surgery()


def nothing() -> None:
    """The person does nothing."""


def lost(kind: type[CalendarError] = UnreachableError) -> CalendarError:
    return kind("it cannot be reached", calendar="sessions", operation="read")


def test_a_tag_is_told_with_its_place_and_its_time(surgery: Surgery) -> None:
    """The third look sees it: after six seconds, and that is the end."""
    (told,) = surgery.news(nothing, nothing, surgery.edit(categories=("disrupted-internet",)))
    assert isinstance(told, Seen)
    assert told.after == timedelta(seconds=6)
    assert [(one.place, one.word) for one in told.sights] == [("a category", "disrupted-internet")]
    assert isinstance(told.verdict, Disruption)
    assert (told.verdict.signal, told.verdict.cause.name) == (SignalKind.TAG, "internet")
    assert surgery.is_empty()


def test_an_edit_without_a_tag_is_told_and_it_goes_on(surgery: Surgery) -> None:
    """What changed, what may have been meant; then the tag."""
    edited, told = surgery.news(surgery.edit(notes="#disruptet"), surgery.edit(notes="#disrupted"))
    assert isinstance(edited, Edited)
    assert edited.parts == ("the notes",)
    assert "disrupted" in edited.hints[0]
    assert isinstance(told, Seen)
    assert surgery.is_empty()


def test_nothing_at_all_ends_in_time(surgery: Surgery) -> None:
    """An edit that changes nothing that a person sees is no news either."""
    begun = surgery.clock.now()
    assert surgery.news(surgery.edit(payload="rewritten")) == []
    assert MINUTE <= surgery.clock.now() - begun <= MINUTE + timedelta(seconds=2)
    assert surgery.is_empty()


def test_it_is_found_in_the_drop_calendar(surgery: Surgery) -> None:
    """Moved there by an app that deletes it first: seen, and taken away from there."""
    moved: list[Session] = []

    def leave() -> None:
        moved.extend(surgery.home.sessions())
        surgery.home.remove(moved[0].key)

    def arrive() -> None:
        surgery.drop.put(moved[0])

    (told,) = surgery.news(leave, arrive)
    assert isinstance(told, Seen)
    assert [one.place for one in told.sights] == ["the drop calendar"]
    assert surgery.is_empty()


def test_a_deletion_is_a_signal_once_it_is_sure(surgery: Surgery) -> None:
    """Missed twice in a row, the event is deleted; some apps write it anew at once."""
    key: list[Session] = []

    def delete() -> None:
        key.extend(surgery.home.sessions())
        surgery.home.remove(key[0].key)

    (told,) = surgery.news(delete, lambda: surgery.home.put(key[0]), delete, nothing, surgery.edit)
    assert isinstance(told, Seen)
    assert told.deleted
    assert told.after == timedelta(seconds=8)
    assert isinstance(told.verdict, Disruption)
    assert told.verdict.signal is SignalKind.DELETED
    assert surgery.is_empty()


def test_a_server_that_is_away_for_a_while_is_waited_for(surgery: Surgery) -> None:
    """Told once, not at every look; then the tag is seen."""
    surgery.home.troubles["read"] = [lost() for _ in range(3)]
    trouble, told = surgery.news(surgery.edit(title="DISRUPTED: x"))
    assert isinstance(trouble, Trouble)
    assert isinstance(told, Seen)
    assert surgery.is_empty()


def test_a_refused_login_ends_it_and_nothing_stays(surgery: Surgery) -> None:
    """Waiting would not help; the event is taken away all the same."""
    surgery.home.troubles["read"] = [lost(AccessError)]
    with pytest.raises(AccessError):
        surgery.news()
    assert surgery.is_empty()


@pytest.mark.parametrize("moment", ["sleeping", "planting"])
def test_ctrl_c_takes_it_away(surgery: Surgery, moment: str) -> None:
    """Whenever it comes: also while the event is being written."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    if moment == "planting":
        surgery.home.plant = _then(surgery.home.plant, interrupt)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        surgery.news(nothing, interrupt)
    assert surgery.is_empty()


def _then(work: Callable[..., Any], after: Callable[[], None]) -> Callable[..., Any]:
    def both(*arguments: Any) -> Any:
        result = work(*arguments)
        after()
        return result

    return both


def test_removal_is_tried_once_more(surgery: Surgery) -> None:
    """Two tries fail, then it goes; nothing is left."""
    surgery.home.troubles["uproot"] = [lost(), lost()]
    assert surgery.news() == []
    assert surgery.is_empty()


def test_what_cannot_be_removed_is_told(surgery: Surgery) -> None:
    """The server stays away: the visit knows where the event is left."""
    surgery.home.troubles["uproot"] = [lost() for _ in range(9)]
    assert surgery.news() == []
    assert [one.name for one in surgery.visit.standing] == ["sessions"]


def test_an_event_that_may_have_been_written_is_taken_away(surgery: Surgery) -> None:
    """The answer to the planting is lost for good: what may stand there is removed."""
    surgery.home.plant = _then(surgery.home.plant, _lose)  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknownError):
        surgery.news()
    assert surgery.is_empty()


def _lose() -> None:
    raise lost(OutcomeUnknownError)


def test_what_was_never_written_is_not_looked_for(surgery: Surgery) -> None:
    """A refused planting: nothing stands anywhere, and nothing is removed."""
    surgery.home.troubles["plant"] = [lost(AccessError)]
    with suppress(AccessError):
        surgery.news()
    assert surgery.is_empty()
    assert surgery.home.requests == 1


def test_it_may_be_kept(surgery: Surgery) -> None:
    """With *keep* it stays where it is, tag and all."""
    surgery.news(surgery.edit(categories=("disrupted",)), keep=True)
    assert len(surgery.home.sessions()) == 1
    assert [one.name for one in surgery.visit.standing] == ["sessions"]
