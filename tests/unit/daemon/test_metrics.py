"""Figures for Prometheus, asked for over real HTTP on loopback."""

import re
import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from urllib.request import urlopen

import pytest

from sync.daemon.metrics import Listener, Metrics, served
from sync.domain.lifecycle import Raincheck, State
from sync.domain.passes import CalendarLook, PassReport, Reach, Warned, WarningCode
from sync.errors import ConfigError
from tests.servers.processes import free_port
from tests.unit.builders import raincheck

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def report(
    reach: Reach = Reach.OK, *, requests: int = 7, rainchecks: tuple[Raincheck, ...] = ()
) -> PassReport:
    look = CalendarLook("sessions", "home", reach, "full", 3, requests, None, paused=False)
    told = Warned(WarningCode.NOBODY_TOLD, "Quillon Wren was not told", "sessions")
    return PassReport("p1", False, NOW, NOW, (look,), rainchecks, (told,), held=False)


def test_figures() -> None:
    """Passes and warnings are counted, calendars are up or not, and nobody is named."""
    metrics, address = Metrics(), f"127.0.0.1:{free_port()}"
    with served(metrics, address):
        metrics.passed(report())
        metrics.passed(report(Reach.UNREACHABLE))
        text = _scraped(address)
    assert "raincheck_passes_total 2.0" in text
    assert 'raincheck_warnings_total{code="nobody-told"} 2.0' in text
    assert 'raincheck_calendar_up{calendar="sessions"} 0.0' in text
    assert 'raincheck_requests_total{calendar="sessions"} 7.0' in text
    assert "Quillon" not in text


def test_what_is_counted_only_grows() -> None:
    """Between two scrapes no counter falls, and what one scrape reads no pass changes under it."""
    metrics, address = Metrics(), f"127.0.0.1:{free_port()}"
    seen: list[dict[str, float]] = []
    with served(metrics, address):
        for number in (7, 7, 12):
            reading, before = metrics.warnings, dict(metrics.warnings)
            metrics.passed(report(requests=number))
            assert reading == before
            seen.append(_counters(address))
    assert [found["raincheck_passes_total"] for found in seen] == [1.0, 2.0, 3.0]
    for earlier, later in pairwise(seen):
        assert earlier.keys() <= later.keys()
        assert all(later[name] >= value for name, value in earlier.items())


def test_labels_name_nobody() -> None:
    """Rainchecks are told by state, all states each time; no title, no id, no address."""
    metrics, address = Metrics(), f"127.0.0.1:{free_port()}"
    with served(metrics, address):
        metrics.passed(report(rainchecks=(raincheck(), raincheck(state=State.WITHDRAWN))))
        text = _scraped(address)
    for state in State:
        count = 1.0 if state in (State.PLANNED, State.WITHDRAWN) else 0.0
        assert f'raincheck_rainchecks{{state="{state.value}"}} {count}\n' in text
    assert {name for name, _ in re.findall(r'[{,](\w+)="([^"]*)"', text)} == {
        *("state", "calendar", "code")
    }
    for secret in ("Quillon", "example.", raincheck().id):
        assert secret not in text


def _scraped(address: str) -> str:
    with urlopen(f"http://{address}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def _counters(address: str) -> dict[str, float]:
    pairs = (line.rsplit(" ", 1) for line in _scraped(address).splitlines() if "_total" in line)
    return {name: float(value) for name, value in pairs if not name.startswith("#")}


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


def test_requests_only_grow_across_a_reload() -> None:
    """New connections count from 0; what was counted before stays, also of a calendar that left."""
    metrics = Metrics()
    for number in (7, 9):
        metrics.passed(report(requests=number))
    metrics.begin_anew()
    metrics.passed(report(requests=12))
    assert metrics.requests == {"sessions": 21}
    metrics.begin_anew()
    metrics.passed(replace(report(), calendars=()))
    assert metrics.requests == {"sessions": 21}


def test_a_changed_address_is_served_anew() -> None:
    """What was counted goes along; the old port is free, and one that is taken changes nothing."""
    metrics, (first, second) = Metrics(), (f"127.0.0.1:{free_port()}" for _ in range(2))
    metrics.passed(report())
    with closing(Listener(metrics)) as listener, socket.socket() as taken:
        listener.listen(first)
        listener.listen(first)
        listener.listen(second)
        assert "raincheck_passes_total 1.0" in _scraped(second)
        taken.bind(("127.0.0.1", int(first.rpartition(":")[2])))
        taken.listen()
        with pytest.raises(ConfigError):
            listener.listen(first)
        assert "raincheck_passes_total 1.0" in _scraped(second)
        listener.listen(None)
        with pytest.raises(OSError, match="refused"):
            _scraped(second)
