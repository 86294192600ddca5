"""All that was answered, on a few lines, before it is written."""

from collections.abc import Iterator

from sync.config.opening import in_words
from sync.config.writing import Answers

EVENTS = {True: "only events with guests", False: "every event"}


def summary(answers: Answers) -> Iterator[str]:
    """Yield a line for each answer that decides what becomes of sessions."""
    price = " ".join(answers.price) if answers.price else "no fees"
    missed = "rescheduled" if answers.rebooks_no_shows else "only marked"
    yield f"  sessions  {', '.join(answers.sessions)}: {EVENTS[answers.invited]}"
    yield f"  busy      {', '.join((*answers.busy, *answers.sessions))}"
    yield f"  yours     {', '.join(answers.emails) or 'no address'}"
    yield f"  hours     {in_words(answers.hours)} ({answers.timezone})"
    yield f"  holidays  {answers.holidays or 'none'}"
    yield f"  between   {answers.buffer or '0m'} free"
    yield f"  missed    a session that a client missed is {missed}"
    yield f"  price     {price}"
