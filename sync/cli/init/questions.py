"""The questions of `raincheck init`, and how their answers are read; nothing is asked here."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from sync.cli.init.asking import NearMissError, Question
from sync.config import values
from sync.config.holidays import check_holidays, usual_code
from sync.config.opening import Week, week_of
from sync.config.zones import nearest_zone, system_zone
from sync.errors import ConfigError
from sync.ports import Listed

SERVER, GOOGLE = "server", "google"

Price = tuple[str, str]

SIGNS = {"£": "GBP", "€": "EUR", "$": ""}
"""What a sign stands for; a dollar may be anybody's."""

_CURRENCY = r"(?:[A-Za-z]{3}|[£€$])?"


@dataclass(frozen=True, slots=True)
class Client:
    """A file that lets Raincheck ask for a login at Google; *service*: its own login."""

    file: Path
    service: bool


def kind(answer: str) -> str:
    """Return where the calendars are: on a CalDAV server, or at Google."""
    word = answer.lower()
    for known in (SERVER, GOOGLE):
        if word and known.startswith(word):
            return known
    if word == "caldav":
        return SERVER
    raise ValueError('answer "server" or "google"')


def holds(answer: str) -> str:
    """Return which events of a calendar are sessions, as the configuration says it."""
    word = answer.lower()
    if word and "all".startswith(word):
        return "all"
    if word and any(known.startswith(word) for known in ("guests", "invited")):
        return "invited"
    raise ValueError('answer "all" or "guests"')


def url(answer: str) -> str:
    """Return a server's address; one without a scheme is taken for https."""
    return values.address(answer if "://" in answer else f"https://{answer}")


def google_lacks() -> str | None:
    """Return what to run before Google can be used; None: its packages are there."""
    # pipx and uv keep each program in a folder that is named after them.
    if all(find_spec(name) is not None for name in ("googleapiclient", "google_auth_httplib2")):
        return None
    parts = Path(sys.prefix).parts
    way = "uv tool" if {"uv", "tools"} <= set(parts) else "pipx" if "pipx" in parts else "pip"
    force = "" if way == "pip" else " --force"
    return (
        "Google needs more packages: the extra [google]. In the folder that Raincheck was "
        f"installed from, run: {way} install{force} '.[google]'"
    )


def client(answer: str) -> Client:
    """Return the file of an OAuth client, or of a service account, that *answer* names."""
    if (lacks := google_lacks()) is not None:
        raise ValueError(lacks)
    from sync.wiring.google import google_client

    file = Path(answer).expanduser().absolute()
    try:
        return Client(file, service=google_client(file))
    except ConfigError as error:
        raise ValueError(error.problems[0].message) from None


def emails(answer: str) -> tuple[str, ...]:
    """Return the addresses in *answer*, between commas or spaces."""
    if answer.lower() in {"none", "-"}:
        return ()
    return tuple(dict.fromkeys(values.email(one) for one in re.split(r"[\s,;]+", answer) if one))


def holidays(answer: str) -> str:
    """Return the code of a country, or of a part of one; empty for none."""
    if answer.lower() in {"", "none", "no", "-"}:
        return ""
    for code in (answer, answer.upper()):
        if check_holidays(code) is None:
            return usual_code(code)
    raise ValueError(f"{values.shown(answer)}: {check_holidays(answer)}")


def buffer(answer: str) -> str:
    """Return the free time between sessions as the configuration has it; empty for none."""
    match = re.fullmatch(r"(\d{1,4})\s*(m|min|mins|minutes|h)?\.?", answer.lower())
    if match is None:
        raise ValueError(f"{values.shown(answer)} is no number of minutes; write it like 10")
    length = f"{match[1]}{'h' if match[2] == 'h' else 'm'}"
    time = values.limited(timedelta(0), timedelta(days=1))(values.duration(length))
    return length if time else ""


def yes(answer: str) -> bool:
    """Return whether *answer* is yes."""
    word = answer.lower()
    for known in ("yes", "no"):
        if word and known.startswith(word):
            return known == "yes"
    raise ValueError('answer "yes" or "no"')


def amount(answer: str) -> Price | None:
    """Return amount and currency of "80.00 GBP", "£80" or "80"; it is empty where it is left out.

    None: no fees.
    """
    if answer.lower() in {"", "none", "no", "-"}:
        return None
    match = re.fullmatch(
        rf"(?P<before>{_CURRENCY})\s*(?P<amount>\d[\d.]*(?:,\d\d)?)\s*(?P<after>{_CURRENCY})",
        answer,
    )
    named = [word for word in (match["before"], match["after"]) if word] if match else []
    if match is None or len(named) > 1:
        raise ValueError(f'{values.shown(answer)} is no price; write it like "80.00 GBP"')
    number = match["amount"].replace(",", ".")
    values.money(number)
    return number, values.currency(SIGNS.get(named[0], named[0]) if named else "")


