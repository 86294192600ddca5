"""What Google does that is not written in any test's name elsewhere: accounts, quotas, tokens."""

import json

import pytest

from tests.e2e.desk import in_days, session
from tests.e2e.google_desk import CALENDAR, GoogleDesk
from tests.servers.google_calendar import Fault

GUESTS = (
    "ORGANIZER:mailto:practice@example.org",
    "ATTENDEE:mailto:quillon@example.com",
)


def _as_service_account(office: GoogleDesk, subject: str = "") -> None:
    """Let a service account work here, for *subject* if there is one."""
    key = office.login.service_account(office.google.root)
    (office.folder / "client_secret.json").write_text(json.dumps(key), encoding="utf-8")
    line = f'subject = "{subject}"' if subject else ""
    office.rewrite(r"token_file = .*", line)
    office.rewrite('calendar = "Sessions"', f'calendar = "{CALENDAR}"')


def test_a_service_account_alone_moves_sessions_without_guests(google_office: GoogleDesk) -> None:
    """A calendar that was shared with it is enough, as long as nobody is to be invited."""
    office = google_office
    _as_service_account(office)
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"


def test_a_service_account_alone_cannot_invite(google_office: GoogleDesk) -> None:
    """Exit 77 with what to do: act for a user. Nothing is written, nobody hears anything."""
    office = google_office
    _as_service_account(office)
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
    done = office.run("sync")
    assert done.returncode == 77, done.stderr
    assert "subject" in done.stderr
    assert office.replacements() == []
    assert office.google.store.outbox == []


def test_a_service_account_acts_for_a_user(google_office: GoogleDesk) -> None:
    """With `subject` guests are invited, and what is done is done in the user's name."""
    office = google_office
    _as_service_account(office, subject="practice@example.org")
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted", *GUESTS))
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"
    assert [mail.kind for mail in office.google.store.outbox] == ["invite", "cancel"]


@pytest.mark.parametrize(
    ("reason", "exit_", "words"),
    [
        ("accessNotConfigured", 77, "Calendar API"),
        ("insufficientPermissions", 77, "auth google"),
        ("rateLimitExceeded", 75, ""),
        ("userRateLimitExceeded", 75, ""),
        ("forbidden", 77, ""),
    ],
)
def test_reasons_of_a_403_are_told_apart(
    google_office: GoogleDesk, reason: str, exit_: int, words: str
) -> None:
    """A setting, a scope, a limit: each ends as its kind, with what to do where a person can."""
    office = google_office
    office.google.faults.append(Fault("GET", "events", status=403, reason=reason, times=99))
    done = office.run("sync")
    assert done.returncode == exit_, done.stderr
    assert words in done.stderr


def test_an_event_of_another_organizer_is_refused_for_good(google_office: GoogleDesk) -> None:
    """Google lets nobody else change it: the replacement stands, a person is asked, once."""
    office = google_office
    refused = Fault("PATCH", "events", status=403, reason="forbiddenForNonOrganizer", times=99)
    office.google.faults.append(refused)
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync(expect=1)["rainchecks"]
    assert told["status"] == "failed"
    office.sync(expect=1)
    assert len(office.replacements()) == 1


def test_a_token_that_ends_in_the_middle_is_renewed(google_office: GoogleDesk) -> None:
    """Access tokens of a second: every request has a good one, and the login is kept."""
    office = google_office
    office.login.lifetime_s = 1
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"
    assert office.login.refresh_count >= 1
    kept = json.loads((office.folder / "work.token.json").read_text(encoding="utf-8"))
    assert kept["refresh_token"]
    assert (office.folder / "work.token.json").stat().st_mode & 0o077 == 0


def test_a_project_in_testing_says_why_its_login_died(google_office: GoogleDesk) -> None:
    """After seven days: exit 77, and that a published project has no such end."""
    office = google_office
    office.login.revoke_all()
    done = office.run("sync")
    assert done.returncode == 77
    assert "seven days" in done.stderr


def test_empty_pages_are_not_the_end(google_office: GoogleDesk) -> None:
    """A page without items and with a token for more: the session behind it is found."""
    office = google_office
    office.google.pages.empty_first = True
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"
    assert office.sync()["rainchecks"] == []


def test_an_original_that_is_gone_for_good_needs_no_mark(google_office: GoogleDesk) -> None:
    """404 where the mark should go: the replacement stands, and that is the end of it."""
    office = google_office
    office.google.faults += [
        Fault("PATCH", "events", status=404, reason="notFound", times=99),
    ]
    office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    (told,) = office.sync()["rainchecks"]
    assert told["status"] == "settled"
    assert len(office.replacements()) == 1


def test_our_properties_are_never_cut(google_office: GoogleDesk) -> None:
    """Keys up to 44 signs, values up to 1024: what we write comes back whole."""
    office = google_office
    long_id = "x" * 900
    office.put("one", session(f"{long_id}@example.org", in_days(2), "CATEGORIES:disrupted"))
    office.sync()
    for stored in office.google.store.events(CALENDAR):
        for key, value in (stored.get("extendedProperties", {}).get("private") or {}).items():
            assert len(key) <= 44
            assert len(value) < 1024
    assert office.sync()["rainchecks"] == []
