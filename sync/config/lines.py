"""Where each key of a TOML text stands.

`tomllib` gives values without places, and a complaint without a line is half a complaint. This
scanner knows just enough TOML to find keys, tables and the items of arrays. It judges nothing: on
a text that is no TOML it finds what it can.
"""

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

Place = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<newline>\n)
    | (?P<skip>[^\S\n]+|\#[^\n]*)
    | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\s\[\]{}=,.\#"']+)
    | (?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The line of each place, from 1, and the places that are written twice."""

    of: dict[Place, int] = field(default_factory=dict)
    doubled: tuple[tuple[Place, int], ...] = ()

    def near(self, place: Place) -> int:
        """Return the line of *place*, or of the nearest thing around it; 0 if there is none."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.of:
                return self.of[place[:length]]
        return 0


def lines_of(text: str) -> Lines:
    """Return where everything in *text* stands; never raises."""
    scanner = _Scanner(text)
    with suppress(RecursionError):  # what was found until then is still true
        scanner.document()
    return Lines(scanner.of, tuple(scanner.doubled))


class _Scanner:
    """One walk over a text. ``kind`` and ``word`` are the next token, on ``line``."""

    def __init__(self, text: str) -> None:
        self.of: dict[Place, int] = {}
        self.doubled: list[tuple[Place, int]] = []
        self.arrays: dict[Place, int] = {}
        self.tables: set[Place] = set()
        self.kind, self.word, self.line = "", "", 1
        self.tokens = self._tokens(text)
        self.step()

    @staticmethod
    def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
        line = 1
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or ""
            if kind != "skip":
                yield kind, match[0], line
            line += match[0].count("\n")
        yield "end", "", line

    def step(self) -> None:
        """Go on to the next token; the last one stays for ever."""
        self.kind, self.word, self.line = next(self.tokens, ("end", "", self.line))

    def skip(self, *tokens: str) -> None:
        """Go past newlines and any of *tokens*."""
        while self.kind == "newline" or (self.kind == "mark" and self.word in tokens):
            self.step()

    def document(self) -> None:
        """Walk the whole text."""
        table: Place = ()
        while self.kind != "end":
            if self.word == "[" and self.kind == "mark":
                table = self.header()
            elif self.kind in {"bare", "string"}:
                self.pair(table)
            else:
                self.step()

    def header(self) -> Place:
        """Walk over ``[table]`` or ``[[array]]`` and return its place."""
        line = self.line
        self.step()
        is_array = self.word == "["
        if is_array:
            self.step()
        place = self.resolved(self.key())
        for length in range(1, len(place)):
            self.of.setdefault(place[:length], line)  # tables that are only named on the way
        if is_array:
            count = self.arrays.get(place, 0)
            self.arrays[place] = count + 1
            self.of.setdefault(place, line)
            place = (*place, count)
        else:
            if place in self.arrays:
                place = (*place, self.arrays[place] - 1)
            if place in self.tables:
                self.doubled.append((place, line))
            self.tables.add(place)
        self.of.setdefault(place, line)
        while self.kind not in {"newline", "end"}:
            self.step()
        return place

    def resolved(self, keys: Place) -> Place:
        """Return *keys* with the index of the latest table after each array of tables."""
        place: Place = ()
        for key in keys:
            if place in self.arrays:
                place = (*place, self.arrays[place] - 1)
            place = (*place, key)
        return place

    def key(self) -> Place:
        """Walk over a dotted key."""
        keys: list[str | int] = []
        while self.kind in {"bare", "string"} or self.word == ".":
            if self.word != ".":
                keys.append(_plain(self.word))
            self.step()
        return tuple(keys)

    def pair(self, table: Place) -> None:
        """Walk over ``key = value``."""
        line, keys = self.line, self.key()
        for length in range(1, len(keys)):
            self.of.setdefault((*table, *keys[:length]), line)
        place = (*table, *keys)
        if place in self.of:
            self.doubled.append((place, line))
        self.of.setdefault(place, line)
        if self.word == "=":
            self.step()
            self.value(place)

    def value(self, place: Place) -> None:
        """Walk over one value, whatever it is."""
        if self.kind == "mark" and self.word == "[":
            self.array(place)
        elif self.kind == "mark" and self.word == "{":
            self.inline_table(place)
        else:
            while self.kind in {"bare", "string"} or self.word == ".":
                self.step()

    def array(self, place: Place) -> None:
        """Walk over ``[…]``."""
        self.step()
        index = 0
        self.skip(",")
        while self.kind != "end" and self.word != "]":
            self.of.setdefault((*place, index), self.line)
            if self.kind == "stray" or (self.kind == "mark" and self.word in "}=."):
                self.step()  # nothing that can stand in an array
            else:
                self.value((*place, index))
                index += 1
            self.skip(",")
        self.step()

    def inline_table(self, place: Place) -> None:
        """Walk over ``{…}``."""
        self.step()
        self.skip(",")
        while self.kind != "end" and self.word != "}":
            if self.kind in {"bare", "string"}:
                self.pair(place)
            else:
                self.step()  # nothing that can stand in a table
            self.skip(",")
        self.step()


def _plain(token: str) -> str:
    """Return a key without its quotes."""
    if token[:1] not in {'"', "'"}:
        return token
    try:
        return str(tomllib.loads(f"key = {token}")["key"])
    except tomllib.TOMLDecodeError:
        return token
