"""What calendars are called in JSON, the journal and logs."""

from collections import Counter
from collections.abc import Sequence


def short_name(calendar: str) -> str:
    """Return a display name or id as it is, and the last part of a path or URL."""
    if calendar.startswith("/") or calendar.endswith("/") or "://" in calendar:
        parts = [part for part in calendar.split("/") if part]
        return parts[-1] if parts else calendar
    return calendar


def names_of(calendars: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return a name for each (account, calendar), in the same order.

    A name that more than one account has is written ``account/name``. Two of one account that end
    alike keep the same name; that is for `checks` to refuse.
    """
    short = [short_name(calendar) for _, calendar in calendars]
    owners = Counter(
        name for name, _ in {(n, a) for n, (a, _) in zip(short, calendars, strict=True)}
    )
    return tuple(
        name if owners[name] == 1 else f"{account}/{name}"
        for name, (account, _) in zip(short, calendars, strict=True)
    )


def aliases_of(calendars: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return what a rule may write for each calendar: its name, or its ``calendar`` if unique."""
    names = names_of(calendars)
    written = Counter(calendar for _, calendar in calendars)
    aliases = {
        calendar: name
        for name, (_, calendar) in zip(names, calendars, strict=True)
        if written[calendar] == 1
    }
    return aliases | {name: name for name in names}
