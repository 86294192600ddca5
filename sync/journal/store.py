"""The journal in SQLite, through the standard library.

A rollback journal rather than WAL: a pass commits a handful of times, and one file at rest means
that a dry run can read it without creating anything beside it. ``synchronous=FULL``: an intention
that is on disk survives the power cut that Raincheck is for.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from sync.domain.fees import FeeState
from sync.domain.ledger import Row
from sync.domain.lifecycle import OPEN, Raincheck
from sync.domain.sessions import AllDay, Kind, Session
from sync.errors import JournalError
from sync.journal import codec, ledger, reading
from sync.journal.file import connected, copied_into, snapshot, upgrade, why
from sync.journal.reading import Standing
from sync.journal.rows import UPSERT, raincheck_of, row_of
from sync.ports import ChangeSet, Entry, Known, Scan, Seen

LOOKUPS_MAX = 500
"""Resources asked for in one statement; SQLite's own limit is far higher."""


class SqliteJournal:
    """`sync.ports.Journal` in one file. Use `opened` or `in_memory_copy`.

    Threads may share one: the daemon's look things up, each while another writes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = RLock()

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator["SqliteJournal"]:
        """Open the state file, made with mode 0600 if it is not there.

        Raises:
            JournalError: it is no state file, of a newer version, or cannot be written.
        """
        with _as_journal_error(path):
            path.touch(mode=0o600, exist_ok=True)
            connection = connected(f"{path.absolute().as_uri()}?mode=rw")
        journal = cls(connection)
        try:
            with _as_journal_error(path):
                upgrade(connection)
            yield journal
        finally:
            journal.close()

    @classmethod
    @contextmanager
    def in_memory_copy(cls, path: Path) -> Iterator["SqliteJournal"]:
        """Open a copy of the state file in memory, empty if there is none; for dry runs.

        The file is read only. If a crash left half a transaction in it, SQLite must undo that
        before anybody can read: this is the one case in which the file is touched.
        """
        connection = connected(":memory:")
        try:
            with _as_journal_error(path):
                if path.exists():
                    copied_into(path, connection)
                upgrade(connection)
            yield cls(connection)
        finally:
            connection.close()

    @classmethod
    @contextmanager
    def read(cls, path: Path) -> Iterator["SqliteJournal"]:
        """Open the state file to be read at once: it is as it was when it was opened.

        Nobody can write before it is closed: who prints or asks meanwhile takes `in_memory_copy`,
        as is done here where the file cannot be read as it stands.
        """
        with snapshot(path) as connection:
            if connection is not None:
                yield cls(connection)
                return
        with cls.in_memory_copy(path) as journal:
            yield journal

    def close(self) -> None:
        """Let go of the file, when no thread is in the middle of a statement.

        One that comes later gets a JournalError; closed under its hands, SQLite would crash.
        """
        with self._lock:
            self._connection.close()

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
            query = "SELECT * FROM rainchecks WHERE duties IS NOT NULL OR state IN"
            return _sorted(self._among(query, states))
        return _sorted(self._among("SELECT * FROM rainchecks WHERE id IN", ids))

    def every_raincheck(self) -> tuple[Raincheck, ...]:
        """See `sync.ports.Journal`."""
        return _sorted(self._all("SELECT * FROM rainchecks", ()))

    def written_in(self, pass_id: str) -> tuple[Raincheck, ...]:
        """See `sync.ports.Journal`."""
        told = "SELECT raincheck FROM story WHERE what = 'written' AND pass_id = ?"
        return _sorted(self._all(f"SELECT * FROM rainchecks WHERE id IN ({told})", (pass_id,)))

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
        taken_back: Collection[str] = (),
    ) -> None:
        """See `sync.ports.Journal`."""
        with self._transaction() as run:
            many = self._connection.executemany
            for id_ in taken_back:
                run("DELETE FROM story WHERE raincheck = ?", (id_,))
                run("DELETE FROM rainchecks WHERE id = ?", (id_,))
            for calendar, changes in looks.items():
                _save_look(run, many, calendar, changes)
                _save_copies(run, many, calendar, changes)
            if forget is not None:
                run("DELETE FROM copies WHERE ends < ?", (forget.astimezone(UTC).isoformat(),))
            for raincheck in rainchecks:
                run(UPSERT, row_of(raincheck))
                ledger.save(run, raincheck)
            for entry in entries:
                run(_TELL, _entry_row(entry))

    def fees(self) -> tuple[Row, ...]:
        """See `sync.ports.Journal`."""
        rows = self._all("SELECT * FROM fees ORDER BY session_start, id", ())
        return tuple(ledger.row_from(row) for row in rows)

    def forgiven(self, client: str, year: int) -> int:
        """See `sync.ports.Journal`."""
        asked = "SELECT count(*) FROM fees WHERE forgiven AND client = ? AND year = ?"
        return int(self._all(asked, (client, year))[0][0])

    def decide(self, ids: Collection[str], state: FeeState) -> None:
        """See `sync.ports.Journal`."""
        with self._transaction() as run:
            for id_ in ids:
                run("UPDATE fees SET state = ? WHERE id = ?", (state.value, id_))

    def paused(self, account: str) -> datetime | None:
        """See `sync.ports.Journal`."""
        rows = self._all("SELECT until FROM pauses WHERE account = ?", (account,))
        return datetime.fromisoformat(rows[0]["until"]) if rows else None

    def pause(self, account: str, until: datetime | None) -> None:
        """See `sync.ports.Journal`."""
        with self._transaction() as run:
            run("DELETE FROM pauses WHERE account = ?", (account,))
            if until is not None:
                told = until.astimezone(UTC).isoformat()
                run("INSERT INTO pauses (account, until) VALUES (?, ?)", (account, told))

    def advance(self, raincheck: Raincheck, entry: Entry, seen: Sequence[Seen] = ()) -> None:
        """See `sync.ports.Journal`."""
        with self._transaction() as run:
            run(UPSERT, row_of(raincheck))
            ledger.save(run, raincheck)
            run(_TELL, _entry_row(entry))
            for one in seen:
                run(_SEEN, (one.calendar, one.resource, one.revision))

    def story(self, raincheck: str) -> tuple[Entry, ...]:
        """See `sync.ports.Journal`."""
        return reading.story(self._all, raincheck)

    def standing(self) -> Standing:
        """Return how things stand."""
        return reading.standing(self._all)

    def seal(self, seal: str) -> None:
        """Note by what a configuration that was found good is known; empty: none was.

        Nothing is written where that is what stands there.
        """
        if reading.noted(self._all) == seal:
            return
        with self._transaction() as run:
            run("DELETE FROM seals", ())
            if seal:
                run("INSERT INTO seals (seal) VALUES (?)", (seal,))

    @contextmanager
    def _transaction(self) -> Iterator[Callable[[str, Any], sqlite3.Cursor]]:
        with self._lock, _as_journal_error():
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
        with self._lock, _as_journal_error():
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


_Run = Callable[[str, Any], sqlite3.Cursor]
_RunMany = Callable[[str, Iterable[Any]], sqlite3.Cursor]
_TELL = "INSERT INTO story (at, raincheck, pass_id, what, why) VALUES (?, ?, ?, ?, ?)"
_UTC_ZONE = ZoneInfo("UTC")
_SEEN = (
    "INSERT INTO resources (calendar, resource, revision) VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET revision = excluded.revision"
)


def _save_look(run: _Run, many: _RunMany, calendar: str, changes: ChangeSet) -> None:
    if changes.scan is Scan.FULL:
        run("DELETE FROM resources WHERE calendar = ?", (calendar,))
    many(_SEEN, ((calendar, *seen) for seen in changes.revisions.items()))
    forget = "DELETE FROM resources WHERE calendar = ? AND resource = ?"
    many(forget, ((calendar, resource) for resource in changes.removed))
    run(
        "INSERT INTO calendars (name, cursor) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
        (calendar, changes.cursor),
    )


def _save_copies(run: _Run, many: _RunMany, calendar: str, changes: ChangeSet) -> None:
    stale = {
        *changes.removed,
        *(lost.resource for lost in changes.lost),
        *(copy.resource for copy in changes.copies),
    }
    forget = "DELETE FROM copies WHERE calendar = ? AND resource = ?"
    many(forget, ((calendar, resource) for resource in stale))
    rows = (
        (
            calendar,
            copy.resource,
            copy.key.recurrence_id or "",
            codec.session_to_text(copy),
            _end_of(copy),
        )
        for copy in changes.copies
    )
    many("INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?)", rows)
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
    return reading.in_order(map(raincheck_of, rows))


def _entry_row(entry: Entry) -> tuple[str, ...]:
    return (entry.at.isoformat(), entry.raincheck, entry.pass_id, entry.what, entry.why)


@contextmanager
def _as_journal_error(path: Path | None = None) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        where = f"{path}: " if path else ""
        said = why(error) if isinstance(error, PermissionError) else error
        raise JournalError(f"{where}the state file failed: {said}") from error
