"""The promises, kept by the real command on real servers."""

import subprocess
from dataclasses import replace
from pathlib import Path

import icalendar

from tests.e2e.desk import Desk, in_days, session


def test_a_tag_leads_to_exactly_one_replacement(office: Desk) -> None:
    """A tagged session ahead gets one replacement, and stops blocking its own time."""
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:Blue,disrupted"))
    report = office.sync()
    (told,) = report["rainchecks"]
    assert told["status"] == "settled"
    assert told["signal"] == "tag"
    (replacement,) = office.replacements()
    assert str(replacement["UID"]) == told["replacement"]["uid"]
    assert replacement.decoded("DTSTART").isoformat() == in_days(9).isoformat()
    assert {str(c) for c in replacement["CATEGORIES"].cats} == {"Blue", "raincheck"}
    original = office.event("one@example.org")
    assert original["STATUS"] == "CANCELLED"
    assert original["TRANSP"] == "TRANSPARENT"
    assert str(original["X-RAINCHECK-REPLACEMENT"]) == told["replacement"]["uid"]
    assert str(original["X-RAINCHECK-ID"]) == str(replacement["X-RAINCHECK-ID"]) == told["id"]
    assert "disrupted" in [str(c) for c in original["CATEGORIES"].cats]


def test_a_second_pass_writes_nothing_and_sends_one_request(office: Desk) -> None:
    """After a pass, the calendar is no news to the next one, a cold process included."""
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    office.sync()
    before = office.resources()
    report = office.sync()
    assert [look["requests"] for look in report["calendars"]] == [1]
    assert [look["scan"] for look in report["calendars"]] == ["unchanged"]
    assert report["rainchecks"] == []
    assert office.resources() == before


def test_a_lost_state_file_makes_no_second_replacement(office: Desk) -> None:
    """What the journal forgets, the marks in the calendar tell."""
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    office.sync()
    before = office.resources()
    office.state.unlink()
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"
    assert office.resources() == before


def test_a_dry_run_touches_neither_calendar_nor_state(office: Desk) -> None:
    """A dry run reports the plan, writes nothing and creates no file."""
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    before = office.resources()
    (told,) = office.sync("--dry-run")["rainchecks"]
    assert told["status"] == "planned"
    assert office.resources() == before
    assert not office.state.parent.exists()
    office.put("two", session("two@example.org", in_days(3)))
    office.sync()
    kept = office.state.read_bytes()
    listing = sorted(office.state.parent.iterdir())
    office.put("three", session("three@example.org", in_days(4), "CATEGORIES:disrupted"))
    office.sync("--dry-run")
    assert office.state.read_bytes() == kept
    assert sorted(office.state.parent.iterdir()) == listing


