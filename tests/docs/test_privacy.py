"""docs/privacy.md: what it says of the state file is so, erasure included."""

import sqlite3
from contextlib import closing

from tests.docs.pages import ROOT
from tests.e2e.desk import Desk, in_days, session

CLIENT, OTHER = "Quillon Wren", "Fennimore Teasel"


def held(office: Desk) -> bytes:
    return office.state.read_bytes()


def test_erasure_as_the_page_tells_it(radicale_office: Desk) -> None:
    """Without the state file, and then without the sessions, nothing of a client comes back."""
    radicale_office.put("gone", session("gone", in_days(-1), "CATEGORIES:disrupted", title=CLIENT))
    radicale_office.put("kept", session("kept", in_days(-2), "CATEGORIES:disrupted", title=OTHER))
    radicale_office.put("next", session("next", in_days(6), title=CLIENT))
    radicale_office.sync()
    assert CLIENT.encode() in held(radicale_office)

    radicale_office.state.unlink()
    for name, text in radicale_office.resources().items():
        if CLIENT in text:
            radicale_office.delete(name)
    before = radicale_office.resources()
    report = radicale_office.sync()

    assert CLIENT.encode() not in held(radicale_office)
    assert OTHER.encode() in held(radicale_office)
    assert radicale_office.resources() == before
    assert [one["status"] for one in report["rainchecks"]] == ["settled"]


def test_no_other_file_holds_anything(radicale_office: Desk) -> None:
    """Beside the state file lies only a lock, in which a process's number stands."""
    radicale_office.put("one", session("one", in_days(-1), "CATEGORIES:disrupted", title=CLIENT))
    radicale_office.sync()
    beside = {path.name: path for path in radicale_office.state.parent.iterdir()}
    assert set(beside) == {"raincheck.db", "raincheck.db.lock"}
    assert beside["raincheck.db.lock"].read_text("ascii").strip().isdigit()


def test_every_table_is_told_of(radicale_office: Desk) -> None:
    """A new table in the state file is a new row on the page."""
    radicale_office.sync()
    with closing(sqlite3.connect(radicale_office.state)) as state:
        rows = state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        kept = {name for (name,) in rows}
    told = {"copies", "rainchecks", "story", "fees"}
    rest = {"calendars", "pauses", "resources", "seals"}
    assert kept == told | rest
    page = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    assert all(word in page for word in told)


def test_a_backup_by_sqlite_is_a_state_file(radicale_office: Desk) -> None:
    """What docs/service.md tells of backups: copied by SQLite, put back, it is taken up again."""
    radicale_office.put("one", session("one", in_days(-1), "CATEGORIES:disrupted"))
    radicale_office.sync()
    told, backup = radicale_office.history(), radicale_office.folder / "backup.db"
    with (
        closing(sqlite3.connect(radicale_office.state)) as state,
        closing(sqlite3.connect(backup)) as copy,
    ):
        state.backup(copy)
    radicale_office.state.unlink()
    backup.rename(radicale_office.state)
    assert radicale_office.history() == told
    assert radicale_office.sync()["rainchecks"] == []
