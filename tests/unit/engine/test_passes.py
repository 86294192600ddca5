"""What a pass does with what it finds."""

import sqlite3
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from sync.domain.lifecycle import State
from sync.domain.passes import Reach, WarningCode
from sync.domain.policy import Action, Conditions, Favour, Policy, Preference, Rule, Terms
from sync.domain.practice import Holds
from sync.domain.sessions import Attendee, Kind, Session, SessionKey, Span, Status, Timed
from sync.errors import AccessError, CalendarError, RejectedError, UnreachableError
from tests.unit.engine.world import PRACTICE, Crash, Steps, World, at, tagged


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A practice with an empty calendar of sessions and one of private time."""
    return World(tmp_path)


def _busy(uid: str, when: Timed, calendar: str = "private") -> Session:
    return Session(SessionKey(uid), calendar, Kind.SINGLE, when, title="Dentist")


def test_a_slot_avoids_what_stands_in_any_calendar(world: World) -> None:
    """Private time is busy time, though nothing in that calendar is a session."""
    world.sessions.put(tagged("one", at(1)))
    world.calendars["private"].put(_busy("dentist", at(8)))
    world.calendars["private"].put(tagged("private-tagged", at(3)))
    (told,) = world.run().rainchecks
    assert told.state is State.SETTLED
    assert told.slot is not None
    assert not told.slot.span.overlaps(at(8).span)


def test_a_replacement_moves_once_more_for_what_was_entered_meanwhile(world: World) -> None:
    """Something entered between planning and writing is not run over, and the mark says where."""

    class Late(Steps):
        def guarded(self, work):  # type: ignore[no-untyped-def]
            def call(*args, **kwargs):  # type: ignore[no-untyped-def]
                if work.__name__ == "create":
                    world.calendars["private"].put(_busy("late", at(8)))
                return work(*args, **kwargs)

            return call

    world.sessions.put(tagged("one", at(1)))
    world.run(Late())
    (replacement,) = world.replacements()
    assert isinstance(replacement.when, Timed)
    assert not replacement.when.span.overlaps(at(8).span)
    assert f"{replacement.when.start:%H:%M}" in world.original("one").notes


def test_nothing_is_placed_while_busy_time_is_unknown(world: World) -> None:
    """A calendar that cannot be read is not free: the session waits, and is placed later."""
    world.sessions.put(tagged("one", at(1)))
    world.calendars["private"].missing = True
    report = world.run()
    (told,) = report.rainchecks
    assert told.state is State.WAITING
    assert told.reason == "the busy time of calendar private could not be read"
    assert [look.reach for look in report.calendars] == [Reach.OK, Reach.MISSING]
    world.calendars["private"].missing = False
    (told,) = world.run().rainchecks
    assert told.state is State.SETTLED


def test_an_account_that_is_down_does_not_stop_the_others(tmp_path: Path) -> None:
    """Each account fails for itself; the next pass finds what was missed."""
    world = World(tmp_path)
    report = world.run(Steps(at=0, trouble=lambda: _failed(AccessError)))
    assert [look.reach for look in report.calendars] == [Reach.DENIED, Reach.DENIED]
    report = world.run(Steps(at=1, trouble=lambda: _failed(UnreachableError)))
    assert [look.reach for look in report.calendars] == [Reach.OK, Reach.OK], "tried once more"


def test_a_refused_write_fails_alone_and_is_tried_again_after_a_change(world: World) -> None:
    """RejectedError: failed with its reason, exit 1; again when something changes."""
    world.sessions.put(tagged("one", at(1)))
    create = 4  # changes, changes, agenda, agenda, record, create: counted below
    steps = Steps()
    World(world.folder / "other").folder.mkdir()
    probe = World(world.folder / "other")
    probe.sessions.put(tagged("one", at(1)))
    probe.run(steps)
    for create in range(steps.count):
        tried = World(world.folder / f"w{create}")
        tried.folder.mkdir()
        tried.sessions.put(tagged("one", at(1)))
        try:
            report = tried.run(Steps(at=create, trouble=lambda: _failed(RejectedError)))
        except RejectedError:
            continue  # a step of the journal
        if not any(told.state is State.FAILED for told in report.rainchecks):
            continue
        assert all(told.reason == "trouble" for told in report.rainchecks)
        unchanged = tried.run()
        assert next(told.state for told in unchanged.rainchecks) in (State.FAILED, State.SETTLED)
        tried.sessions.put(_busy("anything", at(20), "sessions"))
        tried.run()
        assert len(tried.replacements()) == 1
        return
    pytest.fail("no step could be refused")


def test_a_person_who_moves_the_original_while_it_waits_has_the_last_word(world: World) -> None:
    """A waiting session that was moved by hand is withdrawn, not doubled."""
    world.hours = replace(world.hours, weekly={})
    world.sessions.put(tagged("one", at(1)))
    (told,) = world.run().rainchecks
    assert told.state is State.WAITING
    world.sessions.put(tagged("one", at(4), categories=()))
    world.hours = World(world.folder).hours
    (told,) = world.run().rainchecks
    assert told.state is State.WITHDRAWN
    assert world.replacements() == []


def test_marks_that_were_copied_along_mean_nothing(world: World) -> None:
    """Duplicating a marked session in an app makes a session like any other."""
    world.sessions.put(tagged("one", at(1)))
    world.run()
    marked = world.original("one")
    copy = replace(marked, key=SessionKey("copy"), when=at(3), resource="", status=Status.CONFIRMED)
    world.sessions.put(copy)
    report = world.run()
    assert [told.original.key.uid for told in report.rainchecks] == ["copy"]
    assert len(world.replacements()) == 2


def test_the_same_invitation_in_two_calendars_is_one_session(tmp_path: Path) -> None:
    """One UID, two calendars, one replacement."""
    world = World(tmp_path, holds={"sessions": Holds.ALL, "private": Holds.ALL})
    world.sessions.put(tagged("one", at(1)))
    world.calendars["private"].put(tagged("one", at(1)))
    assert len(world.run().rainchecks) == 1
    world.run()
    both = [*world.sessions.sessions(), *world.calendars["private"].sessions()]
    assert len([s for s in both if s.marks and s.marks.attempt]) == 1


def test_a_proposal_is_tentative_until_guests_answer(world: World) -> None:
    """With guests: tentative, answers asked anew; a booking is confirmed; a hold invites nobody."""
    guests = (Attendee("ann@example.com"), Attendee(PRACTICE))
    for action, status, invited in (
        (Action.PROPOSE, Status.TENTATIVE, True),
        (Action.BOOK, Status.CONFIRMED, True),
        (Action.HOLD, Status.TENTATIVE, False),
    ):
        folder = world.folder / action.value
        folder.mkdir()
        one = World(folder, policy=Policy(Terms(action=action)))
        one.sessions.put(tagged("one", at(1), attendees=guests, organizer=PRACTICE))
        report = one.run()
        (replacement,) = one.replacements()
        assert replacement.status is status
        assert bool(replacement.attendees) is invited
        told = [warned.code for warned in report.warnings]
        assert told == ([WarningCode.NOBODY_TOLD] if invited else [])


@pytest.mark.parametrize("action", [Action.PROPOSE, Action.HOLD])
def test_a_dry_run_says_who_would_hear_nothing(tmp_path: Path, action: Action) -> None:
    """As the pass itself would; what is held is told to nobody anyway."""
    one = World(tmp_path, policy=Policy(Terms(action=action)))
    guests = (Attendee("ann@example.com"),)
    one.sessions.put(tagged("one", at(1), attendees=guests, organizer=PRACTICE))
    told = [warned.code for warned in one.run(dry_run=True).warnings]
    assert told == ([] if action is Action.HOLD else [WarningCode.NOBODY_TOLD])
    assert one.replacements() == []


def test_record_marks_and_moves_nothing(world: World) -> None:
    """A rule that says record leaves the time as it is and writes no replacement."""
    rule = Rule("policy.rules[0]", Conditions(causes=frozenset({"no-show"})), _acts(Action.RECORD))
    world.policy = Policy(rules=(rule,))
    world.sessions.put(tagged("one", at(1), categories=("no-show",)))
    (told,) = world.run().rainchecks
    assert told.state is State.SETTLED
    original = world.original("one")
    assert original.marks is not None
    assert original.status is Status.CONFIRMED
    assert world.replacements() == []


def test_ignore_does_nothing_at_all(world: World) -> None:
    """An ignored cause leaves no record and no mark."""
    world.policy = Policy(_acts(Action.IGNORE))
    world.sessions.put(tagged("one", at(1)))
    assert world.run().rainchecks == ()
    assert world.original("one").marks is None


def test_original_keep_leaves_the_time_blocked(world: World) -> None:
    """With `original = "keep"` a session ahead is marked, and stays as it was."""
    world.policy = Policy(Terms(keep_original=True))
    world.sessions.put(tagged("one", at(1)))
    world.run()
    original = world.original("one")
    assert original.marks is not None
    assert original.status is Status.CONFIRMED
    assert not original.transparent


def test_an_expired_cursor_costs_a_full_look_and_nothing_twice(world: World) -> None:
    """After CursorExpiredError everything is seen again, and nothing is done again."""
    world.sessions.put(tagged("one", at(1)))
    world.run()
    before = world.sessions.sessions()
    world.sessions.expire_cursors()
    report = world.run()
    assert next(look.scan for look in report.calendars) == "full"
    assert report.rainchecks == ()
    assert world.sessions.sessions() == before


def test_two_disruptions_at_once_are_placed_together(world: World) -> None:
    """Two sessions lost at the same hour do not land on each other."""
    world.sessions.put(tagged("one", at(1)))
    world.sessions.put(tagged("two", at(1), attendees=(Attendee("marrow@example.com"),)))
    first, second = (told.slot for told in world.run().rainchecks)
    assert first is not None
    assert second is not None
    assert not first.span.overlaps(second.span)


def _acts(action: Action) -> Terms:
    return Terms(action=action)


def _failed(kind: type[CalendarError]) -> CalendarError:
    return kind("trouble", calendar="sessions", operation="any")


def test_a_tag_that_an_instance_has_from_its_series_is_not_its_own(world: World) -> None:
    """A tagged series is a warning; so is the copy of its tag that an app put on one instance."""
    master = tagged("weekly", at(1))
    instance = SessionKey("weekly", "20261201T100000Z")
    world.sessions.put(replace(master, kind=Kind.SERIES))
    world.sessions.put(replace(master, key=instance, kind=Kind.INSTANCE, when=at(8)))
    report = world.run()
    assert [warned.code for warned in report.warnings] == [WarningCode.TAG_ON_SERIES]
    assert report.rainchecks == ()
    own = ("disrupted", "disrupted-internet")
    world.sessions.put(
        replace(master, key=instance, kind=Kind.INSTANCE, when=at(8), categories=own)
    )
    (told,) = world.run().rainchecks
    assert told.cause.name == "internet"


def _refusing(*_: object, **__: object) -> Session:
    raise RejectedError("it cannot be read", calendar="sessions", operation="read")


def test_an_original_that_turns_unreadable_does_not_stop_its_calendar(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one session waits and cannot be read, the others are written all the same."""
    openings, world.hours = world.hours, replace(world.hours, weekly={})
    world.sessions.put(tagged("odd", at(3)))
    world.run()
    world.hours = openings
    read = world.sessions.read
    monkeypatch.setattr(
        world.sessions,
        "read",
        lambda key, resource: _refusing() if key.uid == "odd" else read(key, resource),
    )
    world.sessions.put(tagged("plain", at(4)))
    report = world.run()
    assert {look.reach for look in report.calendars} == {Reach.OK}
    assert world.original("plain").marks is not None


