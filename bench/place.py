"""Where a calendar is; a module of its own, so that contenders import nothing of the server's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a calendar is: what every contender is told."""

    root: str
    calendar: str
    username: str
    password: str

    @property
    def url(self) -> str:
        """Return the calendar's own address."""
        return f"{self.root}{self.username}/{self.calendar}/"

    def behind(self, root: str) -> "Place":
        """Return the same calendar, asked by way of *root*."""
        return Place(root, self.calendar, self.username, self.password)
