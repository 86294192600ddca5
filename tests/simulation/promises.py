"""The judge's second half: what has to have come of each thing that a person did.

A pass in which nothing failed sees all that was done before it; what was seen has to be answered,
whatever failed or crashed after that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sync.domain.following import DELETED
from sync.domain.guests import answer_of
from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action
from sync.domain.practice import BY_MARKS
from sync.domain.sessions import Answer, Session, Status, Timed
from sync.engine.finding import AFTER_A_BREAK
from sync.ports import Entry
from tests.simulation.people import Hands
from tests.unit.engine.world import PRACTICE

TURNS = frozenset({"offered-again", "recorded", "withdrawn"})
WE = frozenset({PRACTICE})


@dataclass(frozen=True)
class Case:
    """What lies before the judge.

    Args:
        sessions: All that stands in the calendar of sessions.
        private: All that stands in the therapist's own.
        rainchecks: All records of the journal.
        stories: What happened to each.
        hands: The people, with their note of what they did.
        clean: The moments of the passes in which nothing failed, in order.
        since: What ended before is no longer looked at: a lost state file stays lost for it.
        now: The moment of judgement.
        lost: The state file was lost, or an old one put back.
        alone: No second machine wrote.
    """

    sessions: Sequence[Session]
    private: Sequence[Session]
    rainchecks: Sequence[Raincheck]
    stories: Mapping[str, Sequence[Entry]]
    hands: Hands
    clean: Sequence[datetime]
    since: datetime
    now: datetime
    lost: bool = False
    alone: bool = True

    @property
    def records(self) -> dict[str, Raincheck]:
        """Return the records by id."""
        return {raincheck.id: raincheck for raincheck in self.rainchecks}

    def seen_at(self, moment: datetime) -> datetime | None:
        """Return when what was done at *moment* was seen for sure; None: perhaps never."""
        return next((at for at in self.clean if at >= moment), None)


@dataclass(frozen=True)
class Offer:
    """A replacement that stands, with its record; ``chosen`` is when we chose its time.

    ``chosen`` is None where another machine did, or a person, or it is no longer known.
    """

    session: Session
    record: Raincheck
    chosen: datetime | None

    @property
    def when(self) -> Timed:
        """Return when it takes place."""
        assert isinstance(self.session.when, Timed)
        return self.session.when


def unkept(case: Case, standing: Mapping[str, Sequence[Session]]) -> Iterator[str]:
    """Yield a line for each thing that a person did and that nobody answered."""
    records = case.records
    offers = [
        Offer(session, records[id_], _chosen(session, case, id_))
        for id_, found in standing.items()
        for session in found
        if id_ in records and session.key == records[id_].replacement
    ]
    yield from _moved_back(case)
    yield from _unclosed(case)
    yield from _unanswered(case)
    yield from _unasked(case, standing)
    yield from _undeleted(case, standing)
    for offer in offers:
        yield from _unheard(offer, case)
        yield from _overlapping(offer, case)
    if case.alone and not case.lost:
        yield from _side_by_side(offers)


def _chosen(session: Session, case: Case, id_: str) -> datetime | None:
    """Return when we chose the time of *session*."""
    first = chosen = None
    for entry in case.stories.get(id_, ()):
        if entry.what == "planned" or (entry.what == "moved" and "was entered" in entry.why):
            chosen = entry.at
            first = first or chosen
        elif entry.what in TURNS:
            first = chosen = None
        elif entry.what == "written" and entry.why.endswith(AFTER_A_BREAK):
            chosen = first  # it was written by an earlier plan, whatever was planned after that
    return None if session.key in case.hands.placed else chosen


def _moved_back(case: Case) -> Iterator[str]:
    """Yield what is not where a person put it: nobody else moves a session, or moves it again."""
    for session in case.sessions:
        put = case.hands.placed.get(session.key)
        if put and session.status is not Status.CANCELLED and session.when != put.when:
            yield f"moved: {session.key.uid} was put at {put.when}, and is at {session.when}"


def _unclosed(case: Case) -> Iterator[str]:
    """Yield sessions that were there when a closure was entered over them, and still are."""
    originals = {raincheck.original.key for raincheck in case.rainchecks}
    for closure, put in case.hands.closed.items():
        if case.seen_at(put.at) is None:
            continue
        for session in case.sessions:
            entered = case.hands.placed.get(session.key)
            noted = session.marks is not None or session.key in originals
            if noted or entered is None or session.status is Status.CANCELLED:
                continue
            before = entered.at <= put.at and entered.when.span.end > case.since
            if before and entered.when.span.overlaps(put.when.span):
                yield f"unclosed: {session.key.uid} lies under the closure {closure.uid}"


def _unanswered(case: Case) -> Iterator[str]:
    """Yield sessions that were deleted or declined without a record of it."""
    originals = {raincheck.original.key for raincheck in case.rainchecks}
    for key, gone in case.hands.deleted.items():
        put, seen = case.hands.placed.get(key), case.seen_at(gone.at)
        known = put is not None and any(put.at <= at < gone.at for at in case.clean)
        single = key.recurrence_id is None  # an instance without its series tells nothing
        if case.lost or not known or not single or seen is None or key in originals:
            continue
        assert isinstance(gone.session.when, Timed)
        stood = gone.session.marks is None and gone.session.status is not Status.CANCELLED
        if stood and gone.session.when.span.start > seen:
            yield f"unmissed: {key.uid} was deleted, and there is no record of it"
    for session in case.sessions:
        noted = session.marks is not None or session.key in originals
        if noted or session.status is Status.CANCELLED or not _is_declined(session):
            continue
        at = case.hands.answered.get(session.key)
        if at and case.seen_at(at) and session.when.span.end > case.since:  # type: ignore[union-attr]
            yield f"unheard: {session.key.uid} was declined, and there is no record of it"


def _is_declined(session: Session) -> bool:
    return answer_of(session, WE) is Answer.DECLINED


def _unasked(case: Case, standing: Mapping[str, Sequence[Session]]) -> Iterator[str]:
    """Yield replacements where none was to be, and guests who were not to hear of one."""
    for one in case.rainchecks:
        known = one.rule != BY_MARKS and case.alone and not case.lost
        told = any(entry.what == "recorded" for entry in case.stories.get(one.id, ()))
        recorded = one.action is Action.RECORD and not told
        if known and recorded and standing.get(one.id):
            yield f"unasked: {one.id} is for the record only, and a replacement stands"
        for session in standing.get(one.id, ()):
            if known and one.action is Action.HOLD and session.attendees:
                yield f"unasked: guests hear of {session.key.uid}, which is held"


def _undeleted(case: Case, standing: Mapping[str, Sequence[Session]]) -> Iterator[str]:
    """Yield what was given up as deleted by a person, though nobody did that, and stands."""
    for one in case.rainchecks:
        given_up = one.state is State.WITHDRAWN and one.reason == DELETED
        key = one.replacement
        stands = any(session.key == key for session in standing.get(one.id, ()))
        if given_up and stands and key not in case.hands.deleted:
            yield f"double: {one.id} was given up as deleted, and its replacement stands"


def _unheard(offer: Offer, case: Case) -> Iterator[str]:
    """Yield what guests, the practice and closures said of a replacement, and nobody heard."""
    session, record, hands = offer.session, offer.record, case.hands
    if record.state is not State.SETTLED:
        return
    at = hands.answered.get(session.key)
    seen = case.seen_at(at) if at else None
    if seen and _is_declined(session) and offer.when.span.start > seen:
        yield f"unheard: {record.id} was declined, and is offered all the same"
    tentative = session.status is Status.TENTATIVE
    accepted = seen and answer_of(session, WE) is Answer.ACCEPTED
    booked = session.key in hands.booked and case.seen_at(hands.booked[session.key])
    if tentative and (booked or (accepted and record.action is not Action.HOLD)):
        yield f"unheard: {record.id} was agreed on, and is not confirmed"
    for closure, put in hands.closed.items():
        seen = case.seen_at(put.at)
        if seen is None or offer.when.span.start <= seen or not _overlap(offer.when, put.when):
            continue
        moved = hands.placed.get(session.key)
        if (moved and moved.at < put.at) or (offer.chosen and offer.chosen < put.at):
            yield f"unclosed: the replacement of {record.id} lies under {closure.uid}"


def _overlapping(offer: Offer, case: Case) -> Iterator[str]:
    """Yield what stood at the replacement's time before that was chosen."""
    if offer.chosen is None:
        return
    originals = {raincheck.original.key for raincheck in case.rainchecks}
    stood = {**case.hands.placed, **case.hands.closed}
    for other in (*case.sessions, *case.private):
        put = stood.get(other.key)
        makes_way = other.key in originals or other.marks is not None
        if put is None or makes_way or other.status is Status.CANCELLED:
            continue
        if put.at <= offer.chosen and _overlap(offer.when, put.when):
            yield f"overlap: {offer.record.id} was put upon {other.key.uid}"


def _side_by_side(offers: Sequence[Offer]) -> Iterator[str]:
    """Yield replacements that overlap each other, both where we put them."""
    ours = sorted((o for o in offers if o.chosen), key=lambda offer: offer.when.span)
    for index, first in enumerate(ours):
        for second in ours[index + 1 :]:
            if not _overlap(first.when, second.when):
                break
            yield f"overlap: {first.record.id} and {second.record.id} stand at one time"


def _overlap(one: Timed, other: Timed) -> bool:
    return one.span.overlaps(other.span)
