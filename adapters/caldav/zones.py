"""The time zones of a resource: which zone a TZID means, and when a time property is.

A TZID that zoneinfo or the table of Windows names knows is that zone, whatever VTIMEZONE comes
with it. Any other is read from its VTIMEZONE.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from adapters.caldav.lines import Component, Line, UnreadableResource
from adapters.caldav.times import read_time
from adapters.caldav.vtimezone import written_zone

_KEY = re.compile(r"(?!posix/|right/)[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}")
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_UTC_KEYS = frozenset(
    {"UTC", "UCT", "GMT", "Zulu", "Universal"}
    | {"Etc/UTC", "Etc/UCT", "Etc/GMT", "Etc/Zulu", "Etc/Universal"}
)


def zone_named(tzid: str) -> ZoneInfo | None:
    """Return the zone that *tzid* names: an IANA key, perhaps behind a prefix, or a Windows name.

    Source:
        RFC 5545, 3.2.19: a leading solidus marks a globally unique name. Seen:
        ``/freeassociation.sourceforge.net/Europe/Oslo``, ``/citadel.org/20210210_1/Europe/Oslo``.
    """
    windows = WINDOWS_TO_OLSON.get(tzid.strip())
    if windows is not None:
        return _loaded(windows)
    parts = tzid.strip().strip("/").split("/")
    if len(tzid) > 200 or len(parts) > 8:
        return None
    for length in range(min(3, len(parts)), 0, -1):
        if length == 1 and len(parts) > 1 and not tzid.strip().startswith("/"):
            break  # "Client/Japan" is a name of its own, "/example.org/Japan" is Japan
        if (zone := _loaded("/".join(parts[-length:]))) is not None:
            return zone
    return None


def _loaded(key: str) -> ZoneInfo | None:
    if not _KEY.fullmatch(key) or key in _NOT_ZONES:
        return None
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError):  # OSError: the name is a folder, as "Europe"
        return None


@dataclass(frozen=True)
class Zones:
    """The zones of one resource; *home* is the practice's, for floating times and for showing."""

    calendar: Component
    home: ZoneInfo

    @cached_property
    def _described(self) -> dict[str, Component]:
        zones = [part for part in self.calendar.components if part.name == "VTIMEZONE"]
        return {part.words("TZID").strip(): part for part in reversed(zones)}

    @cached_property
    def _resolved(self) -> dict[str, tzinfo]:
        return {}

    def description(self, tzid: str) -> Component | None:
        """Return the VTIMEZONE of this TZID, if it came with the resource."""
        return self._described.get(tzid.strip())

    def zone(self, tzid: str) -> tzinfo:
        """Return the zone of *tzid*, UTC as `datetime.UTC`.

        Raises:
            UnreadableResource: nothing tells when its times are; a guess could move a session.
        """
        if tzid not in self._resolved:
            self._resolved[tzid] = self._looked_up(tzid)
        return self._resolved[tzid]

    def _looked_up(self, tzid: str) -> tzinfo:
        known = zone_named(tzid)
        if known is not None:
            return UTC if known.key in _UTC_KEYS else known
        described = self.description(tzid)
        if described is None:
            raise UnreadableResource("unknown time zone")
        return written_zone(described)

    def of(self, line: Line) -> tzinfo:
        """Return the zone in which a time property is written; `home` for a floating one."""
        if line.value.strip().upper().endswith("Z"):
            return UTC
        return self._named(line)

    def _named(self, line: Line) -> tzinfo:
        tzid = line.parameter("TZID")
        return self.zone(tzid) if tzid else self.home

    def shown(self, zone: tzinfo) -> ZoneInfo:
        """Return the zone in which a session written in *zone* is held."""
        return zone if isinstance(zone, ZoneInfo) else self.home

    def time(self, line: Line, value: str | None = None) -> date | datetime:
        """Return what a time property says, or one *value* of its list; aware, unless a date.

        Raises:
            UnreadableResource: it cannot be read, or its zone is unknown.
        """
        read, is_utc = read_time(line.value if value is None else value)
        if not isinstance(read, datetime):
            return read
        if is_utc:
            return read.replace(tzinfo=UTC)
        return read.replace(tzinfo=self._named(line) if value is None else self.of(line))


def recurrence_id(when: date | datetime) -> str:
    """Return the RECURRENCE-ID of `SessionKey` for the instance that the series has at *when*."""
    if isinstance(when, datetime):
        return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return when.strftime("%Y%m%d")
