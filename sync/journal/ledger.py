"""The fee ledger in the state file. A person's word is never overwritten."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sync.domain.causes import Cause, Fault
from sync.domain.fees import FeeState
from sync.domain.ledger import Row, row_of
from sync.domain.lifecycle import Raincheck, State
from sync.domain.sessions import SessionKey
from sync.journal import codec

Run = Callable[[str, Any], sqlite3.Cursor]

_INSERT = (
    "INSERT INTO fees (id, raincheck, at, calendar, uid, recurrence_id, session_start, cause,"
    " fault, paid, fee, state, client, year, forgiven)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def save(run: Run, raincheck: Raincheck) -> None:
    """Write down what was assessed for *raincheck*, once; a fee of what was undone is waived."""
    if raincheck.state is State.WITHDRAWN and raincheck.undone:
        run(
            "UPDATE fees SET state = 'waived' WHERE raincheck = ? AND state = 'proposed'",
            (raincheck.id,),
        )
        return
    at = raincheck.fee.at if raincheck.fee else None
    rows = run("SELECT at FROM fees WHERE raincheck = ?", (raincheck.id,)).fetchall()
    known = {held["at"] for held in rows}
    row = row_of(raincheck, number=len(known) + 1)
    if row is None or at is None or at.isoformat() in known:
        return
    run(
        _INSERT,
        (
            row.id,
            row.raincheck,
            at.isoformat(),
            row.calendar,
            row.key.uid,
            row.key.recurrence_id,
            row.session_start.isoformat(),
            row.cause.name,
            row.cause.fault.value,
            row.paid,
            codec.fee_to_text(row.fee),
            row.fee.state.value,
            row.fee.client,
            row.fee.year,
            row.fee.forgiven,
        ),
    )


def row_from(held: Any) -> Row:  # noqa: ANN401 - a sqlite3.Row
    """Return the row that `save` wrote, with the state that a person gave it since."""
    fee = codec.fee_from_text(held["fee"])
    assert fee is not None
    return Row(
        id=held["id"],
        raincheck=held["raincheck"],
        calendar=held["calendar"],
        key=SessionKey(held["uid"], held["recurrence_id"]),
        session_start=datetime.fromisoformat(held["session_start"]),
        cause=Cause(held["cause"], Fault(held["fault"])),
        paid=bool(held["paid"]),
        fee=replace(fee, state=FeeState(held["state"])),
    )
