"""Writing and reading back: nothing is lost, nothing is invented, nothing crashes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from adapters.caldav.expand import occurrences
from adapters.caldav.lines import escaped, parsed
from adapters.caldav.rewrite import amended_text, replacement_text
from adapters.caldav.translate import UnreadableResource, sessions_from
from sync.domain.sessions import Marks, SessionKey, Span, Status, Timed
from sync.domain.writes import Amendment, Draft
from tests.unit.caldav.builders import CORPUS, calendar, event, sample

HOME = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ZONES = st.sampled_from(["Europe/London", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\\,;:"'), max_size=90
)
CATEGORIES = st.lists(
    WORDS.map(lambda word: word.replace("\n", " ").strip()).filter(bool), max_size=3, unique=True
).map(tuple)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)).map(  # noqa: DTZ001
    lambda local: local.replace(microsecond=0, tzinfo=UTC)
)
LENGTHS = st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes))
FORMS = st.sampled_from(["utc", "tzid", "floating", "windows"])


def read(text):
    """Return the sessions of *text*."""
    return sessions_from(text, calendar="c", zone=HOME, resource="/1", revision="1")


def times(instant, zone):
    """Return the DTSTART in each form."""
    local = f"{instant.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"
    return {
        "utc": f"DTSTART:{instant:%Y%m%dT%H%M%SZ}",
        "tzid": f"DTSTART;TZID={zone}:{local}",
        "floating": f"DTSTART:{local}",
        "windows": f"DTSTART;TZID=GMT Standard Time:{local}",
    }


@given(INSTANTS, INSTANTS, LENGTHS, ZONES, FORMS, WORDS, WORDS, CATEGORIES)
def test_a_replacement_reads_back_as_its_draft(
    was, instant, length, zone, form, title, notes, categories
):
    """Time, words and status of the draft come back, whatever form the original had."""
    text = calendar(event(times(was, zone)[form], f"SUMMARY:{escaped(title)}"))
    (original,) = read(text)
    start = instant.astimezone(original.when.zone)
    when = Timed(start, (instant + length).astimezone(original.when.zone))
    draft = Draft(
        SessionKey("rc01"),
        original,
        when,
        Status.TENTATIVE,
        title,
        notes,
        categories,
        Marks("abc", attempt=3),
        invite=True,
    )
    (made,) = read(replacement_text(draft, now=NOW))
    assert made.when.span == when.span
    assert made.when.zone == when.zone
    assert (made.title, made.notes, made.categories) == (title, notes, categories)
    assert (made.key, made.status, made.marks) == (draft.key, draft.status, draft.marks)


LINES = st.lists(
    st.builds(
        "X-{}{}:{}".format,
        st.text("ABC-", min_size=1, max_size=5),
        st.sampled_from(["", ";A=b", ';A="c;d:e"', ';A=1,2;B="x"']),
        WORDS.map(lambda words: words.replace("\n", "\\n")),
    ),
    max_size=12,
)


@given(LINES, LINES, WORDS, st.booleans())
def test_an_amendment_keeps_all_other_lines(before, after, notes, cancelled):
    """Unknown lines stay in place; the same amendment again changes nothing."""
    text = calendar(
        event(
            *before,
            "DTSTART:20261123T100000Z",
            f"DESCRIPTION:{escaped(notes)}",
            *after,
            "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM",
        )
    )
    amendment = Amendment(
        Marks("abc", "settled"),
        "Raincheck: moved to Tue 1 Dec 2026 10:00.",
        Status.CANCELLED if cancelled else None,
    )
    key = SessionKey("s1")
    made = amended_text(text, key, amendment, zone=HOME, now=NOW)
    later = NOW + timedelta(days=1)
    assert amended_text(made, key, amendment, zone=HOME, now=later) == made
    old, new = (parsed(each).components[0] for each in (text, made))
    named = {"DESCRIPTION", "STATUS", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE"}
    named |= {"X-RAINCHECK-ID", "X-RAINCHECK-STATE"}
    assert [x for x in new.lines if x.name not in named] == [
        x for x in old.lines if x.name not in named
    ]
    assert new.components == old.components


FILES = sorted(path.name for path in CORPUS.glob("*.ics"))


@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 4000), st.text(max_size=4)), max_size=4),
)
def test_a_damaged_resource_never_crashes(name, damage):
    """Whatever is broken in whatever file, it is read or refused, in bounded time."""
    text = sample(name)
    for at, piece in damage:
        text = text[:at] + piece + text[at + len(piece) :]
    start = datetime(2026, 11, 1, tzinfo=UTC)
    try:
        for session in read(text):
            amended_text(text, session.key, Amendment(Marks("abc")), zone=HOME, now=NOW)
        occurrences(
            text,
            Span(start, start + timedelta(days=60)),
            calendar="c",
            zone=HOME,
            resource="/1",
            revision="1",
        )
    except UnreadableResource:
        return
