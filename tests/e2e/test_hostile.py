"""Entries that no program should have written: told, skipped, and the others handled."""

import icalendar

from tests.e2e.desk import Desk, in_days, session

ENDLESS = {"radicale": "RRULE:FREQ=SECONDLY", "xandikos": "RRULE:FREQ=DAILY"}
"""Xandikos 0.4 itself never answers again once it stores the first."""
UNKNOWN_ZONE = "Somewhere/Else"


def _with_unknown_zone(uid: str) -> str:
    start, end = in_days(3), in_days(3, 11)
    text = session(uid, start, "CATEGORIES:disrupted")
    lines = [line for line in text.splitlines() if not line.startswith(("DTSTART", "DTEND"))]
    at = lines.index(f"UID:{uid}") + 1
    lines[at:at] = [
        f"DTSTART;TZID={UNKNOWN_ZONE}:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={UNKNOWN_ZONE}:{end:%Y%m%dT%H%M%S}",
    ]
    return "\r\n".join([*lines, ""])


def _backwards(uid: str) -> str:
    return session(uid, in_days(3), "CATEGORIES:disrupted", minutes=-50)


def test_one_bad_entry_does_not_stop_the_others(dav_office: Desk) -> None:
    """Unknown zone, end before start, a rule without end: warnings; the good session is moved."""
    office = dav_office
    office.put("zone", _with_unknown_zone("zone@example.org"))
    office.put("backwards", _backwards("backwards@example.org"))
    endless = ENDLESS[office.server.kind]
    office.put("endless", session("endless@example.org", in_days(2, 6), endless, "CATEGORIES:x"))
    office.put("good", session("good@example.org", in_days(2), "CATEGORIES:disrupted"))
    before = office.resources()
    report = office.sync()
    (told,) = report["rainchecks"]
    assert told["original"]["uid"] == "good@example.org"
    assert told["status"] == "settled"
    unreadable = [w for w in report["warnings"] if w["code"] == "unreadable"]
    said = " ".join(warned["message"] for warned in unreadable)
    reasons = ["end before start", "unknown time zone"]
    if office.server.kind == "radicale":
        reasons.append("recurrence too large")
    assert [reason for reason in reasons if reason not in said] == []
    after = office.resources()
    assert {name: after[name] for name in ("zone", "backwards", "endless")} == {
        name: before[name] for name in ("zone", "backwards", "endless")
    }


def test_a_resource_of_three_thousand_lines_survives_its_mark(dav_office: Desk) -> None:
    """Unknown properties, alarms and a time zone of its own keep their meaning, line by line."""
    office = dav_office
    zone = [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/London",
        "BEGIN:STANDARD",
        "DTSTART:19701025T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T010000",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0100",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    ]
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:soon", "TRIGGER:-PT15M", "END:VALARM"]
    unknown = [f"X-THEIRS-{number};X-KIND=some:value-{number}" for number in range(3000)]
    text = session(
        "long@example.org", in_days(2), "CATEGORIES:disrupted", *unknown, *alarm, extra=zone
    )
    office.put("long", text)
    before = _lines(office.get("long"))
    office.sync()
    after = _lines(office.get("long"))
    ours = ("X-RAINCHECK", "STATUS", "TRANSP", "DESCRIPTION:Raincheck", "SEQUENCE")
    stamps = ("DTSTAMP", "LAST-MODIFIED", "CREATED")
    lost = [line for line in before if line not in after and not line.startswith(stamps)]
    added = [line for line in after if line not in before and not line.startswith(stamps)]
    assert lost == []
    assert all(line.startswith(ours) for line in added), added
    (replacement,) = office.replacements()
    assert len([name for name in replacement if name.startswith("X-THEIRS-")]) == 3000
    assert len(replacement.walk("VALARM")) == 1


def _lines(text: str) -> list[str]:
    return [str(line) for line in icalendar.parser.Contentlines.from_ical(text)]
