"""What the fuzzing begins with: honest input, and pieces that have broken readers before."""

import json
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "corpus" / "caldav"
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

EVENT = {
    "id": "s1",
    "etag": '"1"',
    "status": "confirmed",
    "iCalUID": "s1@example.org",
    "summary": "Quillon Wren #disrupted",
    "description": "<b>by hand</b>",
    "start": {"dateTime": "2026-11-25T10:00:00Z", "timeZone": "Europe/London"},
    "end": {"dateTime": "2026-11-25T10:50:00Z", "timeZone": "Europe/London"},
    "organizer": {"email": "p@example.org", "self": True},
    "attendees": [{"email": "q@example.com", "responseStatus": "accepted"}],
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"],
    "extendedProperties": {"private": {"raincheckId": "abc"}, "shared": {"categories": "a,b"}},
    "conferenceData": {"entryPoints": [{"uri": "https://meet.example.org/x"}]},
    "reminders": {"useDefault": True},
    "updated": "2026-11-20T10:00:00.000Z",
}
INSTANCE = {
    "id": "s1_20261202T100000Z",
    "etag": '"2"',
    "status": "cancelled",
    "recurringEventId": "s1",
    "originalStartTime": {"dateTime": "2026-12-02T10:00:00Z", "timeZone": "Europe/London"},
}
MULTISTATUS = """<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:response>
<d:href>/s/1.ics</d:href>
<d:propstat>
<d:prop>
<d:getetag>&quot;1&quot;</d:getetag>
<c:calendar-data>BEGIN:VCALENDAR</c:calendar-data>
<d:resourcetype><d:collection/></d:resourcetype>
</d:prop>
<d:status>HTTP/1.1 200 OK</d:status>
</d:propstat>
</d:response>
<d:response>
<d:href>http://h/s/2.ics</d:href>
<d:status>HTTP/1.1 404 Not Found</d:status>
</d:response>
<d:sync-token>http://t/1</d:sync-token>
</d:multistatus>
"""
DAV_ERROR = '<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>'
SMALL = """
[practice]
timezone = "Europe/London"
emails = ["p@example.org"]
[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
username = "x"
password_env = "X"
[[calendars]]
account = "home"
calendar = "Sessions"
[hours]
mon = ["09:00-17:00"]
[fees]
currency = "GBP"
default_price = "60.00"
[[policy.rules]]
causes = ["no-show"]
action = "record"
"""


SECONDLY_ZONE = """BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+9999
TZOFFSETTO:-9999
RRULE:FREQ=SECONDLY
END:STANDARD"""


def seeds() -> dict[str, list[bytes]]:
    """Return honest input for each target."""
    return {
        "icalendar": [path.read_bytes() for path in sorted(CORPUS.iterdir()) if path.is_file()],
        "google": [json.dumps(one).encode() for one in (EVENT, INSTANCE, [EVENT, INSTANCE])],
        "xml": [MULTISTATUS.encode(), DAV_ERROR.encode()],
        "toml": [SMALL.encode(), EXAMPLE.read_bytes()],
    }


def pieces() -> dict[str, list[bytes]]:
    """Return hostile pieces for each target; those of all come with every one."""
    anywhere = [
        b"\x00", b"\r", b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"../../etc/x",
        b'"', b"'", b"\\", b"%00", b"%2f", b"-1", b"9" * 30, b"9" * 5000, b"1e999", b"\xc2\xb2",
        "\u202eabc\u2066".encode(), "\u2028".encode(), "١٢".encode(), b"u" * 4096, b"#disrupted",
    ]  # fmt: skip
    lines = [
        "RRULE:FREQ=SECONDLY", "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:FREQ=YEARLY;BYYEARDAY=366",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", "RRULE:FREQ=WEEKLY;COUNT=99999999999",
        "RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z", "RRULE:FREQ=DAILY;BYSETPOS=-400",
        "RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))), "DTSTART:00000101T000000Z",
        "DTSTART:99991231T235959Z", "DTSTART;VALUE=DATE:99991231", "DTSTART;TZID=Nowhere:20261125",
        "DTSTART;TZID=../../etc/passwd:20261125T100000", "DTEND:20200101T000000Z",
        "DURATION:-P1D", "DURATION:P99999999999W", "DURATION:PT0S",
        "RECURRENCE-ID:20261125T100000Z", "SEQUENCE:" + "9" * 5000, "DTSTART:\u00b2\u00b2\u00b2",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20261125T100000Z", "EXDATE:" + "20261125T100000Z," * 50,
        "RDATE;VALUE=PERIOD:20261125T100000Z/PT1H", "SEQUENCE:-5", "SEQUENCE:99999999999999999999",
        "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE\r\nTZID:X", "END:VTIMEZONE",
        SECONDLY_ZONE, "UID:../../x", "UID:", 'UID:"; DROP', "SUMMARY",
        ":", ";", "X-RAINCHECK-ID:\x01", "X-RAINCHECK-ATTEMPT:many", "X-RAINCHECK-STATE:settled",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:", "ORGANIZER:mailto:q@example.com", "CATEGORIES:,,,",
        "DTSTART;TZID=\"GMT Standard Time\":20261101T013000", "X-A;X-B=\"^n^'^^\":c", " folded",
    ]  # fmt: skip
    jsons = [
        "null", "{}", "[]", '""', "true", "1e400", "[[[[[[]]]]]]", '{"dateTime": null}',
        '{"date": "9999-12-31"}', '{"dateTime": "0001-01-01T00:00:00+23:59"}', '"\\ud800"',
        '["RRULE:FREQ=SECONDLY"]', '["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"]',
    ]  # fmt: skip
    xmls = [
        '<!DOCTYPE x [<!ENTITY e "eeee">]>', "&e;", "<!--", "]]>", "<![CDATA[", "<?x?>",
        "HTTP/1.1 \u00b2", "HTTP/1.1 " + "9" * 5000, "http://[", "//[x/", "%", "&#0;", "&#x1F600;",
        "<d:status>HTTP/1.1 \u00b2</d:status>", "<d:status>HTTP/1.1 " + "9" * 5000 + "</d:status>",
        "<d:href>http://[</d:href>", "<d:href>//[x/</d:href>", "<d:href>%zz%2F..</d:href>",
        "<d:href/>", "<d:response>", "</d:response>", "http://other.example.org/s/1.ics",
    ]  # fmt: skip
    tomls = [
        "[policy]", "[[policy]]", "= 1", '"""', "within = \"99999999999w\"", "within = -1",
        "mon = [\"25:00-26:00\"]", "inf", "nan", "1979-05-27T07:32:00Z", "[hours.x]", "{}",
        "poll = \"0s\"", "timezone = \"../../etc/passwd\"", "timezone = \"\"", "a.b.c = 1",
        "default_price = \"1e999999\"", "percent = 1e999",
    ]  # fmt: skip
    return {
        "icalendar": [*anywhere, *(f"\r\n{line}\r\n".encode() for line in lines)],
        "google": [*anywhere, *(one.encode() for one in jsons)],
        "xml": [*anywhere, *(one.encode() for one in xmls)],
        "toml": [*anywhere, *(f"\n{line}\n".encode() for line in tomls)],
    }
