"""What comes after the first pass, with the command, on every server: answers, closures, undo."""

from datetime import timedelta

import icalendar
import pytest

from tests.e2e.desk import Desk, in_days, session

GUESTS = (
    "ORGANIZER:mailto:practice@example.org",
    "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:quillon@example.com",
)


def standing(office: Desk) -> list[icalendar.Event]:
    return [one for one in office.replacements() if str(one.get("STATUS")) != "CANCELLED"]


def edited(office: Desk, event: icalendar.Event, **lines: object) -> None:
    """Store *event* with other properties, as its owner's app does."""
    name = str(event["UID"])
    calendar = icalendar.Calendar.from_ical(office.get(name))
    (held,) = calendar.walk("VEVENT")
    for key, value in lines.items():
        if key in held:
            del held[key]
        held.add(key, value)
    office.put(name, calendar.to_ical().decode())


def answered(office: Desk, event: icalendar.Event, answer: str) -> None:
    guest = icalendar.vCalAddress("mailto:quillon@example.com")
    guest.params["PARTSTAT"] = icalendar.vText(answer)
    edited(office, event, attendee=guest)


def offered(office: Desk) -> tuple[icalendar.Event, str]:
    """Return the offer for a tagged session with one guest, and the pass that made it."""
    office.put("one", session("one@example.org", in_days(3), "CATEGORIES:disrupted", *GUESTS))
    report = office.sync()
    (told,) = report["rainchecks"]
    assert (told["status"], told["replacement"]["confirmed"]) == ("settled", False)
    (offer,) = standing(office)
    return offer, report["pass"]


def test_an_accepted_offer_is_confirmed(office: Desk) -> None:
    """Tentative until the client says yes; then confirmed, and nothing more is to be done."""
    answered(office, offered(office)[0], "ACCEPTED")
    (told,) = office.sync()["rainchecks"]
    assert told["replacement"]["confirmed"]
    (agreed,) = standing(office)
    assert str(agreed.get("STATUS", "CONFIRMED")) == "CONFIRMED"
    assert office.sync()["rainchecks"] == []


def test_a_declined_offer_leads_to_another(office: Desk) -> None:
    """The first is cancelled, the second stands elsewhere, and the original names it."""
    first, _ = offered(office)
    answered(office, first, "DECLINED")
    (told,) = office.sync()["rainchecks"]
    assert (told["attempt"], told["status"]) == (2, "settled")
    (second,) = standing(office)
    assert second.decoded("DTSTART") != first.decoded("DTSTART")
    assert str(office.event("one@example.org")["X-RAINCHECK-REPLACEMENT"]) == str(second["UID"])
    assert office.sync()["rainchecks"] == []


def test_a_deleted_session_is_held_and_then_booked(office: Desk) -> None:
    """Only the practice sees what is held; tagged `book`, it is confirmed and guests are asked."""
    office.put("one", session("one@example.org", in_days(3), *GUESTS))
    office.put("two", session("two@example.org", in_days(4)))
    assert office.sync()["rainchecks"] == []
    office.delete("one")
    (told,) = office.sync()["rainchecks"]
    assert (told["signal"], told["action"]) == ("deleted", "hold")
    (held,) = standing(office)
    assert str(held["STATUS"]) == "TENTATIVE"
    edited(office, held, categories=["book"])
    (told,) = office.sync()["rainchecks"]
    assert (told["action"], told["replacement"]["confirmed"]) == ("book", True)
    assert office.sync()["rainchecks"] == []


def test_a_session_that_its_guest_declined_is_held(office: Desk) -> None:
    """The client's no: a new time that only the practice sees."""
    lines = (GUESTS[0], "ATTENDEE;PARTSTAT=DECLINED:mailto:quillon@example.com")
    office.put("one", session("one@example.org", in_days(3), *lines))
    (told,) = office.sync()["rainchecks"]
    assert (told["signal"], told["cause"], told["action"]) == ("declined", "declined", "hold")


def test_a_closure_moves_its_day(office: Desk) -> None:
    """Entered as a whole day, by its title: the day's sessions move, the next day's stay."""
    for number, hour in enumerate((9, 11, 15)):
        office.put(f"n{number}", session(f"n{number}@example.org", in_days(3, hour)))
    office.put("later", session("later@example.org", in_days(4, 9)))
    office.sync()
    day = in_days(3).date()
    closed = icalendar.Event()
    closed.add("uid", "closed@example.org")
    closed.add("dtstamp", in_days(0))
    closed.add("summary", "Lockdown")
    closed.add("dtstart", day)
    closed.add("dtend", day + timedelta(days=1))
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Example//App//EN")
    calendar.add_component(closed)
    office.put("closed", calendar.to_ical().decode())
    planned = office.run("sync", "--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout.count("would move to") == 3
    assert planned.stdout.count("    why ") == 3
    assert standing(office) == []
    report = office.sync()
    assert {told["cause"] for told in report["rainchecks"]} == {"lockdown"}
    starts = [event.decoded("DTSTART") for event in standing(office)]
    assert len(set(starts)) == 3
    assert all(start.date() != day for start in starts)
    assert office.sync()["rainchecks"] == []


@pytest.mark.parametrize("way", ["tag", "command", "pass", "delete"])
def test_what_was_done_is_undone(office: Desk, way: str) -> None:
    """The replacement goes, the original stands as it did, with its guest; and it stays so."""
    offer, pass_id = offered(office)
    (told,) = office.history()
    assert [event["what"] for event in told["events"]][:1] == ["seen"]
    if way == "tag":
        edited(office, offer, description="Sorry. #undo")
        office.sync()
    elif way == "delete":
        office.delete(str(offer["UID"]))
        office.sync()
    elif way == "command":
        assert office.run("undo", told["id"]).returncode == 0
    else:
        assert office.run("undo", "--pass", pass_id).returncode == 0
    assert standing(office) == []
    back = office.event("one@example.org")
    assert str(back.get("STATUS", "CONFIRMED")) == "CONFIRMED"
    assert str(back.get("TRANSP", "OPAQUE")) == "OPAQUE"
    assert "moved to" not in str(back.get("DESCRIPTION", ""))
    assert office.sync()["rainchecks"] == []
    assert standing(office) == []
