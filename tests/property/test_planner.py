"""What holds of every plan, whatever is asked; judged apart from the planner's own code."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.assignment import apart, one_by_one, together
from sync.domain.availability import Busy, Hours
from sync.domain.board import Board, Limits, Option, Seeker
from sync.domain.planner import Obstacle, Plan, Wish, plan
from sync.domain.policy import Favour, Preference, WeekRange
from sync.domain.sessions import Span, Timed
from sync.domain.slots import Slot, not_refused

ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
# The last weeks before the clocks change, so that windows of a few days reach over it.
STARTS = (datetime(2026, 10, 22, tzinfo=UTC), datetime(2027, 3, 25, tzinfo=UTC))
RANGES = (
    ((time(9), time(12)), (time(13), time(17))),
    ((time(0), time(2)), (time(22), time.max)),
    ((time(9), time(10)), (time(10), time(11, 30))),
    (),
)
Question = tuple[list[Wish], Hours, list[Busy], datetime]
QUARTER = timedelta(minutes=15)
STEP = timedelta(minutes=5)  # everything below is a multiple of it
zones = st.sampled_from(ZONES).map(ZoneInfo)
clients = st.frozensets(st.sampled_from(["uid:a", "uid:b", "c@example.org"]), max_size=2)


def spans(start: datetime, lengths: st.SearchStrategy[int]) -> st.SearchStrategy[Span]:
    def span(at: int, length: int) -> Span:
        begins = start + QUARTER * at / 3
        return Span(begins, begins + timedelta(minutes=length))

    return st.builds(span, st.integers(-96, 3 * 96 * 6), lengths)


@st.composite
def practices(draw: st.DrawFn, start: datetime) -> Hours:
    weekly = {day: draw(st.sampled_from(RANGES)) for day in range(7)}
    days = st.frozensets(
        st.integers(0, 6).map(lambda step: start.date() + timedelta(days=step)), max_size=1
    )
    return Hours(
        draw(zones),
        weekly,
        closed=draw(days),
        holidays=draw(days),
        buffer=timedelta(minutes=draw(st.sampled_from([0, 10, 20]))),
        max_per_day=draw(st.sampled_from([None, 1, 2, 4])),
        grid=timedelta(minutes=draw(st.sampled_from([15, 30, 50]))),
    )


@st.composite
def wishes(draw: st.DrawFn, name: str, start: datetime) -> Wish:
    zone = draw(zones)
    original = draw(spans(start - timedelta(days=7), st.sampled_from([30, 50, 60, 90])))
    when = Timed(original.start.astimezone(zone), original.end.astimezone(zone))
    begins = start + timedelta(hours=draw(st.integers(0, 48)))
    window = Span(begins, begins + timedelta(hours=draw(st.sampled_from([3, 24, 96]))))
    ranges = (WeekRange(draw(st.integers(0, 6)), time(9), time(12)),)
    return Wish(
        name,
        when,
        window,
        prefer=draw(st.sampled_from([*map(Preference, Favour), Preference(Favour.RANGES, ranges)])),
        refused=(original, *draw(st.lists(spans(start, st.just(60)), max_size=2))),
        clients=draw(clients),
        hint=draw(st.sampled_from(["", "quillon wren"])),
        same_day=draw(st.booleans()),
        urgent=draw(st.booleans()),
        rhythm=draw(st.sampled_from([None, timedelta(days=7)])),
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    start = draw(st.sampled_from(STARTS))
    asked = [draw(wishes(f"w{one}", start)) for one in range(draw(st.integers(1, 5)))]
    one = st.builds(
        Busy,
        spans(start, st.sampled_from([0, 15, 60, 180])),
        session=st.booleans(),
        clients=clients,
        hint=st.sampled_from(["", "quillon wren"]),
    )
    busy = draw(st.lists(one, max_size=10))
    now = start + timedelta(hours=draw(st.integers(-24, 24)))
    return asked, draw(practices(start)), busy, now


def moments(span: Span) -> list[datetime]:
    return [span.start + STEP * one for one in range(span.length // STEP)]


def local_days(span: Span, zone: ZoneInfo) -> set[date]:
    """Look at one moment after another: slow and plain, as a judge should be."""
    return {at.astimezone(zone).date() for at in moments(span)}


def is_open(at: datetime, hours: Hours) -> bool:
    local = at.astimezone(hours.zone)
    if local.date() in hours.closed | hours.holidays:
        return False
    return any(
        start <= local.time() and (local.time() < end or end == time.max)
        for start, end in hours.weekly.get(local.weekday(), ())
    )


def slots_of(made: Plan) -> dict[str, Span]:
    return {placed.id: placed.when.span for placed in made.placed}


@given(questions())
def test_every_wish_is_answered_once(question) -> None:
    """Each wish is placed or unplaced, exactly once, in the order of the ids."""
    asked, hours, busy, now = question
    made = plan(asked, hours, busy, now=now)
    placed, unplaced = [one.id for one in made.placed], [id_ for id_, _ in made.unplaced]
    assert sorted(placed + unplaced) == sorted(wish.id for wish in asked)
    assert placed == sorted(placed)
    assert unplaced == sorted(unplaced)


def keep_their_distance(question: Question, made: Plan) -> None:
    """No slot comes nearer than the buffer to anything busy, nor to another slot."""
    _, hours, busy, _ = question
    slots = slots_of(made)
    for id_, slot in slots.items():
        others = [one.span for one in busy if one.span.length]
        others += [other for name, other in slots.items() if name != id_]
        assert not any(slot.widened(hours.buffer).overlaps(other) for other in others)


def lie_in_the_opening_hours(question: Question, made: Plan) -> None:
    """All of a slot is open, off closed days and holidays."""
    _, hours, _, _ = question
    for slot in slots_of(made).values():
        assert all(is_open(at, hours) for at in moments(slot))


def are_as_wished(question: Question, made: Plan) -> None:
    """In the window, not before now, not refused, of the true length, in the session's zone."""
    asked, _, _, now = question
    by_id = {wish.id: wish for wish in asked}
    for placed in made.placed:
        wish, slot = by_id[placed.id], placed.when.span
        assert wish.window.start <= slot.start
        assert slot.end <= wish.window.end
        assert slot.start >= now
        assert not any(slot.overlaps(refused) for refused in wish.refused)
        assert slot.length == wish.when.length
        assert placed.when.zone is wish.when.zone