def test_a_replacement_deleted_while_its_original_cannot_be_marked_stays_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused mark is tried again after a change only, and resurrects nothing."""
    world.sessions.put(tagged("one", at(3)))
    with monkeypatch.context() as broken:
        broken.setattr(world.sessions, "amend", _refusing)
        (refused,) = world.run().rainchecks
        world.run()
        with world.journal() as journal:
            told = len(journal.story(refused.id))
        world.run()
        with world.journal() as journal:
            assert len(journal.story(refused.id)) == told
    (replacement,) = world.replacements()
    world.sessions.remove(replacement.key)
    (withdrawn,) = world.run().rainchecks
    assert withdrawn.state is State.WITHDRAWN
    world.sessions.put(tagged("two", at(4)))
    world.run()
    assert [each.key for each in world.replacements()] != [replacement.key]
    assert len(world.replacements()) == 1


def test_two_replacements_that_make_way_do_not_meet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one was moved to is taken for the other."""
    world.policy = Policy(Terms(prefer=Preference(Favour.SOONEST)))
    for uid, hour in (("one", 10), ("two", 11)):
        world.sessions.put(tagged(uid, at(1, hour)))
    private = world.calendars["private"]
    agenda = private.agenda

    def entering(window: Span) -> tuple[Session, ...]:
        times = [each.when for each in world.replacements() if isinstance(each.when, Timed)]
        if len(times) == 2 and not private.sessions():
            block = Timed(min(t.start for t in times), max(t.end for t in times))
            private.put(Session(SessionKey("block"), "private", Kind.SINGLE, block))
        return agenda(window)

    monkeypatch.setattr(private, "agenda", entering)
    world.run()
    first, second = (each.when for each in world.replacements())
    assert isinstance(first, Timed)
    assert isinstance(second, Timed)
    assert not first.span.overlaps(second.span)


