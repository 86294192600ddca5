"""Time zones: names, and the evaluator of VTIMEZONEs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.caldav.lines import UnreadableResource, component, parsed
from adapters.caldav.vtimezone import generated, written_zone
from adapters.caldav.zones import zone_named
from tests.unit.caldav.builders import sample


@pytest.mark.parametrize(
    ("tzid", "key"),
    [
        ("Europe/Oslo", "Europe/Oslo"),
        ("GMT Standard Time", "Europe/London"),
        ("/citadel.org/20210210_1/America/Argentina/Salta", "America/Argentina/Salta"),
        ("/example.org/Japan", "Japan"),
    ],
)
def test_a_zone_is_known_by_any_of_its_names(tzid, key):
    """IANA keys, Windows names and globally unique names lead to the zone."""
    assert zone_named(tzid) == ZoneInfo(key)


@pytest.mark.parametrize(
    "tzid",
    [
        "",
        "Europe",
        "../../etc/passwd",
        "/etc/passwd",
        "x" * 5000,
        "Client/Japan",
        "localtime",
        "\x00",
    ],
)
def test_what_names_no_zone_is_none(tzid):
    """Folders, paths and inventions are no zones, and no error either."""
    assert zone_named(tzid) is None


def described(name, index=0):
    """Return a VTIMEZONE of the corpus."""
    zones = [part for part in parsed(sample(name)).components if part.name == "VTIMEZONE"]
    return zones[index]


@pytest.mark.parametrize(
    ("zone", "key"),
    [
        (described("thunderbird-categories.ics"), "Europe/Berlin"),
        (described("exchange-windows-zone.ics"), "Europe/Berlin"),
        (described("exchange-customized-zone.ics"), "America/New_York"),
        (
            generated("x", ZoneInfo("Europe/London"), datetime(2026, 6, 1, tzinfo=UTC)),
            "Europe/London",
        ),
        (
            generated("x", ZoneInfo("Asia/Kolkata"), datetime(2026, 6, 1, tzinfo=UTC)),
            "Asia/Kolkata",
        ),
        (generated("x", ZoneInfo("UTC"), datetime(2026, 6, 1, tzinfo=UTC)), "UTC"),
    ],
)
def test_a_described_zone_agrees_with_the_real_one(zone, key):
    """Hour by hour over a year, the evaluator says what zoneinfo says, there and back."""
    written, real = written_zone(zone), ZoneInfo(key)
    instant = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    while instant.year == 2026:
        local = instant.astimezone(written)
        assert local.replace(tzinfo=None) == instant.astimezone(real).replace(tzinfo=None)
        assert local.astimezone(UTC) == instant
        for fold in (0, 1):  # as wall-clock time it may be skipped, or come twice
            wall = instant.replace(tzinfo=real, fold=fold)
            assert wall.replace(tzinfo=written).utcoffset() == wall.utcoffset()
        instant += timedelta(hours=1)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=YEARLY;INTERVAL=2",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=x",
        "FREQ=YEARLY;BYDAY=XX",
        "FREQ=YEARLY;BYSECOND=1",
        "FREQ=YEARLY;BYDAY=MO",
        "",
    ],
)
def test_a_zone_with_any_other_rule_is_unknown(rule):
    """Only plainly yearly rules are run; others could run for ever."""
    part = parsed(
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:20000101T000000\n"
        f"TZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:{rule}\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR"
    ).components[0]
    with pytest.raises(UnreadableResource):
        written_zone(part)


def test_a_zone_without_observances_is_unknown():
    """An empty VTIMEZONE tells no time."""
    with pytest.raises(UnreadableResource):
        written_zone(component("VTIMEZONE", ()))
