"""Carrying out what was written down: replacements first, then the marks on the originals.

Everything here may be done twice. What a crash leaves half done, the next pass finishes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sync.domain import practice as rules
from sync.domain.following import DELETED, withdrawn
from sync.domain.guests import clients_of
from sync.domain.lifecycle import MAILS, Duty, Fact, Raincheck, State, after
from sync.domain.mails import owing
from sync.domain.passes import Warned, WarningCode
from sync.domain.placement import way_out, wishes_of
from sync.domain.plain import UNTOLD, timed
from sync.domain.policy import Action, SignalKind
from sync.domain.sessions import Session, Status, Timed
from sync.domain.writes import Amendment, draft_of, mark_of
from sync.engine import duties, pausing
from sync.engine.current import Pass, Phase, Step
from sync.engine.looking import Look
from sync.engine.placing import (
    Placed,
    UnreadableBusyTimeError,
    agenda_of,
    has_news,
    window_of,
)
from sync.errors import (
    AlreadyExistsError,
    CalendarError,
    ConflictError,
    RejectedError,
    SessionGoneError,
    WriteLimitError,
)
from sync.ports import Calendar, Seen


@dataclass(slots=True)
class Writer:
    """Writes for one pass. Each raincheck fails by itself; a lost calendar is left alone.

    ``written`` are the names of the calendars that were written into; ``untold`` the ids of
    rainchecks of which the guests hear nothing; ``tried`` those of rainchecks whose replacement an
    earlier try may have written.
    """

    current: Pass
    looks: dict[str, Look]
    warnings: list[Warned] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)

    def write(self, placed: Placed) -> None:
        """Write everything that is planned, updating *placed* as it goes.

        Raises:
            JournalError: at once; nothing is written that could not be noted.
        """
        fresh = [r.id for r in placed.rainchecks.values() if self._is_to_be_written(r)]
        known = {id_ for id_ in fresh if placed.rainchecks[id_].replacement in placed.known}
        self.tried |= placed.tried | known
        for raincheck in self._each(Phase.WRITING, fresh, placed):
            placed.put(self._guarded(raincheck, self._create))
        self._make_way(placed, fresh)
        marking = [r.id for r in placed.rainchecks.values() if self._is_to_be_marked(r)]
        for raincheck in self._each(Phase.MARKING, marking, placed):
            act = self._mark if raincheck.id in fresh else self._mark_later
            placed.put(self._guarded(raincheck, act, raincheck.original.calendar))
        indebted = [r.id for r in placed.rainchecks.values() if _writes_owed(r)]
        for raincheck in self._each(Phase.FINISHING, indebted, placed):
            for duty in _writes_owed(raincheck):
                self._see_to(raincheck.id, duty, placed)

    def _each(self, phase: Phase, ids: Sequence[str], placed: Placed) -> Iterator[Raincheck]:
        """Yield the rainchecks with *ids*, telling how far it has come."""
        for number, id_ in enumerate(ids, 1):
            self.current.progress(Step(phase, number, len(ids)))
            yield placed.rainchecks[id_]

    def _see_to(self, id_: str, duty: Duty, placed: Placed) -> None:
        """Do what is owed; what the server refused is tried again when something has changed."""
        raincheck = placed.rainchecks[id_]
        if duty.refused and not has_news(self.looks):
            return
        act = partial(self._discharge, duty)
        placed.put(self._guarded(raincheck, act, duties.place_of(duty, raincheck)))

    def _discharge(self, duty: Duty, raincheck: Raincheck, calendar: Calendar) -> Raincheck:
        left, what, why, written = duties.discharged(raincheck, duty, calendar, self.current)
        now_owes = owing(raincheck, left, self.current.practice)
        if now_owes != raincheck:
            self._note(now_owes, what, why, written)
        return now_owes

    def _is_to_be_written(self, raincheck: Raincheck) -> bool:
        return raincheck.state is State.PLANNED and raincheck.slot is not None

    def _is_to_be_marked(self, raincheck: Raincheck) -> bool:
        if raincheck.replacement is not None:
            return raincheck.state is State.WRITTEN
        failed = raincheck.state is State.FAILED and has_news(self.looks)
        return raincheck.state is State.PLANNED or failed

    def _guarded(
        self,
        raincheck: Raincheck,
        act: Callable[[Raincheck, Calendar], Raincheck],
        where: str | None = None,
    ) -> Raincheck:
        """Return what *act* makes of *raincheck*, or the raincheck with what went wrong noted.

        *where* is the calendar written into; the replacement's, unless it is given.
        """
        look = self.looks.get(where or raincheck.calendar)
        if look is None or look.message is not None or self.current.stopping():
            return raincheck
        account, journal = look.calendar.account, self.current.journal
        paused = journal.paused(account)
        if paused is not None and self.current.clock.now() < paused:
            look.fail(pausing.postponed(look.name, paused, self.current))
            return raincheck
        try:
            done = act(raincheck, look.calendar)
        except (RejectedError, ConflictError) as error:
            failed = replace(after(raincheck, Fact.WRITE_REFUSED), reason=str(error))
            failed = owing(raincheck, failed, self.current.practice)
            self._note(failed, "failed", str(error))
            return failed
        except WriteLimitError as error:
            look.fail(pausing.begun(error, account, self.current))
            return raincheck
        except CalendarError as error:
            look.fail(error)
            return raincheck
        if paused is not None:
            journal.pause(account, None)
        return done

    def _create(self, raincheck: Raincheck, calendar: Calendar) -> Raincheck:
        """Write the replacement; one that stands already is ours, from a lost answer or a race."""
        draft = draft_of(raincheck, self.current.practice.watch.dictionary)

        def create() -> Session:
            tried = raincheck.id in self.tried
            self.tried.add(raincheck.id)
            return calendar.create(replace(draft, tried=tried))

        try:
            there = self.current.retries.call(create)
            why = f"into {calendar.name}"
        except AlreadyExistsError:
            found = self.current.retries.call(lambda: calendar.read(draft.key, None))
            if found is None:
                return self._withdrawn(raincheck)
            if not rules.is_ours(found, raincheck):
                raise
            there, why = found, f"it stood in {calendar.name} already"
        written = rules.standing(raincheck, there, Fact.REPLACEMENT_WRITTEN)
        self._note(written, "written", timed(written, why), there)
        if (warned := nobody_told(raincheck, calendar, self.current)) is not None:
            self.warnings.append(warned)
            self.untold.add(raincheck.id)
        return written

    def _withdrawn(self, raincheck: Raincheck) -> Raincheck:
        """Give up what stood and was deleted: Google keeps such names taken for ever."""
        gone = owing(raincheck, withdrawn(raincheck, DELETED), self.current.practice)
        self._note(gone, "withdrawn", DELETED)
        return gone

    def _mark_later(self, raincheck: Raincheck, calendar: Calendar) -> Raincheck:
        """Mark an original that an earlier pass did not come to; a person may have moved it."""
        original = raincheck.original
        there = self.current.retries.call(lambda: calendar.read(original.key, original.resource))
        moved = there is not None and there.when != original.when
        return self._mark(raincheck, calendar, keep=moved)

    def _mark(self, raincheck: Raincheck, calendar: Calendar, *, keep: bool = False) -> Raincheck:
        """Mark the original; one that is gone needs no marks. *keep* leaves its time blocked."""
        original = raincheck.original
        # A deleted one that stands after all was put back by a person: it is not cancelled again.
        keep = keep or raincheck.signal is SignalKind.DELETED
        keep = keep or not rules.freed_by(raincheck, self.current.practice)
        ahead = original.span_in(self.current.practice.watch.zone).start > self.current.clock.now()
        amendment = mark_of(raincheck, ahead=ahead and not keep)
        settled = after(raincheck, Fact.ORIGINAL_MARKED)
        untold = f"; {UNTOLD}" if raincheck.id in self.untold else ""
        try:
            marked = self._amended(calendar, original, amendment)
        except SessionGoneError:
            why = f"the original is no longer there to be marked{untold}"
            self._note(settled, "settled", why)
            return settled
        why = f"{_marked(raincheck, amendment)}{untold}"
        self._note(settled, "settled", why, marked)
        return settled

    def _amended(self, calendar: Calendar, session: Session, amendment: Amendment) -> Session:
        return self.current.retries.call(
            lambda: calendar.amend(session.key, session.resource, amendment, expected=None)
        )

    def _make_way(self, placed: Placed, fresh: Sequence[str]) -> None:
        """Move, once, each new replacement that landed on something a person entered meanwhile."""
        now, practice = self.current.clock.now(), self.current.practice
        written = [r for id_ in fresh if (r := placed.rainchecks[id_]).state is State.WRITTEN]
        if not written:
            return
        window = window_of(wishes_of(written, practice, now=now))
        try:
            agenda, _ = agenda_of(self.looks.values(), window, self.current.retries)
        except UnreadableBusyTimeError:
            return  # what is in the way is not known; the next edit there will tell a person
        for raincheck in written:
            slot = way_out(raincheck, agenda, placed.known, practice, now=now)
            if slot is None:
                continue
            moved = self._guarded(raincheck, partial(self._move, slot=slot))
            placed.put(moved)
            agenda = tuple(
                replace(session, when=moved.slot or session.when)
                if session.key == moved.replacement
                else session
                for session in agenda
            )

    def _move(self, raincheck: Raincheck, calendar: Calendar, *, slot: Timed) -> Raincheck:
        """Move the replacement, unless a person has touched it since."""
        key, resource = raincheck.replacement, raincheck.resource
        assert key is not None, raincheck
        there = self.current.retries.call(lambda: calendar.read(key, resource))
        if there is None or there.when != raincheck.slot:
            return raincheck
        try:
            moved = self.current.retries.call(
                lambda: calendar.amend(
                    there.key, there.resource, Amendment(when=slot), expected=there.revision
                )
            )
        except ConflictError:
            return raincheck  # a person was faster: it is theirs
        stands = rules.standing(raincheck, moved, Fact.REPLACEMENT_WRITTEN)
        stands = replace(stands, reason="something was entered at the first choice meanwhile")
        self._note(stands, "moved", timed(stands, str(stands.reason)), moved)
        return stands

    def _note(
        self, raincheck: Raincheck, what: str, why: str, written: Session | None = None
    ) -> None:
        entry = self.current.entry(raincheck.id, what, why)
        if written is not None:
            self.written.add(written.calendar)
        seen = (
            [Seen(written.calendar, written.resource, written.revision)]
            if written is not None and written.revision
            else []
        )
        self.current.journal.advance(raincheck, entry, seen)


def nobody_told(raincheck: Raincheck, calendar: Calendar, current: Pass) -> Warned | None:
    """Return the warning that the guests of a replacement in *calendar* hear nothing of it."""
    guests = clients_of(raincheck.original, current.practice.watch.emails)
    mailed = current.practice.mails or current.mailer is not None  # a dry run has no mailer
    if mailed or not guests or raincheck.action is Action.HOLD:
        return None
    try:
        invites = current.retries.call(calendar.facts).invites
    except CalendarError:
        return None  # `check` tells it as well
    if invites:
        return None
    return Warned(
        WarningCode.NOBODY_TOLD,
        "The session has guests, but this server sends no invitations: please tell them yourself.",
        calendar.name,
        raincheck.original.key.uid,
        raincheck.original,
    )


def forewarned(placed: Placed, looks: Mapping[str, Look], current: Pass) -> list[Warned]:
    """Return whose guests would hear nothing of what is planned, if it were written."""
    found: list[Warned] = []
    for raincheck in placed.rainchecks.values():
        look = looks.get(raincheck.calendar)
        planned = raincheck.state is State.PLANNED and raincheck.slot is not None
        if planned and look is not None and look.message is None:
            warned = nobody_told(raincheck, look.calendar, current)
            found += [warned] if warned is not None else []
    return found


def _marked(raincheck: Raincheck, amendment: Amendment) -> str:
    """Return in words what marking an original with *amendment* comes to."""
    if raincheck.slot is None:
        return "the original is marked; no new session"
    freed = ", and is cancelled" if amendment.status is Status.CANCELLED else ""
    return f"the original says where it went{freed}"


def _writes_owed(raincheck: Raincheck) -> tuple[Duty, ...]:
    return tuple(duty for duty in raincheck.duties if duty.kind not in MAILS)
