"""What a configuration comes to, in words: when, what counts, and what is then done."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum
from pathlib import Path

from sync.config import values
from sync.config.model import Config
from sync.config.opening import in_words
from sync.domain.plain import counted
from sync.domain.policy import Action, Rule, Terms

CLOSED_AHEAD = timedelta(days=90)
CLOSED_MAX = 5
RULES_MAX = 5

ACTIONS = {
    Action.PROPOSE: "offers a new time {when}, tentative until guests accept it",
    Action.BOOK: "books a new time {when} and invites the client",
    Action.HOLD: "holds a new time {when} that only you see, until you tag it `book`",
    Action.RESUME: "goes on the same day with what is left of the session, else {when}",
    Action.RECORD: "records it and assesses the fee; no new time",
    Action.IGNORE: "does nothing",
}


def outlook(settings: Config, today: date) -> Iterator[str]:
    """Yield lines for opening hours, closed days, signals, what is done, and fees.

    *today* is the practice's.
    """
    yield f"Practice ({settings.practice.timezone}):"
    yield f"  open  {_hours(settings)}"
    yield f"  shut  {_closed(settings, today)}"
    yield f"  acts  on {_signals(settings)}"
    first, *others = _policy(settings)
    yield f"  does  {first}"
    for line in others:
        yield f"        {line}"
    yield f"  fees  {_fees(settings)}"


def spelled(path: Path) -> Path:
    """Return *path* as a person would write it: without a way up and down again."""
    return path.parent.resolve() / path.name if ".." in path.parts else path


def _hours(settings: Config) -> str:
    week = {
        day: tuple(_range(*ends) for ends in getattr(settings.hours, day))
        for day in values.WEEKDAYS
    }
    return in_words(week)


def _range(start: object, end: object) -> str:
    ends = (str(each)[:5] for each in (start, end))
    return "-".join(ends).replace("-23:59", "-24:00")


def _closed(settings: Config, today: date) -> str:
    hours = settings.hours_of()
    coming = [today + timedelta(days=n) for n in range(CLOSED_AHEAD.days)]
    holidays = settings.public_holidays(sorted({day.year for day in coming}))
    days = [
        day
        for day in coming
        if day in hours.closed | holidays and (day.weekday() in hours.weekly or not hours.weekly)
    ]
    source = f" (holidays of {settings.hours.holidays})" if settings.hours.holidays else ""
    if not days:
        return f"no closed day in the next {CLOSED_AHEAD.days} days{source}"
    more = len(days) - CLOSED_MAX
    told = [f"{day:%a} {day.day} {day:%b %Y}" for day in days[:CLOSED_MAX]]
    return f"{', '.join(told)}{f' and {more} more' if more > 0 else ''}{source}"


def _signals(settings: Config) -> str:
    signals = settings.signals_of()
    counts = {
        "cancelled": signals.cancelled,
        "deleted": signals.deleted,
        "declined": signals.declined,
    }
    told = ["a tag such as #disrupted"]
    if words := [word for word, on in counts.items() if on]:
        told.append(f"a {_either(words)} session")
    if signals.closures != "none":
        told.append("a closure over it")
    if signals.drop_calendar:
        told.append(f"what is dragged into {signals.drop_calendar}")
    return "; ".join(told)


def _either(words: Sequence[str]) -> str:
    """Return "a", "a or b", "a, b or c"."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _policy(settings: Config) -> Iterator[str]:
    """Yield what is done, then each exception: first what is usual, and own rules last."""
    policy, signals = settings.policy_of(), settings.signals_of()
    terms = policy.terms
    yield ACTIONS[terms.action].format(when=_when(terms))
    looks = [
        word for word, on in (("deleted", signals.deleted), ("declined", signals.declined)) if on
    ]
    if looks and terms.action is not Action.HOLD:
        yield f"{_either(looks)}: only holds a time, for you to look at"
    for rule in policy.rules[:RULES_MAX]:
        yield f"{_about(rule)}: {ACTIONS[rule.terms.action].format(when=_when(rule.terms))}"
    if (more := len(policy.rules) - RULES_MAX) > 0:
        yield f"and {counted(more, 'rule')} more of your own"


def _when(terms: Terms) -> str:
    return f"between {values.spoken(terms.notice)} and {values.spoken(terms.within)} from now"


def _about(rule: Rule) -> str:
    """Return which disruptions a rule is for, in the configuration's words."""
    asked = rule.conditions
    told = [", ".join(sorted(each.value if isinstance(each, Enum) else each for each in names))
            for names in (asked.causes, asked.faults, asked.signals, asked.calendars,
                          asked.modality) if names]  # fmt: skip
    for word, wanted in (("paid", asked.paid), ("recurring", asked.recurring)):
        if wanted is not None:
            told.append(word if wanted else f"not {word}")
    if asked.notice_below is not None:
        told.append(f"less than {values.spoken(asked.notice_below)} before")
    return " and ".join(told) or "everything"


def _fees(settings: Config) -> str:
    tariff = settings.tariff()
    if tariff is None:
        return "none"
    ask = "no fee waits for your word" if tariff.approve_auto else "each fee waits for your word"
    return f"{tariff.price:.2f} {tariff.currency} a session; {ask}"
