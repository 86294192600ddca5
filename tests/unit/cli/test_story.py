"""The story of a raincheck, in the words of `history`."""

from datetime import timedelta

import pytest

from sync.cli.story import is_untold, told
from sync.domain.plain import UNTOLD
from sync.ports import Entry
from tests.unit.builders import LONDON, NOW, raincheck


def test_each_thing_is_told_once_with_the_pass_that_wrote() -> None:
    """A line for each entry; only what was written names its pass, for `undo --pass`."""
    one = raincheck()
    story = [
        Entry(one.id, NOW, "p1", "seen", "a tag in sessions, no cause given"),
        Entry(one.id, NOW, "p1", "planned", "Tue 1 Dec 2026 10:00, same weekday and hour"),
        Entry(one.id, NOW, "p1", "written", "Tue 1 Dec 2026 10:00, into sessions"),
        Entry(one.id, NOW + timedelta(hours=1), "p2", "offered-again", "the client declined"),
    ]
    assert list(told(one, story, LONDON)) == [
        "    23 Nov 2026 09:00  seen: a tag in sessions, no cause given",
        "    23 Nov 2026 09:00  planned: Tue 1 Dec 2026 10:00, same weekday and hour",
        "    23 Nov 2026 09:00  written: Tue 1 Dec 2026 10:00, into sessions (pass p1)",
        "    23 Nov 2026 10:00  offered again: the client declined",
    ]


@pytest.mark.parametrize(
    ("told_of", "untold"),
    [
        ((), False),
        (("seen", "written", "settled"), False),
        (("seen", "written", "settled untold"), True),
        (("settled untold", "offered-again", "written", "settled"), False),
    ],
)
def test_who_hears_nothing_is_remembered_for_the_last_offer(
    told_of: tuple[str, ...], *, untold: bool
) -> None:
    """What was written last counts: a server may have learned to invite."""
    parts = [each.partition(" ") for each in told_of]
    story = [Entry("k", NOW, "p1", what, UNTOLD if more else "") for what, _, more in parts]
    assert is_untold(story) is untold
