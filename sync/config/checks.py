"""What must hold between several keys of a configuration.

Every check reads the tree as `tomllib` gave it and passes over whatever has the wrong shape: the
types complain of that. So a slip in one key never hides a fault in another, and never makes one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sync.config import naming, values
from sync.config.holidays import check_holidays
from sync.config.lines import Place
from sync.config.tables import PASSWORD_KEYS
from sync.domain.causes import BUILT_IN, CLOSURE_WORDS, TAG_WORDS
from sync.domain.policy import Terms
from sync.domain.words import QUALIFIERS, folded

Tree = Mapping[str, Any]
Found = Iterator[tuple[Place, str]]

EACH = "*"


def found_by_checks(tree: Tree) -> Found:
    """Yield (place, message) for everything that is wrong between the keys of *tree*."""
    for check in CHECKS:
        yield from check(tree)


def each_at(
    tree: object, pattern: Sequence[str | int], place: Place = ()
) -> Iterator[tuple[Place, Any]]:
    """Yield (place, value) for all that *pattern* reaches; `EACH` is every key or item."""
    if not pattern:
        yield place, tree
        return
    step, rest = pattern[0], pattern[1:]
    if isinstance(tree, dict):
        for key in tree if step == EACH else [step] if step in tree else []:
            yield from each_at(tree[key], rest, (*place, key))
    elif isinstance(tree, list):
        for index, item in enumerate(tree):
            if step in {EACH, index}:
                yield from each_at(item, rest, (*place, index))


def _texts(tree: Tree, *pattern: str) -> Iterator[tuple[Place, str]]:
    return ((place, v) for place, v in each_at(tree, pattern) if isinstance(v, str))


def _tables(tree: Tree, *pattern: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    return ((place, v) for place, v in each_at(tree, pattern) if isinstance(v, dict))


def _pairs(tree: Tree) -> list[tuple[Place, tuple[str, str]]]:
    """Return the calendars that have both an account and a name, as (account, calendar)."""
    pairs = []
    for place, table in _tables(tree, "calendars", EACH):
        pair = table.get("account"), table.get("calendar")
        if isinstance(pair[0], str) and isinstance(pair[1], str) and pair[1]:
            pairs.append((place, (pair[0], pair[1])))
    return pairs


def _accounts(tree: Tree) -> Found:
    names = list(_texts(tree, "accounts", EACH, "name"))
    seen: set[str] = set()
    for place, name in names:
        if name in seen:
            yield place, f"{values.shown(name)} is the name of another account already"
        seen.add(name)
    for place, table in _tables(tree, "accounts", EACH):
        if table.get("type") == "caldav":
            yield from _password(place, table, "an account with a username")
        is_google = table.get("type") == "google"
        if is_google and "credentials_file" not in table and "token_file" not in table:
            yield place, "needs credentials_file, token_file or both"
    if isinstance(tree.get("mail"), dict):
        yield from _password(("mail",), tree["mail"], "a username")


def _password(place: Place, table: dict[str, Any], who: str) -> Found:
    given = [key for key in PASSWORD_KEYS if key in table]
    if len(given) > 1:
        message = f"{' and '.join(given)} are given; keep one of them"
        yield (*place, given[1]), message
    elif given and not table.get("username"):
        yield place, f"{given[0]} is given but username is missing"
    elif table.get("username") and not given:
        yield place, f"{who} needs one of {', '.join(PASSWORD_KEYS[1:])}, {PASSWORD_KEYS[0]}"


def _calendars(tree: Tree) -> Found:
    names = tuple(dict.fromkeys(name for _, name in _texts(tree, "accounts", EACH, "name")))
    for place, account in _texts(tree, "calendars", EACH, "account"):
        if account not in names:
            hint = values.did_you_mean(account, names)
            yield place, f"there is no account {values.shown(account)}; {hint}"
    pairs = _pairs(tree)
    called = naming.names_of([pair for _, pair in pairs])
    first: dict[str, tuple[str, str]] = {}
    for (place, pair), name in zip(pairs, called, strict=True):
        if name not in first:
            first[name] = pair
        elif first[name] == pair:
            yield (*place, "calendar"), "this calendar of this account is listed already"
        else:
            message = f"another calendar of this account is called {values.shown(name)} too"
            yield (*place, "calendar"), f"{message}; write its display name instead of its path"
    uses = [table.get("sessions", "all") for _, table in _tables(tree, "calendars", EACH)]
    if uses and all(use == "none" for use in uses):
        yield ("calendars",), 'no calendar holds sessions; set sessions = "all" for one of them'


def _hours(tree: Tree) -> Found:
    for weekday in values.WEEKDAYS:
        parsed: list[tuple[Place, values.Clocks]] = []
        for place, text in _texts(tree, "hours", weekday, EACH):
            try:
                parsed.append((place, values.clocks(text)))
            except ValueError:
                continue  # the types say so
        for (_, before), (place, after) in pairwise(parsed):
            if after[0] < before[1]:
                yield (
                    place,
                    "starts before the range in front of it ends; sort them, earliest first",
                )
    for place, code in _texts(tree, "hours", "holidays"):
        problem = check_holidays(code)
        if problem:
            yield place, f"{values.shown(code)}: {problem}"


def _known_causes(tree: Tree) -> tuple[str, ...]:
    return (*BUILT_IN, *(str(place[-1]) for place, _ in each_at(tree, ("causes", EACH))))


def _causes(tree: Tree) -> Found:
    known = _known_causes(tree)
    for pattern in (("policy", "rules", EACH, "causes", EACH), ("tags", EACH)):
        for place, cause in _texts(tree, *pattern):
            if cause not in known:
                hint = values.did_you_mean(cause, known)
                yield place, f"there is no cause {values.shown(cause)}; {hint}"


def _tags(tree: Tree) -> Found:
    for place, _ in each_at(tree, ("tags", EACH)):
        word = folded(str(place[-1]))
        if not word:
            yield place, "a tag needs a letter or a digit"
        elif word in QUALIFIERS:
            yield place, f"{word} is a word of its own already and cannot name a cause"


def _colors(tree: Tree) -> Found:
    known = _known_causes(tree)
    tags = (*TAG_WORDS, *(str(place[-1]) for place, _ in each_at(tree, ("tags", EACH))))
    words = (*tags, *CLOSURE_WORDS, *known, *(f"disrupted-{cause}" for cause in known))
    for place, word in _texts(tree, "signals", "colors", EACH):
        if folded(word) not in map(folded, words):
            hint = values.did_you_mean(word, tuple(dict.fromkeys((*tags, *known))))
            yield place, f"there is no tag {values.shown(word)}; {hint}"
    for place, _ in each_at(tree, ("signals", "colors", EACH)):
        if place[-1] not in values.COLORS:
            hint = values.did_you_mean(str(place[-1]), values.COLORS)
            yield place, f"Google has no event colour of this name; {hint}"


def _drop_calendar(tree: Tree) -> Found:
    pairs = [pair for _, pair in _pairs(tree)]
    names, known = naming.names_of(pairs), naming.aliases_of(pairs)
    for place, calendar in _texts(tree, "signals", "drop_calendar"):
        if calendar and calendar not in known:
            hint = values.did_you_mean(calendar, names)
            yield (
                place,
                (
                    f"there is no calendar {values.shown(calendar)} under [[calendars]]; {hint}. "
                    'List it there, with sessions = "none"'
                ),
            )


def _rules(tree: Tree) -> Found:
    pairs = [pair for _, pair in _pairs(tree)]
    names, known = naming.names_of(pairs), naming.aliases_of(pairs)
    for place, calendar in _texts(tree, "policy", "rules", EACH, "calendars", EACH):
        if calendar not in known:
            hint = values.did_you_mean(calendar, names)
            yield place, f"there is no calendar {values.shown(calendar)}; {hint}"
    for policy_place, policy in _tables(tree, "policy"):
        base = {"notice": Terms().notice, "within": Terms().within} | _durations(policy)
        for place, table in [(policy_place, policy), *_tables(tree, "policy", "rules", EACH)]:
            own = _durations(table)
            terms = base | own
            if own and terms["within"] <= terms["notice"]:
                key = "within" if "within" in own else "notice"
                yield (*place, key), "within must be longer than notice, or no slot is ever found"


def _durations(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``notice`` and ``within`` of a table, as far as they are there and readable."""
    readable = {}
    for key in ("notice", "within"):
        try:
            readable[key] = values.duration(table.get(key))
        except ValueError:
            continue  # missing, or the types say so
    return readable


def _fees(tree: Tree) -> Found:
    for place, fees in _tables(tree, "fees"):
        if "session" in fees and not fees.get("currency"):
            yield (*place, "currency"), 'missing; which currency is the price in? Such as "GBP"'
        if fees.get("clients") and "session" not in fees:
            yield (*place, "session"), "missing; clients have prices, so give the usual one too"
    emails = Counter[str]()
    for place, email in _texts(tree, "fees", "clients", EACH, "email"):
        emails[email.strip().lower()] += 1
        if emails[email.strip().lower()] == 2:
            yield place, "this client has a price already"


CHECKS: tuple[Callable[[Tree], Found], ...] = (
    _accounts, _calendars, _hours, _causes, _tags, _colors, _drop_calendar, _rules, _fees,
)  # fmt: skip
