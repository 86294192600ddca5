"""Which zone the machine is set to."""

import pytest

from sync.config.zones import system_zone


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
