"""Mail, where a calendar server tells guests nothing: after the writes, and as safe to repeat."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum

from sync.domain.following import done
from sync.domain.letters import to_guest, to_practice
from sync.domain.lifecycle import MAILS, Duty, DutyKind, Raincheck
from sync.domain.mails import Verdict, is_ripe, may_come_true, owing, stands
from sync.domain.passes import Reach, Warned, WarningCode
from sync.domain.sessions import Session
from sync.engine.current import Pass, Phase, Step
from sync.engine.looking import Look
from sync.engine.placing import Placed, has_news
from sync.errors import AccessError, CalendarError, DelayedError, RejectedError
from sync.ports import Calendar, Letter, Mailer

SENT = {
    DutyKind.INVITE: "a guest was mailed how the session stands",
    DutyKind.UNINVITE: "a guest was mailed that the session is cancelled",
}
NO_LONGER = "there is nothing to tell any more"
BY_SERVER = "the calendar server tells its guests by itself"
NO_MAIL = "no mail is configured any more"

OUTAGE_MAX = timedelta(days=1)
"""For how long a note to the practice waits for calendars to come back."""


class Handed(Enum):
    """What became of a letter."""

    IN = "in"
    REFUSED = "refused"
    LATER = "later"


@dataclass(slots=True)
class Postman:
    """Sends the mails that are owed. Trouble with the mail server leaves them owed.

    ``reach`` tells how the mail server did, for the worst-off letter.
    """

    current: Pass
    looks: Mapping[str, Look]
    warnings: list[Warned] = field(default_factory=list)
    reach: Reach = Reach.OK
    _down: bool = field(default=False, init=False)
    _invites: dict[str, bool] = field(default_factory=dict, init=False)

    def deliver(self, placed: Placed) -> None:
        """Send every mail whose time has come, updating *placed* as it goes.

        Raises:
            JournalError: at once; nothing is sent that could not be noted.
        """
        mailer = self.current.mailer
        kinds = MAILS if mailer is None else MAILS - {DutyKind.NOTE}
        owed = [(r.id, d) for r in placed.rainchecks.values() for d in r.duties if d.kind in kinds]
        for number, (id_, duty) in enumerate(owed, 1):
            if self.current.stopping():
                return
            self.current.progress(Step(Phase.MAILING, number, len(owed)))
            raincheck = placed.rainchecks[id_]
            if mailer is None:
                placed.put(self._over(raincheck, duty, "dropped", NO_MAIL))
            else:
                placed.put(self._see_to(raincheck, duty, mailer))
        if mailer is not None and not self.current.stopping():
            self._tell_practice(placed, mailer)

    def _see_to(self, raincheck: Raincheck, duty: Duty, mailer: Mailer) -> Raincheck:
        """Return *raincheck* after one mail to a guest: sent, to be sent later, or needless."""
        about = self._about(raincheck, duty)
        if about is None:
            return raincheck
        if isinstance(about, str):
            return self._over(raincheck, duty, "dropped", about)
        known = self.current.practice.watch.dictionary
        return self._sent(raincheck, duty, to_guest(duty, raincheck, about, known), mailer)

    def _about(self, raincheck: Raincheck, duty: Duty) -> Session | str | None:
        """Return the session to tell of; or why there is nothing to tell; or None: not yet."""
        verdict = is_ripe(duty, raincheck)
        if verdict is Verdict.DROP:
            return NO_LONGER
        mine = duty.key == raincheck.original.key
        look = self.looks.get(raincheck.original.calendar if mine else raincheck.calendar)
        asleep = duty.refused and not has_news(self.looks)
        if verdict is Verdict.WAIT or asleep or look is None or look.message is not None:
            return None
        try:
            if self._told_by_server(look.calendar):
                return BY_SERVER
            there = self._read(raincheck, duty, look.calendar)
        except RejectedError:
            return None  # one entry that cannot be read must not stop its whole calendar
        except CalendarError as error:
            look.fail(error)
            return None
        now = self.current.now
        over = None if may_come_true(duty, raincheck, now=now) else NO_LONGER
        return there if there and stands(duty, raincheck, there, now=now) else over

    def _sent(self, raincheck: Raincheck, duty: Duty, letter: Letter, mailer: Mailer) -> Raincheck:
        handed, why = self._handed_in(letter, mailer)
        if handed is Handed.LATER:
            return raincheck
        if handed is Handed.IN:
            return self._over(raincheck, duty, "mailed", SENT[duty.kind])
        owed = tuple(replace(d, refused=True) if d == duty else d for d in raincheck.duties)
        refused = owing(raincheck, replace(raincheck, duties=owed), self.current.practice)
        if refused != raincheck:
            self._note(refused, "failed", why)
        return refused

    def _tell_practice(self, placed: Placed, mailer: Mailer) -> None:
        """Send one note about everything that newly waits for a person.

        While a calendar is out of reach it is not clear who has to see to what; after `OUTAGE_MAX`
        it is a person.
        """
        noted = [
            (raincheck, duty)
            for raincheck in placed.rainchecks.values()
            for duty in raincheck.duties
            if duty.kind is DutyKind.NOTE
        ]
        waiting = [(one, duty) for one, duty in noted if is_ripe(duty, one) is Verdict.SEND]
        for raincheck, duty in noted:
            if (raincheck, duty) not in waiting:
                placed.put(self._over(raincheck, duty, "dropped", NO_LONGER))
        if any(look.message is not None for look in self.looks.values()):
            long_ago = self.current.now - OUTAGE_MAX
            waiting = [(one, duty) for one, duty in waiting if one.noticed <= long_ago]
        if not waiting:
            return
        handed, why = self._handed_in(to_practice([one for one, _ in waiting]), mailer)
        if handed is Handed.LATER:
            return
        sent = ("noted", "the practice was mailed that it waits for a person")
        what, why = sent if handed is Handed.IN else ("failed", f"no note to the practice: {why}")
        for raincheck, duty in waiting:
            placed.put(self._over(raincheck, duty, what, why))

    def _handed_in(self, letter: Letter, mailer: Mailer) -> tuple[Handed, str]:
        """Return what became of *letter*, and why; a server in trouble is asked once a pass."""
        if self._down:
            return Handed.LATER, ""
        try:
            self.current.retries.call(lambda: mailer.send(letter))
        except RejectedError as error:
            return Handed.REFUSED, str(error)
        except CalendarError as error:
            self._is_trouble(error)
            return Handed.LATER, ""
        return Handed.IN, ""

    def _is_trouble(self, error: CalendarError) -> None:
        """Note that a letter has to wait: by itself, as for a full mailbox, or with all others."""
        self._down = not isinstance(error, DelayedError)
        denied = isinstance(error, AccessError)
        self.reach = Reach.DENIED if denied else Reach.UNREACHABLE
        message = f"Mail could not be sent: {error}. It is kept, and sent in a later pass."
        warned = Warned(WarningCode.NOBODY_TOLD, message)
        if warned not in self.warnings:
            self.warnings.append(warned)

    def _told_by_server(self, calendar: Calendar) -> bool:
        if calendar.name not in self._invites:
            self._invites[calendar.name] = self.current.retries.call(calendar.facts).invites
        return self._invites[calendar.name]

    def _read(self, raincheck: Raincheck, duty: Duty, calendar: Calendar) -> Session | None:
        places = {
            raincheck.original.key: raincheck.original.resource,
            raincheck.replacement: raincheck.resource,
        }
        place = places.get(duty.key) or None
        return self.current.retries.call(lambda: calendar.read(duty.key, place))

    def _over(self, raincheck: Raincheck, duty: Duty, what: str, why: str) -> Raincheck:
        over = done(raincheck, duty)
        self._note(over, what, why)
        return over

    def _note(self, raincheck: Raincheck, what: str, why: str) -> None:
        self.current.journal.advance(raincheck, self.current.entry(raincheck.id, what, why))