def test_a_change_of_mind_reaches_what_was_seen_before(world: World) -> None:
    """An organizer that is trusted only later: the unchanged session is acted on then."""
    foreign = "partner@example.com"
    world.sessions.put(tagged("one", at(1), organizer=foreign))
    assert [w.code for w in world.run().warnings] == [WarningCode.UNTRUSTED_ORGANIZER]
    assert world.run().warnings == ()
    world.emails = frozenset({PRACTICE, foreign})
    (told,) = world.run().rainchecks
    assert told.state is State.SETTLED


def test_a_session_does_not_stand_in_its_own_way(world: World) -> None:
    """Where the same day is allowed, an original about to be freed does not fill that day."""
    terms = Terms(notice=timedelta(hours=1), within=timedelta(hours=30), same_day=True)
    world.policy = Policy(terms)
    world.hours = replace(world.hours, weekly={1: ((time(9), time(17)),)}, max_per_day=1)
    world.sessions.put(tagged("one", at(1), attendees=(Attendee("ann@example.com"),)))
    (told,) = world.run().rainchecks
    assert told.state is State.SETTLED
    assert told.slot is not None
    assert told.slot.start.date() == at(1).start.date()


def test_the_original_s_own_day_is_not_offered(world: World) -> None:
    """What came between lasts for the day, unless the practice says otherwise."""
    world.policy = Policy(Terms(notice=timedelta(hours=1)))
    world.calendars["private"].put(_busy("next-week", at(8)))
    world.sessions.put(tagged("one", at(1)))
    (told,) = world.run().rainchecks
    assert told.slot is not None
    assert told.slot.start.date() != at(1).start.date()


