"""Rainchecks as rows of the state file, and back. Pure."""

from datetime import datetime
from typing import Any

from sync.domain.actions import Action, SignalKind
from sync.domain.causes import Cause, Fault
from sync.domain.lifecycle import Raincheck, State
from sync.domain.sessions import SessionKey
from sync.journal import codec

COLUMNS = (
    "id", "original", "uid", "recurrence_id", "signal", "cause", "fault", "action", "rule",
    "noticed", "state", "pass_id", "attempt", "slot", "confirmed", "replacement_uid", "resource",
    "fee", "reason", "paid", "urgent", "home", "declined", "duties",
)  # fmt: skip
UPSERT = (
    f"INSERT INTO rainchecks ({', '.join(COLUMNS)})"
    f" VALUES ({', '.join(f':{column}' for column in COLUMNS)})"
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])
)


def row_of(raincheck: Raincheck) -> dict[str, object]:
    """Return the values of `COLUMNS`, by name."""
    replacement = raincheck.replacement
    return {
        "id": raincheck.id,
        "original": codec.session_to_text(raincheck.original),
        "uid": raincheck.original.key.uid,
        "recurrence_id": raincheck.original.key.recurrence_id,
        "signal": raincheck.signal.value,
        "cause": raincheck.cause.name,
        "fault": raincheck.cause.fault.value,
        "action": raincheck.action.value,
        "rule": raincheck.rule,
        "noticed": raincheck.noticed.isoformat(),
        "state": raincheck.state.value,
        "pass_id": raincheck.pass_id,
        "attempt": raincheck.attempt,
        "slot": codec.slot_to_text(raincheck.slot),
        "confirmed": raincheck.confirmed,
        "replacement_uid": replacement.uid if replacement else None,
        "resource": raincheck.resource,
        "fee": codec.fee_to_text(raincheck.fee),
        "reason": raincheck.reason,
        "paid": raincheck.paid,
        "urgent": raincheck.urgent,
        "home": raincheck.home,
        "declined": codec.spans_to_text(raincheck.declined),
        "duties": codec.duties_to_text(raincheck.duties),
    }


def raincheck_of(row: Any) -> Raincheck:  # noqa: ANN401 - a sqlite3.Row or a mapping
    """Return the record that `row_of` wrote."""
    uid = row["replacement_uid"]
    return Raincheck(
        id=row["id"],
        original=codec.session_from_text(row["original"]),
        signal=SignalKind(row["signal"]),
        cause=Cause(row["cause"], Fault(row["fault"])),
        action=Action(row["action"]),
        rule=row["rule"],
        noticed=datetime.fromisoformat(row["noticed"]),
        state=State(row["state"]),
        pass_id=row["pass_id"],
        attempt=row["attempt"],
        slot=codec.slot_from_text(row["slot"]),
        confirmed=bool(row["confirmed"]),
        replacement=SessionKey(uid) if uid else None,
        resource=row["resource"],
        fee=codec.fee_from_text(row["fee"]),
        reason=row["reason"],
        paid=bool(row["paid"]),
        urgent=bool(row["urgent"]),
        home=row["home"],
        declined=codec.spans_from_text(row["declined"]),
        duties=codec.duties_from_text(row["duties"]),
    )
