"""README.md and docs/: every command runs, configuration loads, and link leads somewhere."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from sync.cli import raincheck
from sync.config.load import parse
from tests.cases.reading import as_toml
from tests.docs.pages import BLOCKS, PAGES, ROOT, Block
from tests.docs.shell import PARSED_ONLY, Room, furnished, is_run, lines_of, raincheck_words
from tests.servers.processes import Server

LANGUAGES = {"sh", "toml", "text"}
BASE = """
[practice]
timezone = "Europe/London"
emails = ["therapist@example.org"]

[[accounts]]
name = "home"
type = "caldav"
url = "https://dav.example.org/"
username = "therapist"
password_file = "home.password"

[[calendars]]
account = "home"
calendar = "sessions"

[hours]
mon = ["09:00-17:00"]
"""
"""What a fragment needs around it; a table or list of its own comes in place of this one's."""

COMPLETE = {"practice", "accounts", "calendars", "hours"}
IN_PASSING = re.compile(r"`raincheck( [^`]+)`")


def blocks(language: str) -> list[Any]:
    return [pytest.param(each, id=str(each)) for each in BLOCKS if each.language == language]


def completed(fragment: dict[str, Any]) -> dict[str, Any]:
    """Return a whole configuration with *fragment* in it."""
    if set(fragment) >= COMPLETE:
        return fragment
    base = tomllib.loads(BASE)
    lists = {key: [*base.get(key, ()), *fragment.get(key, ())] for key in ("accounts", "calendars")}
    return {**base, **fragment, **lists}


def walked(words: list[str]) -> None:
    """Go through *words* after ``raincheck``; a command or option that is not there fails.

    Capitals stand for what the reader fills in, so that nothing is asked of arguments.
    """
    command: click.Command = raincheck
    context = click.Context(command, info_name="raincheck")
    left = iter(words)
    for word in left:
        if word.startswith("-"):
            options = [each for each in command.get_params(context) if word in each.opts]
            assert options, f"raincheck {' '.join(words)}: no {word}"
            if isinstance(options[0], click.Option) and not options[0].is_flag:
                next(left, None)
        elif isinstance(command, click.Group) and not word.isupper():
            found = command.get_command(context, word)
            assert found is not None, f"raincheck {' '.join(words)}: no command {word}"
            command, context = found, click.Context(found, info_name=word, parent=context)


def understood(words: list[str]) -> None:
    """Let the command line itself read *words*, all but doing it; what it does not know fails."""
    command: click.Command = raincheck
    context: click.Context | None = None
    name, rest = "raincheck", words
    while True:
        context = command.make_context(name, list(rest), parent=context)
        rest = [*context._protected_args, *context.args]
        if not isinstance(command, click.Group) or not rest:
            return
        found, inner, rest = command.resolve_command(context, rest)
        assert inner is not None, words
        name, command = found or "", inner


def test_blocks_are_found() -> None:
    """The pages are read as they are written; fewer would mean that the reader is broken."""
    assert len(PAGES) >= 6
    assert len(blocks("sh")) >= 15
    assert len(blocks("toml")) >= 8


@pytest.mark.parametrize("block", [pytest.param(each, id=str(each)) for each in BLOCKS])
def test_the_language_is_known(block: Block) -> None:
    """What is neither shell, nor configuration, nor output is run by nobody."""
    assert block.language in LANGUAGES


@pytest.mark.parametrize("block", blocks("toml"))
def test_configurations_load(block: Block, tmp_path: Path) -> None:
    """Whole ones as they stand, fragments with the least that they need around them."""
    tree = tomllib.loads(block.text)
    config = parse(as_toml(completed(tree)), path=tmp_path / "config.toml")
    assert config.practice.timezone == "Europe/London"
    if set(tree) >= COMPLETE:
        parse(block.text, path=tmp_path / "config.toml")


@pytest.fixture(scope="module")
def room(radicale_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A home with a configured practice in it, and programs that do as if; one for all blocks."""
    return furnished(radicale_server, tmp_path_factory.mktemp("room"))


def done(line: str, room: Room) -> None:
    """Read *line*, and run it if it can be run here."""
    words = raincheck_words(line)
    if words is not None:
        understood(words)
    if is_run(line):
        room.run(line)


@pytest.mark.parametrize("block", blocks("sh"))
def test_commands_run(block: Block, room: Room) -> None:
    """Every line does what it says, in a real shell, against a real calendar server."""
    for line in lines_of(block):
        done(line, room)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_told_in_passing_exist(page: Path) -> None:
    """A command or option that is only mentioned is there as well."""
    text = page.read_text("utf-8").replace("\n", " ")
    for found in IN_PASSING.finditer(text):
        walked(shlex.split(found[1]))


def test_only_what_must_be_is_parsed_only() -> None:
    """Each exception is in use: a line that nobody writes needs none."""
    lines = [line for block in BLOCKS if block.language == "sh" for line in lines_of(block)]
    for start in PARSED_ONLY:
        assert any(start in line for line in lines), start


@pytest.mark.parametrize("words", ["frobnicate", "sync --wet-run", "fees aprove x", "undo --all"])
def test_what_nobody_knows_fails(words: str) -> None:
    """Both ways of reading a command notice one that is not there."""
    with pytest.raises(AssertionError):
        walked(words.split())
    with pytest.raises((click.UsageError, AssertionError)):
        understood(words.split())


@pytest.mark.parametrize("line", ["frobnicate", "make lunch", "raincheck undo nobody"])
def test_what_nobody_runs_fails(line: str, room: Room) -> None:
    """A program, a target or an option that is not there ends in failure."""
    with pytest.raises(AssertionError):
        done(line, room)


def slug(heading: str) -> str:
    """Return the anchor that a heading gets."""
    plain = re.sub(r"[^\w\- ]", "", heading.strip("# ").lower())
    return plain.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of ours, and to a heading in it."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ .+$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), target


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.name)
def test_every_page_is_linked(page: Path) -> None:
    """Whoever reads the README finds every page."""
    assert f"](docs/{page.name})" in (ROOT / "README.md").read_text("utf-8")
