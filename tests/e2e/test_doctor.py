"""The real command, on real servers; the test is the person who tags the event in an app."""

import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import icalendar
import pytest

from tests.e2e.desk import Desk, in_days, session
from tests.e2e.google_desk import CALENDAR, GoogleDesk
from tests.servers.google_calendar import Fault

PATIENCE_S = 60.0


class Visit:
    """A running doctor: its output as it comes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        self.readers = [
            threading.Thread(target=self._read, args=(stream, kept), daemon=True)
            for stream, kept in ((process.stdout, self.out), (process.stderr, self.err))
        ]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, kept: list[str]) -> None:
        kept.extend(iter(stream.readline, ""))

    def until(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends, (self.out, self.err)
            time.sleep(0.05)

    def asked(self) -> "Visit":
        self.until(lambda: any("Ctrl-C stops" in line for line in self.err))
        return self

    def ended(self) -> tuple[int, str, str]:
        code = self.process.wait(PATIENCE_S)
        for reader in self.readers:
            reader.join(PATIENCE_S)
        return code, "".join(self.out), "".join(self.err)


@contextmanager
def visiting(office: Desk, *arguments: str) -> Iterator[Visit]:
    process = subprocess.Popen(
        office.command("doctor", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Visit(process).asked()
        finally:
            if process.poll() is None:
                process.kill()


def name_of(office: Desk) -> str:
    (name,) = office.resources()
    return name


def edit(office: Desk, *lines: str, **words: str) -> None:
    """Change the event as an app does: the whole of it is written again."""
    name = name_of(office)
    event = office.events()[0]
    said = {"title": str(event["SUMMARY"]), "notes": str(event["DESCRIPTION"])} | words
    start = event.decoded("DTSTART")
    notes = f"DESCRIPTION:{said['notes']}"
    office.put(name, session(str(event["UID"]), start, notes, *lines, title=said["title"]))


def by_category(office: Desk) -> None:
    edit(office, "CATEGORIES:Disrupted: internet")


def by_hashtag_in_the_notes(office: Desk) -> None:
    edit(office, notes="as told #no-show")


def by_prefix(office: Desk) -> None:
    edit(office, title="[crashed] Raincheck test: tag me")


@pytest.fixture(params=["radicale_office", "google_office"])
def place(request: pytest.FixtureRequest) -> Desk:
    """A practice with an empty calendar, on Radicale and at Google."""
    found: Desk = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize(
    ("tag", "seen", "cause"),
    [
        (by_category, '  - a category: "disrupted-internet"', "internet"),
        (by_hashtag_in_the_notes, '  - a hashtag in the notes: "no-show"', "no-show"),
        (by_prefix, '  - in front of the title: "crashed"', "crash"),
    ],
)
def test_a_tag_is_seen_and_the_event_is_taken_away(
    place: Desk, tag: Callable[[Desk], None], seen: str, cause: str
) -> None:
    """Where, which word, what it says, and after how long; results on stdout, the rest beside."""
    with visiting(place) as visit:
        (event,) = place.events()
        assert str(event["SUMMARY"]) == "Raincheck test: tag me"
        assert str(event["TRANSP"]) == "TRANSPARENT"
        assert str(event["UID"]).startswith("rcdoctor")
        tag(place)
        code, out, err = visit.ended()
    assert code == 0, err
    assert seen in out
    assert re.search(r"After \d+ s the server had it", out)
    assert f"a pass would act on it (tag): disrupted, cause {cause}" in out
    assert "The test event is gone." in err
    assert place.resources() == {}
    assert not place.state.exists()


def test_a_cancelled_status_is_seen(radicale_office: Desk) -> None:
    """As Thunderbird and Outlook write it."""
    with visiting(radicale_office) as visit:
        edit(radicale_office, "STATUS:CANCELLED")
        code, out, _ = visit.ended()
    assert code == 0
    assert '  - the status: "cancelled"' in out
    assert "act on it (cancelled)" in out
    assert radicale_office.resources() == {}


def test_at_google_cancelling_is_deleting(google_office: GoogleDesk) -> None:
    """The event is gone by the person's own hand: the signal is a deletion."""
    with visiting(google_office) as visit:
        google_office.delete(name_of(google_office))
        code, out, _ = visit.ended()
    assert code == 0
    assert "the event was deleted" in out
    assert "act on it (deleted)" in out


def test_a_label_is_told_from_a_category(google_office: GoogleDesk) -> None:
    """Google's own way, by the label's name."""
    store = google_office.google.store
    store.shelves[CALENDAR].labels = [{"id": "l-1", "name": "Disrupted \u00b7 internet"}]
    with visiting(google_office) as visit:
        id_ = name_of(google_office)
        store.put(CALENDAR, store.get(CALENDAR, id_) | {"eventLabelId": "l-1"})
        code, out, _ = visit.ended()
    assert code == 0
    assert '  - a Google label: "disrupted-internet"' in out


def test_an_edit_without_a_tag_is_told_and_waiting_goes_on(radicale_office: Desk) -> None:
    """What changed, and the nearest tag; then the tag itself."""
    with visiting(radicale_office) as visit:
        edit(radicale_office, notes="#disruptet")
        visit.until(lambda: any("no tag in it" in line for line in visit.out))
        edit(radicale_office, notes="#disrupted")
        code, out, _ = visit.ended()
    assert code == 0
    assert "changed: the notes" in out
    assert '"disruptet" is no tag; the nearest one is "disrupted"' in out
    assert '  - a hashtag in the notes: "disrupted"' in out


