"""Fixtures that every folder may use: calendar servers on loopback, in processes of their own."""

from collections.abc import Iterator

import pytest

from tests.servers.processes import Server, radicale, xandikos


@pytest.fixture(scope="session")
def radicale_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Radicale for this session (each xdist worker has its own); logins by htpasswd."""
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="session")
def xandikos_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Xandikos for this session (each xdist worker has its own); it asks for no login."""
    with xandikos(tmp_path_factory.mktemp("xandikos")) as server:
        yield server
