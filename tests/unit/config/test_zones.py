"""Which zone the machine is set to."""

import pytest

from sync.config.zones import country_of, nearest_zone, system_zone


@pytest.mark.parametrize(
    ("environ", "link", "zone"),
    [
        ({"TZ": "Europe/Berlin"}, "/usr/share/zoneinfo/Europe/London", "Europe/Berlin"),
        ({"TZ": ":Europe/Berlin"}, None, "Europe/Berlin"),
        ({"TZ": "/usr/share/zoneinfo/posix/Asia/Tokyo"}, None, "Asia/Tokyo"),
        ({}, "/usr/share/zoneinfo/America/Argentina/Salta", "America/Argentina/Salta"),
        ({}, "../usr/share/zoneinfo/UTC", "UTC"),
        ({"TZ": "CET-1CEST,M3.5.0"}, "/usr/share/zoneinfo/Europe/London", "Europe/London"),
        ({"TZ": "/etc/localtime"}, "/nowhere/else", None),
        ({"TZ": ""}, None, None),
        ({"TZ": "../../etc"}, None, None),
    ],
)
def test_the_zone_has_a_name(tmp_path, environ, link, zone):
    """The variable first, then the link; None where neither names a zone that is known."""
    localtime = tmp_path / "localtime"
    if link is not None:
        localtime.symlink_to(link)
    assert system_zone(environ, localtime=localtime) == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("europe/london", "Europe/London"),
        ("new york", "America/New_York"),
        ("Europe/Londn", "Europe/London"),
        ("utc", "UTC"),
        ("9/9", None),
    ],
)
def test_the_nearest_zone(text, zone):
    """By its letters, by its town, or nearly so."""
    assert nearest_zone(text) == zone


def test_the_country_of_a_zone(tmp_path):
    """As the database says it; None where it does not, or is not there."""
    table = (
        "# a remark\n\nGB\t+513030-0000731\tEurope/London\nXX\nDE\t+5230+01322\tEurope/Berlin\tmost"
    )
    (tmp_path / "zone.tab").write_text(table, encoding="utf-8")
    folders = (str(tmp_path / "nowhere"), str(tmp_path))
    assert country_of("Europe/London", folders=folders) == "GB"
    assert country_of("Europe/Berlin", folders=folders) == "DE"
    assert country_of("UTC", folders=folders) is None
    assert country_of("Europe/London", folders=folders[:1]) is None
