"""The invented calendars that measurements stand on."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from adapters.caldav.screen import may_carry_signal
from adapters.caldav.translate import sessions_from
from bench.corpus import Resource, calendar_of, changed
from sync.domain.sessions import Kind, Session

TODAY = date(2026, 11, 23)
ZONE = ZoneInfo("Europe/London")


def made(count: int = 48, seed: int = 1) -> tuple[Resource, ...]:
    return tuple(calendar_of(count, today=TODAY, seed=seed))


def read(resource: Resource) -> tuple[Session, ...]:
    return sessions_from(
        resource.text, calendar="bench", zone=ZONE, resource=resource.name, revision="1"
    )


def test_the_same_numbers_give_the_same_calendar():
    """Seed and size decide every letter; another seed gives another calendar."""
    assert made() == made()
    assert made() != made(seed=2)


def test_calendars_are_calendars():
    """Both the library and we read each resource, and all that was promised is there."""
    kinds = set()
    for resource in made():
        held = icalendar.Calendar.from_ical(resource.text)
        assert {str(event["UID"]) for event in held.walk("VEVENT")} == {resource.uid}
        assert max(map(len, resource.text.split("\r\n"))) <= 75
        assert {resource.start, resource.end} <= _edges(held)
        kinds |= {session.kind for session in read(resource)}
    assert kinds == set(Kind)
    whole = "".join(resource.text for resource in made())
    for part in ("VTIMEZONE", "VALARM", "ATTENDEE", "EXDATE", "RECURRENCE-ID"):
        assert part in whole


def _edges(held: icalendar.Calendar) -> set[datetime]:
    """Return when the instances of *held* begin and end."""
    found = recurring_ical_events.of(held).between(date(2020, 1, 1), date(2030, 1, 1))
    return {event[side].dt for event in found for side in ("DTSTART", "DTEND")}


def test_nothing_in_them_is_a_signal():
    """The most that a look finds is a harmless category, also after a person's edit."""
    for resource in (*made(), *(changed(each, 1) for each in made())):
        assert may_carry_signal(resource.text) == ("CATEGORIES" in resource.text)
        assert {name for session in read(resource) for name in session.categories} <= {"Video"}


def test_an_edit_changes_the_text():
    """Each edit gives another text, which stays readable."""
    (one,) = made(1)
    assert len({one.text, changed(one, 1).text, changed(one, 2).text}) == 3
    assert read(changed(one, 2))
