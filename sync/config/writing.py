"""A first configuration: answers in, commented TOML out. Pure; nothing is read or written here.

What `text_of` returns, `load.parse` takes, whatever stands in the answers: a calendar may be
called anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sync.config.opening import Week
from sync.config.values import WEEKDAYS

Secret = tuple[str, str]
"""The key that says where a password is, and its value: ``("password_file", "home.password")``."""


@dataclass(frozen=True, slots=True)
class OnServer:
    """An account on a CalDAV server; without a username nobody logs in."""

    name: str
    url: str
    username: str
    secret: Secret | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AtGoogle:
    """An account at Google; a service account has no ``token_file``, and may have a *subject*."""

    name: str
    credentials_file: str
    token_file: str | None
    subject: str | None = None
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a first configuration says.

    ``sessions`` and ``busy`` are calendars of the account, by display name, path or id; with
    *invited* only events with guests are sessions. ``price`` is amount and currency of one session;
    None: no fees. ``buffer`` is a duration; empty for none. Without *rebooks_no_shows* a session
    that the client missed gets no new time.
    """

    account: OnServer | AtGoogle
    timezone: str
    hours: Week
    sessions: tuple[str, ...]
    invited: bool = False
    busy: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    holidays: str = ""
    price: tuple[str, str] | None = None
    buffer: str = ""
    rebooks_no_shows: bool = True


def text_of(answers: Answers) -> str:
    """Return *answers* as a configuration file, with a comment where one helps.

    Raises:
        ValueError: an answer holds half a character, which no file can.
    """
    parts = (_practice, _account, _calendars, _hours, _fees)
    told = ["\n".join(part(answers)) for part in parts]
    rules = [] if answers.rebooks_no_shows else [NO_SHOWS]
    return "\n\n".join([HEAD, *told, TAIL, *rules]) + "\n"


def quoted(text: str) -> str:
    """Return *text* as a TOML string on one line; what cannot be seen is written as its number.

    Raises:
        ValueError: it holds half a surrogate pair.

    Source:
        TOML 1.0, "String": basic strings, and which characters they have to escape.
    """
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("it holds half a character")
    return '"' + "".join(_escaped(c) for c in text) + '"'


def listed(texts: Sequence[str]) -> str:
    """Return *texts* as a TOML array on one line."""
    return f"[{', '.join(map(quoted, texts))}]"


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


HEAD = """\
# Raincheck's configuration, written by `raincheck init`. It is yours: change it as you like.
#
# `raincheck check` says whether all is in order, with line and key, and what would be watched.
# Every key there is stands in config.example.toml. Durations: "90s", "15m", "24h", "14d", "2w".
# Relative paths start at the folder of this file. For another account, or another calendar, add
# a table like those below."""

TAIL = """\
# What shows that a session was disrupted: a tag such as #disrupted, a cancelled or deleted event,
# a decline. Each can be turned off.
[signals]
lookback = "14d"                         # sessions that ended longer ago are never touched
# deleted = false                        # an upcoming session that vanished
# drop_calendar = "Disrupted"            # dragged into it means disrupted; list it above

# What is done about it.
[policy]
action = "propose"                       # tentative until accepted; or "book" "hold" "record"
notice = "24h"                           # nobody is asked to come sooner than this
within = "14d"                           # and nobody waits longer
prefer = "same-time"                     # or "soonest", or a list: ["thu 16:00-18:00"]
max_new = 10                             # more new ones in one pass: nothing is written, exit 1"""

NO_SHOWS = """\
# Who does not come gets no new time: it is marked, and priced by [fees] if you have any. One that
# was paid for is made up anyway. Without this rule it is rescheduled like any other.
[[policy.rules]]
causes = ["no-show", "late"]
action = "record"\
"""


def _practice(answers: Answers) -> Iterator[str]:
    yield "[practice]"
    yield f"timezone = {quoted(answers.timezone)}"
    yield f"emails = {listed(answers.emails)}"
    yield '# all your own addresses: who "we" are among organizers and guests'


def _account(answers: Answers) -> Iterator[str]:
    account = answers.account
    yield "[[accounts]]"
    yield f"name = {quoted(account.name)}"
    if isinstance(account, OnServer):
        yield 'type = "caldav"'
        yield f"url = {quoted(account.url)}"
        if account.username:
            yield f"username = {quoted(account.username)}"
        if account.secret is not None:
            key, value = account.secret
            yield f"{key} = {quoted(value)}"
        return
    yield 'type = "google"'
    yield f"credentials_file = {quoted(account.credentials_file)}"
    if account.token_file is not None:
        yield f"token_file = {quoted(account.token_file)}"
        yield f"# made anew by `raincheck auth google {account.name}`, should Google end the login"
    if account.subject is not None:
        yield f"subject = {quoted(account.subject)}"
    if account.endpoint is not None:
        yield f"endpoint = {quoted(account.endpoint)}"


def _calendars(answers: Answers) -> Iterator[str]:
    yield '# "all": every event is a session; "invited": those with guests; "none": only busy time'
    holds = "invited" if answers.invited else "all"
    tables = [(holds, one) for one in answers.sessions] + [("none", one) for one in answers.busy]
    for index, (sessions, calendar) in enumerate(tables):
        if index:
            yield ""
        yield "[[calendars]]"
        yield f"account = {quoted(answers.account.name)}"
        yield f"calendar = {quoted(calendar)}"
        yield f"sessions = {quoted(sessions)}"


def _hours(answers: Answers) -> Iterator[str]:
    yield "# When sessions may take place. A day left out, or [], is closed."
    yield "[hours]"
    for day in WEEKDAYS:
        yield f"{day} = {listed(answers.hours.get(day, ()))}"
    if answers.holidays:
        yield _noted(f"holidays = {quoted(answers.holidays)}", "public holidays are closed")
    else:
        yield _noted('# holidays = "GB-ENG"', "public holidays: a country, or country-part")
    yield _noted('# closed = ["2026-12-24/2027-01-02"]', "days, or first/last")
    buffer = f"buffer = {quoted(answers.buffer)}" if answers.buffer else '# buffer = "10m"'
    yield _noted(buffer, "free time before and after everything")
    yield _noted("# max_per_day = 8", "sessions on one day")


def _fees(answers: Answers) -> Iterator[str]:
    if answers.price is None:
        yield "# No fees. With these two lines each missed session is priced, for you to decide."
        yield "# [fees]"
        yield '# currency = "GBP"'
        yield '# session = "80.00"'
        return
    amount, currency = answers.price
    yield "# What a missed session costs. Every fee waits for your word: `raincheck fees`."
    yield "[fees]"
    yield f"currency = {quoted(currency)}"
    yield f"session = {quoted(amount)}"
    yield _noted('no_show = "100%"', 'of the price, or an amount: "40.00"')
    yield 'late_cancel = "50%"'
    yield _noted('late_cancel_notice = "24h"', "cancelled later than this is late")
    yield _noted('waive = ["technical", "site", "provider"]', "whose faults cost nothing")


def _noted(line: str, words: str) -> str:
    """Return *line* with a comment behind it, where the other comments are."""
    return f"{line:<40} # {words}"
