"""Google events that nobody should have made: told or passed over, and the others handled."""

from typing import Any

import pytest

from tests.e2e.desk import in_days, session
from tests.e2e.google_desk import CALENDAR, GoogleDesk

TAG = {"description": "#disrupted", "summary": "Canary"}


def _timed(days: int = 3, **more: Any) -> dict[str, Any]:
    start, end = in_days(days), in_days(days, 11)
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": "Europe/London"},
        "end": {"dateTime": end.isoformat(), "timeZone": "Europe/London"},
        **TAG,
        **more,
    }


HOSTILE: dict[str, dict[str, Any]] = {
    "backwards": _timed(end={"dateTime": in_days(2).isoformat(), "timeZone": "Europe/London"}),
    "unknown-zone": _timed(
        start={"dateTime": in_days(3).isoformat(), "timeZone": "Somewhere/Else"}
    ),
    "no-title": _timed(summary=""),
    "control-signs": _timed(summary="Canary\u202e\x1b[2J\x00\ud800", description="#disrupted\x07"),
    "long-notes": _timed(description="#disrupted " + "x" * 8000),
    "html-notes": _timed(description="<p onclick=x>&lt;script&gt; <b>#disrupted</b>" * 100),
    "many-guests": _timed(
        attendees=[{"email": f"canary{n}@example.com"} for n in range(3000)],
    ),
    "strange-uid": _timed(iCalUID="../../etc/passwd\r\nX-INJECTED: 1 \"'<>" + "u" * 4000),
    "bomb": _timed(recurrence=["RRULE:FREQ=SECONDLY;BYSECOND=1,2,3"], description=""),
    "far": _timed(
        start={"dateTime": "9999-12-31T22:00:00Z"}, end={"dateTime": "9999-12-31T23:00:00Z"}
    ),
    "long-ago": _timed(
        start={"dateTime": "0001-01-01T00:00:00Z"}, end={"dateTime": "0001-01-01T01:00:00Z"}
    ),
    "kind": _timed(eventType="outOfOffice"),
    "properties": _timed(
        extendedProperties={"private": {"raincheckAttempt": "x", "raincheckId": "\n" * 50}}
    ),
    "empty-guest": _timed(attendees=[{}, {"email": ""}]),
    "names": _timed(organizer={"email": "CANARY@EXAMPLE.COM"}, creator={"email": None}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strange_event_does_not_stop_the_others(google_office: GoogleDesk, name: str) -> None:
    """The good session beside it is moved; nothing of the strange one is told, and no bug."""
    office = google_office
    stored = office.google.store.put(CALENDAR, {"id": "strange00", **HOSTILE[name]})
    office.put("good", session("good@example.org", in_days(5), "CATEGORIES:disrupted"))
    report = office.sync()
    moved = {told["original"]["uid"]: told["status"] for told in report["rainchecks"]}
    assert moved["good@example.org"] == "settled"
    again = office.run("sync")
    assert again.returncode == 0, again.stderr
    assert "canary" not in (again.stdout + again.stderr + str(report)).lower()
    there = office.google.store.get(CALENDAR, "strange00")
    assert there is not None
    assert {key: there[key] for key in stored if key in TAG} == {
        key: stored[key] for key in stored if key in TAG
    } or "Raincheck: moved" in there["description"]
