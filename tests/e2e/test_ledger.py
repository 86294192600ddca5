"""`fees`, `status` and `history`, as a person and as a program meet them."""

import csv
import json
import re

import pytest

from tests.e2e.desk import Desk, in_days, session

FEES = '[fees]\ncurrency = "GBP"\nsession = "80.00"\nfirst_waived = 1\n'
GUESTS = (
    "ORGANIZER:mailto:practice@example.org",
    "ATTENDEE:mailto:quillon@example.com",
)


@pytest.fixture
def charged(radicale_office: Desk) -> Desk:
    """Two no-shows of one client, of which the first is forgiven, and one technical failure."""
    office = radicale_office
    office.rewrite(r"\[state\]", f"{FEES}[state]")
    for number, (days, tag) in enumerate(((-3, "no-show"), (-2, "no-show"), (-1, "crashed"))):
        lines = (f"CATEGORIES:{tag}", *GUESTS)
        office.put(f"n{number}", session(f"n{number}@example.org", in_days(days), *lines))
    office.sync()
    return office


def rows(office: Desk, *options: str) -> list[dict[str, str]]:
    target = office.folder / "fees.csv"
    done = office.run("fees", "--csv", str(target), *options)
    assert done.returncode == 0, done.stderr
    assert target.stat().st_mode & 0o077 == 0
    text = target.read_bytes()
    assert text.startswith("\ufeff".encode())
    assert b"\r\n" in text
    return list(csv.DictReader(text.decode("utf-8-sig").splitlines()))


def test_the_ledger_tells_what_and_why(charged: Desk) -> None:
    """One row for each; the client's first of the year is forgiven, the second is not."""
    told = rows(charged)
    assert list(told[0]) == [
        "date", "raincheck", "calendar", "session_start", "cause", "fault", "paid", "price",
        "percent", "amount", "currency", "state", "reason",
    ]  # fmt: skip
    assert sorted(row["amount"] for row in told) == ["0.00", "0.00", "80.00"]
    assert {row["state"] for row in told} == {"proposed"}
    assert sum("forgiven" in row["reason"] for row in told) == 1
    assert sum("technical failure: waived" in row["reason"] for row in told) == 1


def test_a_persons_word_stays(charged: Desk) -> None:
    """Approved and waived survive every later pass; an unknown id is wrong use."""
    ids = [row["raincheck"] for row in rows(charged)]
    assert charged.run("fees", "approve", ids[0]).returncode == 0
    assert charged.run("fees", "waive", ids[1], ids[2]).returncode == 0
    assert charged.run("fees", "approve", "nobody").returncode == 2
    charged.sync()
    states = {row["raincheck"]: row["state"] for row in rows(charged)}
    assert states == {ids[0]: "approved", ids[1]: "waived", ids[2]: "waived"}


def test_the_list_of_fees_shows_what_is_due(charged: Desk) -> None:
    """Free sessions are counted, and listed for whoever asks; the way to decide is named."""
    (owed,) = [row["raincheck"] for row in rows(charged) if row["amount"] == "80.00"]
    head, line, total, hint, free = charged.run("fees").stdout.splitlines()
    assert head.split() == ["id", "session", "amount", "state", "reason"]
    assert "80.00 GBP  proposed" in line
    assert (total, free.split(";")[0]) == ("proposed: 80.00 GBP", "2 sessions cost nothing")
    assert f"`raincheck fees approve {owed}`" in hint
    whole = charged.run("fees", "--all").stdout
    assert whole.count("0.00 GBP  none ") == 2
    assert "cost nothing" not in whole


def test_an_approved_fee_is_told_as_approved_everywhere(charged: Desk) -> None:
    """What a person has decided is no longer told as theirs to decide."""
    (owed,) = [row["raincheck"] for row in rows(charged) if row["amount"] == "80.00"]
    assert "80.00 GBP, for you to decide" in charged.run("history", owed).stdout
    assert charged.run("fees", "approve", owed).returncode == 0
    told = charged.run("history", owed).stdout
    assert "80.00 GBP, approved" in told
    assert "for you to decide" not in told


def test_the_pass_that_history_names_can_be_undone(charged: Desk) -> None:
    """History says which pass wrote a new session; undoing twice says that it was done before."""
    (named,) = set(re.findall(r"\(pass (p\w+)\)", charged.run("history").stdout))
    done = charged.run("undo", "--pass", named)
    assert done.returncode == 0
    assert done.stdout.count("is set to cancelled; delete it if it is in your way") == 3
    again = charged.run("undo", "--pass", named)
    assert (again.returncode, again.stdout.count("is withdrawn already.")) == (0, 3)
    assert "Nothing to reschedule" not in again.stdout


def test_months_and_names(charged: Desk) -> None:
    """A month without sessions is empty; names come only when they are asked for."""
    assert rows(charged, "--month", "2001-01") == []
    assert charged.run("fees", "--month", "11-2026").returncode == 2
    plain = charged.run("fees")
    assert "Quillon" not in plain.stdout + plain.stderr
    assert {row["client"] for row in rows(charged, "--names")} == {"Quillon Wren"}


def test_what_was_undone_costs_nothing(charged: Desk) -> None:
    """The fee of a raincheck that was taken back is waived."""
    (owed,) = [row for row in rows(charged) if row["amount"] == "80.00"]
    assert charged.run("undo", owed["raincheck"]).returncode == 0
    (after,) = [row for row in rows(charged) if row["raincheck"] == owed["raincheck"]]
    assert after["state"] == "waived"


def test_a_cell_is_never_a_formula(charged: Desk) -> None:
    """A title that a spreadsheet would calculate is text there."""
    office = charged
    text = office.get("n0").replace("SUMMARY:Quillon Wren", 'SUMMARY:=HYPERLINK("x")')
    office.put("n0", text)
    names = {row["client"] for row in rows(office, "--names")}
    assert '\'=HYPERLINK("x")' in names


def test_history_tells_it_all_and_nobodys_name(charged: Desk) -> None:
    """Each raincheck with its events, in order; no title in JSON or in a pipe."""
    told = charged.history()
    assert len(told) == 3
    for raincheck in told:
        assert raincheck["events"][0]["what"] == "seen"
        assert raincheck["events"][-1]["what"] == "settled"
    done = charged.run("history", told[0]["id"])
    assert done.returncode == 0
    assert "Quillon" not in done.stdout + json.dumps(told)
    assert done.stdout.count("policy says propose") == 1
    assert charged.run("history", "nobody").returncode == 2
    assert (
        len(json.loads(charged.run("history", "--json", "--last", "1").stdout)["rainchecks"]) == 1
    )


def test_status_says_what_is_open(charged: Desk) -> None:
    """An offer waits for its client; with no server to be had it is told all the same."""
    done = charged.run("status")
    assert done.stdout.count("your server tells nobody; please tell the client.") == 3
    assert "1 fee waits for your word: `raincheck fees`." in done.stdout
    assert charged.run("undo", charged.history()[0]["id"]).returncode == 0
    assert "1 withdrawn; " in charged.run("status").stdout
    charged.go_down()
    again = charged.run("status", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["rainchecks"]
    assert charged.run("undo", "nobody").returncode == 2
    assert charged.run("undo").returncode == 2
