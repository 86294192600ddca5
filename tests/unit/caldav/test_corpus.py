"""The corpus: resources as real apps write them, and as an enemy would."""

from dataclasses import replace

import pytest

from adapters.caldav.lines import parsed
from adapters.caldav.rewrite import amended_text
from adapters.caldav.screen import may_carry_signal
from adapters.caldav.translate import UnreadableResource
from sync.domain.sessions import AllDay, Kind, Marks
from sync.domain.writes import Amendment
from tests.unit.caldav.builders import (
    CORPUS,
    LONDON,
    NOW,
    at,
    expanded,
    read,
    reordered,
    sample,
    texts,
)

READABLE = {
    "apple-series-with-overrides.ics": (3, "Europe/London", "Ondine Farthing"),
    "davx5-prefixed-zone.ics": (1, "Europe/Oslo", "Cancelled: Ivo Lantern"),
    "evolution-all-day.ics": (1, None, "Power cut"),
    "exchange-customized-zone.ics": (1, "Europe/London", "[no-show] Merrit Sallow"),
    "exchange-windows-zone.ics": (1, "Europe/Berlin", "Thistle Brandt"),
    "khal-floating-lf.ics": (1, "Europe/London", "Pell Ashgrove"),
    "nextcloud-utc-html.ics": (1, "Europe/London", "Bastien Oake"),
    "outlook-bom-folded-title.ics": (
        1,
        "Europe/London",
        "A very long title which the app folded in the middle of its tag, #disrupted",
    ),
    "overrides-only.ics": (2, "Europe/London", "Sorrel Penhallow"),
    "tasks-only.ics": (0, None, ""),
    "thunderbird-categories.ics": (1, "Europe/Berlin", "Quillon Wren"),
}
SIGNALLESS = {"khal-floating-lf.ics", "overrides-only.ics", "tasks-only.ics"}
BOMBS = sorted(path.name for path in CORPUS.glob("bomb-*.ics"))
HOSTILE = sorted(path.name for path in CORPUS.glob("hostile-*.ics"))


def test_every_file_of_the_corpus_is_tried():
    """No file lies in the corpus without a test."""
    assert {path.name for path in CORPUS.glob("*.ics")} == {*READABLE, *BOMBS, *HOSTILE}


@pytest.mark.parametrize("order", [str, reordered], ids=["as-is", "reordered"])
@pytest.mark.parametrize("name", READABLE)
def test_what_real_apps_write_is_read(name, order):
    """Count, zone and title are right in both orders of components."""
    count, zone, title = READABLE[name]
    sessions = read(order(sample(name)))
    assert len(sessions) == count
    if sessions:
        first = min(sessions, key=lambda session: session.key.recurrence_id or "")
        assert first.title == title
        assert (None if isinstance(first.when, AllDay) else first.when.zone.key) == zone


@pytest.mark.parametrize("order", [str, reordered], ids=["as-is", "reordered"])
@pytest.mark.parametrize("name", READABLE)
def test_both_orders_say_the_same(name, order):
    """The order of components changes neither what is read nor what is expanded."""
    text = sample(name)
    bare = {replace(session, payload="") for session in read(text)}
    assert {replace(session, payload="") for session in read(order(text))} == bare
    assert expanded(order(text), at(2026, 11, 16), 21) == expanded(text, at(2026, 11, 16), 21)


@pytest.mark.parametrize("name", READABLE)
def test_the_screen_lets_every_signal_of_the_corpus_through(name):
    """Those with a tag, a status or an answer pass; plain ones are spared."""
    assert may_carry_signal(sample(name)) is (name not in SIGNALLESS)


@pytest.mark.parametrize("name", sorted(READABLE.keys() - {"tasks-only.ics"}))
def test_a_mark_leaves_every_other_line(name):
    """Marking a session changes nothing but marks and stamps, whatever wrote the resource."""
    text = sample(name)
    session = read(text)[0]
    after = amended_text(text, session.key, Amendment(marks=Marks("abc")), zone=LONDON, now=NOW)
    ours = ("X-RAINCHECK-ID:", "DTSTAMP", "LAST-MODIFIED")
    kept = [line for line in texts(text) if not line.startswith(ours)]
    assert [line for line in texts(after) if not line.startswith(ours)] == kept


def test_an_apple_series_is_expanded_with_its_overrides():
    """The moved instance stands where it was moved, the cancelled one is cancelled."""
    found = expanded(sample("apple-series-with-overrides.ics"), at(2026, 11, 23), 21)
    assert [f"{s.when.start:%m-%d %H}" for s in found] == ["11-24 09", "11-30 16", "12-07 16"]
    assert [s.status.value for s in found] == ["confirmed", "cancelled", "confirmed"]
    assert {s.kind for s in found} == {Kind.INSTANCE}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_nobody_can_understand_is_refused(name):
    """Hostile resources raise UnreadableResource and nothing else."""
    with pytest.raises(UnreadableResource):
        read(sample(name))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_but_not_expanded(name):
    """The master of a bomb is a session like any other; its expansion is refused."""
    (session,) = read(sample(name))
    assert session.kind is Kind.SERIES
    with pytest.raises(UnreadableResource):
        expanded(sample(name), at(2026, 11, 23), 60)


def test_a_large_resource_is_read_and_written_whole():
    """Three thousand unknown lines survive."""
    lines = "\r\n".join(f"X-{number};P={number}:{number}" for number in range(3000))
    text = sample("davx5-prefixed-zone.ics").replace("BEGIN:VALARM", f"{lines}\r\nBEGIN:VALARM")
    after = amended_text(
        text, read(text)[0].key, Amendment(note="Raincheck: x"), zone=LONDON, now=NOW
    )
    assert set(texts(text)) - set(texts(after)) == {"DTSTAMP:20261120T080000Z"}
    assert len(parsed(after).components[0].lines) == len(parsed(text).components[0].lines) + 2
