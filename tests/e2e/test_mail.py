"""The real command, a real calendar server and a real mail server: who hears of what, and when."""

import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.desk import PRACTICE, Desk, desk, in_days, session
from tests.e2e.test_run import running
from tests.servers.post import PASSWORD, USERNAME, Post, certificate_in, post
from tests.servers.processes import Server

GUEST = "quillon@example.org"
GUESTS = (
    f"ORGANIZER:mailto:{PRACTICE}",
    f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{PRACTICE}",
    f"ATTENDEE;CN=Quillon Wren;PARTSTAT=ACCEPTED:mailto:{GUEST}",
)


@pytest.fixture
def mailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A mail server whose certificate the command trusts."""
    certificate = certificate_in(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with post(tmp_path, certificate=certificate) as server:
        yield server


def with_mail(office: Desk, server: Post) -> None:
    """Let the practice mail its guests through *server*."""
    (office.folder / "smtp.password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (office.folder / "smtp.password").chmod(0o600)
    office.rewrite(
        r"\[state\]",
        f'[mail]\nhost = "localhost"\nport = {server.port}\nusername = "{USERNAME}"\n'
        f'password_file = "smtp.password"\nfrom = "{PRACTICE}"\n[state]',
    )


def disrupted(office: Desk) -> None:
    office.put("one", session("one@example.org", in_days(2), *GUESTS, "CATEGORIES:disrupted"))


def test_a_guest_is_invited_told_and_asked_once(radicale_office: Desk, mailed: Post) -> None:
    """Where the server tells nobody: one invitation, one end, no warning, and then silence."""
    with_mail(radicale_office, mailed)
    disrupted(radicale_office)
    report = radicale_office.sync()
    assert report["warnings"] == []
    told = {(method, str(event["UID"])) for method, event in mailed.invitations()}
    (offer,) = radicale_office.replacements()
    assert told == {("REQUEST", str(offer["UID"])), ("CANCEL", "one@example.org")}
    invited = next(event for method, event in mailed.invitations() if method == "REQUEST")
    assert invited["DTSTART"].dt == offer["DTSTART"].dt
    radicale_office.sync()
    assert len(mailed.mails) == 2


def test_a_server_that_invites_needs_no_mail(
    xandikos_server: Server, tmp_path: Path, mailed: Post
) -> None:
    """Xandikos delivers invitations by itself; a second one would confuse."""
    office = desk(tmp_path / "office", xandikos_server, f"mailed-{tmp_path.name[-8:]}")
    with_mail(office, mailed)
    disrupted(office)
    assert office.sync()["rainchecks"][0]["status"] == "settled"
    assert mailed.mails == []


def test_a_mail_server_that_is_down_loses_nothing(radicale_office: Desk, mailed: Post) -> None:
    """Exit 75, the calendar settled; the next pass sends what is owed, whatever happened between.

    The answer to one of them is lost: it comes once more, under the same id.
    """
    with_mail(radicale_office, mailed)
    up = radicale_office.config.read_text(encoding="utf-8")
    radicale_office.rewrite(rf"port = {mailed.port}", "port = 9")
    disrupted(radicale_office)
    report = radicale_office.sync(expect=75)
    assert report["rainchecks"][0]["status"] == "settled"
    assert [warned["code"] for warned in report["warnings"]] == ["nobody-told"]
    radicale_office.config.write_text(up, encoding="utf-8")
    mailed.answers.append("")
    radicale_office.sync()
    ids = [mail["Message-ID"] for mail in mailed.mails]
    assert len(set(ids)) == 2
    assert len(ids) == 3
    assert radicale_office.sync()["rainchecks"] == []


def test_a_refused_login_is_told(radicale_office: Desk, mailed: Post) -> None:
    """Exit 77, the password is not repeated, and the calendar is settled all the same."""
    with_mail(radicale_office, mailed)
    (radicale_office.folder / "smtp.password").write_text("wrong-canary\n", encoding="utf-8")
    disrupted(radicale_office)
    done = radicale_office.run("sync")
    assert done.returncode == 77, done.stderr
    assert "refused the login" in done.stderr
    assert "wrong-canary" not in done.stdout + done.stderr
    assert len(radicale_office.replacements()) == 1


def test_what_waits_is_noted_to_the_practice(radicale_office: Desk, mailed: Post) -> None:
    """One mail, with the time and the reason and no name; not again in the next pass."""
    with_mail(radicale_office, mailed)
    radicale_office.rewrite(r'(?m)^(mon|tue|wed|thu|fri|sat|sun) = \["07:00-21:00"\]', r"\1 = []")
    radicale_office.put("one", session("one@example.org", in_days(2), "CATEGORIES:disrupted"))
    for _ in range(2):
        radicale_office.sync(expect=1)
    (note,) = mailed.mails
    assert note["To"] == PRACTICE
    assert "waits for you" in note["Subject"]
    assert "Quillon" not in note.as_string()


def test_no_log_and_no_json_names_a_guest(radicale_office: Desk, mailed: Post) -> None:
    """A refused address is told as refused, not as an address."""
    with_mail(radicale_office, mailed)
    mailed.refuses[GUEST] = f"550 <{GUEST}> is unknown here"
    disrupted(radicale_office)
    done = radicale_office.run("sync", "--json")
    assert done.returncode == 1, done.stderr
    assert GUEST not in done.stdout + done.stderr
    history = radicale_office.run("history", "--json").stdout
    assert "the address was refused (status 550)" in history
    assert GUEST not in history


def test_check_logs_in_and_says_who_tells_guests(radicale_office: Desk, mailed: Post) -> None:
    """Before anything is sent: the login is tried, and a wrong one is exit 77."""
    with_mail(radicale_office, mailed)
    done = radicale_office.run("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Raincheck mails guests itself" in done.stdout
    assert f"mail (localhost): ready to send from {PRACTICE}." in done.stdout
    (radicale_office.folder / "smtp.password").write_text("wrong-canary\n", encoding="utf-8")
    refused = radicale_office.run("check")
    assert refused.returncode == 77
    assert "mail: localhost refused the login." in refused.stderr
    assert mailed.mails == []


def test_a_reload_without_its_password_keeps_the_old_one(
    radicale_office: Desk, mailed: Post
) -> None:
    """SIGHUP ends nothing: a password of [mail] that cannot be had is told, and the old goes on."""
    with_mail(radicale_office, mailed)
    with running(radicale_office) as daemon:
        (radicale_office.folder / "smtp.password").rename(radicale_office.folder / "elsewhere")
        daemon.send(signal.SIGHUP)
        daemon.wait_for(lambda: any("the old one stays" in line for line in daemon.logged))
        daemon.send(signal.SIGTERM)
        assert daemon.process.wait(12) == 0


def test_one_time_in_a_series_of_whole_days(radicale_office: Desk, mailed: Post) -> None:
    """RECURRENCE-ID is a date then; its end is told by that name."""
    with_mail(radicale_office, mailed)
    start = in_days(2)
    day, last = f"{start:%Y%m%d}", f"{start + timedelta(days=1):%Y%m%d}"
    whole = session("one@example.org", start, *GUESTS, "RRULE:FREQ=WEEKLY")
    whole = re.sub(r"DTSTART\S+", f"DTSTART;VALUE=DATE:{day}", whole)
    whole = re.sub(r"DTEND\S+", f"DTEND;VALUE=DATE:{last}", whole)
    named = (f"RECURRENCE-ID;VALUE=DATE:{day}", "CATEGORIES:disrupted")
    timed = session("one@example.org", start, *GUESTS, *named)
    (begin, end) = ("BEGIN:VEVENT", "END:VEVENT")
    event = timed[timed.index(begin) : timed.index(end) + len(end)]
    radicale_office.put("one", whole.replace(end, f"{end}\r\n{event}"))
    radicale_office.sync()
    cancelled = [event for method, event in mailed.invitations() if method == "CANCEL"]
    assert [event["RECURRENCE-ID"].dt for event in cancelled] == [start.date()]