def test_a_public_holiday_is_closed(world: World) -> None:
    """The first choice falls on a holiday: another day."""
    world.sessions.put(tagged("one", at(1)))
    world.holidays = frozenset({at(8).start.date()})
    (told,) = world.run().rainchecks
    assert told.slot is not None
    assert told.slot.start.date() != at(8).start.date()


def test_the_intention_is_on_disk_before_the_first_write(world: World) -> None:
    """When the server is first written to, the state file holds what is about to be written."""
    held: list[tuple[State, bool]] = []

    class Looking(Steps):
        def guarded(self, work):  # type: ignore[no-untyped-def]
            def call(*args, **kwargs):  # type: ignore[no-untyped-def]
                if work.__name__ == "create":
                    with sqlite3.connect(world.state) as other:
                        ((state, slot),) = other.execute("SELECT state, slot FROM rainchecks")
                    held.append((State(state), slot is not None))
                return work(*args, **kwargs)

            return call

    world.sessions.put(tagged("one", at(1)))
    world.run(Looking())
    assert held == [(State.PLANNED, True)]


def test_an_instance_that_an_app_renamed_is_still_the_same(world: World) -> None:
    """When a series is moved, its marked instance gets another RECURRENCE-ID: nothing new."""
    key = SessionKey("weekly", "20261124T100000Z")
    world.sessions.put(tagged("weekly", at(1), key=key, kind=Kind.INSTANCE))
    world.run()
    marked = world.original("weekly")
    world.sessions.remove(key)
    renamed = SessionKey("weekly", "20261124T110000Z")
    world.sessions.put(replace(marked, key=renamed, when=at(1, 11), resource=""))
    split = replace(marked, key=SessionKey("split"), kind=Kind.SINGLE, resource="")
    world.sessions.put(split)
    assert world.run().rainchecks == ()
    assert len(world.replacements()) == 1


