"""Content lines: the form in which a calendar resource is read and edited without loss.

A resource is a tree of components whose leaves are unfolded content lines, each kept as its owner
wrote it (RFC 5545, 3.1). Reading looks into the lines; editing replaces whole lines; what nobody
touches goes back as it came. Nothing here knows what a session is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

SIZE_MAX = 1_000_000
"""A larger resource is not read (UTF-8 bytes)."""

DEPTH_MAX = 8
"""Deeper nesting is nobody's calendar: VALARM in VEVENT in VCALENDAR is three."""

_OCTETS_MAX = 75
_PARTS = re.compile(r'([A-Za-z0-9-]++)((?:;[^":;]*+(?:"[^"]*+"[^":;]*+)*+)*+):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([^"=;]*+)=?+([^";]*+(?:"[^"]*+"[^";]*+)*+)')
_FRAMES = "BbEe"
"""What BEGIN and END may begin with."""
_ESCAPED = re.compile(r"\\([\\;,nN])")
_LIST_COMMA = re.compile(r"((?:[^\\,]|\\.|\\$)*+)(?:,|$)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK_LINES = re.compile(r"\n{2,}")


class UnreadableResource(ValueError):  # noqa: N818 -- the port speaks of unreadable resources
    """A resource that cannot be understood; the reason holds nothing that its owner wrote."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Line(str):
    """One content line, unfolded, exactly as it is stored. A line without a colon has no name.

    It is its own text, and nothing is kept beside it: of ten thousand resources most lines are
    never asked for more.
    """

    __slots__ = ()

    def _parts(self) -> tuple[str, str, str]:
        match = _PARTS.match(self)
        if match is None:
            return "", "", str(self)
        name, parameters, value = match.groups()
        return name.upper(), parameters, value

    @property
    def name(self) -> str:
        """Return the property's name in upper case."""
        return self._parts()[0]

    @property
    def frame(self) -> tuple[str, str]:
        """Return BEGIN or END and the component's name; two empty texts for any other line."""
        kind, colon, name = self.partition(":")
        if ";" in kind:  # parameters, which nobody writes there: not to be cut by hand
            kind, _, name = self._parts()
        if colon and kind.isascii() and (word := kind.upper()) in {"BEGIN", "END"}:
            return word, name.strip().upper()
        return "", ""

    @property
    def value(self) -> str:
        """Return the value as stored, escapes and all."""
        return self._parts()[2]

    @property
    def words(self) -> str:
        """Return the value as text (RFC 5545, 3.3.11)."""
        return unescaped(self.value)

    def parameter(self, name: str) -> str:
        """Return the parameter's value without its quotes; empty if there is none."""
        parameters = self._parts()[1]
        for key, value in _PARAMETER.findall(parameters):
            if key.strip().upper() == name:
                return str(value).strip().replace('"', "")
        return ""

    def with_parameters(self, **changes: str | None) -> "Line":
        """Return it with parameters set, in place or at the end; None takes one away.

        An underscore stands for a hyphen. Values are plain tokens.
        """
        wanted = {name.replace("_", "-"): value for name, value in changes.items()}
        kept = []
        for key, raw in self._parameters():
            if key.upper() not in wanted:
                kept.append(f";{key}={raw}")
            elif (value := wanted.pop(key.upper())) is not None:
                kept.append(f";{key}={value}")
        kept += [f";{name}={value}" for name, value in wanted.items() if value is not None]
        return Line(f"{self.name}{''.join(kept)}:{self.value}")

    def with_value(self, value: str) -> "Line":
        """Return it with another value (as stored) and the same parameters."""
        return Line(f"{self[: len(self) - len(self.value)]}{value}")

    def _parameters(self) -> Iterator[tuple[str, str]]:
        for match in _PARAMETER.finditer(self._parts()[1]):
            yield match[1].strip(), match[2].strip()


@dataclass(frozen=True)
class Component:
    """A component: its BEGIN line, what stands in it, in order, and its END line."""

    begin: Line
    body: tuple["Line | Component", ...]
    end: Line

    @property
    def name(self) -> str:
        """Return its name in upper case."""
        return self.begin.frame[1]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Return its own lines, those of components inside it left out."""
        return tuple(part for part in self.body if isinstance(part, Line))

    @cached_property
    def named(self) -> Mapping[str, Sequence[Line]]:
        """Return its own lines by name: a reader asks for twenty names, one after the other."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.name, []).append(line)
        return found

    @property
    def components(self) -> tuple["Component", ...]:
        """Return the components that stand in it directly."""
        return tuple(part for part in self.body if isinstance(part, Component))

    def all(self, *names: str) -> tuple[Line, ...]:
        """Return its own lines of these names, in order."""
        if len(names) == 1:
            return tuple(self.named.get(names[0], ()))
        if self.named.keys().isdisjoint(names):
            return ()
        return tuple(line for line in self.lines if line.name in names)

    def first(self, name: str) -> Line | None:
        """Return its first own line of this name."""
        lines = self.named.get(name)
        return lines[0] if lines else None

    def words(self, name: str) -> str:
        """Return the text of its first line of this name; empty if there is none."""
        line = self.first(name)
        return line.words if line else ""

    def without(self, *names: str) -> "Component":
        """Return it less its own lines of these names."""
        kept = tuple(p for p in self.body if not (isinstance(p, Line) and p.name in names))
        return replace(self, body=kept)

    def with_line(self, line: Line) -> "Component":
        """Return it with *line* in place of the first of its name, or after its last own line.

        Further lines of that name go: it is for properties that may stand once.
        """
        body = list(self.body)
        standing = [
            at for at, part in enumerate(body) if isinstance(part, Line) and part.name == line.name
        ]
        if standing:
            body[standing[0]] = line
            for at in reversed(standing[1:]):
                del body[at]
        else:
            body.insert(self._after_lines(), line)
        return replace(self, body=tuple(body))

    def _after_lines(self) -> int:
        """Return where a new line goes: before the first component that stands inside."""
        inside = (at for at, part in enumerate(self.body) if isinstance(part, Component))
        return next(inside, len(self.body))

    def texts(self) -> Iterator[str]:
        """Yield every line in it, with its BEGIN and END, in order."""
        yield self.begin
        for part in self.body:
            if isinstance(part, Line):
                yield part
            else:
                yield from part.texts()
        yield self.end


def component(name: str, parts: Iterable[Line | Component]) -> Component:
    """Return a new component of *parts*."""
    return Component(Line(f"BEGIN:{name}"), tuple(parts), Line(f"END:{name}"))


def unfolded(text: str) -> str:
    """Return *text* with one content line per line, whatever line ends it came with."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\n\n" in plain:
        plain = _BLANK_LINES.sub("\n", plain)
    return plain.replace("\n ", "").replace("\n\t", "")


def parsed(text: str) -> Component:
    """Return the VCALENDAR that *text* holds.

    Raises:
        UnreadableResource: it is too large, no text, or not one well-nested VCALENDAR.
    """
    _check_text(text)
    found: list[Component] = []
    open_: list[tuple[Line, str, list[Line | Component]]] = []
    for line in map(Line, filter(str.strip, unfolded(text).split("\n"))):
        frame, name = line.frame if line[0] in _FRAMES else ("", "")
        if frame == "BEGIN":
            if len(open_) >= DEPTH_MAX:
                raise UnreadableResource("components nested too deep")
            open_.append((line, name, []))
        elif not open_:
            raise UnreadableResource("not a calendar resource")
        elif frame == "END":
            begin, begun, body = open_.pop()
            if begun != name:
                raise UnreadableResource("components not closed in order")
            made = Component(begin, tuple(body), line)
            (open_[-1][2] if open_ else found).append(made)
        else:
            open_[-1][2].append(line)
    if open_ or len(found) != 1 or found[0].name != "VCALENDAR":
        raise UnreadableResource("not one whole calendar")
    return found[0]


def _check_text(text: str) -> None:
    if len(text) > SIZE_MAX:
        raise UnreadableResource("larger than a megabyte")
    try:
        octets = text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableResource("not text") from None
    if len(octets) > SIZE_MAX:
        raise UnreadableResource("larger than a megabyte")
    if "\x00" in text:
        raise UnreadableResource("not text")


def folded(calendar: Component) -> str:
    """Return the stored text of *calendar*: folded at 75 octets, lines ended by CR LF."""
    return "".join(f"{_folded_line(line)}\r\n" for line in calendar.texts())


def _folded_line(text: str) -> str:
    """Return one content line folded; a character is never cut in two (RFC 5545, 3.1)."""
    octets = text.encode("utf-8")
    if len(octets) <= _OCTETS_MAX:
        return text
    parts, at = [], 0
    while at < len(octets):
        # A continuation line begins with the blank of the fold.
        end = at + _OCTETS_MAX - (1 if at else 0)
        while end < len(octets) and octets[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(octets[at:end].decode("utf-8"))
        at = end
    return "\r\n ".join(parts)


def escaped(words: str) -> str:
    """Return *words* as a TEXT value; control characters, which no server stores, are left out."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    plain = _CONTROL.sub("", plain)
    for char in "\\;,":
        plain = plain.replace(char, f"\\{char}")
    return plain.replace("\n", "\\n")


def unescaped(value: str) -> str:
    """Return the words of a TEXT value; a backslash before anything else stays."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def listed(value: str) -> tuple[str, ...]:
    """Return the words of a comma-separated TEXT list, trimmed, the empty ones left out."""
    words = (unescaped(match[1]).strip() for match in _LIST_COMMA.finditer(value))
    return tuple(word for word in words if word)
