"""`raincheck doctor`: does a tag that is set in your own app arrive?"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import click

from sync.cli.exits import INTERRUPTED, Exit, code_of, ended_by_signals
from sync.cli.loading import loaded
from sync.cli.options import config_option
from sync.cli.trouble import told_trouble
from sync.config.model import Config
from sync.config.rules import rules_of
from sync.config.tables import GoogleAccount, WatchedCalendar
from sync.config.values import duration, spoken
from sync.doctor import Edited, Seen, Trouble, Visit
from sync.domain.dates import day_and_time
from sync.domain.passes import Warned
from sync.domain.plain import visible
from sync.domain.sample import TITLE, said_by, ways
from sync.domain.sessions import Session, Timed
from sync.domain.signals import Disruption, Watch
from sync.errors import CalendarError, CalendarMissingError
from sync.wiring.accounts import SystemClock, benches


class Duration(click.ParamType[timedelta]):
    """A length of time as the configuration writes it."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the length of time."""
        try:
            return value if isinstance(value, timedelta) else duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("calendar", required=False)
@config_option
@click.option(
    "--timeout",
    type=Duration(),
    default="10m",
    show_default=True,
    metavar="TIME",
    help="How long to wait for your tag.",
)
@click.option("--keep", is_flag=True, help="Leave the test event there.")
def doctor(calendar: str | None, config: str | None, *, timeout: timedelta, keep: bool) -> None:
    """Put a test event into a calendar, wait for you to tag it, say what arrived.

    Tag it in the app that you use every day, on your phone or elsewhere. The event is taken away
    again; no pass of Raincheck ever acts on it.
    """
    settings = loaded(config)
    chosen = _chosen(settings, calendar)
    watch = rules_of(settings).watch
    with ended_by_signals(), benches(settings, environ=os.environ) as opened:
        visit = Visit(
            home=next(one for one in opened if one.name == chosen.name),
            others=[one for one in opened if one.name != chosen.name],
            watch=watch,
            chance=uuid4().hex,
            clock=SystemClock(),
            sleep=time.sleep,
        )
        google = _is_google(settings, chosen)
        code: int = Exit.NEEDS_A_PERSON
        asked = False
        try:
            with visit.planted(keep=keep) as sample:
                asked = True
                _tell(_asked(sample, watch, timeout, google=google))
                code = _watched(visit, sample, timeout)
        except CalendarError as error:
            missing = isinstance(error, CalendarMissingError)
            told_trouble(chosen.name if missing else chosen.account, error, google=google)
            code = code_of(error)
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)
            code = INTERRUPTED
        finally:
            _tell(_how_left(visit, asked=asked, keep=keep))
    sys.exit(code or (Exit.NEEDS_A_PERSON if visit.standing and not keep else Exit.DONE))


def _chosen(settings: Config, name: str | None) -> WatchedCalendar:
    """Return the calendar called *name*, or the only one with sessions.

    Raises:
        click.UsageError: there is none, or there are several.
    """
    if name is not None:
        found = [each for each in settings.calendars if name in {each.name, each.calendar}]
        known = ", ".join(each.name for each in settings.calendars)
        problem = f"there is no calendar {visible(name)}; known are: {known}"
    else:
        found = [each for each in settings.calendars if each.sessions != "none"]
        known = ", ".join(each.name for each in found)
        problem = f"say which calendar: {known}" if found else "no calendar holds sessions"
    if len(found) != 1:
        raise click.UsageError(f"{problem} (in {settings.path}).")
    return found[0]


def _is_google(settings: Config, calendar: WatchedCalendar) -> bool:
    accounts = {each.name: each for each in settings.accounts}
    return isinstance(accounts[calendar.account], GoogleAccount)


def _tell(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(visible(line), err=True)


def _asked(sample: Session, watch: Watch, timeout: timedelta, *, google: bool) -> Iterator[str]:
    """Yield what the person is asked to do."""
    assert isinstance(sample.when, Timed), sample
    yield f'In the calendar "{sample.calendar}" there is now an event "{TITLE}",'
    yield f"on {day_and_time(sample.when)}. Tag it in your own app, in any one of these ways:"
    for way in ways(watch, google=google):
        yield f"  - {way}"
    yield f"Waiting up to {spoken(timeout)}; Ctrl-C stops."
    yield ""


def _watched(visit: Visit, sample: Session, timeout: timedelta) -> Exit:
    """Tell what arrives; return how it ended."""
    for news in visit.news(sample, timeout=timeout):
        if isinstance(news, Trouble):
            click.echo(visible(f"{news.message}; trying again."), err=True)
            continue
        for line in _told(news):
            click.echo(visible(line))
        if isinstance(news, Seen):
            return Exit.DONE
    _tell(iter(NOTHING.format(time=spoken(timeout)).splitlines()))
    return Exit.NEEDS_A_PERSON


NOTHING = """\
Nothing that counts arrived in {time}. What to try next:
  - Does your app show the test event? If not, it does not sync this calendar: add the account
    to it, or let it sync now.
  - Did you tag it, and the app has not sent it yet? Let it sync, or wait longer: --timeout 30m.
  - Does the app keep categories to itself? Most phones do: use the hashtag #disrupted in the
    title; every app sends that."""


def _told(news: Seen | Edited) -> Iterator[str]:
    seconds = round(news.after.total_seconds())
    if isinstance(news, Edited):
        parts = ", ".join(news.parts)
        yield f"After {seconds} s an edit arrived, with no tag in it; changed: {parts}."
        for hint in news.hints:
            yield f"  - {hint}"
        return
    if news.deleted:
        yield f"After {seconds} s the event was deleted."
    else:
        yield f"After {seconds} s the server had it. Seen in:"
    for sight in news.sights:
        yield f'  - {sight.place}: "{sight.word}" ({sight.meaning})'
    yield _verdict(news.verdict)


def _verdict(verdict: Disruption | Warned | None) -> str:
    if isinstance(verdict, Warned):
        return f"On a session, a pass would warn and do nothing: {verdict.message}"
    if verdict is None:
        return "On a session, this alone would move nothing."
    return (
        f"On a session, a pass would act on it ({verdict.signal.value}): {said_by(verdict.cause)}."
    )


def _how_left(visit: Visit, *, asked: bool, keep: bool) -> Iterator[str]:
    """Yield what became of the event."""
    where = ", ".join(f'"{bench.name}"' for bench in visit.standing)
    if where and keep and asked:
        yield f"The test event stays in {where}, as you wished: delete it when you are done."
    elif where:
        yield f'The test event could not be removed: please delete "{TITLE}" from {where}.'
    elif asked:
        yield "The test event is gone."
