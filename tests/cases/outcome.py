"""What became of a case, in the words that cases are written in, and where it differs."""

from collections.abc import Iterator
from dataclasses import fields

from sync.cli.verdict import exit_of
from sync.config.rules import rules_of
from sync.domain.dates import day_and_time
from sync.domain.identity import is_ours
from sync.domain.lifecycle import Raincheck
from sync.domain.notes import without_line
from sync.domain.sessions import Session, SessionKey, Span, Status, Timed
from sync.domain.signals import is_upcoming, words_of
from tests.cases.reading import Expected
from tests.cases.stage import Stage


def differences(stage: Stage) -> list[str]:
    """Return every way in which what happened is not what the case expects."""
    return [
        *_of_rainchecks(stage),
        *_of_the_pass(stage),
        *_of_what_people_wrote(stage),
        *_of_new_sessions(stage),
        *_of_another_pass(stage),
    ]


def _of_rainchecks(stage: Stage) -> Iterator[str]:
    expect = stage.case.expect
    called = {key: name for name, key in reversed(stage.names.items())}
    records = {called.get(one.original.key, "?"): one for one in stage.records()}
    for name in sorted(records.keys() - {n for n, one in expect.items() if one is not None}):
        yield f"{name}: nothing was expected, but: {_told(records[name], stage)}"
    for name, wanted in expect.items():
        if name not in stage.names:
            yield f"{name}: there is no such session in this case"
        elif wanted is not None and name not in records:
            yield f"{name}: nothing happened"
        elif wanted is not None:
            told = _told(records[name], stage)
            for key, value in _wanted(wanted, records[name]).items():
                if told[key] != value:
                    yield f"{name}: {key} is {told[key]!r}, not {value!r}"


def _wanted(expected: Expected, record: Raincheck) -> dict[str, object]:
    """Return what is to be compared; a replacement lasts as long as the original."""
    wanted = {one.name: getattr(expected, one.name) for one in fields(expected)}
    assert isinstance(record.original.when, Timed)
    if not expected.minutes and expected.to != "nowhere":
        wanted["minutes"] = _minutes(record.original.when)
    if expected.to == "nowhere":
        wanted["into"] = "nowhere"
    return {key: value for key, value in wanted.items() if value not in (None, "unknown")}


def _told(record: Raincheck, stage: Stage) -> dict[str, object]:
    """Return what became of one session, under the names that cases use."""
    ours = [one for one in stage.sessions() if _is_ours(one) and _id(one) == record.id]
    off = [one for one in ours if one.status is Status.CANCELLED]
    standing = [one for one in ours if one not in off]
    new = next((one for one in standing if one.key == record.replacement), None)
    fee = record.fee
    return {
        "action": record.action.value,
        "cause": f"{record.cause.name} ({record.cause.fault.value})",
        "original": _original(record, stage),
        "signal": record.signal.value,
        "state": record.state.value,
        "to": _start(new) if new else "nowhere",
        "stands": new.status.value if new else "nowhere",
        "invited": bool(new and new.attendees),
        "minutes": _minutes(new.when) if new and isinstance(new.when, Timed) else 0,
        "into": new.calendar if new else "nowhere",
        "attempt": record.attempt,
        "called_off": tuple(_start(one) for one in sorted(off, key=_begins)),
        "fee": str(fee.amount) if fee else "none",
        "fee_because": fee.reason if fee else "none",
        "why": record.reason,
        "rule": record.rule,
        "new_title": new.title if new else None,
        "new_notes": new.notes if new else None,
        "new_tags": new.categories if new else None,
    }


def _original(record: Raincheck, stage: Stage) -> str:
    place = record.original.calendar, record.original.key
    found = [one for one in stage.sessions() if (one.calendar, one.key) == place]
    if not found:
        return "gone"
    (there,) = found
    before = stage.written[place]
    if (there.status, there.transparent) == (before.status, before.transparent):
        return "kept" if there.status is not Status.CANCELLED else "cancelled"
    off = there.status is Status.CANCELLED and there.transparent
    if off:
        return "cancelled"
    first = record.original
    same = (there.status, there.transparent) == (first.status, first.transparent)
    return "kept" if same else f"{there.status.value}, busy: {not there.transparent}"


def _of_the_pass(stage: Stage) -> Iterator[str]:
    codes = {warned.code.value for report in stage.reports for warned in report.warnings}
    if codes != set(stage.case.warnings):
        yield f"warnings are {sorted(codes)}, not {sorted(stage.case.warnings)}"
    code = int(exit_of(stage.reports[-1]))
    if code != stage.case.exit:
        yield f"the last pass ends with {code}, not {stage.case.exit}"


def _of_what_people_wrote(stage: Stage) -> Iterator[str]:
    """Yield what was changed of what people wrote: only status, and a line in the notes, may be."""
    touched = {(one.original.calendar, one.original.key) for one in stage.records()}
    touched |= {(one.calendar, key) for one in stage.records() if (key := one.replacement)}
    standing = {(one.calendar, one.key): one for one in stage.sessions()}
    for place, before in stage.written.items():
        there = standing.get(place)
        if there is None:
            yield f"{before.title} is gone"
        elif _words(there) != _words(before):
            yield f"{before.title} was rewritten: {_words(there)}"
        elif place not in touched and _rest(there) != _rest(before) and not _is_ours(before):
            yield f"{before.title} was changed"


def _words(session: Session) -> tuple[object, ...]:
    notes = without_line(session.notes)
    return session.title, session.categories, session.when, notes, session.location


def _rest(session: Session) -> tuple[object, ...]:
    return session.status, session.transparent, session.marks, session.notes, session.attendees


def _is_ours(session: Session) -> bool:
    return is_ours(session.key)


def _id(session: Session) -> str | None:
    return session.marks.id if session.marks else None


def _of_new_sessions(stage: Stage) -> Iterator[str]:
    """Yield what is wrong with any new session, whatever the case is about."""
    rules = rules_of(stage.config)
    ids = {record.id for record in stage.records()}
    people: set[tuple[str, SessionKey]] = set(stage.written)
    current = {record.replacement for record in stage.records()}
    for one in stage.sessions():
        off = one.status is Status.CANCELLED or not _is_ours(one)
        if not off and one.key not in current and is_upcoming(one, now=stage.clock.now()):
            yield f"two new sessions for one {one.title}"
        if (one.calendar, one.key) in people:
            continue
        if one.marks is None or one.marks.id not in ids:
            yield f"nobody wrote {one.title}"
        if "raincheck" not in one.categories:
            yield f"the new {one.title} lacks the category"
        told = words_of(one)
        if any(rules.watch.dictionary.must_go(word) for word in told):
            yield f"the new {one.title} carries a tag: {told}"


def _of_another_pass(stage: Stage) -> Iterator[str]:
    """Yield what another pass at the same moment would change: nothing may."""
    before, records = stage.sessions(), _states(stage)
    stage.run()
    if stage.sessions() != before:
        yield "another pass writes again"
    if _states(stage) != records:
        yield f"another pass thinks otherwise: {_states(stage)}"


def _states(stage: Stage) -> list[tuple[str, str, int]]:
    return [(one.id, one.state.value, one.attempt) for one in stage.records()]


def _minutes(when: Timed) -> int:
    return int(when.length.total_seconds()) // 60


def _start(session: Session) -> str:
    assert isinstance(session.when, Timed)
    return day_and_time(session.when)


def _begins(session: Session) -> Span:
    assert isinstance(session.when, Timed)
    return session.when.span
