"""The stand-in for Google refuses what Google refuses, and loses what Google loses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import niquests
import pytest

from sync.demo.google import discovery
from sync.demo.google.login import LocalLogin
from sync.demo.google.recurrence import starts
from tests.servers.google_calendar import CALENDAR, google
from tests.unit.google.raw_desk import EVENTS, START, Desk, event, refused


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A server with an empty calendar, and everything allowed."""
    with google() as server:
        yield Desk(server)


@pytest.mark.parametrize(
    "query",
    [
        {"nonsense": "1"},
        {"singleEvents": "yes"},
        {"maxResults": "many"},
        {"maxResults": "0"},
        {"orderBy": "size"},
        {"timeMin": "2026-12-01T10:00:00"},
        {"timeMin": "2026-12-01"},
    ],
)
def test_parameters_are_those_of_the_discovery_document(desk: Desk, query: dict[str, str]) -> None:
    """An unknown one, a wrong type, a value that is not listed, a time without offset: 400."""
    assert refused(desk.ask("GET", EVENTS, **query)) == (400, "invalidParameter")


def test_who_may_do_what(desk: Desk) -> None:
    """No token: 401; too little scope: 403; a scope of owned calendars finds no others."""
    desk.token = "stranger"
    assert refused(desk.ask("GET", EVENTS)) == (401, "authError")
    login, base = desk.server.login, "https://www.googleapis.com/auth/calendar"
    desk.token = token_of(login, desk, f"{base}.calendarlist.readonly")
    assert refused(desk.ask("GET", EVENTS)) == (403, "insufficientPermissions")
    desk.token = token_of(login, desk, f"{base}.events.owned")
    assert desk.ask("GET", EVENTS).status_code == 200
    desk.server.store.make_calendar("other@example.org", "Other", role="writer")
    other = desk.ask("GET", "calendars/other@example.org/events")
    assert refused(other) == (403, "insufficientPermissions")
    desk.server.store.make_calendar("seen@example.org", "Seen", role="reader")
    desk.token = "letmein"
    answer = desk.ask("POST", "calendars/seen@example.org/events", event())
    assert refused(answer) == (403, "requiredAccessLevel")
    assert refused(desk.ask("GET", "calendars/nobody@example.org/events")) == (404, "notFound")


def token_of(login: LocalLogin, desk: Desk, scope: str) -> str:
    held = login.authorized_user(desk.server.root, (scope,))
    form = {
        "grant_type": "refresh_token",
        "client_id": held["client_id"],
        "client_secret": held["client_secret"],
        "refresh_token": held["refresh_token"],
    }
    answer = niquests.post(held["token_uri"], data=form, timeout=20)
    return str(answer.json()["access_token"])


@pytest.mark.parametrize("id_", ["abcd", "ABCDE", "a-b-c-d-e", "wxyzw", "abc_d"])
def test_ids_have_googles_alphabet(desk: Desk, id_: str) -> None:
    """Five letters or more, none after v, no signs."""
    assert refused(desk.ask("POST", EVENTS, event(id=id_))) == (400, "invalid")


def test_an_id_is_taken_for_ever(desk: Desk) -> None:
    """409 while it stands and after it was deleted; deleting twice is 410, reading goes on."""
    desk.made()
    assert refused(desk.ask("POST", EVENTS, event(id="abcde"))) == (409, "duplicate")
    assert desk.ask("DELETE", f"{EVENTS}/abcde").status_code == 204
    assert refused(desk.ask("POST", EVENTS, event(id="abcde"))) == (409, "duplicate")
    assert refused(desk.ask("DELETE", f"{EVENTS}/abcde")) == (410, "deleted")
    assert desk.ask("GET", f"{EVENTS}/abcde").json()["status"] == "cancelled"
    both = event(id="fghij", iCalUID="x@example.org")
    assert refused(desk.ask("POST", EVENTS, both)) == (400, "invalid")


def test_preconditions(desk: Desk) -> None:
    """If-Match of an older version: 412, nothing done; If-None-Match of this one: 304."""
    first = desk.made()
    held = {"If-Match": first["etag"]}
    assert desk.ask("PATCH", f"{EVENTS}/abcde", {"summary": "a"}, held).status_code == 200
    assert refused(desk.ask("PATCH", f"{EVENTS}/abcde", {"summary": "b"}, held))[0] == 412
    assert refused(desk.ask("DELETE", f"{EVENTS}/abcde", None, held))[0] == 412
    now = desk.ask("GET", f"{EVENTS}/abcde").json()
    assert now["summary"] == "a"
    same = desk.ask("GET", f"{EVENTS}/abcde", None, {"If-None-Match": now["etag"]})
    assert (same.status_code, same.text) == (304, "")


