"""The pages for users, taken apart: fenced blocks with their language and place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*)\s*$")


@dataclass(frozen=True)
class Block:
    """One fenced block; ``line`` is that of its fence, ``section`` the heading above it."""

    page: Path
    line: int
    section: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    """Yield every fenced block of *page*, in its order; an unclosed one fails."""
    section = ""
    begun: tuple[int, str, str] | None = None
    held: list[str] = []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if begun is None and fence:
            begun, held = (number, fence["indent"], fence["language"]), []
        elif begun and fence:
            assert not fence["language"], f"{page}:{number}: a fence inside a fence"
            yield Block(page, begun[0], section, begun[2], "".join(f"{each}\n" for each in held))
            begun = None
        elif begun:
            held.append(line.removeprefix(begun[1]))
        elif line.startswith("#"):
            section = line.lstrip("# ").strip()
    assert begun is None, f"{page}: the block in line {begun} never ends"


BLOCKS = tuple(block for page in PAGES for block in blocks_of(page))
