"""What only Google does: labels, deletions, guests that hear once, logins that die, bad answers."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.desk import in_days, session
from tests.e2e.google_desk import CALENDAR, GoogleDesk
from tests.servers.google_calendar import Fault
from tests.servers.killing_proxy import Plan, killing_proxy

GUESTS = (
    "ORGANIZER:mailto:practice@example.org",
    "ATTENDEE:mailto:quillon@example.com",
)


def test_a_deleted_session_is_held(google_office: GoogleDesk) -> None:
    """Cancelling is deleting: a tentative session that only the practice sees, and once."""
    office, store = google_office, google_office.google.store
    office.put("one", session("one@example.org", in_days(2), *GUESTS))
    office.put("two", session("two@example.org", in_days(3)))
    assert office.sync()["rainchecks"] == []
    office.delete("one")
    (told,) = office.sync()["rainchecks"]
    assert (told["signal"], told["action"], told["status"]) == ("deleted", "hold", "settled")
    made = store.get(CALENDAR, told["replacement"]["uid"])
    assert made["status"] == "tentative"
    assert "attendees" not in made
    assert store.outbox == []
    assert office.sync()["rainchecks"] == []
    assert len(office.replacements()) == 1


def test_a_deleted_instance_is_held_and_its_series_goes_on(google_office: GoogleDesk) -> None:
    """One instance taken out of a series is a lost session; the series is as it was."""
    office, store = google_office, google_office.google.store
    start = in_days(2)
    office.put("weekly", session("w@example.org", start, "RRULE:FREQ=WEEKLY;COUNT=9"))
    assert office.sync()["rainchecks"] == []
    series = store.get(CALENDAR, office.ids["weekly"])
    stamp = start.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    store.delete(CALENDAR, f"{series['id']}_{stamp}")
    (told,) = office.sync()["rainchecks"]
    assert (told["signal"], told["status"]) == ("deleted", "settled")
    assert told["original"]["recurrence_id"] == stamp
    made = store.get(CALENDAR, told["replacement"]["uid"])
    assert "recurrence" not in made
    assert store.get(CALENDAR, series["id"]) == series
    assert office.sync()["rainchecks"] == []


def test_a_label_is_a_tag(google_office: GoogleDesk) -> None:
    """An event label counts by its name, is asked for once, and is not copied."""
    office, store = google_office, google_office.google.store
    store.shelves[CALENDAR].labels = [{"id": "l-1", "name": "Disrupted \u00b7 internet"}]
    office.put("one", session("one@example.org", in_days(2)))
    store.put(CALENDAR, store.get(CALENDAR, office.ids["one"]) | {"eventLabelId": "l-1"})
    (told,) = office.sync()["rainchecks"]
    assert (told["cause"], told["status"]) == ("internet", "settled")
    made = store.get(CALENDAR, told["replacement"]["uid"])
    assert "eventLabelId" not in made
    kept = store.get(CALENDAR, office.ids["one"])
    assert kept["eventLabelId"] == "l-1"
    asked = [path for _, path, _ in office.google.seen if path.endswith(CALENDAR)]
    assert len(asked) <= 2


def test_a_colour_is_a_tag_if_the_practice_says_so(google_office: GoogleDesk) -> None:
    """Tomato counts only when `[signals] colors` names it."""
    office, store = google_office, google_office.google.store
    office.put("one", session("one@example.org", in_days(2)))
    store.put(CALENDAR, store.get(CALENDAR, office.ids["one"]) | {"colorId": "11"})
    assert office.sync()["rainchecks"] == []
    with office.config.open("a", encoding="utf-8") as config:
        config.write('[signals]\ncolors = { tomato = "disrupted" }\n')
    (told,) = office.sync()["rainchecks"]
    assert told["signal"] == "tag"
    assert "colorId" not in store.get(CALENDAR, told["replacement"]["uid"])


def test_guests_hear_of_one_change_once(google_office: GoogleDesk) -> None:
    """One invitation and one cancellation; a second pass and marks tell nobody anything."""
    office = google_office
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
    office.sync()
    office.sync()
    kinds = [(mail.kind, mail.to) for mail in office.google.store.outbox]
    assert kinds == [("invite", ("quillon@example.com",)), ("cancel", ("quillon@example.com",))]


def test_a_past_session_is_marked_without_a_word(google_office: GoogleDesk) -> None:
    """Bookkeeping is `sendUpdates=none`: only the new session is told."""
    office = google_office
    office.put("one", session("one@example.org", in_days(-1), "CATEGORIES:no-show", *GUESTS))
    office.sync()
    assert [mail.kind for mail in office.google.store.outbox] == ["invite"]
    ((_, _, query),) = [one for one in office.google.seen if one[0] == "PATCH"]
    assert query["sendUpdates"] == "none"
    assert query["eventLabelVersion"] == "1"


def test_answers_and_what_people_wrote_survive_the_mark(google_office: GoogleDesk) -> None:
    """Everything but marks, note, status and transparency is as it was, answers included."""
    office, store = google_office, google_office.google.store
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
    before = store.get(CALENDAR, office.ids["one"]) | {"source": {"title": "x", "url": "y"}}
    before["attendees"][0] |= {"responseStatus": "declined", "comment": "ill"}
    before["extendedProperties"]["shared"]["theirs"] = "kept"
    before = store.put(CALENDAR, before)
    office.sync()
    after = store.get(CALENDAR, office.ids["one"])
    ours = {"etag", "updated", "status", "transparency", "description", "extendedProperties"}
    assert {k: v for k, v in after.items() if k not in ours} == {
        k: v for k, v in before.items() if k not in ours
    }
    assert after["extendedProperties"]["shared"] == before["extendedProperties"]["shared"]


def test_a_deleted_replacement_never_comes_back(google_office: GoogleDesk) -> None:
    """Not in the next pass, and not after a lost state file: Google keeps the id."""
    office = google_office
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync()["rainchecks"]
    office.delete(told["replacement"]["uid"])
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "withdrawn"
    office.state.unlink()
    office.sync()
    assert office.replacements() == []


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"status": 500, "after": True},
        {"hang_up": True},
        {"hang_up": True, "after": True},
        {"cut": True, "after": True},
        {"status": 403, "reason": "rateLimitExceeded"},
    ],
    ids=str,
)
def test_one_bad_answer_makes_no_second_replacement(
    google_office: GoogleDesk, method: str, fault: dict[str, object]
) -> None:
    """Refused, lost before or after Google acted, cut short: one replacement, settled."""
    office = google_office
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
    office.google.faults.append(Fault(method, "events", **fault))  # type: ignore[arg-type]
    office.run("sync")
    report = office.sync()
    assert all(told["status"] == "settled" for told in report["rainchecks"])
    (replacement,) = office.replacements()
    original = office.event("one@example.org")
    assert str(original["X-RAINCHECK-REPLACEMENT"]) == str(replacement["UID"])
    assert [mail.kind for mail in office.google.store.outbox] == ["invite", "cancel"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_kill_at_every_point_between_two_writes(
    google_office: GoogleDesk, tmp_path: Path, *, after: bool
) -> None:
    """SIGKILL at every request from the first write on: one replacement, settled, told once."""
    plain = google_office.google.root
    counting = Plan()
    first = _fresh(google_office, tmp_path / "whole")
    with killing_proxy(f"{plain}/", counting) as root:
        assert _run(first.through(root), counting) == 0
    writes = [n for n, method in enumerate(counting.seen) if method in {"POST", "PATCH"}]
    assert len(writes) == 2
    for number in range(writes[0] - 1, len(counting.seen)):
        office = _fresh(google_office, tmp_path / f"at-{number}")
        plan = Plan(at=number, after=after)
        with killing_proxy(f"{plain}/", plan) as root:
            assert _run(office.through(root), plan) == -9, number
        report = office.through(plain).sync()
        assert all(told["status"] == "settled" for told in report["rainchecks"]), number
        (replacement,) = office.replacements()
        original = office.event("one@example.org")
        assert str(original["X-RAINCHECK-REPLACEMENT"]) == str(replacement["UID"])
        kinds = [mail.kind for mail in office.google.store.outbox]
        assert kinds == ["invite", "cancel"], number


def _fresh(office: GoogleDesk, folder: Path) -> GoogleDesk:
    """Return a desk of its own with an empty calendar and one tagged session."""
    shutil.copytree(
        office.folder,
        folder,
        ignore=lambda *_: {"whole", "state"} | {f"at-{number}" for number in range(99)},
    )
    store = office.google.store
    store.make_calendar(CALENDAR, "Sessions")
    store.outbox.clear()
    fresh = replace(office, folder=folder, ids={})
    fresh.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
    return fresh


def _run(office: GoogleDesk, plan: Plan) -> int:
    with subprocess.Popen(
        office.command("sync"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        plan.victim = process.pid
        return process.wait(120)


def test_an_old_token_is_started_over_without_acting_twice(google_office: GoogleDesk) -> None:
    """410: looked at from the start, and what was done is known."""
    office = google_office
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    office.sync()
    office.google.store.expire_sync_tokens()
    before = office.resources()
    report = office.sync()
    assert [look["scan"] for look in report["calendars"]] == ["full"]
    assert report["rainchecks"] == []
    assert office.resources() == before


def test_pages_are_read_to_the_last(google_office: GoogleDesk) -> None:
    """The token stands on the last page; small pages lose nothing."""
    office = google_office
    office.google.pages.size_max = 2
    for number in range(5):
        text = session(f"n{number}@example.org", in_days(number + 2), "CATEGORIES:disrupted")
        office.put(f"n{number}", text)
    assert len(office.sync()["rainchecks"]) == 5
    assert len(office.replacements()) == 5


def test_the_daily_limit_stops_writing(google_office: GoogleDesk) -> None:
    """`quotaExceeded` lasts hours: one try, exit 75, and no later process writes before then."""
    office = google_office
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    refused = Fault("POST", "events", status=403, reason="quotaExceeded", times=9)
    office.google.faults.append(refused)
    office.sync(expect=75)
    assert refused.times == 8
    office.google.faults.clear()
    sent = len(office.google.seen)
    done = office.run("sync")
    assert done.returncode == 75
    assert "nothing is written before" in done.stderr
    assert {method for method, _, _ in office.google.seen[sent:]} == {"GET"}
    with closing(sqlite3.connect(office.state)) as state, state:
        state.execute("UPDATE pauses SET until = ?", (datetime.now(UTC).isoformat(),))
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"


def test_a_dead_login_is_77_and_says_what_to_do(google_office: GoogleDesk) -> None:
    """invalid_grant: exit 77, and how to log in again."""
    office = google_office
    office.login.revoke_all()
    done = office.run("sync")
    assert done.returncode == 77, done.stderr
    assert "raincheck auth google" in done.stderr


def test_nobody_logged_in_yet(google_office: GoogleDesk) -> None:
    """Without a token file: exit 77, and the command to run."""
    (google_office.folder / "work.token.json").unlink()
    for command in ("sync", "check"):
        done = google_office.run(command)
        assert done.returncode == 77, done.stderr
        assert "raincheck auth google work" in done.stderr


def test_labels_are_made_once(google_office: GoogleDesk) -> None:
    """`raincheck labels` keeps what is there, adds what is missing, and then nothing."""
    office, store = google_office, google_office.google.store
    store.shelves[CALENDAR].labels = [{"id": "l-1", "name": "Mine", "backgroundColor": "#039be5"}]
    done = office.run("labels", "work")
    assert done.returncode == 77, done.stdout
    assert "--labels" in done.stderr
    office.log_in(labels=True)
    done = office.run("labels", "work")
    assert done.returncode == 0, done.stderr
    names = [label["name"] for label in store.shelves[CALENDAR].labels]
    assert names[:2] == ["Mine", "Disrupted"]
    done = office.run("labels", "work")
    assert "none added" in done.stdout
    assert [label["name"] for label in store.shelves[CALENDAR].labels] == names


def test_an_inaccessible_calendar_is_never_free(google_office: GoogleDesk) -> None:
    """A calendar that is not there places nothing: its time is not known."""
    office = google_office
    text = office.config.read_text(encoding="utf-8")
    private = '[[calendars]]\naccount = "work"\ncalendar = "x@example.org"\nsessions = "none"\n'
    office.config.write_text(text.replace("[hours]", f"{private}[hours]"), encoding="utf-8")
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync(expect=1)["rainchecks"]
    assert told["status"] == "waiting"
    assert office.replacements() == []


def test_the_caldav_library_is_never_imported(google_office: GoogleDesk) -> None:
    """A practice on Google pays for no other adapter."""
    code = "import sys; from sync.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print([m for m in ('caldav', 'niquests', 'lxml') if m in sys.modules])"
    command = google_office.command("sync")
    done = subprocess.run(
        [str(command[0]).replace("raincheck", "python"), "-c", code, *command[1:]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.endswith("[]\n"), (done.stdout, done.stderr)
