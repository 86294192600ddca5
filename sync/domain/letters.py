"""What mails say: to guests a time and a place, to the practice what waits for it. Pure.

The words hold no title and no notes: a subject shows on locked screens. The invitation itself is
the calendar's own entry, which the guest's calendar app shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from sync.domain import identity
from sync.domain.dates import day_and_time
from sync.domain.lifecycle import Duty, DutyKind, Raincheck, State
from sync.domain.plain import how_it_stands
from sync.domain.policy import Action
from sync.domain.sessions import Session, SessionKey, Status, Timed
from sync.domain.words import Dictionary, cleaned_notes, cleaned_title


class Method(Enum):
    """METHOD of an iTIP message (RFC 5546, 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. ``id`` follows from what it tells: the same change makes the same letter.

    ``to`` are addresses; none means the practice itself. With *method* it carries *session* as an
    iTIP message for the one guest it goes to; without, it is words alone.
    """

    id: str
    to: tuple[str, ...]
    subject: str
    text: str
    method: Method | None = None
    session: Session | None = None

    def __repr__(self) -> str:
        """Return what may be seen by anyone."""
        return f"Letter({self.id})"


def to_guest(duty: Duty, raincheck: Raincheck, there: Session, known: Dictionary) -> Letter:
    """Return what is mailed to ``duty.guest`` about *there*, the session as it stands.

    Tags are taken out of what the guest gets to read, and the notes of what is cancelled: cause and
    fee are the practice's own.
    """
    assert isinstance(there.when, Timed), duty
    cancels = duty.kind is DutyKind.UNINVITE
    told = _cancelling(duty, raincheck) if cancels else _inviting(duty, raincheck, there)
    heading, sentences = told
    at = day_and_time(there.when)
    words = [f"{heading}: session on {_time(there.when)}.", *sentences]
    if not cancels:
        words += [f"Where: {place}" for place in _places(there)]
    name = _name(there.key)
    return Letter(
        id=f"{duty.kind.value}-{identity.digest(f'{name}{there.sequence}{duty.guest}')}",
        to=(duty.guest,),
        subject=f"{heading}: session on {at}",
        text="\n".join(words),
        method=Method.CANCEL if cancels else Method.REQUEST,
        session=replace(
            there,
            title=cleaned_title(there.title, known),
            notes="" if cancels else cleaned_notes(there.notes, known),
            categories=(),
        ),
    )


def to_practice(waiting: Sequence[Raincheck]) -> Letter:
    """Return one note about all of *waiting*, by the time they were noticed; names nobody."""
    ordered = sorted(waiting, key=lambda raincheck: (raincheck.noticed, raincheck.id))
    count = f"{len(ordered)} sessions wait" if len(ordered) > 1 else "A session waits"
    lines = [f"- {_line(raincheck)}" for raincheck in ordered]
    closing = "`raincheck status` shows what is open, and what there is to do."
    told = "\n".join(f"{each.id} {each.attempt} {each.state.value}" for each in ordered)
    return Letter(
        id=f"note-{identity.digest(told)}",
        to=(),
        subject=f"Raincheck: {count.lower() if len(ordered) == 1 else count} for you",
        text="\n".join([f"{count} for you:", "", *lines, "", closing]),
    )


def _inviting(duty: Duty, raincheck: Raincheck, there: Session) -> tuple[str, list[str]]:
    if duty.key == raincheck.original.key:
        return "Restored", ["It takes place after all, as it was."]
    if there.status is Status.CONFIRMED and there.sequence:
        return "Confirmed", []
    when = raincheck.original.when
    replaces = (
        [f"It replaces the session of {day_and_time(when)}."] if isinstance(when, Timed) else []
    )
    return "Invitation", [
        *replaces,
        "Please answer with the buttons of your mail or calendar program.",
    ]


def _cancelling(duty: Duty, raincheck: Raincheck) -> tuple[str, list[str]]:
    offered = raincheck.slot is not None and raincheck.action is not Action.HOLD
    moved = duty.key == raincheck.original.key and offered
    sentences = ["The new time comes in a mail of its own."] if moved else []
    return "Cancelled", sentences


def _line(raincheck: Raincheck) -> str:
    when = raincheck.original.when
    at = day_and_time(when) if isinstance(when, Timed) else when.first.isoformat()
    what = {State.WAITING: "no new time yet", State.FAILED: "the server refused it"}
    state = what.get(raincheck.state) or how_it_stands(raincheck)
    # Of one whose state is well, the reason is why it got its time: no trouble of anybody's.
    why = f": {raincheck.reason}" if raincheck.reason and raincheck.state in what else ""
    return f"{raincheck.original.calendar}, {at} ({raincheck.id}): {state}{why}"


def _places(session: Session) -> list[str]:
    return list(dict.fromkeys(place for place in (session.location, *session.links) if place))


def _time(when: Timed) -> str:
    return f"{day_and_time(when)} to {when.end:%H:%M} ({when.zone.key})"


def _name(key: SessionKey) -> str:
    return f"{key.uid}\n{key.recurrence_id or ''}\n"
