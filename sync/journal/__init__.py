"""The journal: what Raincheck remembers, in one SQLite file, mode 0600.

It holds copies of disrupted sessions, and so health data. It never holds a password.
"""

from sync.journal.lock import one_writer
from sync.journal.store import SqliteJournal

__all__ = ["SqliteJournal", "one_writer"]
