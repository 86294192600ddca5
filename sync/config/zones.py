"""Which time zone this machine is set to, as the name of an IANA zone."""

from collections.abc import Mapping
from pathlib import Path

from sync.config import values

LOCALTIME = Path("/etc/localtime")
FOLDER = "zoneinfo/"


def system_zone(environ: Mapping[str, str], *, localtime: Path = LOCALTIME) -> str | None:
    """Return the zone of ``$TZ``, else the one that *localtime* is a link to; None: not known.

    Source:
        localtime(5): the link's target, after ``zoneinfo/``, is the zone's name.
    """
    try:
        linked = str(localtime.readlink())
    except OSError:
        linked = ""
    for name in (environ.get("TZ", "").removeprefix(":"), linked):
        zone = name.rpartition(FOLDER)[2].removeprefix("posix/")
        if zone and not zone.startswith("/") and _is_known(zone):
            return zone
    return None


def _is_known(zone: str) -> bool:
    try:
        values.zone(zone)
    except ValueError:
        return False
    return True
