"""What hypothesis draws: hostile words, and whole rainchecks with every field filled."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from sync.domain.causes import Cause, Fault
from sync.domain.fees import Fee, FeeState
from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action, SignalKind
from sync.domain.sessions import (
    AllDay,
    Answer,
    Attendee,
    Kind,
    Marks,
    Session,
    SessionKey,
    Status,
    Timed,
)

FIRST, LAST = (datetime.fromisoformat(f"{year}-01-01") for year in (2020, 2030))
ZONES = st.sampled_from(["Europe/London", "America/Havana", "Australia/Lord_Howe", "UTC"])

FRAGMENTS = st.sampled_from(
    [
        *(
            "#",
            "＃",
            "﹟",
            "&num;",
            "&#35;",
            "&amp;",
            "&amp;#35;",
            "&#x23;",
            "&",
            ";",
            "&lt;",
            "&gt;",
        ),
        *("<b>", "</b>", "<br>", "<", ">", "<a href='#disrupted'>", "https://x.example/#", "://"),
        *("[", "]", "(", ")", "{", "}", "［", "］", ":", "：", ": ", "Cancelled:", "canceled :"),
        *(
            "disrupted",
            "DISRUPTED",
            "di\u0308srupted",
            "ｄｉｓｒｕｐｔｅｄ",
            "dis",
            "rupted",
            "ness",
        ),
        *("no-show", "no", "show", "internet", "drop", "undo", "paid", "lockdown", "un"),
        *("-", "_", " ", "  ", "\t", "\n", "✨", "\u200b", "'", ".", "/", "Quillon"),
    ]
)
"""Pieces of which tags, and things that only look like tags, are made."""

HOSTILE = st.lists(FRAGMENTS | st.text(max_size=2), max_size=14).map("".join)


@st.composite
def timed(draw: st.DrawFn) -> Timed:
    """Draw a time, often on the night in which the clocks go back or forth."""
    zone = ZoneInfo(draw(ZONES))
    nights = st.sampled_from([datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC)])
    days = st.datetimes(FIRST, LAST).map(lambda day: day.replace(tzinfo=UTC))
    start = draw(nights | days) + timedelta(minutes=draw(st.integers(0, 24 * 60)))
    end = start + timedelta(minutes=draw(st.integers(0, 600)))
    return Timed(start.astimezone(zone), end.astimezone(zone))


TEXT = st.text(max_size=12)
NAMES = st.text(min_size=1, max_size=12)
MAYBE = st.none() | TEXT
MOMENTS = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(tzinfo=UTC))
DAYS = st.builds(
    lambda first, days: AllDay(first, first + timedelta(days=days)),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 9),
)
SESSIONS = st.builds(
    Session,
    key=st.builds(SessionKey, NAMES, st.none() | NAMES),
    calendar=TEXT,
    kind=st.sampled_from(Kind),
    when=timed() | DAYS,
    title=TEXT,
    notes=TEXT,
    categories=st.lists(TEXT, max_size=3).map(tuple),
    status=st.sampled_from(Status),
    transparent=st.booleans(),
    organizer=MAYBE,
    attendees=st.lists(st.builds(Attendee, TEXT, st.sampled_from(Answer)), max_size=3).map(tuple),
    location=TEXT,
    links=st.lists(TEXT, max_size=2).map(tuple),
    marks=st.none() | st.builds(Marks, TEXT, MAYBE, MAYBE, st.none() | st.integers(1, 9)),
    resource=TEXT,
    revision=TEXT,
    payload=TEXT,
    modified=st.none() | MOMENTS,
)
FEES = st.builds(
    Fee,
    st.decimals(0, 10_000, places=2).map(lambda amount: amount + Decimal("0.00")),
    TEXT,
    st.sampled_from(FeeState),
    TEXT,
)
RAINCHECKS = st.builds(
    Raincheck,
    id=NAMES,
    original=SESSIONS,
    signal=st.sampled_from(SignalKind),
    cause=st.builds(Cause, TEXT, st.sampled_from(Fault)),
    action=st.sampled_from(Action),
    rule=TEXT,
    noticed=MOMENTS,
    state=st.sampled_from(State),
    pass_id=TEXT,
    attempt=st.integers(1, 9),
    slot=timed(),
    confirmed=st.booleans(),
    replacement=st.builds(SessionKey, NAMES),
    resource=MAYBE,
    fee=st.none() | FEES,
    reason=MAYBE,
    paid=st.booleans(),
    urgent=st.booleans(),
)
"""Every one has a slot and a replacement, as those that are written must."""