def test_two_machines_at_once_make_one_replacement(office: Desk, tmp_path: Path) -> None:
    """Two passes with states of their own, at the same time, end with one replacement."""
    for number in range(4):
        text = session(f"s{number}@example.org", in_days(2, 9 + number), "CATEGORIES:disrupted")
        office.put(f"s{number}", text)
    other = tmp_path / "other"
    other.mkdir()
    for file in (file for file in office.folder.iterdir() if file.is_file()):
        (other / file.name).write_bytes(file.read_bytes())
    desks = [office, replace(office, folder=other)]
    running = [
        subprocess.Popen(each.command("sync"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for each in desks
    ]
    for process in running:
        told, said = process.communicate(timeout=120)
        assert process.returncode == 0, (told, said)
    assert len(office.replacements()) == 4
    for each in desks:
        each.sync()
    assert len(office.replacements()) == 4


def test_a_second_pass_on_the_same_state_is_turned_away(office: Desk) -> None:
    """One writer at a time: the other says so and exits 75."""
    office.sync()
    holder = "import sys\nfrom pathlib import Path\nfrom sync.journal.lock import one_writer\n"
    holder += "with one_writer(Path(sys.argv[1])):\n print('held', flush=True)\n sys.stdin.read()\n"
    python = Path(office.command("sync")[0]).with_name("python")
    with subprocess.Popen(
        [python, "-c", holder, str(office.state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        done = office.run("sync")
        process.communicate()
    assert done.returncode == 75
    assert str(process.pid) in done.stderr


def test_one_instance_of_a_series_is_moved_and_the_rest_stays(office: Desk) -> None:
    """A tagged override gets a replacement beside the series, which goes on."""
    start = in_days(1, 15)
    series = session("weekly@example.org", start, "RRULE:FREQ=WEEKLY;COUNT=10")
    override = session("weekly@example.org", start, "DESCRIPTION:see #disrupted-internet")
    event = override[override.index("BEGIN:VEVENT") : override.index("END:VCALENDAR")]
    utc = event.split("DTSTART:")[1].split("\r\n")[0]
    event = event.replace("SUMMARY:", f"RECURRENCE-ID:{utc}\r\nSUMMARY:")
    office.put("weekly", series.replace("END:VCALENDAR", f"{event}END:VCALENDAR"))
    (told,) = office.sync()["rainchecks"]
    assert told["cause"] == "internet"
    assert told["fault"] == "technical"
    assert told["original"]["recurrence_id"] == utc
    (replacement,) = office.replacements()
    assert "RRULE" not in replacement
    assert "#disrupted" not in str(replacement["DESCRIPTION"])
    stored = icalendar.Calendar.from_ical(office.get("weekly")).walk("VEVENT")
    assert [str(one.get("STATUS", "")) for one in stored if "RRULE" in one] == [""]
    assert [str(one["STATUS"]) for one in stored if "RECURRENCE-ID" in one] == ["CANCELLED"]


def test_a_cancelled_session_is_seen_by_status(dav_office: Desk) -> None:
    """STATUS:CANCELLED is a signal of its own; at Google it is a deletion, which has its tests."""
    dav_office.put("a", session("a@example.org", in_days(2), "STATUS:CANCELLED"))
    (told,) = dav_office.sync()["rainchecks"]
    assert told["signal"] == "cancelled"


def test_a_cancelled_session_is_seen_by_its_title(office: Desk) -> None:
    """A title that says so is a signal, and not in the new title."""
    office.put("b", session("b@example.org", in_days(3), title="Canceled: Marrow Thistle"))
    (told,) = office.sync()["rainchecks"]
    assert told["signal"] == "cancelled"
    assert [str(each["SUMMARY"]) for each in office.replacements()] == ["Marrow Thistle"]


def test_what_may_not_be_acted_on_is_a_warning(office: Desk) -> None:
    """Somebody else's invitation, a whole series, a whole day: told, and left alone."""
    foreign = (
        "ORGANIZER:mailto:stranger@example.com",
        f"ATTENDEE:mailto:{'practice@example.org'}",
        "CATEGORIES:disrupted",
    )
    office.put("a", session("a@example.org", in_days(2), *foreign))
    series = session(
        "b@example.org", in_days(3), "RRULE:FREQ=DAILY;COUNT=3", "CATEGORIES:disrupted"
    )
    office.put("b", series)
    day = session("c@example.org", in_days(4), "CATEGORIES:disrupted").splitlines()
    whole = [line for line in day if not line.startswith(("DTSTART", "DTEND"))]
    whole.insert(4, f"DTSTART;VALUE=DATE:{in_days(4):%Y%m%d}")
    office.put("c", "\r\n".join([*whole, ""]))
    before = office.resources()
    report = office.sync()
    assert sorted(warned["code"] for warned in report["warnings"]) == [
        "tag-on-series",
        "unsupported",
        "untrusted-organizer",
    ]
    assert report["rainchecks"] == []
    assert office.resources() == before


def test_a_misspelt_tag_is_told_and_left_alone(office: Desk) -> None:
    """In a session that is otherwise plain: the pass says so once, and the nearest tag."""
    office.put("a", session("a@example.org", in_days(2), "DESCRIPTION:#disrupte"))
    office.put("b", session("b@example.org", in_days(3), "CATEGORIES:no-shw"))
    office.put("c", session("c@example.org", in_days(4), "CATEGORIES:disruptive"))
    report = office.sync()
    told = sorted((warned["uid"], warned["code"]) for warned in report["warnings"])
    assert told == [("a@example.org", "unsupported"), ("b@example.org", "unsupported")]
    assert report["rainchecks"] == []
    assert office.sync()["warnings"] == []


def test_a_person_s_word_on_a_replacement_stands(office: Desk) -> None:
    """Moved by hand it stays where it was put; deleted by hand it never comes back."""
    for uid in ("moved", "deleted"):
        start = in_days(2, 9 if uid == "moved" else 12)
        office.put(uid, session(f"{uid}@example.org", start, "CATEGORIES:disrupted"))
    told = {r["original"]["uid"]: r["replacement"]["uid"] for r in office.sync()["rainchecks"]}
    name = told["moved@example.org"]
    moved = icalendar.Calendar.from_ical(office.get(name))
    (event,) = moved.walk("VEVENT")
    for side, hour in (("DTSTART", 18), ("DTEND", 19)):
        event.pop(side)
        event.add(side.lower(), in_days(5, hour))
    office.put(name, moved.to_ical().decode())
    office.delete(told["deleted@example.org"])
    states = {r["original"]["uid"]: r["status"] for r in office.sync()["rainchecks"]}
    assert states == {"moved@example.org": "settled", "deleted@example.org": "withdrawn"}
    for lost in (False, True):
        if lost:
            office.state.unlink()
        office.sync()
        (left,) = office.replacements()
        assert left.decoded("DTSTART") == in_days(5, 18)


def test_too_many_at_once_are_held_until_allowed(office: Desk) -> None:
    """More new rainchecks than max_new: nothing is written, again and again, until allowed."""
    for number in range(11):
        text = session(f"n{number}@example.org", in_days(number + 2), "CATEGORIES:disrupted")
        office.put(f"n{number}", text)
    for _ in range(2):
        report = office.sync(expect=1)
        assert [warned["code"] for warned in report["warnings"]] == ["too-many"]
        assert office.replacements() == []
    office.sync("--allow-many")
    assert len(office.replacements()) == 11


def test_private_events_are_never_moved(office: Desk) -> None:
    """A tag in a calendar of busy time is nobody's session."""
    other = f'[[calendars]]\naccount = "{office.account}"\ncalendar = "other"\n'
    office.rewrite(r"\[hours\]", f'sessions = "none"\n{other}[hours]')
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    before = office.resources()
    office.sync(expect=1)  # the other calendar is missing
    assert office.resources() == before


def test_a_session_without_a_slot_waits_and_is_tried_again(office: Desk) -> None:
    """No room within the window: exit 1 and why; with more room, the next pass places it."""
    office.rewrite(r"\[state\]", '[policy]\nwithin = "25h"\n[state]')
    office.put("one", session("one@example.org", in_days(-1), "CATEGORIES:disrupted", minutes=600))
    office.rewrite("07:00-21:00", "07:00-12:00")
    (told,) = office.sync(expect=1)["rainchecks"]
    assert told["status"] == "waiting"
    assert "opening hours" in told["reason"]
    office.rewrite("07:00-12:00", "07:00-21:00")
    office.rewrite('"25h"', '"10d"')
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"
    assert len(office.replacements()) == 1


def test_nothing_of_a_client_is_told_to_programs_or_logs(office: Desk) -> None:
    """No title, name, address or notes in JSON, in piped output or on stderr."""
    lines = (
        "CATEGORIES:disrupted",
        "DESCRIPTION:Canary-Notes",
        "LOCATION:Canary-Room",
        f"ORGANIZER:mailto:{'practice@example.org'}",
        "ATTENDEE;CN=Canary-Name:mailto:canary@example.com",
    )
    office.put("one", session("one@example.org", in_days(2), *lines, title="Canary-Title"))
    shown = [office.run("sync", "--json", "--dry-run"), office.run("sync"), office.run("sync")]
    assert len(office.replacements()) == 1
    assert ("nobody-told" in shown[1].stderr) is not office.invites
    office.state.unlink()
    shown.append(office.run("sync", "--json"))
    for done in shown:
        assert done.returncode == 0, done.stderr
        assert "canary" not in (done.stdout + done.stderr).lower()