def test_patch_merges_and_update_replaces(desk: Desk) -> None:
    """A patch keeps what it does not name and null removes; an update deletes the rest."""
    desk.made(location="Room 2", extendedProperties={"private": {"a": "1", "b": "2"}})
    patch = {"extendedProperties": {"private": {"b": None, "c": "3"}}, "location": None}
    patched = desk.ask("PATCH", f"{EVENTS}/abcde", patch).json()
    assert patched["extendedProperties"]["private"] == {"a": "1", "c": "3"}
    assert "location" not in patched
    updated = desk.ask("PUT", f"{EVENTS}/abcde", event()).json()
    assert "extendedProperties" not in updated
    assert updated["iCalUID"] == patched["iCalUID"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"sequence": -1}, "invalid"),
        ({"eventType": "focusTime"}, "eventTypeRestriction"),
        ({"start": {"date": "2026-12-01"}}, "invalid"),
        ({"start": {"dateTime": "2026-12-01T10:00:00"}}, "required"),
        ({"recurrence": ["RRULE:FREQ=WEEKLY"]}, "required"),
        ({"end": {"dateTime": "2026-11-01T10:00:00Z"}}, "timeRangeEmpty"),
        ({"description": "x" * 9000}, "invalid"),
        ({"summary": 7}, "invalid"),
        ({"recurrence": ["DTSTART:20261201T100000Z"]}, "invalid"),
    ],
)
def test_what_google_does_not_take(desk: Desk, more: dict[str, Any], reason: str) -> None:
    """400, and nothing is changed."""
    before = desk.made()
    assert refused(desk.ask("PATCH", f"{EVENTS}/abcde", more)) == (400, reason)
    assert desk.ask("GET", f"{EVENTS}/abcde").json() == before


def test_rights_of_guests_are_the_organizers(desk: Desk) -> None:
    """On a copy of somebody else's event, setting one, or leaving one out of an update: 403."""
    mine = {"organizer": {"email": "stranger@example.com"}, "guestsCanModify": False}
    desk.server.store.put(CALENDAR, event(id="copy00", **mine))
    for verb, body in (("PATCH", {"guestsCanModify": True}), ("PUT", event())):
        answer = desk.ask(verb, f"{EVENTS}/copy00", body)
        assert refused(answer) == (403, "forbiddenForNonOrganizer")
    assert desk.ask("PATCH", f"{EVENTS}/copy00", {"summary": "x"}).status_code == 200


def test_extended_properties_are_lost_without_a_word(desk: Desk) -> None:
    """Long keys are dropped, long values cut."""
    held = {"private": {"k" * 45: "gone", "k" * 44: "v" * 2000}}
    made = desk.made(extendedProperties=held)
    assert made["extendedProperties"]["private"] == {"k" * 44: "v" * 1024}


@pytest.mark.parametrize(
    ("name", "value", "version"),
    [
        ("eventLabelId", "l-1", "eventLabelVersion"),
        ("conferenceData", {"conferenceId": "x"}, "conferenceDataVersion"),
    ],
)
def test_labels_and_conferences_need_their_version(
    desk: Desk, name: str, value: Any, version: str
) -> None:
    """Without it they are not stored; a later patch without it loses the label alone."""
    assert name not in desk.made(**{name: value})
    answer = desk.ask("POST", EVENTS, event(id="fghij", **{name: value}), None, **{version: "1"})
    assert answer.json()[name] == value
    patched = desk.ask("PATCH", f"{EVENTS}/fghij", {"summary": "x"}).json()
    assert (name in patched) is (name == "conferenceData")


def test_guests_hear_of_news_and_only_when_asked(desk: Desk) -> None:
    """`sendUpdates=all` and something new to them: one message; else none."""
    guests = [{"email": "quillon@example.com"}]
    desk.made(attendees=guests)
    desk.ask("PATCH", f"{EVENTS}/abcde", {"colorId": "1"}, None, sendUpdates="all")
    desk.ask("PATCH", f"{EVENTS}/abcde", {"summary": "New"}, None, sendUpdates="none")
    assert desk.server.store.outbox == []
    desk.ask("PATCH", f"{EVENTS}/abcde", {"location": "Room 3"}, None, sendUpdates="all")
    desk.ask("DELETE", f"{EVENTS}/abcde", None, None, sendUpdates="all")
    assert [mail.kind for mail in desk.server.store.outbox] == ["update", "cancel"]


