"""The daemon's loop: who is due is looked at; what was seen is acted on, in one thread."""

import logging
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import Empty, SimpleQueue

from sync.daemon import post
from sync.daemon.accounts import Looked, Looker
from sync.daemon.logs import told
from sync.daemon.patience import Patient, Turn
from sync.daemon.schedule import Rhythm, after_look, woken
from sync.daemon.systemd import Systemd
from sync.domain.passes import PassReport, Reach
from sync.engine import Engine
from sync.engine.looking import Look
from sync.errors import UnreachableError
from sync.ports import ChangeSet, Mailer, Scan
from sync.retrying import Retries

TICK_S = 1.0
PATIENCE_S = 10.0
"""How long a pass waits for healthy accounts whose look is under way."""
REPLAN_EVERY_S = 900.0
"""What waits for a slot is tried again this often where nothing has changed."""
HANGS_S = 600.0
"""Every request has a time-out far below this, and a look has few of them."""
ASLEEP_S = 30.0
"""If the clock went on by so much more than we were awake for, the computer slept."""


@dataclass(slots=True, eq=False)
class Wish:
    """A flag, without the lock of `threading.Event`.

    A signal handler that sets one of those waits for ever if it interrupted the thread that holds
    the lock, be it in another handler.
    """

    _asked: bool = field(default=False, init=False)

    def set(self) -> None:
        """Make the wish."""
        self._asked = True

    def clear(self) -> None:
        """Take it back."""
        self._asked = False

    def is_set(self) -> bool:
        """Return whether it is made."""
        return self._asked


@dataclass(slots=True)
class Wishes:
    """What signals ask of the loop."""

    stop: Wish = field(default_factory=Wish)
    reload: Wish = field(default_factory=Wish)
    now: Wish = field(default_factory=Wish)
    wake: SimpleQueue[Looked | None] = field(default_factory=SimpleQueue)
    _ended: SimpleQueue[None] = field(default_factory=SimpleQueue, init=False)

    def ask(self, wish: Wish) -> None:
        """Make *wish* and wake the loop; may be called from a signal handler."""
        wish.set()
        if wish is self.stop:
            self._ended.put(None)
        self.wake.put(None)

    def rest(self, seconds: float) -> None:
        """Wait, unless the daemon is to stop: then nothing is waited for."""
        try:
            self._ended.get(timeout=seconds)
        except Empty:
            return
        self._ended.put(None)  # for whoever else is resting


