"""Which calendars hold sessions, and which only busy time: by number, name or path."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import click

from sync.cli.init.accounts import Desk
from sync.cli.init.asking import Question, answered, paragraph, say, sentence, understood
from sync.cli.init.questions import HOLDS, can_hold
from sync.config import values
from sync.domain.plain import visible
from sync.ports import Listed

REFUSED = {
    "no events": "holds no events",
    "read-only": "is read-only, and sessions are moved inside their own calendar",
}

KEEPS_CLEAR = """\
New times keep clear of what stands in your other calendars, too, if you name them here: your
private one, say."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Calendars as the configuration calls them; *invited*: only what has guests is a session."""

    sessions: tuple[str, ...]
    invited: bool
    busy: tuple[str, ...]


def chosen(listed: Sequence[Listed], desk: Desk) -> Chosen:
    """Return which calendars are for what."""
    able = [str(number) for number, one in enumerate(listed, 1) if can_hold(one) is None]
    if desk.asks:
        _show(listed)
    which_hold = Question(
        "--sessions",
        "Which hold your sessions? Numbers or names, with commas",
        lambda answer: picked(answer, listed, for_sessions=True),
        able[0] if len(able) == 1 else None,
    )
    sessions = _picked(which_hold, desk.flags.sessions, asks=desk.asks)
    invited = answered(HOLDS, "invited" if desk.flags.invited else None, asks=desk.asks)
    busy = _busy(listed, desk, sessions)
    names = names_of(listed)
    return Chosen(
        tuple(names[each] for each in sessions),
        invited == "invited",
        tuple(names[each] for each in busy),
    )


def _busy(listed: Sequence[Listed], desk: Desk, sessions: Collection[int]) -> tuple[int, ...]:
    """Return which of the calendars that hold no sessions tell of busy time; told once more."""
    others = [at for at, one in enumerate(listed) if one.holds_events and at not in sessions]
    asks = desk.asks and bool(others)
    if asks:
        paragraph(KEEPS_CLEAR)
        for at in others:
            say(_line(listed, at))
    question = Question(
        "--busy",
        "Which of these others say when you are busy? (Enter: none)",
        lambda answer: picked_others(answer, listed, sessions),
        "",
    )
    busy = _picked(question, desk.flags.busy, asks=asks)
    if desk.asks and busy:
        say(f"  Busy: {', '.join(_called(listed[at]) for at in busy)}.")
    elif others and not busy:
        names = " or ".join(_called(listed[at]) for at in others)
        say(f"  Careful: nothing in {names} will keep a new time away.")
    return busy


def _show(listed: Sequence[Listed]) -> None:
    say()
    say("Logged in. These calendars are there:")
    for at, _ in enumerate(listed):
        say(_line(listed, at))


def _line(listed: Sequence[Listed], at: int) -> str:
    why = can_hold(listed[at])
    return f"  {at + 1:2}  {_called(listed[at])}{f' ({why})' if why else ''}"


def _called(one: Listed) -> str:
    """Return what a person at the terminal knows it by."""
    return visible(one.title or one.path)


def _picked(
    question: Question[tuple[int, ...]], given: Sequence[str], *, asks: bool
) -> tuple[int, ...]:
    """Return which calendars were *given*, one name each, or else are picked by a person."""
    found: set[int] = set()
    try:
        for name in given:
            meant: tuple[int, ...] = understood(question, name)
            found.update(meant)
    except ValueError as error:
        if not asks:
            raise click.UsageError(sentence(f"{question.flag}: {error}")) from None
        say(f"  {sentence(f'{question.flag}: {error}')}")
        found.clear()
    return tuple(sorted(found)) if found else answered(question, None, asks=asks)


def names_of(listed: Sequence[Listed]) -> tuple[str, ...]:
    """Return what the configuration calls each calendar: its title where that is clear."""
    titles = [one.title for one in listed]
    ends = [one.path.rstrip("/").rpartition("/")[2] for one in listed]
    folded = [title.casefold() for title in titles]
    return tuple(
        title
        if title.strip() == title
        and title
        and "/" not in title
        and folded.count(title.casefold()) == 1
        and title not in ends[:index] + ends[index + 1 :]
        else listed[index].path
        for index, title in enumerate(titles)
    )


def picked(answer: str, listed: Sequence[Listed], *, for_sessions: bool) -> tuple[int, ...]:
    """Return which of *listed* the *answer* means, ascending: numbers, names or paths.

    Raises:
        ValueError: one of them means none, or several, or cannot be used for this.
    """
    if not for_sessions and answer.lower() in {"", "none", "-"}:
        return ()
    whole = _meant(answer, listed)
    words = [answer] if whole else [word for word in re.split(r"\s*[,;]\s*", answer) if word]
    found = {_one(word, listed, for_sessions=for_sessions) for word in words}
    if not found:
        raise ValueError("name at least one")
    return tuple(sorted(found))


def picked_others(
    answer: str, listed: Sequence[Listed], sessions: Collection[int]
) -> tuple[int, ...]:
    """Return which of *listed* tell of busy time: as `picked`, and none that hold *sessions*.

    Raises:
        ValueError: also if one of them does. Left out without a word, whoever counted the others
            from 1 would believe that the private calendar is watched.
    """
    busy = picked(answer, listed, for_sessions=False)
    both = next((at for at in busy if at in sessions), None)
    if both is None:
        return busy
    others = [
        f"{at + 1} {_called(one)}"
        for at, one in enumerate(listed)
        if one.holds_events and at not in sessions
    ]
    names = f"the others are: {', '.join(others)}" if others else "there are no others"
    raise ValueError(f"{_called(listed[both])} holds your sessions already; {names}")


def _one(word: str, listed: Sequence[Listed], *, for_sessions: bool) -> int:
    meant = _meant(word, listed)
    if not meant:
        hint = values.did_you_mean(word, [values.plain(name) for name in names_of(listed)])
        raise ValueError(f"there is no calendar {values.shown(word)}; {hint}")
    if len(meant) > 1:
        paths = ", ".join(values.plain(listed[each].path) for each in meant)
        raise ValueError(f"{values.shown(word)} may be any of {paths}; write one of these")
    one = listed[meant[0]]
    refused = can_hold(one) if for_sessions or not one.holds_events else None
    if refused:
        raise ValueError(f"{values.shown(one.title or one.path)} {REFUSED[refused]}")
    return meant[0]


def _meant(word: str, listed: Sequence[Listed]) -> tuple[int, ...]:
    """Return the calendars that *word* is the title or path of, or else the number."""
    for fold in (str, str.casefold):
        exact = tuple(
            index
            for index, one in enumerate(listed)
            if fold(word) in {fold(one.title), fold(one.path), fold(one.path.rstrip("/"))}
        )
        if word and exact:
            return exact
    if word.isascii() and word.isdigit() and 1 <= int(word) <= len(listed):
        return (int(word) - 1,)
    return ()
