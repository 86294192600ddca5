"""A desk for the pages: the same as in `tests/e2e`."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.desk import Desk, desk
from tests.servers.processes import Server


@pytest.fixture
def radicale_office(radicale_server: Server, tmp_path: Path) -> Desk:
    """A practice with an empty calendar, on Radicale."""
    return desk(tmp_path, radicale_server, f"sessions-{uuid4().hex[:8]}")