def test_pages_are_of_one_list(desk: Desk) -> None:
    """A token belongs to its query; what changes meanwhile comes with the sync token, once."""
    for number in range(5):
        desk.made(f"event{number}")
    first = desk.listed(maxResults="2")
    assert "nextSyncToken" not in first
    desk.made("late0")
    token = first["nextPageToken"]
    wrong = desk.ask("GET", EVENTS, None, None, maxResults="3", pageToken=token)
    assert refused(wrong) == (400, "invalid")
    assert refused(desk.ask("GET", EVENTS, None, None, pageToken="zzz")) == (400, "invalid")
    second = desk.listed(maxResults="2", pageToken=token)
    last = desk.listed(maxResults="2", pageToken=second["nextPageToken"])
    ids = [one["id"] for page in (first, second, last) for one in page["items"]]
    assert ids == [f"event{number}" for number in range(5)]
    since = desk.listed(syncToken=last["nextSyncToken"])
    assert [one["id"] for one in since["items"]] == ["late0"]


def test_a_page_may_be_empty(desk: Desk) -> None:
    """No items, and a token for more."""
    desk.server.pages.empty_first = True
    desk.made()
    assert [len(page["items"]) for page in desk.all_pages()] == [0, 1]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"timeMin": "2026-12-01T00:00:00Z"}, "syncTokenWithRequestRestrictions"),
        ({"q": "x"}, "syncTokenWithRequestRestrictions"),
        ({"showDeleted": "false"}, "syncTokenWithRequestRestrictions"),
        ({"singleEvents": "true"}, "invalid"),
        ({"syncToken": "nonsense"}, "invalid"),
        ({"syncToken": "7"}, "invalid"),
    ],
)
def test_sync_tokens_have_restrictions(desk: Desk, more: dict[str, str], reason: str) -> None:
    """Filters and another query than the first are refused; so is what is no token."""
    token = desk.listed()["nextSyncToken"]
    answer = desk.ask("GET", EVENTS, None, None, **{"syncToken": token, **more})
    assert refused(answer) == (400, reason)


def test_sync_tokens_die(desk: Desk) -> None:
    """An old one is 410; some queries get none at all."""
    token = desk.listed()["nextSyncToken"]
    desk.server.store.expire_sync_tokens()
    assert refused(desk.ask("GET", EVENTS, None, None, syncToken=token))[0] == 410
    assert "nextSyncToken" in desk.listed(timeMin="2026-12-01T00:00:00Z")
    for query in ({"q": "x"}, {"orderBy": "startTime", "singleEvents": "true"}):
        assert "nextSyncToken" not in desk.listed(**query)
    unordered = desk.ask("GET", EVENTS, None, None, orderBy="startTime")
    assert refused(unordered) == (400, "invalid")


def test_updated_min_tells_of_deleted_ones(desk: Desk) -> None:
    """What was deleted since is in it; more than about a month ago is 410."""
    desk.made()
    since = datetime.now(UTC) - timedelta(days=1)
    desk.ask("DELETE", f"{EVENTS}/abcde")
    assert [one["status"] for one in desk.listed(updatedMin=since.isoformat())["items"]] == [
        "cancelled"
    ]
    long_ago = (since - timedelta(days=60)).isoformat()
    answer = desk.ask("GET", EVENTS, None, None, updatedMin=long_ago)
    assert refused(answer) == (410, "updatedMinTooLongAgo")


def test_deleted_ones_are_bare_unless_asked_for(desk: Desk) -> None:
    """A sync without showDeleted tells id and status; the first list leaves them out."""
    token = desk.listed()["nextSyncToken"]
    whole = desk.listed(showDeleted="true")["nextSyncToken"]
    desk.made()
    desk.ask("DELETE", f"{EVENTS}/abcde")
    (bare,) = desk.listed(syncToken=token)["items"]
    assert bare.keys() == {"id", "status", "etag", "kind"}
    (full,) = desk.listed(syncToken=whole, showDeleted="true")["items"]
    assert full["summary"] == "Quillon Wren"
    assert desk.listed()["items"] == []