def start_on_the_grid_or_at_the_usual_hour(question: Question, made: Plan) -> None:
    """On the practice's grid, counted from midnight, or at the session's own hour; never twice."""
    asked, hours, _, _ = question
    by_id = {wish.id: wish for wish in asked}
    for placed in made.placed:
        local = placed.when.span.start.astimezone(hours.zone)
        since = timedelta(hours=local.hour, minutes=local.minute)
        at_usual = by_id[placed.id].when.start.time() == placed.when.start.time()
        on_grid = since % hours.grid == timedelta(0)
        assert (on_grid and not local.fold) or (at_usual and not placed.when.start.fold)


def do_not_overfill_days(question: Question, made: Plan) -> None:
    """No day that takes a slot has more than max_per_day sessions."""
    _, hours, busy, _ = question
    slots = slots_of(made).values()
    sessions = [one.span for one in busy if one.session] + list(slots)
    counts = Counter(day for span in sessions for day in local_days(span, hours.zone))
    for slot in slots:
        for day in local_days(slot, hours.zone):
            assert hours.max_per_day is None or counts[day] <= hours.max_per_day


def bring_a_client_once_a_day(question: Question, made: Plan) -> None:
    """No client has two sessions on a day by our doing, unless that is allowed."""
    asked, hours, busy, _ = question
    by_id = {wish.id: wish for wish in asked}
    slots = slots_of(made)
    for id_, slot in slots.items():
        wish = by_id[id_]
        if wish.same_day:
            continue
        others = [(one.span, one.clients) for one in busy if one.session]
        others += [(slots[name], by_id[name].clients) for name in slots if name != id_]
        days = local_days(slot, hours.zone)
        for span, who in others:
            assert not who & wish.clients or not local_days(span, hours.zone) & days


PROMISES = (
    keep_their_distance,
    lie_in_the_opening_hours,
    are_as_wished,
    start_on_the_grid_or_at_the_usual_hour,
    do_not_overfill_days,
    bring_a_client_once_a_day,
)


@given(questions())
def test_slots_keep_every_promise(question) -> None:
    """Whatever is asked, the slots keep each of the promises in the table."""
    asked, hours, busy, now = question
    made = plan(asked, hours, busy, now=now)
    for promise in PROMISES:
        promise(question, made)


@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_the_question_does_not_matter(question, random) -> None:
    """The same wishes and busy times in another order have the same plan."""
    asked, hours, busy, now = question
    made = plan(asked, hours, busy, now=now)
    random.shuffle(asked)
    random.shuffle(busy)
    assert plan(asked, hours, busy, now=now) == made


@given(questions())
def test_what_is_left_over_could_not_be_placed(question) -> None:
    """Asked alone beside what was placed, an unplaced wish still finds nothing."""
    asked, hours, busy, now = question
    made = plan(asked, hours, busy, now=now)
    by_id = {wish.id: wish for wish in asked}
    # Sharing a day takes the consent of both; without it the day is closed for either.
    taken = [
        Busy(slot, True, by_id[id_].clients, by_id[id_].hint)
        for id_, slot in slots_of(made).items()
    ]
    for id_, obstacle in made.unplaced:
        if by_id[id_].same_day and obstacle is Obstacle.SAME_CLIENT:
            continue
        again = plan([by_id[id_]], hours, [*busy, *taken], now=now)
        assert again.unplaced == ((id_, obstacle),)


