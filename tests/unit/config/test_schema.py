"""The JSON schema for editors: made from the types that read the file, and true to them."""

import json
import tomllib
from copy import deepcopy
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from sync.config import schema


@pytest.fixture(scope="module")
def validator():
    """The schema as it is shipped."""
    found = json.loads(schema.FILE.read_text(encoding="utf-8"))
    Draft7Validator.check_schema(found)
    return Draft7Validator(found)


def test_the_file_is_what_the_types_say():
    """`python -m sync.config.schema` was run after the last change."""
    assert schema.FILE.read_text(encoding="utf-8") == schema.text()


def test_the_example_names_it_and_fits(example, validator):
    """Editors find it by the first line; a path from the example's own folder."""
    text = example.read_text(encoding="utf-8")
    named = text.splitlines()[0].removeprefix("#:schema ")
    assert Path(example.parent, named).resolve() == schema.FILE.resolve()
    assert list(validator.iter_errors(tomllib.loads(text))) == []


WRONG = [
    (("policy", "within"), "two weeks"),
    (("policy", "action"), "reschedule"),
    (("policy", "prefer"), ["thursday"]),
    (("hours", "mon"), ["9 to 5"]),
    (("hours", "closed"), ["24.12.2026"]),
    (("fees", "no_show"), "all of it"),
    (("fees", "session"), "80 pounds"),
    (("practice", "zone"), "Europe/London"),
    (("daemon", "poll"), 60),
]


@pytest.mark.parametrize(("place", "value"), WRONG)
def test_an_editor_sees_what_is_wrong(example, validator, place, value):
    """A value of the wrong form is marked at its own place."""
    tree = tomllib.loads(example.read_text(encoding="utf-8"))
    wrong = deepcopy(tree)
    wrong.setdefault(place[0], {})[place[1]] = value
    assert [error.absolute_path[0] for error in validator.iter_errors(wrong)] == [place[0]]


def test_no_key_allows_null(validator):
    """TOML has none, and an editor that offers it would mislead."""
    assert "null" not in json.dumps(validator.schema)