def test_a_cancelled_instance_of_a_living_series_is_listed(desk: Desk) -> None:
    """Without singleEvents it is always told; with it, only when deleted ones are asked for."""
    zoned = {"timeZone": "Europe/London"}
    made = desk.made(
        start={"dateTime": START.isoformat()} | zoned,
        end={"dateTime": (START + timedelta(hours=1)).isoformat()} | zoned,
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"],
    )
    second = desk.ask("GET", f"{EVENTS}/abcde/instances").json()["items"][1]
    assert second["id"] == f"{made['id']}_20261208T100000Z"
    desk.ask("DELETE", f"{EVENTS}/{second['id']}")
    assert len(desk.listed()["items"]) == 2
    assert len(desk.listed(singleEvents="true")["items"]) == 2
    assert len(desk.listed(singleEvents="true", showDeleted="true")["items"]) == 3


def test_series_keep_their_hour_when_the_clock_changes() -> None:
    """Local time stays; EXDATE and UNTIL, both in UTC, are read in the series' zone."""
    series = {
        "start": {"dateTime": "2026-10-19T10:00:00+01:00", "timeZone": "Europe/London"},
        "recurrence": [
            "RRULE:FREQ=WEEKLY;UNTIL=20261109T100000Z",
            "EXDATE:20261102T100000Z",
        ],
    }
    found = starts(series, datetime(2026, 10, 1, tzinfo=UTC))
    assert [one.isoformat() for one in found] == [
        "2026-10-19T10:00:00+01:00",
        "2026-10-26T10:00:00+00:00",
        "2026-11-09T10:00:00+00:00",
    ]


def test_times_are_shown_in_the_calendars_zone(desk: Desk) -> None:
    """The instant is the same; the event's own zone stays beside it."""
    desk.server.store.make_calendar("far@example.org", "Far", zone="Asia/Tokyo")
    zoned = {"dateTime": START.isoformat(), "timeZone": "Europe/London"}
    made = desk.server.store.put("far@example.org", event(start=zoned))
    shown = desk.ask("GET", f"calendars/far@example.org/events/{made['id']}").json()["start"]
    assert shown == {"dateTime": "2026-12-01T19:00:00+09:00", "timeZone": "Europe/London"}


def test_who_sees_busy_times_alone_sees_no_more(desk: Desk) -> None:
    """A freeBusyReader is told when, not what."""
    desk.server.store.make_calendar("dim@example.org", "Dim", role="freeBusyReader")
    desk.server.store.put("dim@example.org", event())
    (seen,) = desk.ask("GET", "calendars/dim@example.org/events").json()["items"]
    assert seen.keys() == {"id", "status", "start", "end", "etag", "kind"}


def test_a_service_account_invites_nobody(desk: Desk) -> None:
    """Without acting for a user, guests are refused, and `primary` is not the practice's."""
    desk.server.login = RobotLogin()
    desk.token = "robot"
    guests = {"attendees": [{"email": "quillon@example.com"}]}
    answer = desk.ask("POST", EVENTS, event(**guests))
    assert refused(answer) == (403, "forbiddenForServiceAccounts")
    assert desk.ask("POST", EVENTS, event()).status_code == 200
    assert refused(desk.ask("GET", "calendars/primary/events")) == (404, "notFound")


class RobotLogin(LocalLogin):
    """Knows one token, of a service account that acts for nobody."""

    def scopes_of(self, token: str) -> frozenset[str] | None:
        full = frozenset({"https://www.googleapis.com/auth/calendar"})
        return full if token == "robot" else None

    def is_robot(self, token: str) -> bool:
        return token == "robot"


def test_every_answer_fits_the_schema(desk: Desk) -> None:
    """Events, lists, calendars and labels are as the discovery document says they are."""
    desk.made(
        attendees=[{"email": "quillon@example.com"}],
        extendedProperties={"shared": {"a": "b"}},
        description="n",
    )
    answers = {
        "Event": desk.ask("GET", f"{EVENTS}/abcde").json(),
        "Events": desk.listed(),
        "Calendar": desk.ask("GET", f"calendars/{CALENDAR}").json(),
        "CalendarList": desk.ask("GET", "users/me/calendarList").json(),
    }
    for schema, answer in answers.items():
        assert list(discovery.faults(answer, {"$ref": schema})) == [], schema
    chosen = desk.listed(fields="items(id,start/dateTime),nextSyncToken")
    assert chosen.keys() == {"items", "nextSyncToken"}
    assert chosen["items"][0].keys() == {"id", "start"}
    assert chosen["items"][0]["start"].keys() == {"dateTime"}