def test_an_original_moved_before_it_was_marked_keeps_its_new_time(world: World) -> None:
    """Marked it is, but what a person moved is not cancelled under their hands."""
    world.sessions.put(tagged("one", at(1)))
    with pytest.raises(Crash):
        world.run(_Stop("amend"))
    world.sessions.put(tagged("one", at(3), categories=()))
    world.run()
    original = world.original("one")
    assert original.marks is not None
    assert original.status is Status.CONFIRMED
    assert not original.transparent
    assert original.when == at(3)


@pytest.mark.parametrize("change", ["entered", "deleted"])
def test_a_record_that_was_refused_is_tried_again_after_a_change(world: World, change: str) -> None:
    """A refused mark of a recorded session does not fail for ever; a deletion makes room."""
    world.policy = Policy(_acts(Action.RECORD))
    world.calendars["private"].put(_busy("old", at(9)))
    world.sessions.put(tagged("one", at(1)))
    (told,) = world.run(_Stop("amend", lambda: _failed(RejectedError))).rainchecks
    assert told.state is State.FAILED
    (told,) = world.run().rainchecks
    assert told.state is State.FAILED, "nothing has changed"
    if change == "entered":
        world.sessions.put(_busy("anything", at(20), "sessions"))
    else:
        world.calendars["private"].remove(SessionKey("old"))
    (told,) = world.run().rainchecks
    assert told.state is State.SETTLED


def test_drop_calls_off_what_still_waits(world: World) -> None:
    """A waiting session that a person tags as one to drop is withdrawn, and says why."""
    hours = world.hours
    world.hours = replace(hours, weekly={})
    world.sessions.put(tagged("one", at(1)))
    world.run()
    world.sessions.put(tagged("one", at(1), categories=("disrupted", "drop")))
    world.hours = hours
    (told,) = world.run().rainchecks
    assert told.state is State.WITHDRAWN
    assert told.reason == "a person tagged the original as one to drop"


def test_a_calendar_that_is_suddenly_empty_withdraws_nothing(world: World) -> None:
    """All gone at once is a server's trouble, not a person's wish."""
    for number in range(6):
        world.sessions.put(tagged(f"s{number}", at(1, 9 + number)))
    world.run()
    kept = world.sessions.sessions()
    for session in kept:
        world.sessions.remove(session.key)
    for expired in (False, True):
        if expired:
            world.sessions.expire_cursors()
        report = world.run()
        assert [warned.code for warned in report.warnings] == [WarningCode.CALENDAR_EMPTIED]
        assert report.rainchecks == ()
    for session in kept:
        world.sessions.put(session)
    assert all(told.state is State.SETTLED for told in world.run().rainchecks)


def test_a_lost_journal_finds_what_stands_even_without_room(world: World) -> None:
    """Written, not yet marked, state lost, no room left: the standing replacement is taken up."""
    world.sessions.put(tagged("one", at(1)))
    with pytest.raises(Crash):
        world.run(_Stop("amend"))
    world.state.unlink()
    world.hours = replace(world.hours, weekly={})
    (told,) = world.run().rainchecks
    assert told.state is State.SETTLED
    assert world.original("one").marks is not None


def test_a_slip_of_the_year_does_not_search_for_decades(world: World) -> None:
    """A session typed into 2099 is looked for within a year or so."""
    far = Timed(at(1).start.replace(year=2099), at(1).end.replace(year=2099))
    world.sessions.put(tagged("far", far))
    (told,) = world.run().rainchecks
    assert told.slot is not None
    assert told.slot.start.year <= 2028


class _Stop(Steps):
    """Raises before the first call of one name."""

    def __init__(self, name: str, trouble=Crash) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.name, self.stop = name, trouble

    def guarded(self, work):  # type: ignore[no-untyped-def]
        def call(*args, **kwargs):  # type: ignore[no-untyped-def]
            if work.__name__ == self.name:
                raise self.stop()
            return work(*args, **kwargs)

        return call


def test_busy_time_that_cannot_be_read_is_told(world: World) -> None:
    """An entry without a readable time is not free time in silence, in every pass that places."""
    world.calendars["private"].put_unreadable("garbage")
    world.run()
    world.sessions.put(tagged("one", at(1)))
    report = world.run()
    assert [(w.code, w.calendar) for w in report.warnings] == [(WarningCode.UNREADABLE, "private")]
    assert [told.state for told in report.rainchecks] == [State.SETTLED]