def test_it_is_found_in_the_drop_calendar(radicale_office: Desk) -> None:
    """Dragged there, as Apple's app moves an event: written there, deleted here."""
    other = radicale_office.server.make_calendar(f"{radicale_office.title}-drop")
    drop = Desk(radicale_office.folder, radicale_office.server, other)
    radicale_office.rewrite(
        r"\[hours\]",
        f'[[calendars]]\naccount = "home"\ncalendar = "{drop.title}"\nsessions = "none"\n[hours]',
    )
    radicale_office.rewrite(r"\[state\]", f'[signals]\ndrop_calendar = "{drop.title}"\n[state]')
    with visiting(radicale_office) as visit:
        name = name_of(radicale_office)
        drop.put("moved-by-an-app", radicale_office.get(name))
        radicale_office.delete(name)
        code, out, err = visit.ended()
    assert code == 0, err
    assert f'  - the drop calendar: "{drop.title}"' in out
    assert drop.resources() == {}
    assert radicale_office.resources() == {}


def test_nothing_in_time_is_for_a_person(place: Desk) -> None:
    """Exit 1, what to try next, and the event is gone."""
    done = place.run("doctor", "--timeout", "3s")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Nothing that counts arrived in 3s. What to try next:" in done.stderr
    assert "The test event is gone." in done.stderr
    assert place.resources() == {}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_it_takes_the_event_away(place: Desk, number: int, code: int) -> None:
    """Ctrl-C in the middle of the waiting, or an end of the session."""
    with visiting(place) as visit:
        assert len(place.resources()) == 1
        visit.process.send_signal(number)
        ended, out, err = visit.ended()
    assert (ended, out) == (code, "")
    assert "The test event is gone." in err
    assert "Traceback" not in err
    assert place.resources() == {}


def test_a_pass_meanwhile_leaves_the_event_alone(place: Desk) -> None:
    """Tagged, and a closure even: a pass beside the visit does nothing about it, nor after it."""
    place.put("one", session("one@example.org", in_days(1, 5)))
    assert place.sync()["rainchecks"] == []
    with visiting(place) as visit:
        visit.process.send_signal(signal.SIGSTOP)
        (name,) = set(place.resources()) - {"one"}
        (event,) = [each for each in place.events() if str(each["UID"]).startswith("rcdoctor")]
        start = event.decoded("DTSTART")
        lines = ("CATEGORIES:disrupted,lockdown", "DESCRIPTION:#no-show")
        place.put(name, session(str(event["UID"]), start, *lines, title="Lockdown"))
        before = place.resources()
        told = place.sync()
        assert (told["rainchecks"], told["warnings"]) == ([], [])
        assert place.resources() == before
        visit.process.send_signal(signal.SIGCONT)
        code, out, _ = visit.ended()
    assert code == 0
    assert '"lockdown"' in out
    assert place.resources().keys() == {"one"}
    told = place.sync()
    assert (told["rainchecks"], told["warnings"]) == ([], [])


def test_it_may_be_kept(radicale_office: Desk) -> None:
    """With --keep the event stays, and where is told."""
    done = radicale_office.run("doctor", "--keep", "--timeout", "1s")
    assert done.returncode == 1
    assert f'stays in "{radicale_office.title}"' in done.stderr
    (text,) = radicale_office.resources().values()
    assert "Raincheck test: tag me" in str(icalendar.Calendar.from_ical(text).events[0]["SUMMARY"])


def test_what_cannot_be_removed_is_said(google_office: GoogleDesk) -> None:
    """Google refuses every deletion: exit 1, and where the event is left."""
    google_office.google.faults.append(Fault("DELETE", status=403, reason="forbidden", times=99))
    with visiting(google_office) as visit:
        by_hashtag_in_the_notes(google_office)
        code, _, err = visit.ended()
    assert code == 1
    assert 'please delete "Raincheck test: tag me" from "Sessions"' in err


def test_a_lost_answer_plants_one_event(google_office: GoogleDesk) -> None:
    """Google wrote it and hung up: it is found standing, and only it is there."""
    google_office.google.faults.append(Fault("POST", path="/events", after=True, hang_up=True))
    with visiting(google_office) as visit:
        assert len(google_office.resources()) == 1
        visit.process.send_signal(signal.SIGINT)
        visit.ended()
    assert google_office.resources() == {}


def test_a_refused_login_is_told(locked_office: Desk) -> None:
    """Exit 77 as everywhere, and not a word of an event that never was."""
    locked_office.refuse_login()
    done = locked_office.run("doctor", "--timeout", "3s")
    assert done.returncode == 77
    assert "test event" not in done.stderr
    assert done.stderr.startswith(f"{locked_office.account}: ")
    assert "Are username and password right?" in done.stderr or "google" in done.stderr.lower()


def test_which_calendar_must_be_said(radicale_office: Desk) -> None:
    """Several with sessions, or a wrong name: exit 2 names them; a strange time too."""
    radicale_office.rewrite(
        r"\[hours\]", '[[calendars]]\naccount = "home"\ncalendar = "others"\n[hours]'
    )
    for words in ((), ("nonsense",)):
        done = radicale_office.run("doctor", *words)
        assert done.returncode == 2
        assert radicale_office.title in done.stderr
        assert "others" in done.stderr
    done = radicale_office.run("doctor", radicale_office.title, "--timeout", "soon")
    assert done.returncode == 2
    assert "is no duration" in done.stderr
    assert radicale_office.resources() == {}
