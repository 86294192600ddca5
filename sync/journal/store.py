"""The journal in SQLite, through the standard library.

A rollback journal rather than WAL: a pass commits a handful of times, and one file at rest means
that a dry run can read it without creating anything beside it. ``synchronous=FULL``: an intention
that is on disk survives the power cut that Raincheck is for.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sync.domain.causes import Cause, Fault
from sync.domain.lifecycle import OPEN, Raincheck, State
from sync.domain.policy import Action, SignalKind
from sync.domain.sessions import AllDay, Kind, Session, SessionKey
from sync.errors import JournalError
from sync.journal import codec
from sync.ports import ChangeSet, Entry, Known, Scan, Seen

VERSION = 2
"""PRAGMA user_version of the schema this program writes."""

LOOKUPS_MAX = 500
"""Resources asked for in one statement; SQLite's own limit is far higher."""


class SqliteJournal:
    """`sync.ports.Journal` in one file. Use `opened` or `in_memory_copy`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["SqliteJournal"]:
        """Open the state file, made with mode 0600 if it is not there.

        Raises:
            JournalError: it is no state file, of a newer version, or cannot be written.
        """
        with _as_journal_error(path):
            path.touch(mode=0o600, exist_ok=True)
            connection = _connected(f"{path.absolute().as_uri()}?mode=rw")
        try:
            with _as_journal_error(path):
                _upgrade(connection)
            yield cls(connection)
        finally:
            connection.close()

    @classmethod
    @contextmanager
    def in_memory_copy(cls, path: Path) -> Iterator["SqliteJournal"]:
        """Open a copy of the state file in memory, empty if there is none; for dry runs.

        The file is read only. If a crash left half a transaction in it, SQLite must undo that
        before anybody can read: this is the one case in which the file is touched.
        """
        connection = _connected(":memory:")
        try:
            with _as_journal_error(path):
                if path.exists():
                    _copied(path, connection)
                _upgrade(connection)
            yield cls(connection)
        finally:
            connection.close()

    def cursor(self, calendar: str) -> str | None:
        """See `sync.ports.Journal`."""
        rows = self._all("SELECT cursor FROM calendars WHERE name = ?", (calendar,))
        return str(rows[0]["cursor"]) if rows else None

    def known(self, calendar: str) -> Known:
        """See `sync.ports.Journal`. Each call of the lookup asks the file."""

        def lookup(wanted: Collection[str] | None) -> Mapping[str, str]:
            query = "SELECT resource, revision FROM resources WHERE calendar = ?"
            if wanted is None:
                return dict(self._all(query, (calendar,)))
            return dict(self._among(f"{query} AND resource IN", wanted, (calendar,)))

        return lookup

    def copies(self, calendar: str, resources: Collection[str]) -> tuple[Session, ...]:
        """See `sync.ports.Journal`."""
        query = "SELECT session FROM copies WHERE calendar = ? AND resource IN"
        rows = self._among(query, resources, (calendar,))
        found = (codec.session_from_text(row["session"]) for row in rows)
        return tuple(sorted(found, key=_place))

    def rainchecks(self, ids: Collection[str] | None = None) -> tuple[Raincheck, ...]:
        """See `sync.ports.Journal`."""
        if ids is None:
            states = [state.value for state in OPEN]
            return _sorted(self._among("SELECT * FROM rainchecks WHERE state IN", states))
        return _sorted(self._among("SELECT * FROM rainchecks WHERE id IN", ids))

    def rainchecks_at(self, resources: Collection[str]) -> tuple[Raincheck, ...]:
        """See `sync.ports.Journal`."""
        return _sorted(self._among("SELECT * FROM rainchecks WHERE resource IN", resources))

    def record(
        self,
        looks: Mapping[str, ChangeSet],
        rainchecks: Sequence[Raincheck],
        entries: Sequence[Entry],
        *,
        forget: datetime | None = None,
    ) -> None:
        """See `sync.ports.Journal`."""
        with self._transaction() as run:
            for calendar, changes in looks.items():
                _save_look(run, calendar, changes)
                _save_copies(run, calendar, changes)
            if forget is not None:
                run("DELETE FROM copies WHERE ends < ?", (forget.astimezone(UTC).isoformat(),))
            for raincheck in rainchecks:
                run(_UPSERT, _row(raincheck))
            for entry in entries:
                run(_TELL, _entry_row(entry))

    def advance(self, raincheck: Raincheck, entry: Entry, seen: Sequence[Seen] = ()) -> None:
        """See `sync.ports.Journal`."""
        with self._transaction() as run:
            run(_UPSERT, _row(raincheck))
            run(_TELL, _entry_row(entry))
            for one in seen:
                run(_SEEN, (one.calendar, one.resource, one.revision))

    def story(self, raincheck: str) -> tuple[Entry, ...]:
        """See `sync.ports.Journal`."""
        rows = self._all("SELECT * FROM story WHERE raincheck = ? ORDER BY rowid", (raincheck,))
        return tuple(
            Entry(
                row["raincheck"],
                datetime.fromisoformat(row["at"]),
                row["pass_id"],
                row["what"],
                row["why"],
            )
            for row in rows
        )

    @contextmanager
    def _transaction(self) -> Iterator[Callable[[str, Any], object]]:
        with _as_journal_error():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has undone it already when the disk is full or fails.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _all(self, query: str, values: Sequence[object]) -> list[Any]:
        with _as_journal_error():
            return self._connection.execute(query, values).fetchall()

    def _among(
        self, query: str, wanted: Collection[str], before: Sequence[object] = ()
    ) -> list[Any]:
        """Return the rows of *query* that ends in ``IN``, asked in pieces."""
        names = list(dict.fromkeys(wanted))
        rows: list[Any] = []
        for at in range(0, len(names), LOOKUPS_MAX):
            some = names[at : at + LOOKUPS_MAX]
            rows += self._all(f"{query} ({','.join('?' * len(some))})", (*before, *some))
        return rows


_COLUMNS = (
    "id", "original", "uid", "recurrence_id", "signal", "cause", "fault", "action", "rule",
    "noticed", "state", "pass_id", "attempt", "slot", "confirmed", "replacement_uid", "resource",
    "fee", "reason", "paid", "urgent",
)  # fmt: skip
_UPSERT = (
    f"INSERT INTO rainchecks ({', '.join(_COLUMNS)})"
    f" VALUES ({', '.join(f':{column}' for column in _COLUMNS)})"
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS[1:])
)
_TELL = "INSERT INTO story (at, raincheck, pass_id, what, why) VALUES (?, ?, ?, ?, ?)"
_UTC_ZONE = ZoneInfo("UTC")
_SEEN = (
    "INSERT INTO resources (calendar, resource, revision) VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET revision = excluded.revision"
)


def _connected(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=10)
    connection.row_factory = sqlite3.Row
    try:
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _copied(path: Path, into: sqlite3.Connection) -> None:
    try:
        _copied_as("ro", path, into)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise
        _copied_as("rw", path, into)


def _copied_as(mode: str, path: Path, into: sqlite3.Connection) -> None:
    with closing(_connected(f"{path.absolute().as_uri()}?mode={mode}")) as source:
        source.backup(into)


def _upgrade(connection: sqlite3.Connection) -> None:
    """Bring the schema to `VERSION`; a newer one is refused, an empty file gets it whole."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise JournalError(
            f"the state file is of version {version}, newer than this raincheck knows"
            f" ({VERSION}); install the newer raincheck again"
        )
    if version == 0:
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise JournalError("this is another program's file; [state] path must name our own")
        _run_script(connection, "schema.sql", VERSION)
        return
    for step in range(version + 1, VERSION + 1):
        _run_script(connection, f"migrations/{step}.sql", step)


