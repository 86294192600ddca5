"""Where keys stand in a TOML text."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from sync.config.lines import lines_of

TEXT = '''\
# [no.table]
top = """
inner = "no"
"""
[practice]   # comment = 1
name = "a # b [c]"
dotted.key = 1
"quoted key" = 2
[[rules]]
x = [  # one
  "a",

  [1, 2],
  { y = 3 },
]
[rules.sub]
z = 4
[[rules]]
colors = { tomato = "disrupted", sage.deep = 5 }
when = 2026-12-24T10:00:00.5Z
'''


def test_every_kind_of_key():
    """Tables, arrays of tables, arrays over lines, inline tables, dotted and quoted keys."""
    assert lines_of(TEXT).of == {
        ("top",): 2,
        ("practice",): 5,
        ("practice", "name"): 6,
        ("practice", "dotted"): 7,
        ("practice", "dotted", "key"): 7,
        ("practice", "quoted key"): 8,
        ("rules",): 9,
        ("rules", 0): 9,
        ("rules", 0, "x"): 10,
        ("rules", 0, "x", 0): 11,
        ("rules", 0, "x", 1): 13,
        ("rules", 0, "x", 1, 0): 13,
        ("rules", 0, "x", 1, 1): 13,
        ("rules", 0, "x", 2): 14,
        ("rules", 0, "x", 2, "y"): 14,
        ("rules", 0, "sub"): 16,
        ("rules", 0, "sub", "z"): 17,
        ("rules", 1): 18,
        ("rules", 1, "colors"): 19,
        ("rules", 1, "colors", "tomato"): 19,
        ("rules", 1, "colors", "sage"): 19,
        ("rules", 1, "colors", "sage", "deep"): 19,
        ("rules", 1, "when"): 20,
    }


def test_near_is_the_closest_thing_around():
    """What is missing is shown where it belongs."""
    lines = lines_of(TEXT)
    assert lines.near(("rules", 1, "missing")) == 18
    assert lines.near(("nothing", "here")) == 0


def leaves(tree: object, place: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Return the place of everything in a tree, itself left out."""
    children = tree.items() if isinstance(tree, dict) else ()
    children = enumerate(tree) if isinstance(tree, list) else children
    found = {(*place, key) for key, _ in children}
    children = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return found.union(*(leaves(child, (*place, key)) for key, child in children))


def test_whole_example_is_found(example):
    """Every key and item that tomllib finds in the example has a line, and nothing else has."""
    text = example.read_text(encoding="utf-8")
    assert set(lines_of(text).of) == leaves(tomllib.loads(text))


@given(st.text(alphabet="ab=.[]{},\"'#\n\\ 1-", max_size=60))
def test_any_text_is_walked_to_its_end(text):
    """Nothing makes the scanner raise or hang, and every line is one of the text."""
    lines = lines_of(text).of.values()
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


@given(st.text(alphabet='ab=.[]{},"\n 1', max_size=40))
def test_valid_toml_is_found_completely(text):
    """Of a text that is TOML no key is missed."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert leaves(tree) <= set(lines_of(text).of)