def price(answer: str) -> Price | None:
    """Return amount and currency as `amount` does; both have to be there."""
    found = amount(answer)
    if found is not None and not found[1]:
        raise ValueError(f'{values.shown(answer)} has no currency; write it like "80.00 GBP"')
    return found


def currency(answer: str) -> str:
    """Return a currency by its three letters or its sign."""
    found = values.currency(SIGNS.get(answer, answer))
    if not found:
        raise ValueError('write its three letters, such as "GBP"')
    return found


def zone_of(answer: str) -> str:
    """Return a time zone; of one that is misspelt, the nearest is proposed."""
    try:
        return values.zone(answer)
    except ValueError as error:
        near = nearest_zone(answer)
        if near is None:
            raise
        message = f'{values.shown(answer)} is no time zone; did you mean "{near}"?'
        raise NearMissError(message, meant=near) from error


def right(answer: str) -> bool | Week:
    """Return whether the hours were understood, or the hours that are typed instead."""
    if not answer:
        return True
    try:
        return yes(answer)
    except ValueError:
        if any(character.isdigit() for character in answer):
            return week_of(answer)
        raise ValueError('answer "yes" or "no", or write the hours anew') from None


def as_it_is(answer: str) -> str:
    """Return *answer*; anything goes."""
    return answer


KIND = Question(
    "--url or --google",
    'Where are your calendars: on a "server", or at "google"?',
    kind,
    SERVER,
    "A server is any that speaks CalDAV: Nextcloud, Fastmail, iCloud, mailbox.org, Radicale ...",
)
URL = Question(
    "--url",
    "Address of the server",
    url,
    hint="For example https://cloud.example.org/remote.php/dav (Nextcloud), "
    "https://caldav.icloud.com (iCloud) or https://caldav.fastmail.com (Fastmail). The server's "
    "first page often does too.",
)
USERNAME = Question("--username", "User name (Enter if the server wants none)", as_it_is, "")
ACCOUNT = Question("--account", "A short name for the account", values.account_name)
CLIENT = Question(
    "--google",
    "File of the OAuth client (client_secret_....json)",
    client,
    needed="name the file that Google let you download",
    hint="Google wants a project of your own; the README says how to make one in five minutes.",
)
SUBJECT = Question("--subject", "Whom the service account acts for", values.email)
ENDPOINT = Question("--endpoint", "Another root of Google's interface", values.address)
EMAILS = Question(
    "--email",
    "Your own e-mail addresses, with commas between",
    emails,
    needed='write at least one, or "none"',
    hint="They tell you from your guests. Without one, sessions with guests are left alone.",
)
HOLDS = Question(
    "--invited",
    'What counts as a session? "all" events, or only those with "guests"',
    holds,
    "all",
)
HOURS = Question(
    "--hours",
    "Working hours",
    week_of,
    hint='New times are looked for in your working hours. For example: "mon-fri 9-17", or '
    '"mon 9-12:30, 13:30-18; tue-thu 10-19".',
)
RIGHT = Question("--hours", "Is that right? [Y/n]", right, "")
HOLIDAYS = Question(
    "--holidays",
    "Public holidays of which country? A code such as GB-ENG (Enter: none)",
    holidays,
    "",
)
BUFFER = Question("--buffer", "Minutes free between sessions?", buffer, "10")
NO_SHOWS = Question(
    "--rebook-no-shows",
    "Does a session that the client missed get a new time? (yes or no)",
    yes,
    "no",
    'You say that somebody missed one with the tag #no-show. With "no" it is only marked, and '
    "priced if you have fees; one that was paid for is made up anyway.",
)
PRICE = Question(
    "--fee",
    "Price of one session, such as 80.00 GBP (Enter: no fees)",
    price,
    "",
)
CURRENCY = Question("--fee", "Its currency, such as GBP", currency)
ZONE = Question("--timezone", "Time zone", zone_of)


def zone(environ: Mapping[str, str]) -> Question[str]:
    """Return the question for the time zone; its default is this machine's."""
    return Question(ZONE.flag, ZONE.words, ZONE.read, system_zone(environ))


def can_hold(one: Listed) -> str | None:
    """Return why a calendar cannot hold sessions; None: it can."""
    if not one.holds_events:
        return "no events"
    return None if one.writable else "read-only"
