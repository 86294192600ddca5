"""The screen: a cheap look that never misses a signal."""

import pytest

from adapters.caldav.screen import may_carry_signal
from tests.unit.caldav.builders import calendar, event


@pytest.mark.parametrize(
    "line",
    [
        "CATEGORIES:x",
        "categories;LANGUAGE=en:x",
        "CATE\r\n GORIES:x",
        "CATE\n\tGORIES:x",
        "SUMMARY:Ann #tag",
        "SUMMARY:Ann ＃tag",
        "DESCRIPTION:a &num;tag",
        "DESCRIPTION:a &n\r\n um;tag",
        "DESCRIPTION:a &<b></b>num;tag",
        "DESCRIPTION:a &#35;tag",
        "DESCRIPTION:a &#x23;tag",
        "SUMMARY:[tag] Ann",
        "SUMMARY:(tag) Ann",
        "SUMMARY:{tag} Ann",
        "SUMMARY:tag: Ann",
        "summary;LANGUAGE=en:tag\r\n : Ann",
        "STATUS:CANCELLED",
        "status:cancelled",
        "SUMMARY:Canceled: Ann",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:a@example.com",
        "ATTENDEE;partstat=decli\r\n ned:mailto:a@example.com",
        "X-RAINCHECK-ID:abc",
        "X-RAIN\r\n CHECK-ID:abc",
    ],
)
def test_every_place_of_a_signal_is_seen(line):
    """Each place in CONTRACT 2 is seen, in any case and folded anywhere."""
    assert may_carry_signal(calendar(event("DTSTART:20261123T100000Z", line)))


def test_a_plain_session_is_spared():
    """An event without anything that could tell is not parsed in full."""
    assert not may_carry_signal(
        calendar(
            event(
                "DTSTART;TZID=Europe/London:20261123T100000",
                "SUMMARY:Quillon Wren",
                "DESCRIPTION:Bring the form & a pen",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:quillon@example.com",
            )
        )
    )
