"""Draw the README's picture: one real demo, as an SVG without anything from elsewhere.

Run it from the project's root, in the environment of `make demo`: python docs/picture.py
"""

import io
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from sync.demo.server import DemoServer
from sync.demo.show import weeks
from sync.demo.stage import performed

WIDTH = 118
TARGET = Path(__file__).with_name("demo.svg")


def main() -> None:
    """Perform, draw, and write the picture beside this file."""
    with DemoServer() as server:
        shown = performed(server, now=datetime.now(UTC), environ=os.environ)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(weeks(shown, console, WIDTH))
    drawn = console.export_svg(title="raincheck demo")
    # The fonts are named, not fetched, and nobody is advertised.
    drawn = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", drawn, flags=re.DOTALL)
    TARGET.write_text(drawn, "utf-8")


if __name__ == "__main__":
    main()
