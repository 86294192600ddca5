"""The judge: reads calendars and journal, and what people noted for themselves; no engine.

Called when everything has come to rest: nothing failed and nothing changed in the last passes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sync.domain.lifecycle import Duty, DutyKind, Raincheck, State
from sync.domain.policy import SignalKind
from sync.domain.practice import BY_MARKS
from sync.domain.sessions import Session, SessionKey, Status, Timed
from sync.ports import Entry
from tests.simulation.people import TAGS
from tests.simulation.promises import TURNS, Case, unkept

AT_REST = frozenset({State.SETTLED, State.WAITING, State.WITHDRAWN})


def faults(case: Case) -> list[str]:
    """Return a line for each promise that is broken: none, if all is well."""
    records, hands = case.records, case.hands
    by_key = {session.key: session for session in case.sessions}
    past = {r.replacement for r in case.rainchecks if r.slot and r.slot.span.end <= case.now}
    cleared = frozenset(hands.deleted.keys() & past)
    standing: dict[str, list[Session]] = defaultdict(list)
    for session in case.sessions:
        marks = session.marks
        if marks and marks.attempt is not None and session.status is not Status.CANCELLED:
            story = case.stories.get(marks.id, ())
            if not _was_held(session, records.get(marks.id), story, case.now):
                standing[marks.id].append(session)
    # To who has not seen an offer, or that a person called it off, that is nothing.
    told = case.alone and not case.lost
    return [
        *_doubles(standing),
        *_unknown(case.sessions, standing, records, case.since),
        *(
            line
            for one in case.rainchecks
            if _is_in_sight(one, case.since)
            for line in _record(one, standing.get(one.id, []), by_key, cleared, alone=told)
        ),
        *_forgotten(case.sessions, records, case.since),
        *_lost_words(by_key, hands.wrote, hands.deleted.keys()),
        *unkept(case, standing),
    ]


def _was_held(
    session: Session, record: Raincheck | None, story: Sequence[Entry], now: datetime
) -> bool:
    """Return whether *session* is an earlier attempt that had begun when the next was offered.

    Such a one is kept as it is (CONTRACT 4): nobody cancels the past, also not by an undo. Of a
    record that was rebuilt from marks the story is lost, so any earlier attempt may have been.
    """
    assert isinstance(session.when, Timed)
    start = session.when.span.start
    if record is None:
        return start <= now  # of a deleted original, a lost state file cannot be rebuilt
    turns = [entry.at for entry in story if entry.what in TURNS]
    if session.key == record.replacement and record.state is not State.WITHDRAWN:
        return False
    return any(start <= at for at in turns) or record.rule == BY_MARKS


def _doubles(standing: Mapping[str, list[Session]]) -> Iterator[str]:
    for id_, found in standing.items():
        if len(found) > 1:
            yield f"double: {id_} has {len(found)} standing replacements"
    keys = Counter(session.key for found in standing.values() for session in found)
    yield from (f"double: {key.uid} stands {n} times" for key, n in keys.items() if n > 1)


def _unknown(
    sessions: Sequence[Session],
    standing: Mapping[str, list[Session]],
    records: Mapping[str, Raincheck],
    since: datetime,
) -> Iterator[str]:
    for session in sessions:
        marks = session.marks
        assert isinstance(session.when, Timed)
        if marks is None or marks.attempt is not None or session.when.span.end <= since:
            continue
        if marks.id in standing and marks.id not in records:
            yield f"orphan: the replacement of {marks.id} belongs to no record"


def _is_in_sight(one: Raincheck, since: datetime) -> bool:
    """Return whether an old state file could still learn what became of it."""
    times = [one.original.when, *([one.slot] if one.slot else [])]
    return all(isinstance(when, Timed) and when.span.end > since for when in times)


def _record(
    one: Raincheck,
    standing: Sequence[Session],
    by_key: Mapping[SessionKey, Session],
    cleared: frozenset[SessionKey],
    *,
    alone: bool,
) -> Iterator[str]:
    """Check one record against what stands for it."""
    where = f"{one.id} ({one.original.key.uid}, {one.state.value})"
    if one.state not in AT_REST:
        yield f"open: {where} never came to rest"
    if any(not _may_wait(duty, one, by_key) for duty in one.duties):
        yield f"owed: {where} still owes a write"
    keys = {session.key for session in standing}
    if one.state is State.SETTLED and one.replacement is not None:
        if one.replacement in cleared:
            pass  # it was held; a person cleared the past away
        elif one.replacement not in keys:
            yield f"lost: {where} has no replacement"
        elif (there := by_key[one.replacement]).when != one.slot:
            yield f"moved: the record of {where} says {one.slot}, there stands {there.when}"
    elif keys and (one.state is State.WAITING or (one.state is State.WITHDRAWN and alone)):
        yield f"double: {where}, and yet a replacement stands"
    original = by_key.get(one.original.key)
    if original is not None and one.signal is not SignalKind.DELETED:
        yield from _original(one, original, where)


def _may_wait(duty: Duty, one: Raincheck, by_key: Mapping[SessionKey, Session]) -> bool:
    """Return whether *duty* is to tell that the original is cancelled, which it is not yet.

    The last offer was declined before the original was marked: a person has to find a time first.
    """
    waits = one.state is State.WAITING and duty.key == one.original.key
    original = by_key.get(duty.key)
    stands = original is not None and original.status is not Status.CANCELLED
    return duty.kind is DutyKind.UNINVITE and waits and stands


def _original(one: Raincheck, original: Session, where: str) -> Iterator[str]:
    marks = original.marks
    if one.state is not State.SETTLED:
        return
    if marks is None or marks.id != one.id:
        yield f"unmarked: the original of {where} carries no marks"
    elif one.replacement is None and one.attempt > 1:
        return  # its offer was disrupted, and that is only recorded: it names what it led to
    elif marks.replacement != (one.replacement.uid if one.replacement else None):
        yield f"unmarked: the original of {where} names another replacement"


def _forgotten(
    sessions: Sequence[Session], records: Mapping[str, Raincheck], since: datetime
) -> Iterator[str]:
    """Yield tagged sessions that nobody noted: neither in the journal nor on the session."""
    originals = {raincheck.original.key for raincheck in records.values()}
    for session in sessions:
        assert isinstance(session.when, Timed)
        tagged = any(tag in session.categories for tag in TAGS)
        noted = session.marks is not None or session.key in originals
        if tagged and not noted and session.when.span.end > since:
            yield f"forgotten: {session.key.uid} is tagged, and there is no record of it"


def _lost_words(
    by_key: Mapping[SessionKey, Session],
    wrote: Mapping[SessionKey, Sequence[str]],
    deleted: Collection[SessionKey],
) -> Iterator[str]:
    for key, lines in wrote.items():
        session = by_key.get(key)
        if session is None:
            if key not in deleted:
                yield f"gone: {key.uid} was entered by a person and is not there"
            continue
        text = f"{session.title}\n{session.notes}"
        yield from (f"words: {line!r} is not on {key.uid}" for line in lines if line not in text)