def _run_script(connection: sqlite3.Connection, name: str, version: int) -> None:
    script = resources.files("sync.journal").joinpath(name).read_text("utf-8")
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {version};\nCOMMIT;"
        )
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _save_look(run: Callable[[str, Any], object], calendar: str, changes: ChangeSet) -> None:
    if changes.scan is Scan.FULL:
        run("DELETE FROM resources WHERE calendar = ?", (calendar,))
    for resource, revision in changes.revisions.items():
        run(_SEEN, (calendar, resource, revision))
    for resource in changes.removed:
        run("DELETE FROM resources WHERE calendar = ? AND resource = ?", (calendar, resource))
    run(
        "INSERT INTO calendars (name, cursor) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
        (calendar, changes.cursor),
    )


def _save_copies(run: Callable[[str, Any], object], calendar: str, changes: ChangeSet) -> None:
    stale = {
        *changes.removed,
        *(lost.resource for lost in changes.lost),
        *(copy.resource for copy in changes.copies),
    }
    for resource in stale:
        run("DELETE FROM copies WHERE calendar = ? AND resource = ?", (calendar, resource))
    for copy in changes.copies:
        run(
            "INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?)",
            (
                calendar,
                copy.resource,
                copy.key.recurrence_id or "",
                codec.session_to_text(copy),
                _end_of(copy),
            ),
        )
    if changes.scan is Scan.FULL:
        run(
            "DELETE FROM copies WHERE calendar = ?1 AND resource NOT IN"
            " (SELECT resource FROM resources WHERE calendar = ?1)",
            (calendar,),
        )


def _end_of(session: Session) -> str | None:
    """Return when *session* is over, UTC; None for a series. Whole days end as in UTC."""
    if session.kind is Kind.SERIES:
        return None
    when = session.when
    span = when.span_in(_UTC_ZONE) if isinstance(when, AllDay) else when.span
    return span.end.isoformat()


def _place(session: Session) -> tuple[str, str, str]:
    return session.resource, session.key.uid, session.key.recurrence_id or ""


def _sorted(rows: Iterable[sqlite3.Row]) -> tuple[Raincheck, ...]:
    return tuple(sorted((_raincheck(row) for row in rows), key=lambda r: (r.noticed, r.id)))


def _row(raincheck: Raincheck) -> dict[str, object]:
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
    }


def _raincheck(row: sqlite3.Row) -> Raincheck:
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
    )


def _entry_row(entry: Entry) -> tuple[str, ...]:
    return (entry.at.isoformat(), entry.raincheck, entry.pass_id, entry.what, entry.why)


@contextmanager
def _as_journal_error(path: Path | None = None) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        where = f"{path}: " if path else ""
        raise JournalError(f"{where}the state file failed: {error}") from error