@given(zones, st.integers(0, 400), st.integers(9, 16), st.integers(0, 59))
def test_the_hour_stays_across_changes_of_the_clocks(zone, day, hour, minute) -> None:
    """With all else free, a session keeps its weekday and its hour on its own clocks."""
    start = datetime.combine(date(2026, 1, 1) + timedelta(days=day), time(hour, minute), zone)
    when = Timed(start, start + timedelta(minutes=50))
    hours = Hours(zone, {weekday: ((time(8), time(18)),) for weekday in range(7)})
    now = when.span.end
    (placed,) = plan(
        [Wish("a", when, Span(now, now + timedelta(days=14)), refused=(when.span,))],
        hours,
        (),
        now=now,
    ).placed
    assert placed.when.start.replace(tzinfo=None) == start.replace(tzinfo=None) + timedelta(weeks=1)


@st.composite
def contests(draw: st.DrawFn) -> tuple[list[Seeker], Limits]:
    def option(cost: int, day: int, at: int, length: int) -> Option:
        start = datetime(2026, 11, 23 + day, 9, tzinfo=UTC) + QUARTER * at
        return Option(cost, Slot(start, start + QUARTER * length, (start.date(),), 0))

    options = st.lists(
        st.builds(
            option,
            st.integers(0, 50),
            st.integers(0, 2),
            st.integers(0, 8),
            st.integers(2, 4),
        ),
        max_size=6,
    ).map(lambda some: tuple(sorted(some, key=lambda one: (one.cost, one.slot.start))))
    seeker = st.builds(
        Seeker,
        options,
        clients=clients,
        same_day=st.booleans(),
        urgent=st.booleans(),
        hint=st.sampled_from(["", "quillon wren"]),
        hint_cost=st.just(20),
    )
    room = draw(st.sampled_from([None, lambda day: 1, lambda day: 3]))
    return draw(st.lists(seeker, max_size=7)), Limits(
        draw(st.sampled_from([QUARTER * 0, QUARTER])), room
    )


def board_of(seekers: list[Seeker], limits: Limits) -> Board:
    """Lay out the joint answer; every slot must be free when its turn comes."""
    board = Board(seekers, limits)
    for one, option in enumerate(together(seekers, limits)):
        if option is not None:
            assert board.is_free(one, option.slot)
            board.put(one, option)
    return board


@given(contests())
def test_together_is_never_worse_than_one_by_one(contest) -> None:
    """More urgent ones, else more in all, else at no higher a cost."""
    seekers, limits = contest
    assert board_of(seekers, limits).worth <= one_by_one(seekers, limits).worth


@given(contests(), st.randoms(use_true_random=False))
def test_the_board_knows_who_stands_too_near(contest, random) -> None:
    """While sessions come and go, those who hinder a slot are those nearer than the buffer."""
    contested, limits = contest
    seekers = [replace(one, clients=frozenset()) for one in contested]  # time is all that counts
    board = Board(seekers, Limits(limits.buffer))
    options = [(one, option) for one, seeker in enumerate(seekers) for option in seeker.options]
    random.shuffle(options)
    for one, option in options:
        if one in board.chosen:
            board.take(one)
        slot = option.slot
        near = [
            other
            for other, had in board.chosen.items()
            if slot.start < had.slot.end + limits.buffer
            and had.slot.start < slot.end + limits.buffer
        ]
        assert board.crowd(one, slot) == tuple(sorted(near))
        assert board.is_free(one, slot) is not bool(near)
        if not near:
            board.put(one, option)


@given(wishes("w", STARTS[0]), st.lists(spans(STARTS[0], st.integers(0, 120)), max_size=4))
def test_only_what_overlaps_a_refused_time_is_left_out(wish, refused) -> None:
    """Of all slots of a length, refused ones are gone, and those that touch them are not."""
    wish = replace(wish, refused=tuple(refused))
    length = wish.when.length
    starts = [STARTS[0] + STEP * one for one in range(-288, 3 * 96 * 6 // 2)]
    slots = [Slot(start, start + length, (start.date(),), 0) for start in starts]
    overlapping = [
        slot for slot in slots if any(Span(slot.start, slot.end).overlaps(one) for one in refused)
    ]
    assert not_refused(wish, slots) == [slot for slot in slots if slot not in overlapping]


@given(contests())
def test_groups_do_not_hinder_one_another(contest) -> None:
    """Every seeker is in one group, and those of two groups can never meet."""
    seekers, limits = contest
    groups = apart(seekers, limits.buffer)
    assert sorted(one for group in groups for one in group) == list(range(len(seekers)))
    for group in groups:
        days = {option.slot.days for one in group for option in seekers[one].options}
        for other in groups:
            if other is not group:
                assert days.isdisjoint(
                    {option.slot.days for one in other for option in seekers[one].options}
                )
