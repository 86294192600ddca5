"""Figures for Prometheus, on loopback, if the configuration asks for them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sync.domain.lifecycle import State
from sync.domain.passes import PassReport, Reach
from sync.errors import ConfigError, Problem

_MISSING = (
    'metrics need the extra "metrics" (prometheus-client): install with it, or leave the key out'
)


@dataclass(slots=True, eq=False)
class Metrics:
    """What is told; counted also when nobody asks. Labels are names of calendars and states."""

    passes: int = 0
    rainchecks: dict[str, int] = field(default_factory=dict)
    up: dict[str, bool] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    last_pass_s: float = 0.0
    _counted: dict[str, int] = field(default_factory=dict, init=False)

    def begin_anew(self) -> None:
        """Note that calendars count their requests from 0 again, as after a reload."""
        self._counted = {}

    def passed(self, report: PassReport) -> None:
        """Count one pass in."""
        self.passes += 1
        open_now = Counter(raincheck.state for raincheck in report.rainchecks)
        self.rainchecks = {state.value: open_now.get(state, 0) for state in State}
        self.up = {look.name: look.reach is Reach.OK for look in report.calendars}
        # New ones each time: another thread may be reading the old.
        counted = {look.name: look.requests for look in report.calendars}
        self.requests = self.requests | {
            name: self.requests.get(name, 0) + max(0, count - self._counted.get(name, 0))
            for name, count in counted.items()
        }
        self._counted = counted
        self.warnings = self.warnings + Counter(each.code.value for each in report.warnings)
        self.last_pass_s = report.finished.timestamp()

    def collect(self) -> Iterator[Any]:
        """Yield everything in the library's own form."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield CounterMetricFamily("raincheck_passes", "Passes done.", value=self.passes)
        yield GaugeMetricFamily(
            "raincheck_last_pass_timestamp_seconds", "End of the last pass.", value=self.last_pass_s
        )
        for kind, name, about, label, values in (
            (GaugeMetricFamily, "raincheck_rainchecks", "Of the last pass.", "state",
             self.rainchecks),
            (GaugeMetricFamily, "raincheck_calendar_up", "1 if it answers.", "calendar", self.up),
            (CounterMetricFamily, "raincheck_requests", "Requests sent.", "calendar",
             self.requests),
            (CounterMetricFamily, "raincheck_warnings", "Warnings given.", "code", self.warnings),
        ):  # fmt: skip
            family = kind(name, about, labels=[label])
            for each, value in values.items():
                family.add_metric([each], value)
            yield family


@dataclass(slots=True, eq=False)
class Listener:
    """Serves *metrics* where the configuration of the moment says."""

    metrics: Metrics
    _address: str | None = field(default=None, init=False)
    _open: ExitStack = field(default_factory=ExitStack, init=False)

    def listen(self, address: str | None) -> None:
        """Serve at *address*, and no more where it was; None: nowhere.

        Raises:
            ConfigError: as `served`; then all is as it was.
        """
        if address == self._address:
            return
        with ExitStack() as fresh:
            if address:
                fresh.enter_context(served(self.metrics, address))
            before, self._open, self._address = self._open, fresh.pop_all(), address
        before.close()

    def close(self) -> None:
        """Serve nowhere."""
        self.listen(None)


@contextmanager
def served(metrics: Metrics, listener: str) -> Iterator[None]:
    """Serve *metrics* at *listener* (``host:port``) until the block ends.

    Raises:
        ConfigError: the library is not installed, or the port is taken.
    """
    host, _, port = listener.rpartition(":")
    try:
        from prometheus_client import CollectorRegistry, start_http_server

        registry = CollectorRegistry()
        registry.register(metrics)
        server, thread = start_http_server(int(port), addr=host.strip("[]"), registry=registry)
    except ImportError:
        raise ConfigError("daemon.metrics", (Problem("daemon.metrics", _MISSING),)) from None
    except OSError as error:
        why = f"{listener} cannot be listened on: {error.strerror}"
        raise ConfigError("daemon.metrics", (Problem("daemon.metrics", why),)) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
