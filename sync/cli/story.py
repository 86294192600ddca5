"""Rainchecks in plain words: what is open, and the whole story of one."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sync.domain.dates import day_and_time
from sync.domain.lifecycle import Raincheck
from sync.domain.plain import UNTOLD, fee_in_words, visible
from sync.domain.sessions import AllDay, SessionKey, Timed
from sync.domain.stories import Entry

Place = tuple[str, SessionKey]
"""The name of a calendar, and a session in it."""
Titles = dict[Place, str]


def headline(raincheck: Raincheck, titles: Titles) -> str:
    """Return the line that names a raincheck: title if it is at hand, time, calendar and id."""
    original = raincheck.original
    when = original.when
    time = day_and_time(when) if isinstance(when, Timed) else _whole_day(when)
    title = titles.get((original.calendar, original.key), "")
    named = f"{title}, {time}" if title else time
    return visible(f"{named} ({original.calendar}, {raincheck.id})")


def told(raincheck: Raincheck, story: Sequence[Entry], zone: ZoneInfo) -> Iterator[str]:
    """Yield the story of one raincheck, oldest first, a line for each thing that happened.

    What was written names its pass, by which all that it wrote can be undone.
    """
    for entry in story:
        at = entry.at.astimezone(zone)
        named = f" (pass {entry.pass_id})" if entry.what == "written" else ""
        what = entry.what.replace("-", " ")
        yield visible(f"    {at:%d %b %Y %H:%M}  {what}: {entry.why}{named}")
    if raincheck.fee is not None:
        yield visible(f"    {'fee':<17}  {fee_in_words(raincheck.fee)}")


def is_untold(story: Sequence[Entry]) -> bool:
    """Return whether the guests of what was written last hear nothing of it by themselves."""
    last = [entry for entry in story if entry.what in {"written", "settled"}]
    return any(UNTOLD in entry.why for entry in last[-1:])


def _whole_day(when: AllDay) -> str:
    return when.first.isoformat()
