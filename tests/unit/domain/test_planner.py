"""Where sessions go: worked cases that a therapist would recognise."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync.domain.availability import Busy, Hours
from sync.domain.planner import Obstacle, Placed, Plan, Wish, plan
from sync.domain.policy import Favour, Preference, WeekRange
from sync.domain.sessions import Span, Timed
from sync.domain.slots import grid_slots, stretches_of

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
WEEK = {day: ((time(9), time(12, 30)), (time(13, 30), time(18))) for day in range(5)}
HOURS = Hours(LONDON, WEEK)
NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
SOONEST = Preference(Favour.SOONEST)
SERIES = frozenset({"uid:wren-weekly"})


def at(text: str, zone: ZoneInfo = LONDON, minutes: int = 60) -> Timed:
    start = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    end = start + timedelta(minutes=minutes)
    return Timed(start.astimezone(zone), end.astimezone(zone))


def busy(text: str, minutes: int = 60, **more) -> Busy:
    return Busy(at(text, minutes=minutes).span, **more)


def days_from(start: datetime, days: float = 14) -> Span:
    return Span(start, start + timedelta(days=days))


def wish(when: Timed | str = "2026-11-23T10:00", window: Span | None = None, **more) -> Wish:
    timed = at(when) if isinstance(when, str) else when
    more.setdefault("refused", (timed.span,))
    window = window or days_from(NOW + timedelta(days=1), 13)
    return Wish(more.pop("id", "a"), timed, window, **more)


def planned(*wishes: Wish, hours: Hours = HOURS, busy: Sequence[Busy] = ()) -> Plan:
    return plan(wishes, hours, busy, now=min(NOW, *(one.window.start for one in wishes)))


def only(*wishes: Wish, hours: Hours = HOURS, busy: Sequence[Busy] = ()) -> Placed:
    made = planned(*wishes, hours=hours, busy=busy)
    assert not made.unplaced
    assert len(made.placed) == 1
    return made.placed[0]


def start_of(placed: Placed) -> str:
    return placed.when.start.replace(tzinfo=None).isoformat(timespec="minutes")


def starts(made: Plan) -> dict[str, str]:
    return {placed.id: start_of(placed) for placed in made.placed}


class TestSameTime:
    """Keep weekday and hour, then the rhythm, then the earliest."""

    def test_a_single_session_goes_to_the_next_week(self) -> None:
        """Monday 10:00 becomes next Monday 10:00, and says why."""
        found = only(wish())
        assert start_of(found) == "2026-11-30T10:00"
        assert found.why == "same weekday and hour, one week later"

    def test_a_session_far_ahead_stays_near_its_date(self) -> None:
        """Lost weeks before its date, it is made up for beside that date, not at once."""
        window = days_from(NOW + timedelta(days=1), 40)
        found = only(wish("2026-12-17T10:00", window))
        assert start_of(found) == "2026-12-10T10:00"
        soonest = only(wish("2026-12-17T10:00", window, prefer=SOONEST))
        assert start_of(soonest).startswith("2026-11-24")

    def test_the_week_after_if_the_next_is_taken(self) -> None:
        """The usual weekday and hour are worth a second week."""
        found = only(wish(), busy=[busy("2026-11-30T10:00")])
        assert start_of(found) == "2026-12-07T10:00"

    def test_no_wait_outweighs_the_usual_hour(self) -> None:
        """Five weeks later at the usual hour comes before a quarter of an hour off next week."""
        mondays = ("2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21")
        taken = [busy(f"{day}T10:00", minutes=15) for day in mondays]
        found = only(wish(window=days_from(NOW, 36)), busy=taken)
        assert start_of(found) == "2026-12-28T10:00"
        assert found.why == "same weekday and hour, five weeks later"

    def test_a_weekly_series_goes_between_two_of_its_dates(self) -> None:
        """With the series itself on every Monday, the same hour about halfway is best."""
        mondays = ("2026-11-23", "2026-11-30", "2026-12-07")
        series = [busy(f"{day}T10:00", session=True, clients=SERIES) for day in mondays]
        found = only(wish(clients=SERIES, rhythm=timedelta(days=7)), busy=series)
        assert start_of(found) == "2026-11-26T10:00"
        assert "usual hour" in found.why

    def test_not_on_the_day_before_the_next_session(self) -> None:
        """Without a known rhythm, a day beside another session of the client is left for later."""
        clients = [
            busy(f"2026-11-{day}T15:00", session=True, clients=SERIES) for day in ("25", "30")
        ]
        window = days_from(datetime(2026, 11, 26, tzinfo=UTC), 2)
        found = only(wish(clients=SERIES, window=window), busy=clients)
        assert start_of(found) == "2026-11-27T10:00"

    def test_the_usual_weekday_near_the_hour(self) -> None:
        """An hour off on the usual weekday beats the usual hour on another one."""
        taken = [busy("2026-11-30T10:00"), busy("2026-12-07T09:00", minutes=540)]
        found = only(wish(), busy=taken)
        assert start_of(found) == "2026-11-30T09:00"
        assert found.why == "same weekday, 1 h earlier than usual"

    def test_the_usual_hour_on_another_weekday(self) -> None:
        """The usual hour beats a very different one on the usual weekday."""
        taken = [
            busy("2026-11-30T09:00", minutes=300),
            busy("2026-12-07T09:00", minutes=540),
        ]
        found = only(wish(), busy=taken)
        assert start_of(found) == "2026-11-25T10:00"
        assert found.why == "the soonest opening that keeps the usual hour"

    def test_an_hour_off_the_grid_is_kept(self) -> None:
        """A session that always began at 10:05 still does."""
        assert start_of(only(wish("2026-11-23T10:05"))) == "2026-11-30T10:05"

    def test_a_title_on_that_day_asks_for_another_day(self) -> None:
        """Where nobody is invited, the title says who comes that day already."""
        named = [busy("2026-11-30T16:00", session=True, hint="quillon wren")]
        found = only(wish(hint="quillon wren"), busy=named)
        assert start_of(found) == "2026-12-07T10:00"

    def test_a_title_never_blocks(self) -> None:
        """If that day is all there is, it is taken."""
        window = days_from(datetime(2026, 11, 30, tzinfo=UTC), 1)
        named = [busy("2026-11-30T16:00", session=True, hint="quillon wren")]
        found = only(wish(hint="quillon wren", window=window), busy=named)
        assert start_of(found) == "2026-11-30T10:00"

    def test_a_word_is_no_person(self) -> None:
        """A title that stands twice on one day tells nothing of who it is."""
        named = [
            busy("2026-11-30T15:00", session=True, hint="session"),
            busy("2026-11-30T16:00", session=True, hint="session"),
        ]
        assert start_of(only(wish(hint="session"), busy=named)) == "2026-11-30T10:00"


class TestClocks:
    """Around the change of the clocks, and in zones other than the practice's."""

    def test_the_hour_is_kept_when_the_clocks_go_back(self) -> None:
        """10:00 before 25 October 2026 is 10:00 after it, an hour later in UTC."""
        now = datetime(2026, 10, 19, 10, tzinfo=UTC)
        found = only(wish("2026-10-19T10:00", days_from(now, 13)))
        assert found.when.start == datetime(2026, 10, 26, 10, tzinfo=LONDON)
        assert found.when.span.start == datetime(2026, 10, 26, 10, tzinfo=UTC)

    def test_the_hour_is_kept_when_the_clocks_go_forward(self) -> None:
        """10:00 before 28 March 2027 is 10:00 after it."""
        now = datetime(2027, 3, 22, 11, tzinfo=UTC)
        found = only(wish("2027-03-22T10:00", days_from(now, 13)))
        assert found.when.span.start == datetime(2027, 3, 29, 9, tzinfo=UTC)

    def test_the_clients_own_zone_decides_what_is_the_same_hour(self) -> None:
        """For a client in New York it stays 10:00 there, though London changes a week earlier."""
        now = datetime(2026, 10, 20, 14, tzinfo=UTC)
        original = at("2026-10-20T10:00", NEW_YORK)
        found = only(wish(original, days_from(now, 13)))
        assert found.when.start == datetime(2026, 10, 27, 10, tzinfo=NEW_YORK)
        assert found.when.span.start == datetime(2026, 10, 27, 14, tzinfo=UTC)

    def test_a_skipped_hour_is_not_offered(self) -> None:
        """01:30 does not exist on 28 March 2027: the week after has it."""
        night = Hours(LONDON, {6: ((time(0), time(5)),)})
        now = datetime(2027, 3, 21, 12, tzinfo=UTC)
        found = only(wish("2027-03-21T01:30", days_from(now, 15)), hours=night)
        assert start_of(found) == "2027-04-04T01:30"

    def test_a_repeated_hour_is_taken_the_first_time(self) -> None:
        """01:30 comes twice on 25 October 2026; the first one is offered."""
        night = Hours(LONDON, {6: ((time(0), time(5)),)})
        now = datetime(2026, 10, 18, 12, tzinfo=UTC)
        found = only(wish("2026-10-18T01:30", days_from(now)), hours=night)
        assert found.when.span.start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_the_second_time_round_is_not_mistaken_for_the_first(self) -> None:
        """Free from 01:10 the second time on: the first 01:15 is gone, so 02:00 is next."""
        night = Hours(LONDON, {6: ((time(0), time(5)),)})
        window = days_from(datetime(2026, 10, 24, 23, tzinfo=UTC), 1)
        first_hours = Span(window.start, datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
        asked = wish("2026-10-18T03:00", window, prefer=SOONEST)
        assert start_of(only(asked, hours=night, busy=[Busy(first_hours)])) == "2026-10-25T02:00"

    def test_the_true_length_is_kept_over_the_change(self) -> None:
        """Two hours over the repeated hour are two hours of time."""
        night = Hours(LONDON, {6: ((time(0), time(5)),)})
        now = datetime(2026, 10, 18, 12, tzinfo=UTC)
        original = at("2026-10-18T00:30", minutes=120)
        found = only(wish(original, days_from(now)), hours=night)
        assert found.when.length == timedelta(hours=2)
        assert found.when.end.replace(tzinfo=None).isoformat() == "2026-10-25T01:30:00"

    def test_a_session_may_cross_midnight_between_open_days(self) -> None:
        """23:30 to 00:30 fits hours that go on after 24:00, and only those."""
        late = Hours(LONDON, {0: ((time(22), time.max),), 1: ((time(0), time(1)),)})
        assert start_of(only(wish("2026-11-23T23:30"), hours=late)) == "2026-11-30T23:30"
        evening = Hours(LONDON, {0: ((time(22), time.max),)})
        assert start_of(only(wish("2026-11-23T23:30"), hours=evening)) == "2026-11-30T23:00"


class TestSoonest:
    """The earliest, whatever the hour."""

    def test_the_earliest_on_the_grid(self) -> None:
        """From 11:00 on, with an hour free, it is 11:00."""
        found = only(wish(prefer=SOONEST))
        assert start_of(found) == "2026-11-24T11:00"
        assert found.why == "the earliest opening"

    def test_buffers_are_kept(self) -> None:
        """A slot keeps its distance from what stands before it."""
        hours = Hours(LONDON, WEEK, buffer=timedelta(minutes=10))
        found = only(wish(prefer=SOONEST), hours=hours, busy=[busy("2026-11-24T10:00")])
        assert start_of(found) == "2026-11-24T11:15"

    def test_the_window_ends_where_it_ends(self) -> None:
        """A slot must end within the window, to the minute."""
        open_ = datetime(2026, 11, 24, 14, tzinfo=UTC)
        fits = wish(prefer=SOONEST, window=Span(open_, open_ + timedelta(hours=1)))
        assert start_of(only(fits)) == "2026-11-24T14:00"
        short = wish(prefer=SOONEST, window=Span(open_, open_ + timedelta(minutes=59)))
        assert planned(short).unplaced == (("a", Obstacle.NO_OPENING),)

    def test_never_in_the_past(self) -> None:
        """A window that began before now does not bring back what is gone."""
        early = wish(prefer=SOONEST, window=days_from(NOW - timedelta(days=7)), refused=())
        made = plan([early], HOURS, (), now=NOW)
        assert start_of(made.placed[0]) == "2026-11-23T11:00"

    def test_closed_days_and_holidays(self) -> None:
        """Neither a closed day nor a holiday is offered."""
        hours = Hours(
            LONDON,
            WEEK,
            closed=frozenset({date(2026, 11, 24)}),
            holidays=frozenset({date(2026, 11, 25)}),
        )
        assert start_of(only(wish(prefer=SOONEST), hours=hours)) == "2026-11-26T09:00"

    def test_refused_times_are_not_offered_again(self) -> None:
        """Nothing that overlaps a declined slot is offered."""
        refused = (at("2026-11-24T11:00").span,)
        assert start_of(only(wish(prefer=SOONEST, refused=refused))) == "2026-11-24T13:30"


class TestRanges:
    """The preferred ranges in their order, then the earliest."""

    PREFER = Preference(
        Favour.RANGES,
        (WeekRange(3, time(16), time(18)), WeekRange(1, time(13, 30), time(15))),
    )

    def test_the_first_range_wins(self) -> None:
        """Thursday 16:00 is listed first and comes before an earlier Tuesday."""
        found = only(wish(prefer=self.PREFER))
        assert start_of(found) == "2026-11-26T16:00"
        assert found.why == "first of the preferred ranges"

    def test_the_second_range_follows(self) -> None:
        """With both Thursdays taken, Tuesday is next."""
        thursdays = [busy(f"{day}T09:00", minutes=540) for day in ("2026-11-26", "2026-12-03")]
        found = only(wish(prefer=self.PREFER), busy=thursdays)
        assert start_of(found) == "2026-11-24T13:30"
        assert found.why == "second of the preferred ranges"

    def test_then_the_earliest(self) -> None:
        """With no preferred range in the window, the earliest opening."""
        window = days_from(datetime(2026, 11, 27, tzinfo=UTC), 3)
        found = only(wish(prefer=self.PREFER, window=window))
        assert start_of(found) == "2026-11-27T09:00"
        assert found.why == "no preferred range has room; the earliest opening"

    def test_a_range_to_midnight(self) -> None:
        """A slot that ends at 24:00 lies in a range to 24:00."""
        late = Hours(LONDON, {3: ((time(9), time.max),)})
        prefer = Preference(Favour.RANGES, (WeekRange(3, time(23), time.max),))
        assert start_of(only(wish(prefer=prefer), hours=late)) == "2026-11-26T23:00"


class TestDays:
    """What holds for whole days."""

    def test_one_session_a_day_for_a_client(self) -> None:
        """A day with another session of the client is passed over, unless allowed."""
        clients = frozenset({"quillon@example.com"})
        taken = [busy("2026-11-24T16:00", session=True, clients=clients)]
        asked = wish(prefer=SOONEST, clients=clients)
        assert start_of(only(asked, busy=taken)) == "2026-11-25T09:00"
        allowed = wish(prefer=SOONEST, clients=clients, same_day=True)
        assert start_of(only(allowed, busy=taken)) == "2026-11-24T11:00"

    def test_a_private_appointment_is_no_session(self) -> None:
        """A coffee with the client is not a session with the client."""
        clients = frozenset({"quillon@example.com"})
        taken = [busy("2026-11-24T16:00", clients=clients)]
        asked = wish(prefer=SOONEST, clients=clients)
        assert start_of(only(asked, busy=taken)) == "2026-11-24T11:00"

    def test_full_days_are_passed_over(self) -> None:
        """A day with max_per_day sessions takes no more; private time does not count."""
        hours = Hours(LONDON, WEEK, max_per_day=1)
        taken = [busy("2026-11-24T16:00", session=True), busy("2026-11-25T16:00")]
        assert start_of(only(wish(prefer=SOONEST), hours=hours, busy=taken)) == "2026-11-25T09:00"

    def test_a_session_to_midnight_is_of_one_day(self) -> None:
        """What ends at 24:00 does not count for the day after."""
        hours = Hours(LONDON, {day: ((time(22), time.max),) for day in range(7)}, max_per_day=1)
        window = days_from(datetime(2026, 11, 25, tzinfo=UTC), 1)
        taken = [busy("2026-11-24T23:00", session=True)]
        asked = wish("2026-11-23T22:00", window, prefer=SOONEST)
        assert start_of(only(asked, hours=hours, busy=taken)) == "2026-11-25T22:00"

    def test_a_session_without_a_length_at_midnight_is_of_the_day_that_begins(self) -> None:
        """Its only moment is the first of the new day, which is what may be full."""
        evening = Span(at("2026-11-24T23:00").span.start, at("2026-11-25T00:00").span.start)
        slots = grid_slots(stretches_of((evening,), HOURS), HOURS, timedelta(0))
        assert [slot.days for slot in slots] == [(date(2026, 11, 24),)] * 4 + [
            (date(2026, 11, 25),)
        ]

    def test_days_are_the_practices(self) -> None:
        """A session at 00:30 local time belongs to that day, though UTC says the day before."""
        hours = Hours(LONDON, {day: ((time(0), time(6)),) for day in range(7)}, max_per_day=1)
        window = days_from(datetime(2026, 6, 1, 12, tzinfo=UTC), 3)
        taken = [busy("2026-06-02T00:30", session=True)]
        asked = wish("2026-06-01T02:00", window, prefer=SOONEST)
        assert start_of(only(asked, hours=hours, busy=taken)) == "2026-06-03T00:00"


class TestTogether:
    """Several sessions at once."""

    def test_urgent_first(self) -> None:
        """With one slot left, the urgent session has it."""
        window = Span(
            datetime(2026, 11, 24, 14, tzinfo=UTC), datetime(2026, 11, 24, 15, tzinfo=UTC)
        )
        made = planned(wish(id="a", window=window), wish(id="b", window=window, urgent=True))
        assert starts(made) == {"b": "2026-11-24T14:00"}
        assert made.unplaced == (("a", Obstacle.NO_ROOM),)

    def test_room_is_made(self) -> None:
        """Whoever can go elsewhere makes room for whoever cannot."""
        first = Span(datetime(2026, 11, 24, 14, tzinfo=UTC), datetime(2026, 11, 24, 15, tzinfo=UTC))
        both = Span(first.start, first.end + timedelta(hours=1))
        made = planned(
            wish(id="a", window=both, prefer=SOONEST),
            wish(id="b", window=first, prefer=SOONEST),
        )
        assert starts(made) == {"a": "2026-11-24T15:00", "b": "2026-11-24T14:00"}

    def test_the_usual_hour_goes_to_whom_it_belongs(self) -> None:
        """Two sessions lost side by side keep their own hours, not each other's."""
        made = planned(wish("2026-11-23T10:00", id="b"), wish("2026-11-23T11:00", id="a"))
        assert starts(made) == {"a": "2026-11-30T11:00", "b": "2026-11-30T10:00"}

    def test_the_one_who_loses_less_moves(self) -> None:
        """The total decides, not who came first."""
        window = Span(
            datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)
        )
        made = planned(
            wish("2026-11-17T10:15", id="a", window=window),
            wish("2026-11-17T10:00", id="b", window=window),
        )
        assert starts(made) == {"a": "2026-11-24T11:00", "b": "2026-11-24T10:00"}

    def test_the_cheaper_half_of_a_pair_moves(self) -> None:
        """Both have room, and the one for whom it is the shorter way goes elsewhere."""
        window = Span(
            datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
        )
        made = planned(
            wish("2026-11-17T10:15", id="a", window=window),
            wish("2026-11-17T10:00", id="b", window=window),
        )
        assert starts(made) == {"a": "2026-11-24T11:00", "b": "2026-11-24T10:00"}

    def test_two_of_one_series_take_two_days(self) -> None:
        """Two lost sessions of one client are made up for on two days."""
        made = planned(
            wish("2026-11-23T10:00", id="a", clients=SERIES, prefer=SOONEST),
            wish("2026-11-16T10:00", id="b", clients=SERIES, prefer=SOONEST),
        )
        assert sorted(starts(made).values()) == ["2026-11-24T11:00", "2026-11-25T09:00"]

    def test_two_of_one_title_take_two_days(self) -> None:
        """The same where only the title tells that it is one client."""
        made = planned(
            wish("2026-11-23T10:00", id="a", hint="quillon wren"),
            wish("2026-11-23T11:00", id="b", hint="quillon wren"),
        )
        assert len({start[:10] for start in starts(made).values()}) == 2

    def test_buffers_between_the_placed(self) -> None:
        """Replacements keep the buffer from one another."""
        hours = Hours(LONDON, WEEK, buffer=timedelta(minutes=10))
        made = planned(wish(id="a", prefer=SOONEST), wish(id="b", prefer=SOONEST), hours=hours)
        assert starts(made) == {"a": "2026-11-24T11:00", "b": "2026-11-24T13:30"}

    def test_nothing_asked(self) -> None:
        """No wishes, an empty plan."""
        assert plan([], HOURS, (), now=NOW) == Plan((), ())


