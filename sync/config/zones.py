"""Which time zone this machine is set to, as the name of an IANA zone."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import TZPATH, available_timezones

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


def nearest_zone(text: str) -> str | None:
    """Return the zone that *text* most likely means: "europe/london", or only "London"."""
    names = sorted(available_timezones())
    wanted = "_".join(text.casefold().split())
    known = {name.rpartition("/")[2].casefold(): name for name in reversed(names) if "/" in name}
    known |= {name.casefold(): name for name in names}
    return known.get(wanted) or next(
        (known[near] for near in get_close_matches(wanted, known, n=1)), None
    )


def country_of(zone: str, *, folders: Sequence[str] = TZPATH) -> str | None:
    """Return the code of the country that *zone* lies in; None: not known here.

    Source:
        zone.tab of the IANA database: country, place, zone and a remark, with tabs between.
    """
    for folder in folders:
        try:
            lines = (Path(folder) / "zone.tab").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for line in lines:
            country, *others = line.split("\t")
            if others[1:2] == [zone]:
                return country
    return None


def _is_known(zone: str) -> bool:
    try:
        values.zone(zone)
    except ValueError:
        return False
    return True
