"""One question: put it, test the answer, say what is wrong with it, and put it again.

Questions and what is said about answers go to stderr: stdout is for results.
"""

import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import click

from sync.cli.screen import fitted, width_of
from sync.config.writing import quoted

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked for.

    *read* returns what an answer means, or raises ValueError with one sentence for whoever gave
    it. Without a *default* there has to be an answer; *needed* is said where there is none.
    """

    flag: str
    words: str
    read: Callable[[str], T]
    default: str | None = None
    hint: str = ""
    needed: str = ""


class NearMissError(ValueError):
    """An answer that will not do; *meant* is the one that most likely was."""

    def __init__(self, message: str, *, meant: str) -> None:
        super().__init__(message)
        self.meant = meant


def sentence(text: str) -> str:
    """Return *text* with a stop at its end, unless it has one."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def paragraph(words: str) -> None:
    """Tell the person at the terminal more than a line, set apart from what went before."""
    width = width_of(sys.stderr)
    text = " ".join(words.split())
    if width is not None:
        text = textwrap.fill(text, width, break_on_hyphens=False, break_long_words=False)
    click.echo(f"\n{text}", err=True)


def say(line: str = "") -> None:
    """Tell the person at the terminal one line."""
    click.echo(fitted(line, width_of(sys.stderr)), err=True)


def understood(question: Question[T], answer: str) -> T:
    """Return what *answer* means.

    Raises:
        ValueError: nothing that can be used; with one sentence.
    """
    quoted(answer)  # refuses what no file can hold
    return question.read(answer.strip())


def trouble_with(question: Question[T], given: str | None) -> str | None:
    """Return what is wrong with an answer given in advance; None: nothing, or none was given."""
    try:
        if given is not None:
            understood(question, given)
    except ValueError as error:
        return f"{question.flag}: {error}"
    return None


def answered(question: Question[T], given: str | None, *, asks: bool) -> T:
    """Return what *question* is answered with: what was *given* in advance, else by a person.

    Raises:
        click.UsageError: nobody is asked, and what was given is wrong or missing.
    """
    answer = given if asks or given is not None else question.default
    if answer is not None:
        try:
            return understood(question, answer)
        except ValueError as error:
            if not asks:
                raise click.UsageError(sentence(f"{question.flag}: {error}")) from None
            say(f"  {sentence(f'{question.flag}: {error}')}")
            question = _after(question, error)
    elif not asks:
        raise click.UsageError(f"{question.flag} is missing.")
    if question.hint:
        paragraph(question.hint)
    while True:
        try:
            return understood(question, _typed(question))
        except ValueError as error:
            say(f"  That will not do: {sentence(str(error))}")
            question = _after(question, error)


def _after(question: Question[T], error: ValueError) -> Question[T]:
    """Return what to ask next: with what was most likely meant, ready to be taken."""
    return replace(question, default=error.meant) if isinstance(error, NearMissError) else question


def _typed(question: Question[T]) -> str:
    """Return what a person types. Enter alone is told as well: click only asks again."""
    default = question.default
    answer: str = click.prompt(
        question.words, default=default or "", show_default=bool(default), err=True
    )
    if default is None and question.needed and not answer.strip():
        raise ValueError(question.needed)
    return answer


def confirmed(words: str) -> bool:
    """Return whether a person says yes, or just presses Enter."""
    return click.confirm(words, default=True, err=True)


def asked_password(words: str) -> str:
    """Return what a person types unseen."""
    while True:
        try:
            answer: str = click.prompt(
                words, default="", show_default=False, hide_input=True, err=True
            )
            quoted(answer)
        except ValueError:  # also where what was typed is no text
            say("  That will not do: it holds half a character.")
        else:
            if answer:
                return answer
            say("  That will not do: it is empty.")


def piped_password() -> str:
    """Return the first line of stdin.

    Raises:
        click.UsageError: it is no text.
    """
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.UsageError("--password-stdin: what comes there is no UTF-8 text.") from None
