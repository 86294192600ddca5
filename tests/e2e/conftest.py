"""A desk on each real server."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from sync.demo.google.login import LocalLogin
from tests.e2e.desk import Desk, desk
from tests.e2e.google_desk import GoogleDesk, google_desk
from tests.servers.google_calendar import google
from tests.servers.processes import Server


@pytest.fixture
def google_office(tmp_path: Path) -> Iterator[GoogleDesk]:
    """A practice with an empty calendar, on Google's local server."""
    login = LocalLogin()
    with google(login) as server:
        yield google_desk(tmp_path, server, login)


@pytest.fixture(params=["radicale_server", "xandikos_server", "google_office"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A practice with an empty calendar, on Radicale, on Xandikos and on Google."""
    if request.param == "google_office":
        found: Desk = request.getfixturevalue(request.param)
        return found
    server: Server = request.getfixturevalue(request.param)
    return desk(tmp_path, server, f"sessions-{uuid4().hex[:8]}")


@pytest.fixture
def radicale_office(radicale_server: Server, tmp_path: Path) -> Desk:
    """A practice with an empty calendar, on Radicale."""
    return desk(tmp_path, radicale_server, f"sessions-{uuid4().hex[:8]}")


@pytest.fixture(params=["radicale_office", "google_office"])
def locked_office(request: pytest.FixtureRequest) -> Desk:
    """A practice on a server that asks who we are; Xandikos lets everybody in."""
    found: Desk = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["radicale_server", "xandikos_server"])
def dav_office(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A practice on a CalDAV server, for what only iCalendar resources can show."""
    server: Server = request.getfixturevalue(request.param)
    return desk(tmp_path, server, f"sessions-{uuid4().hex[:8]}")
