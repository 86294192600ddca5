"""What a configuration comes to, in words: when, what counts, and what is then done."""

from collections.abc import Iterator
from datetime import date, timedelta

from sync.cli.telling import SIGNALS
from sync.config import Config, values
from sync.config.opening import in_words
from sync.domain.policy import Action, SignalKind

CLOSED_AHEAD = timedelta(days=90)
CLOSED_MAX = 5

ACTIONS = {
    Action.PROPOSE: "offers a new time {when}, tentative until the client accepts; without guests "
    "it stands at once",
    Action.BOOK: "books a new time {when} and invites the client",
    Action.HOLD: "holds a new time {when} that only you see, until you tag it `book`",
    Action.RESUME: "goes on the same day with what is left of the session, else {when}",
    Action.RECORD: "records it and assesses the fee; no new time",
    Action.IGNORE: "does nothing",
}


def outlook(settings: Config, today: date) -> Iterator[str]:
    """Yield a line each for opening hours, closed days, signals, what is done, and fees.

    *today* is the practice's.
    """
    yield f"Practice ({settings.practice.timezone}):"
    yield f"  open  {_hours(settings)}"
    yield f"  shut  {_closed(settings, today)}"
    yield f"  sees  {_signals(settings)}"
    yield f"  does  {_policy(settings)}"
    yield f"  fees  {_fees(settings)}"


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
        SignalKind.CANCELLED: signals.cancelled,
        SignalKind.DELETED: signals.deleted,
        SignalKind.DECLINED: signals.declined,
        SignalKind.CLOSURE: signals.closures != "none",
    }
    told = ["a tag such as #disrupted", *(SIGNALS[kind] for kind, on in counts.items() if on)]
    if signals.drop_calendar:
        told.append(f"it is dragged into {signals.drop_calendar}")
    return ", ".join(told)


def _policy(settings: Config) -> str:
    policy, signals = settings.policy_of(), settings.signals_of()
    terms = policy.terms
    when = f"between {values.spoken(terms.notice)} and {values.spoken(terms.within)} from now"
    told = [ACTIONS[terms.action].format(when=when)]
    looks = [
        word for word, on in (("deleted", signals.deleted), ("declined", signals.declined)) if on
    ]
    if looks and terms.action is not Action.HOLD:
        told.append(f"for {' and '.join(looks)} ones it only holds a time, for you to look at")
    if policy.rules:
        rules = "rule" if len(policy.rules) == 1 else "rules"
        told.append(f"{len(policy.rules)} {rules} of your own first")
    return "; ".join(told)


def _fees(settings: Config) -> str:
    tariff = settings.tariff()
    if tariff is None:
        return "none"
    ask = "no fee waits for your word" if tariff.approve_auto else "each fee waits for your word"
    return f"{tariff.price} {tariff.currency} a session; {ask}"
