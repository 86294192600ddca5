"""A desk on each real server."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.desk import Desk, desk
from tests.servers.processes import Server


@pytest.fixture(params=["radicale_server", "xandikos_server"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A practice with an empty calendar, on Radicale and on Xandikos."""
    server: Server = request.getfixturevalue(request.param)
    return desk(tmp_path, server, f"sessions-{uuid4().hex[:8]}")


@pytest.fixture
def radicale_office(radicale_server: Server, tmp_path: Path) -> Desk:
    """A practice with an empty calendar, on Radicale."""
    return desk(tmp_path, radicale_server, f"sessions-{uuid4().hex[:8]}")
