"""The sample: the event that `doctor` puts into a calendar, and what can be seen of a tag on it.

A person tags it in an app of their own; what arrives on the server tells whether Raincheck would
see a tag set there. It is judged exactly as a session is, but never acted on (`identity`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from enum import Enum
from zoneinfo import ZoneInfo

from sync.domain import identity
from sync.domain.causes import UNSPECIFIED, Cause
from sync.domain.localtime import instant_or_jump
from sync.domain.sessions import Session, SessionKey, Status, Timed
from sync.domain.signals import Watch, is_dropped
from sync.domain.words import (
    IN_CATEGORY,
    QUALIFIERS,
    Dictionary,
    folded,
    is_cancelled_title,
    places_of,
    plain_text,
    words_of,
)

TITLE = "Raincheck test: tag me"
NOTES = "Raincheck put this here to see what your calendar app sends. It is taken away by itself."
"""Holds no word that could be a tag."""

HOUR = time(5)
LENGTH = timedelta(minutes=15)

_QUALIFIES = {
    "paid": "the session is paid for already",
    "urgent": "the session is placed first",
    "drop": "the session is never rescheduled",
    "book": "a tentative replacement is confirmed",
    "undo": "the replacement is withdrawn",
}
assert _QUALIFIES.keys() == QUALIFIERS


class Origin(Enum):
    """Where a word among `Session.categories` comes from."""

    CATEGORY = "a category"
    LABEL = "a Google label"
    COLOR = "a Google colour"


@dataclass(frozen=True, slots=True)
class Sample:
    """The event as it is put there: transparent, without guests and alarms."""

    key: SessionKey
    when: Timed
    title: str = TITLE
    notes: str = NOTES


@dataclass(frozen=True, slots=True)
class Sight:
    """One place where something that counts was seen, which word, and what it says."""

    place: str
    word: str
    meaning: str


def sample_of(chance: str, zone: ZoneInfo, *, now: datetime) -> Sample:
    """Return the sample for *chance*: tomorrow, before anybody's hours in *zone*."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    start = instant_or_jump(datetime.combine(tomorrow, HOUR), zone)
    when = Timed(start.astimezone(zone), (start + LENGTH).astimezone(zone))
    return Sample(identity.sample_key(chance), when)


def as_session(sample: Session) -> Session:
    """Return *sample* as if it were called as sessions are: without the colon of our own title.

    A plain word in front of it would otherwise be taken for a prefix, which on a session with an
    ordinary title it is not.
    """
    return replace(sample, title=sample.title.replace(TITLE, TITLE.replace(":", "")))


def sights(session: Session, watch: Watch, origin: Callable[[str], Origin]) -> tuple[Sight, ...]:
    """Return all that counts in *session*, place by place; empty if nothing does.

    Args:
        session: The sample as it stands now, from `as_session`.
        watch: By what sessions are judged.
        origin: Tells where one of its categories comes from.
    """
    found = [*_in_words(session, watch.dictionary, origin), *_elsewhere(session, watch)]
    return tuple(dict.fromkeys(found))


def parts_changed(before: Session, after: Session) -> tuple[str, ...]:
    """Return what is no longer as it was, in plain words."""
    pairs = (
        ("the calendar it is in", before.calendar, after.calendar),
        ("the title", before.title, after.title),
        ("the notes", before.notes.strip(), after.notes.strip()),
        ("the categories", before.categories, after.categories),
        ("the status", before.status, after.status),
        ("the time", before.when, after.when),
        ("the place", before.location, after.location),
        ("the guests", before.attendees, after.attendees),
        ("whether it blocks its time", before.transparent, after.transparent),
    )
    return tuple(name for name, was, became in pairs if was != became)


def hints(session: Session, known: Dictionary) -> tuple[str, ...]:
    """Return why what was written there may have been meant as a tag, and is none."""
    tags = sorted({*known.causes, *known.closures, *QUALIFIERS})
    said = words_of(session.title, session.notes, session.categories)
    found = [
        f'"{word}" is no tag; the nearest one is "{near[0]}"'
        for word in said
        if not known.knows(word) and (near := get_close_matches(word, tags, 1))
    ]
    for name, text in (("title", session.title), ("notes", plain_text(session.notes))):
        words = dict.fromkeys(folded(word) for word in text.split() if "#" not in word)
        found += [
            f'"{word}" stands in the {name} as a plain word; as a hashtag, "#{word}", it counts'
            for word in words
            if word in known.causes and word not in said
        ]
    return tuple(found)


def ways(watch: Watch, *, google: bool) -> tuple[str, ...]:
    """Return how a session can be tagged in a person's own app, the plainest first."""
    settings = watch.settings
    colors = ", ".join(sorted(settings.colors)) if google else ""
    found = [
        'put "#disrupted" into its title or its notes',
        'write "[disrupted]" or "DISRUPTED:" in front of its title',
        'give it the category "disrupted", if your app has categories',
    ]
    if google:
        found.append('give it the label "Disrupted" (`raincheck labels` makes it)')
    if colors:
        found.append(f"give it one of these colours: {colors}")
    if settings.cancelled:
        # To Google, cancelling is deleting.
        status = "" if google else "set its status to cancelled, or "
        found.append(f'{status}write "Cancelled:" in front of its title')
    if settings.deleted and google:
        found.append("delete it")
    if settings.drop_calendar:
        found.append(f'move it into the calendar "{settings.drop_calendar}"')
    return tuple(found)


def said_by(cause: Cause) -> str:
    """Return what a tag for *cause* says."""
    if cause.name == UNSPECIFIED:
        return "disrupted, no cause given"
    return f"disrupted, cause {cause.name} (fault: {cause.fault.value})"


def _in_words(
    session: Session, known: Dictionary, origin: Callable[[str], Origin]
) -> Iterator[Sight]:
    for place, words in places_of(session.title, session.notes, session.categories):
        if place == IN_CATEGORY:
            for category in session.categories:
                yield from _known([folded(category)], origin(category).value, known)
        else:
            yield from _known(words, place, known)
    if (title := folded(session.title)) in known.closures:
        yield Sight("the whole title", title, _closes(title))


def _known(words: list[str] | tuple[str, ...], place: str, known: Dictionary) -> Iterator[Sight]:
    """Yield those of *words* that count."""
    for word in words:
        if (cause := known.cause_of(word)) is not None:
            yield Sight(place, word, said_by(cause))
        elif word in known.closures:
            yield Sight(place, word, _closes(word))
        elif word in QUALIFIERS:
            yield Sight(place, word, _QUALIFIES[word])


def _elsewhere(session: Session, watch: Watch) -> Iterator[Sight]:
    """Yield what counts and is no word in a place for words."""
    counts = "cancelled" if watch.settings.cancelled else "nothing: [signals] cancelled is false"
    if session.status is Status.CANCELLED:
        yield Sight("the status", "cancelled", counts)
    if is_cancelled_title(session.title):
        yield Sight("in front of the title", "cancelled", counts)
    if is_dropped(session, watch):
        yield Sight("the drop calendar", session.calendar, "disrupted, no cause given")


def _closes(word: str) -> str:
    return f"a closure ({word}): it disrupts the sessions that it overlaps"
