"""Figures for Prometheus, asked for over real HTTP on loopback."""

import socket
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest

from sync.daemon.metrics import Metrics, served
from sync.domain.passes import CalendarLook, PassReport, Reach, Warned, WarningCode
from sync.errors import ConfigError
from tests.servers.processes import free_port

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def report(reach: Reach = Reach.OK) -> PassReport:
    look = CalendarLook("sessions", "home", reach, "full", 3, 7, None, paused=False)
    told = Warned(WarningCode.NOBODY_TOLD, "Quillon Wren was not told", "sessions")
    return PassReport("p1", False, NOW, NOW, (look,), (), (told,), held=False)


def test_figures() -> None:
    """Passes and warnings are counted, calendars are up or not, and nobody is named."""
    metrics, address = Metrics(), f"127.0.0.1:{free_port()}"
    with served(metrics, address):
        metrics.passed(report())
        metrics.passed(report(Reach.UNREACHABLE))
        with urlopen(f"http://{address}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    assert "raincheck_passes_total 2.0" in text
    assert 'raincheck_warnings_total{code="nobody-told"} 2.0' in text
    assert 'raincheck_calendar_up{calendar="sessions"} 0.0' in text
    assert 'raincheck_requests_total{calendar="sessions"} 7.0' in text
    assert "Quillon" not in text


def test_it_listens_where_it_was_told_and_stops() -> None:
    """Afterwards the port is free again."""
    port = free_port()
    with served(Metrics(), f"127.0.0.1:{port}"):
        pass
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))


def test_a_taken_port_is_told() -> None:
    """It is a mistake of the configuration, with its key and the reason."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError) as caught, served(Metrics(), address):
            pass
    (problem,) = caught.value.problems
    assert problem.where == "daemon.metrics"
    assert address in problem.message
