"""The screen never misses what the full reading would find."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from adapters.caldav.lines import escaped
from adapters.caldav.screen import may_carry_signal
from adapters.caldav.translate import UnreadableResource, sessions_from
from sync.domain.sessions import Answer, Status
from sync.domain.words import is_cancelled_title, words_of

ODD = ["#", "＃", "&num;", "&#35;", "&#x23;", "&", "num;", "<b>", "</b>", "<br>"]
PREFIXES = ["[", "]", "(", ")", "{", "}", ":", "Cancelled", "canceled"]
PLAIN = ["disrupted", "No_Show", " ", ",", "\\", "\n", "é", "“", "-"]
PIECES = st.sampled_from([*ODD, *PREFIXES, *PLAIN])
WORDS = st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)


@st.composite
def resources(draw):
    """Draw a resource with words in every place, folded anywhere."""
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:s1", "DTSTART:20261123T100000Z"]
    names = st.sampled_from(
        ["SUMMARY", "Summary;LANGUAGE=en", "DESCRIPTION", "CATEGORIES", "categories;X=1"]
    )
    written = st.builds(lambda name, words: f"{name}:{escaped(words)}", names, WORDS)
    lines += draw(st.lists(written, max_size=4))
    lines += draw(
        st.lists(
            st.sampled_from(
                [
                    "STATUS:CANCELLED",
                    "status:Cancelled",
                    "ATTENDEE;PARTSTAT=DECLINED:mailto:a@example.com",
                    "ATTENDEE;partstat=declined:mailto:a@example.com",
                    "X-RAINCHECK-ID:abc",
                    "x-raincheck-id:abc",
                    "TRANSP:OPAQUE",
                ]
            ),
            max_size=2,
        )
    )
    text = "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""])
    for at in draw(st.lists(st.integers(0, len(text)), max_size=6)):
        if "\r\n" not in text[max(at - 2, 0) : at + 2]:
            text = f"{text[:at]}\r\n {text[at:]}"
    return text


@given(resources())
def test_the_screen_says_yes_to_every_signal(text):
    """Whatever has a word, a status, an answer or a mark passes the screen."""
    try:
        (session,) = sessions_from(
            text, calendar="c", zone=ZoneInfo("UTC"), resource="/1", revision="1"
        )
    except UnreadableResource:
        return
    if (
        words_of(session.title, session.notes, session.categories)
        or is_cancelled_title(session.title)
        or session.status is Status.CANCELLED
        or any(attendee.answer is Answer.DECLINED for attendee in session.attendees)
        or session.marks
    ):
        assert may_carry_signal(text)
