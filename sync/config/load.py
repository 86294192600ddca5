"""Reading a configuration file, and saying everything that is wrong with it at once."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sync.config import keys, values
from sync.config.checks import each_at, found_by_checks
from sync.config.content import content_of, seal_of
from sync.config.lines import Place, lines_of
from sync.config.model import Config
from sync.errors import ConfigError, Problem

_AT_LINE = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration in the file *path*.

    Args:
        path: As `find_config` gives it.
        environ: Not read here; secrets and the state path are looked up when they are needed.

    Raises:
        ConfigError: with every problem, in the order of their lines. No secret is repeated.
    """
    del environ
    content = content_of(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(path), (Problem("", "not UTF-8 text", line),)) from None
    config = parse(text, path=path)
    config.is_sealed(seal_of(content))
    return config


def parse(text: str, *, path: Path) -> Config:
    """Return the configuration in *text*, as if it stood in the file *path*.

    Raises:
        ConfigError: as `load`.
    """
    tree = _tree(text, path)
    lines = lines_of(text)
    config, found = _validated(tree, path)
    found = [*found, *found_by_checks(tree)]
    if config is None or found:
        problems = {
            Problem(keys.dotted(place), message, lines.near(place)) for place, message in found
        }
        raise ConfigError(str(path), tuple(sorted(problems, key=_order)))
    return config


def describe(error: ConfigError) -> list[str]:
    """Return one ``file:line: key: message`` for each problem; unknown parts are left out."""
    lines = []
    for problem in error.problems:
        file = f"{error.file}:{problem.line}" if problem.line and error.file else error.file
        lines.append(": ".join(part for part in (file, problem.where, problem.message) if part))
    return lines


def _order(problem: Problem) -> tuple[bool, int, str, str]:
    """Sort by line, problems of the file as a whole last."""
    return not problem.line, problem.line, problem.where, problem.message


def _tree(text: str, path: Path) -> dict[str, Any]:
    """Return *text* as TOML gives it."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        problem = Problem("", "nested far too deeply for a configuration")
    except ValueError as error:  # also for a number that is too long for Python
        problem = _syntax_problem(str(error), text)
    raise ConfigError(str(path), (problem,))


def _syntax_problem(message: str, text: str) -> Problem:
    """Return what `tomllib` said, at its line; a key written twice at the second one."""
    doubled = lines_of(text).doubled
    match = _AT_LINE.match(message)
    what = match["what"] if match else "no valid TOML"
    if doubled and what.startswith("Cannot "):
        place, line = doubled[0]
        return Problem(keys.dotted(place), "written twice; keep one of them", line)
    last = text.rstrip("\n").count("\n") + 1
    line = int(match["line"]) if match and match["line"] else last
    return Problem("", f"no valid TOML: {values.plain(what)}", line)


def _validated(tree: dict[str, Any], path: Path) -> tuple[Config | None, list[tuple[Place, str]]]:
    """Return the configuration, or None and what the types say against it."""
    try:
        return Config.model_validate(tree, context=path), []
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        return None, list(_found_by_types(details, tree))


def _found_by_types(
    details: list[ErrorDetails], tree: dict[str, Any]
) -> Iterator[tuple[Place, str]]:
    for detail in details:
        kind = detail["type"]
        place = keys.place_of(detail["loc"], kind)
        if kind.startswith("union_tag"):
            place = (*place, "type")
        if kind == "too_short" and any(value for _, value in each_at(tree, place)):
            continue  # it only seems empty because all that stands in it is wrong
        message = MESSAGES.get(kind, _as_pydantic_says)(detail, place, tree)
        expected = keys.expected_at(place, tree)
        if expected and kind == "missing":
            message = f"missing; expected {expected}"
        elif expected and kind.endswith("_type"):
            message = f"expected {expected}"
        yield place, message


Say = Callable[[ErrorDetails, Place, Mapping[str, Any]], str]


def _as_pydantic_says(detail: ErrorDetails, _place: Place, _tree: Mapping[str, Any]) -> str:
    return detail["msg"]


def _unknown_key(_detail: ErrorDetails, place: Place, tree: Mapping[str, Any]) -> str:
    table = keys.table_at(place[:-1], tree)
    known = keys.known_in(table) if table is not None else ()
    return f"unknown key; {values.did_you_mean(str(place[-1]), known)}"


def _own_words(detail: ErrorDetails, _place: Place, _tree: Mapping[str, Any]) -> str:
    return str(detail.get("ctx", {}).get("error", detail["msg"]))


def _one_of(detail: ErrorDetails, _place: Place, _tree: Mapping[str, Any]) -> str:
    return f"expected {detail.get('ctx', {}).get('expected')}".replace("'", '"')


def _at_least(detail: ErrorDetails, _place: Place, _tree: Mapping[str, Any]) -> str:
    return f"expected at least {_limit(detail, 'ge')}"


def _at_most(detail: ErrorDetails, _place: Place, _tree: Mapping[str, Any]) -> str:
    return f"expected at most {_limit(detail, 'le')}"


def _limit(detail: ErrorDetails, key: str) -> str:
    return str(detail.get("ctx", {}).get(key))


def _always(message: str) -> Say:
    return lambda _detail, _place, _tree: message


MESSAGES: dict[str, Say] = {
    "missing": _always("missing"),
    "extra_forbidden": _unknown_key,
    "value_error": _own_words,
    "enum": _one_of,
    "literal_error": _one_of,
    "union_tag_invalid": _always('expected "caldav" or "google"'),
    "union_tag_not_found": _always('the account has no type; write "caldav" or "google"'),
    "string_type": _always("expected text in quotes"),
    "string_too_short": _always("must not be empty"),
    "too_short": _always("must not be empty; leave it out, or name at least one"),
    "int_type": _always("expected a whole number"),
    "bool_type": _always("expected true or false, without quotes"),
    "tuple_type": _always('expected a list, such as ["…"]'),
    "dict_type": _always("expected a table"),
    "model_type": _always("expected a table"),
    "model_attributes_type": _always("expected a table"),
    "greater_than_equal": _at_least,
    "less_than_equal": _at_most,
}
