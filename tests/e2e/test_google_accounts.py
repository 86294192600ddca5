"""Logins at Google as files, and what a series says when it ends or loses a session."""

from datetime import UTC

import pytest

from tests.e2e.desk import in_days, session
from tests.e2e.google_desk import CALENDAR, GoogleDesk


def _without_client(office: GoogleDesk) -> None:
    text = office.config.read_text(encoding="utf-8")
    without = text.replace('credentials_file = "client_secret.json"\n', "")
    assert without != text
    office.config.write_text(without, encoding="utf-8")


def test_a_complete_token_file_is_enough(google_office: GoogleDesk) -> None:
    """Without credentials_file a pass logs in with what `raincheck auth google` has kept."""
    _without_client(google_office)
    (google_office.folder / "client_secret.json").unlink()
    google_office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = google_office.sync()["rainchecks"]
    assert told["status"] == "settled"


def test_a_token_file_that_is_not_enough_is_a_wrong_configuration(
    google_office: GoogleDesk,
) -> None:
    """Exit 78, and the way out is told."""
    _without_client(google_office)
    (google_office.folder / "work.token.json").unlink()
    for command in ("check", "sync"):
        done = google_office.run(command)
        assert done.returncode == 78, done.stderr
        assert "set credentials_file, and run `raincheck auth google work`" in done.stderr


@pytest.mark.parametrize("name", ["client_secret.json", "work.token.json"])
def test_files_that_others_can_read_are_warned_of(google_office: GoogleDesk, name: str) -> None:
    """`check` and `sync` say so, once, and go on."""
    for command in ("check", "sync"):
        # A login that was refreshed meanwhile is kept for the owner alone.
        (google_office.folder / name).chmod(0o644)
        done = google_office.run(command)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("can be read by other users") == 1
        assert name in done.stderr


def test_a_dead_login_is_not_told_of_passwords(google_office: GoogleDesk) -> None:
    """An account at Google has none; what to run is told once."""
    google_office.login.revoke_all()
    for command in ("check", "sync"):
        done = google_office.run(command)
        assert done.returncode == 77, done.stderr
        assert "password" not in done.stderr
        assert done.stderr.count("raincheck auth google") == 1


def test_a_session_deleted_before_an_old_token_is_made_up_for(google_office: GoogleDesk) -> None:
    """410 and a look from the start: what was deleted meanwhile is seen, once."""
    office, store = google_office, google_office.google.store
    start = in_days(2)
    office.put("weekly", session("w@example.org", start, "RRULE:FREQ=WEEKLY;COUNT=9"))
    assert office.sync()["rainchecks"] == []
    stamp = start.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    store.delete(CALENDAR, f"{office.ids['weekly']}_{stamp}")
    store.expire_sync_tokens()
    report = office.sync()
    assert [look["scan"] for look in report["calendars"]] == ["full"]
    (told,) = report["rainchecks"]
    assert (told["signal"], told["original"]["recurrence_id"]) == ("deleted", stamp)
    store.expire_sync_tokens()
    assert office.sync()["rainchecks"] == []
    assert len(office.replacements()) == 1


def test_an_end_set_to_a_series_says_nothing(google_office: GoogleDesk) -> None:
    """ "This and following" deleted: the instances beyond the new end are no disruptions."""
    office, store = google_office, google_office.google.store
    start = in_days(2)
    office.put("weekly", session("w@example.org", start, "RRULE:FREQ=WEEKLY;COUNT=9"))
    assert office.sync()["rainchecks"] == []
    stamp = start.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    id_ = office.ids["weekly"]
    end = in_days(1).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    store.put(
        CALENDAR, store.get(CALENDAR, id_) | {"recurrence": [f"RRULE:FREQ=WEEKLY;UNTIL={end}"]}
    )
    when = {"dateTime": start.isoformat(), "timeZone": "Europe/London"}
    gone = {"id": f"{id_}_{stamp}", "iCalUID": "w@example.org", "status": "cancelled"}
    gone |= {"recurringEventId": id_, "originalStartTime": when, "start": when, "end": when}
    store.put(CALENDAR, gone)
    assert office.sync()["rainchecks"] == []
