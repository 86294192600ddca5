"""The daemon's post: a mail server in trouble is let alone for a while.

Mail is handed in between the calendars' turns, and a server that accepts and then stays silent
would hold all of them up for the length of its time-out, again and again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sync.errors import AccessError, CalendarError, TransientError, UnreachableError
from sync.ports import Letter, Mailer

REST_S = 300.0
"""For how long a mail server in trouble is not asked again."""


@dataclass(slots=True)
class Patient:
    """A mail server that is tried once, and after trouble not for `REST_S`; see `Mailer`.

    Args:
        mailer: The mail server.
        seconds: A clock that never goes back.
    """

    mailer: Mailer
    seconds: Callable[[], float]
    _trouble: CalendarError | None = field(default=None, init=False)
    _until_s: float = field(default=0.0, init=False)

    def send(self, letter: Letter) -> None:
        """Hand *letter* in, or say again what the trouble is."""
        if self._trouble is not None and self.seconds() < self._until_s:
            raise self._trouble.with_traceback(None)  # or it grows with every pass
        self._trouble = None
        try:
            self.mailer.send(letter)
        except TransientError as error:
            # Asked for by name, the wait is too long for this pass: nothing is tried again in it.
            raise self._resting(
                UnreachableError(str(error), calendar="", operation="mail", retry_after_s=REST_S)
            ) from error
        except AccessError as error:
            raise self._resting(error) from None

    def greet(self) -> None:
        """Log in and out."""
        self.mailer.greet()

    def _resting(self, error: CalendarError) -> CalendarError:
        self._trouble, self._until_s = error, self.seconds() + REST_S
        return error
