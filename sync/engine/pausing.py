"""A limit on writing that outlasts a pass: noted, told, and kept to by every later process."""

from datetime import datetime, timedelta

from sync.domain.dates import day_and_time
from sync.domain.sessions import Timed
from sync.engine.current import Pass
from sync.errors import WriteLimitError

PAUSE = timedelta(hours=6)
"""Where the server tells no time."""


def begun(error: WriteLimitError, account: str, current: Pass) -> WriteLimitError:
    """Note that *account* takes no writes for hours, and return *error* with the time in it."""
    wished = error.retry_after_s
    until = current.clock.now() + (PAUSE if wished is None else timedelta(seconds=wished))
    current.journal.pause(account, until)
    return _told(str(error), error.calendar, until, current)


def postponed(calendar: str, until: datetime, current: Pass) -> WriteLimitError:
    """Return why nothing is written into *calendar* in this pass."""
    return _told("the account's limit on writing was reached", calendar, until, current)


def _told(why: str, calendar: str, until: datetime, current: Pass) -> WriteLimitError:
    local = until.astimezone(current.practice.watch.zone)
    message = (
        f"{why}: it is read, but nothing is written before {day_and_time(Timed(local, local))}"
    )
    return WriteLimitError(message, calendar=calendar, operation="write")