class TestObstacles:
    """Why there is no slot, told apart honestly."""

    DAY = days_from(datetime(2026, 11, 24, tzinfo=UTC), 1)
    CLIENTS = frozenset({"quillon@example.com"})

    def why(self, asked: Wish, busy: Sequence[Busy] = (), most: int | None = None) -> Obstacle:
        hours = Hours(LONDON, WEEK, max_per_day=most)
        ((_, obstacle),) = planned(asked, hours=hours, busy=busy).unplaced
        return obstacle

    def test_never_open_long_enough(self) -> None:
        """Five hours at a stretch are never open."""
        long = at("2026-11-23T09:00", minutes=300)
        assert self.why(wish(long)) is Obstacle.NO_OPENING

    def test_everything_taken(self) -> None:
        """Open, but busy all day."""
        taken = [busy("2026-11-24T08:00", minutes=600)]
        assert self.why(wish(window=self.DAY), taken) is Obstacle.NO_ROOM

    def test_the_day_is_full(self) -> None:
        """Room, but no more sessions on that day."""
        taken = [busy("2026-11-24T16:00", session=True)]
        assert self.why(wish(window=self.DAY), taken, most=1) is Obstacle.DAY_FULL

    def test_full_with_those_placed_just_now(self) -> None:
        """The sessions of the same plan count."""
        hours = Hours(LONDON, WEEK, max_per_day=1)
        made = planned(wish(id="a", window=self.DAY), wish(id="b", window=self.DAY), hours=hours)
        assert [obstacle for _, obstacle in made.unplaced] == [Obstacle.DAY_FULL]

    def test_the_client_comes_that_day(self) -> None:
        """Room, but the client has a session that day."""
        taken = [busy("2026-11-24T16:00", session=True, clients=self.CLIENTS)]
        asked = wish(window=self.DAY, clients=self.CLIENTS)
        assert self.why(asked, taken) is Obstacle.SAME_CLIENT

    def test_one_day_full_and_the_client_on_the_other(self) -> None:
        """Neither alone would be true, so both are named."""
        window = days_from(datetime(2026, 11, 24, tzinfo=UTC), 2)
        taken = [
            busy("2026-11-24T15:00", session=True),
            busy("2026-11-24T16:00", session=True),
            busy("2026-11-25T16:00", session=True, clients=self.CLIENTS),
        ]
        asked = wish(window=window, clients=self.CLIENTS)
        assert self.why(asked, taken, most=2) is Obstacle.NO_DAY


def test_who_waited_for_weeks_comes_first():
    """Of two who want the same hours, the one whose session was lost long ago is seen sooner."""
    soon = Preference(Favour.SOONEST)
    lately = wish("2026-11-20T10:00", id="a-lately", prefer=soon)
    long_ago = wish("2026-11-02T10:00", id="b-long-ago", prefer=soon)
    made = {one.id: one.when for one in plan([lately, long_ago], HOURS, (), now=NOW).placed}
    assert made["b-long-ago"].start < made["a-lately"].start
