"""A practice that can do passes: engine, journal, accounts and clock together."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sync.config.model import Config
from sync.config.rules import rules_of
from sync.config.secrets import warnings_of
from sync.domain.passes import PassReport
from sync.domain.practice import Practice as Rules
from sync.engine import Engine
from sync.engine.current import Progress, unseen
from sync.journal.lock import one_writer
from sync.journal.store import SqliteJournal
from sync.ports import Calendar
from sync.wiring.accounts import TIMEOUT_S, SystemClock, calendars_of, mailer_of, servers


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice with its servers."""

    engine: Engine
    zone: ZoneInfo

    @property
    def calendars(self) -> Sequence[Calendar]:
        """The calendars that are worked with, in the configuration's order."""
        return self.engine.calendars

    @property
    def rules(self) -> Rules:
        """What decides; see `sync.domain.practice.Practice`."""
        return self.engine.practice

    def run_pass(self) -> PassReport:
        """Do one pass; see `sync.engine.Engine.run_pass`."""
        return self.engine.run_pass()

    def undo(self, ids: Sequence[str]) -> PassReport:
        """Take rainchecks back; see `sync.engine.Engine.undo`."""
        return self.engine.undo(ids)


@contextmanager
def opened(
    config: Config,
    *,
    environ: Mapping[str, str],
    dry_run: bool = False,
    allow_many: bool = False,
    progress: Progress = unseen,
    timeout_s: float = TIMEOUT_S,
) -> Iterator[Practice]:
    """Open the practice that *config* describes, its state locked unless it is a dry run.

    A server that keeps silent for *timeout_s* is given up. That *config* is good is noted, unless
    there is something to warn of; see `sync.config.glance`.

    Raises:
        ConfigError: a password cannot be had.
        BusyError: another pass works on the same state.
        JournalError: the state file cannot be used.
    """
    path = config.state_path(environ)
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(one_writer(path))
        journal = stack.enter_context(
            SqliteJournal.in_memory_copy(path) if dry_run else SqliteJournal.opened(path)
        )
        accounts = servers(config, environ=environ, timeout_s=timeout_s)
        calendars = calendars_of(config, stack.enter_context(accounts))
        engine = Engine(
            practice=rules_of(config),
            calendars=calendars,
            journal=journal,
            clock=SystemClock(),
            holidays=config.public_holidays,
            allow_many=allow_many,
            dry_run=dry_run,
            mailer=None if dry_run else mailer_of(config, environ=environ),
            progress=progress,
        )
        unwise = warnings_of(config, config.path, environ=environ)
        journal.seal("" if unwise else config.seal)
        yield Practice(engine, config.zone)
