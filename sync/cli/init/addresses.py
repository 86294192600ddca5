"""Where a server really is, as against what was typed: found out by asking it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from sync.config import values
from sync.config.writing import OnServer
from sync.errors import CalendarError, UnreachableError
from sync.ports import Listed

Asked = Callable[[OnServer], tuple[Listed, ...]]
"""Asks the server of an account what it holds."""


def speaks_plainly(account: OnServer, asked: Asked) -> str | None:
    """Return the ``http`` address at which this machine answers where ``https`` fails.

    None for every other host, and where nothing answers. No login is sent.
    """
    parts = urlsplit(account.url)
    if parts.scheme != "https" or not values.is_loopback(parts.hostname or ""):
        return None
    plain = replace(account, url=parts._replace(scheme="http").geturl(), username="", secret=None)
    try:
        asked(plain)
    except UnreachableError:
        return None
    except CalendarError:
        pass  # it asks for a login: it answers
    return plain.url


def at_its_home(account: OnServer, listed: Sequence[Listed], asked: Asked) -> OnServer:
    """Return the account at the folder of its calendars if the address only led there.

    Any address of a server may lead to the calendars, also one that means nothing there. It is
    kept if the calendars are below it, or in several folders, or not found from their folder.
    """
    typed = urlsplit(account.url)
    homes = {one.path.rstrip("/").rpartition("/")[0] + "/" for one in listed}
    if len(homes) != 1 or any(one.path.startswith(_folder(typed.path)) for one in listed):
        return account
    home = typed._replace(path=quote(homes.pop()), query="", fragment="").geturl()
    there = replace(account, url=home)
    try:
        same = {one.path for one in asked(there)} == {one.path for one in listed}
    except CalendarError:
        return account
    return there if same else account


def _folder(path: str) -> str:
    return f"{path.rstrip('/')}/"
