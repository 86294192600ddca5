"""What happened to rainchecks, line by line."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a raincheck's story; *at* is UTC. Holds nothing that a client could be known by.

    ``what`` is one of a few words (`seen`, `planned`, `written`, …); ``why`` a plain sentence.
    """

    raincheck: str
    at: datetime
    pass_id: str
    what: str
    why: str