@dataclass(slots=True)
class Loop:
    """One configuration at work, until it is stopped or replaced.

    Args:
        engine: The practice, with its calendars and its journal.
        poll: The rhythm.
        settle: For how long a new signal rests.
        wishes: From the signals.
        systemd: Who is told how it goes.
        report: Called after each pass.
        clock_s: The wall clock, which may be put forward and back.
        chance: From 0 to 1.
        seconds: A clock that never goes back, and stands still while the computer sleeps.
    """

    engine: Engine
    poll: timedelta
    settle: timedelta
    wishes: Wishes
    systemd: Systemd
    report: Callable[[PassReport], None]
    clock_s: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
    seconds: Callable[[], float] = time.monotonic
    _rhythms: dict[str, Rhythm] = field(default_factory=dict, init=False)
    _lookers: dict[str, Looker] = field(default_factory=dict, init=False)
    _reach: dict[str, Reach] = field(default_factory=dict, init=False)
    _post: Mailer | None = field(default=None, init=False)
    _replanned_s: float = field(default=float("-inf"), init=False)
    _last_s: float = field(default=0.0, init=False)
    _last_awake_s: float = field(default=0.0, init=False)

    def run(self) -> None:
        """Work until stopped or to be reloaded.

        Raises:
            JournalError: the state cannot be kept.
        """
        self._last_s, self._last_awake_s = self.clock_s(), self.seconds()
        if self.engine.mailer is not None:
            self._post = post.Patient(self.engine.mailer, self.seconds)
        for account in dict.fromkeys(each.account for each in self.engine.calendars):
            self._rhythms[account] = Rhythm(self._last_s)
            looker = Looker(account, self._looking_at(account), self.wishes.wake, self.seconds)
            self._lookers[account] = looker
            looker.start()
        try:
            while not (self.wishes.stop.is_set() or self.wishes.reload.is_set()):
                self._turn()
        finally:
            for looker in self._lookers.values():
                looker.end()

    def _turn(self) -> None:
        self._notice_the_clock()
        for account, rhythm in self._rhythms.items():
            looker = self._lookers[account]
            if not looker.busy and rhythm.due_s <= self.clock_s():
                looker.ask()
        looked = self._awaited(TICK_S)
        if not self._hangs():
            self.systemd.alive()
        if looked:
            self._act(looked)

    def _hangs(self) -> bool:
        """Return whether every account's look is under way for longer than any look can take.

        Then no pass makes progress, and the watchdog may end us: a new process starts afresh.
        """
        lookers = self._lookers.values()
        return bool(lookers) and all(looker.busy_for_s() > HANGS_S for looker in lookers)

    def _notice_the_clock(self) -> None:
        """Make everything due that a signal asks for, or that the computer slept through.

        A pass with a slow server may take minutes; that is no sleep, and forgives no failure.
        """
        now_s, before_s = self.clock_s(), self._last_s
        awake_s = self.seconds() - self._last_awake_s
        self._last_s, self._last_awake_s = now_s, self.seconds()
        at_once = self.wishes.now.is_set()
        self.wishes.now.clear()
        for account, rhythm in self._rhythms.items():
            self._rhythms[account] = (
                replace(rhythm, due_s=now_s)
                if at_once
                else woken(rhythm, now_s=now_s, before_s=before_s, longest_s=ASLEEP_S + awake_s)
            )

    def _awaited(self, seconds: float) -> dict[str, Looked]:
        """Return what came in within *seconds*: at least one result, or a wish, or nothing."""
        found: dict[str, Looked] = {}
        wait = seconds
        while True:
            try:
                one = self.wishes.wake.get(timeout=wait) if wait else self.wishes.wake.get_nowait()
            except Empty:
                return found
            wait = 0.0
            if one is not None and self._lookers.get(one.account) is one.by:
                one.by.busy = False
                found[one.account] = one

    def _looking_at(self, account: str) -> Callable[[], tuple[Look, ...]]:
        return lambda: self._engine().look(account)

    def _engine(self, *, replan: bool = True, retries: Retries | None = None) -> Engine:
        """Return the engine for one pass or look, with a fresh budget of retries."""
        return replace(
            self.engine,
            retries=retries or self._retries(),
            settle=self.settle,
            stopping=self.wishes.stop.is_set,
            replan=replan,
            mailer=self._post,
        )

    def _retries(self) -> Retries:
        stop = self.wishes.stop
        return Retries(sleep=self.wishes.rest, alive=self.systemd.alive, stopping=stop.is_set)

    def _act(self, looked: dict[str, Looked]) -> None:
        """Do one pass with what was seen; healthy accounts under way are waited for a little."""
        until = self.seconds() + PATIENCE_S
        while self._is_worth_waiting() and (left := until - self.seconds()) > 0:
            looked |= self._awaited(min(left, TICK_S))
            if self.wishes.stop.is_set():
                return
        for one in looked.values():
            if one.error is not None:
                raise one.error
        fresh = {look.name: look for one in looked.values() for look in one.looks or ()}
        looks = [fresh.get(each.name) or self._quiet(each.name) for each in self.engine.calendars]
        now_s = self.clock_s()
        rested = 0 <= now_s - self._replanned_s < REPLAN_EVERY_S  # a clock may be put back
        replan = _has_news(fresh) or self._is_back(fresh) or not rested
        self._replanned_s = now_s if replan else self._replanned_s
        done, fallen = self._pass(looks, looked, replan=replan)
        self._note_reach(looked.keys() | fallen, looks)
        self.report(done)

    def _pass(
        self, looks: list[Look], looked: Mapping[str, Looked], *, replan: bool
    ) -> tuple[PassReport, set[str]]:
        """Do one pass, and return its report and the accounts that answered before, but not now.

        What one account has to be asked for, no other waits for longer than `PATIENCE_S`.
        """
        if len(self._lookers) == 1:
            return self._engine(replan=replan).run_pass(looks), set()
        well = {look.name for look in looks if look.reach is Reach.OK}
        turns = {name: self._turn_of(name, looked) for name in self._lookers}
        for look in looks:
            look.calendar = Patient(look.calendar, turns[look.calendar.account])
        # Each account is tried again in its own thread, and not a second time here.
        done = self._engine(replan=replan, retries=Retries(attempts_max=1)).run_pass(looks)
        for look in looks:
            lost = turns[look.calendar.account].lost
            if lost is not None and look.reach is Reach.OK:
                look.fail(lost)
        fell = (look for look in looks if look.name in well and look.reach is not Reach.OK)
        return done, {look.calendar.account for look in fell if not look.paused}

    def _turn_of(self, account: str, looked: Mapping[str, Looked]) -> Turn:
        def waits(name: str) -> bool:
            is_due = self._rhythms[name].due_s <= self.clock_s() and not self._lookers[name].busy
            return name in looked or is_due

        def others_wait() -> bool:
            return any(waits(name) for name in self._lookers if name != account)

        return Turn(self._lookers[account], self._retries(), self.wishes.stop.is_set, others_wait)

    def _is_back(self, looks: Mapping[str, Look]) -> bool:
        """Return whether a calendar answers again: what waited for its busy time may go now."""
        return any(
            look.reach is Reach.OK and self._reach.get(name, Reach.OK) is not Reach.OK
            for name, look in looks.items()
        )

    def _is_worth_waiting(self) -> bool:
        return any(
            looker.busy and not self._rhythms[account].failures
            for account, looker in self._lookers.items()
        )

    def _quiet(self, name: str) -> Look:
        """Return a look at a calendar that was not due: as it was when last looked at."""
        calendar = next(each for each in self.engine.calendars if each.name == name)
        look = Look(calendar)
        if self._reach.get(name) is Reach.OK and not self._lookers[calendar.account].busy:
            cursor = self.engine.journal.cursor(name) or ""
            look.changes = ChangeSet((), {}, frozenset(), cursor, Scan.UNCHANGED)
        else:
            why = "it has not answered yet"
            look.fail(UnreachableError(why, calendar=name, operation="look"))
        return look

    def _note_reach(self, looked: Collection[str], looks: list[Look]) -> None:
        """Note how each account does, tell what has changed, and when it is due next."""
        for look in looks:
            account = look.calendar.account
            if account not in looked:
                continue
            before, self._reach[look.name] = self._reach.get(look.name), look.reach
            if look.reach is not before and (before is not None or look.reach is not Reach.OK):
                ok = look.reach is Reach.OK
                level, what = (
                    (logging.INFO, "calendar is back") if ok else (logging.WARNING, "calendar lost")
                )
                told(level, what, calendar=look.name, account=account, status=look.reach.value)
        for account in looked:
            mine = [look for look in looks if look.calendar.account == account]
            self._rhythms[account] = after_look(
                self._rhythms[account],
                self.poll,
                ok=all(look.reach in (Reach.OK, Reach.MISSING) for look in mine),
                now_s=self.clock_s(),
                chance=self.chance(),
                wished_s=max((look.retry_after_s or 0.0 for look in mine), default=None),
            )


def _has_news(looks: Mapping[str, Look]) -> bool:
    return any(look.changes and look.changes.scan is not Scan.UNCHANGED for look in looks.values())
