"""Reading WebDAV's XML, choosing calendars, and remembering where they are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.caldav.cursor import Cursor, Place, owner, read, written
from adapters.caldav.discovery import Collection, chosen
from adapters.caldav.errors import UnusableAnswerError
from adapters.caldav.multistatus import (
    address,
    comparable,
    normal_etag,
    parsed,
    preconditions,
)

ANSWER = b"""<?xml version="1.0"?>
<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
 <D:response><D:href>http://example.org/c/a%2Db.ics</D:href>
  <D:propstat><D:prop><D:getetag> W/"1" </D:getetag><C:calendar-data>text</C:calendar-data></D:prop>
   <D:status>HTTP/1.1 200 OK</D:status></D:propstat>
  <D:propstat><D:prop><D:displayname/></D:prop><D:status>HTTP/1.1 403 No</D:status></D:propstat>
 </D:response>
 <D:response><D:href>/c/gone.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>
 <D:sync-token>t-7</D:sync-token>
</D:multistatus>"""


def test_rows_are_read() -> None:
    """Found properties, refusals, absences and the token are told apart."""
    answer = parsed(ANSWER)
    standing, gone = answer.rows
    assert (standing.path, standing.etag, standing.text) == ("/c/a-b.ics", '"1"', "text")
    assert standing.denied == {403}
    assert not standing.gone
    assert (gone.path, gone.gone, gone.text) == ("/c/gone.ics", True, None)
    assert answer.token == "t-7"


def test_a_document_type_is_refused() -> None:
    """No honest server sends one."""
    with pytest.raises(UnusableAnswerError, match="document type"):
        parsed(b'<!DOCTYPE m [<!ENTITY a "b">]><D:multistatus xmlns:D="DAV:"/>')


def test_preconditions_are_read_from_errors_only() -> None:
    """Whatever is no DAV:error has no preconditions."""
    error = b'<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>'
    assert preconditions(error) == {"{DAV:}valid-sync-token"}
    assert preconditions(b"<html/>") == preconditions(b"no") == frozenset()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_path_survives_the_way_out_and_back(name: str) -> None:
    """What is asked for is what was listed, whatever letters are in it (quirk 9)."""
    path = "/c/" + name.replace("/", "").replace("%", "")
    assert comparable(address(path)) == path


def test_an_escaped_slash_is_no_folder() -> None:
    """An escaped slash belongs to the name."""
    assert comparable("/c/a%2fb.ics") == "/c/a%2Fb.ics"
    assert address("/c/a%2Fb.ics") == "/c/a%2Fb.ics"


def test_etags_are_compared_without_weakness() -> None:
    """The mark of weakness is no part of a revision (quirk 13)."""
    assert normal_etag(' W/"x" ') == normal_etag('"x"') == '"x"'


WORK = Collection("Work", "http://example.org/c/one/", events=True, writable=True)
TASKS = Collection("Work", "http://example.org/c/two/", events=False, writable=True)
LOUD = Collection("WORK", "http://example.org/c/three/", events=True, writable=True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Work", (WORK,)),
        ("WORK", (LOUD,)),
        ("work", (WORK, LOUD)),
        ("two", (TASKS,)),
        ("/c/two", (TASKS,)),
        ("http://example.org/c/three/", (LOUD,)),
        ("Wor", ()),
    ],
)
def test_calendars_are_chosen_by_any_name(wanted: str, found: tuple[Collection, ...]) -> None:
    """Exact before case-folded, calendars for events before others, and never half a name."""
    assert chosen((WORK, TASKS, LOUD), wanted) == found


CURSOR = Cursor(
    Place("http://example.org/c/one/", "Work", invites=True, writable=False, scheme="basic"),
    token="t",
    ctag="",
    since=datetime(2026, 11, 9, tzinfo=UTC),
    compared=datetime(2026, 11, 23, tzinfo=UTC),
)


def test_a_cursor_survives_the_journal() -> None:
    """What is written is read, by the same configuration."""
    assert read(written(CURSOR, of="me"), of="me") == CURSOR


@pytest.mark.parametrize(
    "text", [None, "", "null", "[]", "7", "{}", "not json", '{"version":1,"of":"me"}']
)
def test_what_is_no_cursor_is_none(text: str | None) -> None:
    """Nothing that stands in a journal can break a look."""
    assert read(text, of="me") is None


def test_a_cursor_belongs_to_its_configuration() -> None:
    """Another address, login or calendar has another owner."""
    names = {owner(*parts) for parts in (("u", "n", "c"), ("U", "n", "c"), ("u", "N", "c"))}
    assert len(names | {owner("u", "n", "C")}) == 4
    assert read(written(CURSOR, of="me"), of="you") is None
