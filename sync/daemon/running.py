"""The daemon as a process: signals, configurations that come and go, and an end in time."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import FrameType

from sync.config.model import Config
from sync.daemon.logs import told, told_wrong
from sync.daemon.loop import Loop, Wishes
from sync.daemon.metrics import Listener, Metrics
from sync.daemon.systemd import Systemd
from sync.domain.passes import PassReport, Reach
from sync.errors import AccessError, BusyError, ConfigError, JournalError
from sync.wiring.accounts import mailer_of, servers
from sync.wiring.passes import opened

END_WITHIN_S = 9.0
"""A server that does not answer cannot keep us longer; what is on disk is enough to go on."""
STATUS_MAX = 120


def run(
    config: Config,
    reloaded: Callable[[], Config],
    environ: Mapping[str, str],
    begun: Callable[[], None] = lambda: None,
) -> None:
    """Work until SIGTERM or SIGINT; SIGHUP reloads, SIGUSR1 looks at once.

    Args:
        config: To begin with.
        reloaded: Reads the configuration again.
        environ: For passwords, and for what systemd wants to be told.
        begun: Called once signals are heeded, before the first look.

    Raises:
        ConfigError: a password cannot be had.
        BusyError: another pass works on the same state.
        JournalError: the state cannot be kept.
        AccessError: every account refused the login at the first look.
    """
    wishes = Wishes()
    systemd = Systemd(environ, time.monotonic)
    metrics = Metrics()
    with _signals(wishes), closing(Listener(metrics)) as listener:
        listener.listen(config.daemon.metrics)
        told(logging.INFO, "started", calendars=len(config.calendars))
        begun()
        teller = _Teller(systemd, metrics)
        host = _Host(wishes, systemd, metrics, listener, teller, environ, reloaded)
        following: Config | None = config
        while following is not None:
            following = _work(following, host)
        systemd.stopping()
        told(logging.INFO, "stopped")


@dataclass(frozen=True, slots=True)
class _Host:
    """What stays the same from one configuration to the next."""

    wishes: Wishes
    systemd: Systemd
    metrics: Metrics
    listener: Listener
    teller: "_Teller"
    environ: Mapping[str, str]
    reloaded: Callable[[], Config]


def _work(config: Config, host: _Host) -> Config | None:
    """Work by *config*, and return the one to go on with; None at the end.

    What *config* holds open stays open until the next one is known to be of use: its own passwords
    and state may be gone from where they were.
    """
    wishes, systemd = host.wishes, host.systemd
    host.metrics.begin_anew()
    with opened(config, environ=host.environ) as practice:
        while not wishes.stop.is_set():
            loop = Loop(
                practice.engine,
                config.daemon.poll,
                config.daemon.settle,
                wishes,
                systemd,
                host.teller.passed,
            )
            systemd.ready()
            loop.run()
            if wishes.reload.is_set():
                wishes.reload.clear()
                systemd.reloading()
                if fresh := _fresh(config, host):
                    return fresh
    return None


def _fresh(config: Config, host: _Host) -> Config | None:
    """Return the configuration as it is now, or None if that one is of no use."""
    environ = host.environ
    try:
        fresh = host.reloaded()
        moved = fresh.state_path(environ) != config.state_path(environ)
        with opened(fresh, environ=environ) if moved else servers(fresh, environ=environ):
            mailer_of(fresh, environ=environ)
        host.listener.listen(fresh.daemon.metrics)
    except (BusyError, JournalError) as error:
        told(
            logging.ERROR,
            "configuration is wrong, the old one stays",
            where="state.path",
            expected=str(error),
        )
        return None
    except ConfigError as error:
        told_wrong("configuration is wrong, the old one stays", error)
        return None
    told(logging.INFO, "configuration reloaded", calendars=len(fresh.calendars))
    return fresh


class _Teller:
    """Tells of passes: to the log what changed, to systemd and the metrics how things stand."""

    def __init__(self, systemd: Systemd, metrics: Metrics) -> None:
        self._systemd = systemd
        self._metrics = metrics
        self._known: dict[str, object] = {}
        self._first = True

    def passed(self, report: PassReport) -> None:
        """Tell of one pass.

        Raises:
            AccessError: it was the first of the process, and nobody let us in. Later a password may
                be wrong for a while, and a daemon that ended would be asked for by nobody.
        """
        self._metrics.passed(report)
        for raincheck in report.rainchecks:
            state = (raincheck.state, raincheck.attempt, raincheck.slot, raincheck.reason)
            if self._known.get(raincheck.id) != state:
                told(
                    logging.INFO,
                    "raincheck",
                    id=raincheck.id,
                    calendar=raincheck.original.calendar,
                    state=raincheck.state.value,
                    signal=raincheck.signal.value,
                    cause=raincheck.cause.name,
                    action=raincheck.action.value,
                    attempt=raincheck.attempt,
                )
        self._known = {
            each.id: (each.state, each.attempt, each.slot, each.reason)
            for each in report.rainchecks
        }
        for warned in report.warnings:
            told(logging.WARNING, "warning", code=warned.code.value, calendar=warned.calendar)
        self._systemd.status(status_of(report))
        if self._first and all(look.reach is Reach.DENIED for look in report.calendars):
            look = report.calendars[0]
            raise AccessError(look.message or "refused", calendar=look.name, operation="login")
        self._first = False


def status_of(report: PassReport) -> str:
    """Return in one line how things stand, for ``systemctl status``."""
    lost = [look.name for look in report.calendars if look.reach is not Reach.OK]
    waiting = sum(1 for raincheck in report.rainchecks if raincheck.needs_a_person)
    count = len(report.calendars)
    parts = [f"watching {count} calendar{'' if count == 1 else 's'}"]
    lost += ["the mail server"] if report.mail is not Reach.OK else []
    parts += [f"no answer from {', '.join(lost)}"] if lost else []
    parts += [f"{waiting} session{'' if waiting == 1 else 's'} for a person to look at"] * bool(
        waiting
    )
    return "; ".join(parts)[:STATUS_MAX]


@contextmanager
def _signals(wishes: Wishes) -> Iterator[None]:
    """Let signals make wishes for the length of the block."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not wishes.stop.is_set():
            timer = threading.Timer(END_WITHIN_S, _end)
            timer.daemon = True
            timer.start()
        wishes.ask(wishes.stop)

    handlers = {
        signal.SIGTERM: stop,
        signal.SIGINT: stop,
        signal.SIGHUP: lambda *_: wishes.ask(wishes.reload),
        signal.SIGUSR1: lambda *_: wishes.ask(wishes.now),
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, held in before.items():
            signal.signal(number, held)


def _end() -> None:
    told(logging.WARNING, "a server does not answer; stopped without it")
    os._exit(0)
