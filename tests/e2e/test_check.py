"""`raincheck check` as a person reads it: one screen that says what would happen."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.google.credentials import user_scopes
from tests.e2e.desk import Desk, desk, in_days, session
from tests.e2e.google_desk import GoogleDesk
from tests.e2e.terminal import terminal
from tests.servers.processes import Server, radicale


@pytest.fixture
def busy_office(tmp_path: Path) -> Desk:
    """A practice on a Radicale of its own: sessions, busy time, a drop calendar, one unwatched."""
    (tmp_path / "server").mkdir()
    with radicale(tmp_path / "server") as server:
        yield furnished(tmp_path, server)


def furnished(folder: Path, server: Server) -> Desk:
    office = desk(folder, server, "sessions")
    for name, title in (("private", "Mine"), ("dropped", "Dropped"), ("birthdays", "Birthdays")):
        server.make_calendar(name, title)
    office.rewrite(
        r"\[hours\]",
        "".join(
            f'[[calendars]]\naccount = "home"\ncalendar = "{name}"\nsessions = "none"\n'
            for name in ("private", "dropped")
        )
        + f'[hours]\nclosed = ["{in_days(3):%Y-%m-%d}"]',
    )
    with office.config.open("a", encoding="utf-8") as config:
        config.write('[signals]\ndrop_calendar = "dropped"\ndeclined = false\n')
        config.write('[fees]\ncurrency = "GBP"\nsession = "80.00"\n')
    office.put("soon", session("soon@example.org", in_days(1)))
    office.put("series", session("series@example.org", in_days(2), "RRULE:FREQ=WEEKLY;COUNT=9"))
    office.put("off", session("off@example.org", in_days(4), "STATUS:CANCELLED"))
    office.put("late", session("late@example.org", in_days(40)))
    office.put("shut", session("shut@example.org", in_days(5), title="Lockdown"))
    return office


def test_one_screen_tells_all(busy_office: Desk) -> None:
    """Each calendar, its part and what lies ahead; hours, closed days, signals, policy, fees."""
    environ = {"HOME": str(busy_office.folder)}
    with terminal(busy_office.command("check"), environ=environ) as screen:
        assert screen.ends() == 0, screen.shown
    lines = screen.shown.splitlines()
    assert [line for line in lines if len(line) > 80 and str(busy_office.folder) not in line] == []
    assert len(lines) < 30
    said = " ".join(screen.shown.split())
    for words in (
        "home (CalDAV): logged in.",
        # One single session and four of a series; not the cancelled one, nor the lockdown.
        "sessions: every event is a session, 5 sessions in the next 28 days;",
        "so nobody will be told: tell your guests yourself,",
        "or let Raincheck mail them (table [mail])",
        "private: busy time only.",
        "dropped: what is dragged into it counts as disrupted.",
        "not watched: Birthdays Practice",
        "Practice (Europe/London):",
        "open Mon-Sun 07:00-21:00",
        f"shut {in_days(3):%a} {in_days(3).day} {in_days(3):%b %Y}",
        "acts on a tag such as #disrupted; a cancelled or deleted session; a closure over it;",
        "; what is dragged into dropped",
        "offers a new time between 1d and 14d from now",
        "80.00 GBP a session",
    ):
        assert words in said, (words, said)
    assert "declined" not in said
    assert "Quillon" not in said


def test_an_empty_calendar_is_wondered_at(radicale_office: Desk) -> None:
    """No session ahead is no fault, but perhaps the wrong calendar."""
    done = radicale_office.run("check")
    assert done.returncode == 0, done.stderr
    assert "no session in the next 28 days (is it the right calendar?)" in done.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Mined", 'Did you mean "Mine"? The account has '),
        ("Nowhere", "so called. The account has "),
    ],
)
def test_a_calendar_that_is_not_there_is_told_with_those_that_are(
    busy_office: Desk, name: str, says: str
) -> None:
    """Which one may be meant, and all of them; the other calendars are told as ever."""
    busy_office.rewrite('calendar = "private"', f'calendar = "{name}"')
    done = busy_office.run("check")
    assert done.returncode == 1, done.stderr
    assert says in done.stderr
    assert "Dropped" in done.stderr
    assert "raincheck check" not in done.stderr
    assert "sessions: every event is a session" in done.stdout


def test_offline_tells_what_the_file_says(busy_office: Desk) -> None:
    """Hours and policy without a server; nothing about accounts."""
    busy_office.go_down()
    done = busy_office.run("check", "--offline")
    assert (done.returncode, done.stderr) == (0, "")
    assert "open  Mon-Sun" in done.stdout
    assert "logged in" not in done.stdout
    detour = replace(busy_office, folder=busy_office.folder / ".." / busy_office.folder.name)
    done = detour.run("check", "--offline")
    assert done.stdout.startswith(f"{busy_office.config}: in order.")


def test_an_account_without_a_watched_calendar_says_so(
    radicale_office: Desk, radicale_server: Server
) -> None:
    """A second login that nothing uses is most likely a forgotten table."""
    second = (
        f'[[accounts]]\nname = "spare"\ntype = "caldav"\nurl = "{radicale_server.root}"\n'
        f'username = "{radicale_server.username}"\npassword_file = "password"\n'
    )
    radicale_office.rewrite(r"\[hours\]", f"{second}[hours]")
    done = radicale_office.run("check")
    assert done.returncode == 0, done.stderr
    assert "No calendar of it is watched" in done.stdout


def test_a_calendar_that_may_not_be_written_needs_a_person(google_office: GoogleDesk) -> None:
    """Exit 1, and both ways out."""
    office = google_office
    office.google.store.make_calendar(f"{uuid4().hex}@example.org", "Read only", role="reader")
    office.rewrite('calendar = "Sessions"', 'calendar = "Read only"')
    done = office.run("check")
    assert done.returncode == 77, "a login for calendars that we own does not reach there"
    assert "not watched: Sessions\n" in done.stdout
    told = office.login.authorized_user(office.google.root, user_scopes(shared=True, labels=False))
    (office.folder / "work.token.json").write_text(json.dumps(told), encoding="utf-8")
    done = office.run("check")
    assert done.returncode == 1, done.stdout
    assert 'sessions = "none"' in done.stderr
    assert "not watched: Sessions\n" in done.stdout


def test_who_tells_guests_where_the_server_does_not(busy_office: Desk) -> None:
    """With [mail] it is Raincheck itself; a mail server that is down is told, and exit 75."""
    with busy_office.config.open("a", encoding="utf-8") as config:
        config.write('[mail]\nhost = "127.0.0.1"\nport = 9\nfrom = "practice@example.org"\n')
    done = busy_office.run("check")
    assert done.returncode == 75, done.stderr
    assert "mail: 127.0.0.1 does not answer as a mail server." in done.stderr
    assert "Raincheck mails guests itself" in done.stdout
    assert "nobody will be told" not in done.stdout
