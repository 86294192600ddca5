"""Whatever stands in the file: a configuration, or a ConfigError."""

import copy
import json
import tomllib
from datetime import date, datetime, time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.config.load import describe, parse
from sync.config.model import Config
from sync.errors import ConfigError

FILE = Path("config.toml")
EXAMPLE = tomllib.loads(
    (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")
)

scalars = st.one_of(
    st.text(max_size=12),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.just(10**400),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.sampled_from(["0m", "15m", "999999w", "50%", "GB-ENG", "none", "google", "caldav", "24:00",
                     "00:00-24:00", "0001-01-01/9999-12-31", "http://[", "//:0", "fri 1:00-2:00"]),
)  # fmt: skip
names = st.one_of(
    st.text(max_size=6), st.sampled_from(["", "name", "type", "action", "[key]", "a b"])
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=6,
)


def dumped(value: object) -> str:
    """Return *value* as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)} = {dumped(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dumped, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text: object) -> str:
    clean = str(text).encode("utf-8", "replace").decode()
    return (
        json.dumps(clean, ensure_ascii=True).replace("\x7f", "\\u007f")
        if clean.isascii()
        else ('"' + "".join(f"\\U{ord(c):08x}" for c in clean) + '"')
    )


def outcome(text: str) -> Config | list[str]:
    try:
        return parse(text, path=FILE)
    except ConfigError as error:
        return describe(error)


def places(tree: object, place: tuple = ()) -> list[tuple]:
    """Return the place of everything in *tree*."""
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return [place, *(p for key, child in items for p in places(child, (*place, key)))][
        0 if place else 1 :
    ]


PLACES = sorted(places(EXAMPLE), key=repr)


@st.composite
def broken_examples(draw) -> dict:
    """The example with one to three things replaced, removed or added."""
    tree = copy.deepcopy(EXAMPLE)
    for place in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        around = tree
        try:
            for step in place[:-1]:
                around = around[step]
            if draw(st.booleans()):
                around[place[-1]] = draw(trees)
            elif isinstance(around, dict) and draw(st.booleans()):
                around[draw(names)] = draw(trees)
            else:
                del around[place[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    return tree


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(broken_examples())
def test_broken_example_is_a_config_or_a_config_error(tree):
    """However the example is damaged, every problem is a printable line, and nothing crashes."""
    text = "\n".join(f"{quoted(key)} = {dumped(value)}" for key, value in tree.items())
    tomllib.loads(text)
    result = outcome(text)
    if isinstance(result, Config):
        result.policy_of(), result.hours_of(), result.vocabulary(), result.tariff()
    else:
        assert result
        assert all(line.isprintable() for line in result)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_config_error(text):
    """No text that is not a configuration gets through, or crashes."""
    lines = outcome(text)
    assert isinstance(lines, list)
    assert lines
    assert all(line.isprintable() for line in lines)
