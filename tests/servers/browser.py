"""A real browser without a window: Debian's chromium, driven over a pair of pipes.

Its DevTools protocol is JSON messages that end in a NUL: ours go in at file descriptor 3 and its
own come out at 4 (``--remote-debugging-pipe``). No port is opened, and no driver is needed.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

FLAGS = (
    "--headless",
    "--no-sandbox",  # tests may run as root, who cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
ANSWERS_S = 60
ENDS_S = 20
_AS_THREE_AND_FOUR = (
    "import os, sys\n"
    "os.dup2(int(sys.argv[1]), 3)\n"
    "os.dup2(int(sys.argv[2]), 4)\n"
    "os.execv(sys.argv[3], sys.argv[3:])\n"
)


@dataclass
class Browser:
    """One tab. ``heard`` are the events that came so far: name and what it says."""

    orders: BinaryIO
    answers: int
    session: str = ""
    count: int = 0
    read: bytearray = field(default_factory=bytearray, repr=False)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list, repr=False)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one order and return its answer; what comes between is remembered."""
        self.count += 1
        order = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        self.orders.write(json.dumps(order).encode() + b"\0")
        self.orders.flush()
        while (message := self._next()).get("id") != self.count:
            pass
        assert "error" not in message, (method, message["error"])
        return dict(message["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.read:
            ready, _, _ = select.select([self.answers], [], [], ANSWERS_S)
            assert ready, "the browser says nothing"
            more = os.read(self.answers, 1 << 16)
            assert more, "the browser has ended"
            self.read += more
        said, _, rest = self.read.partition(b"\0")
        self.read = bytearray(rest)
        message: dict[str, Any] = json.loads(said)
        if "method" in message:
            self.heard.append((message["method"], message["params"]))
        return message

    def open(self, page: Path, *, width: int = 1240, height: int = 900) -> None:
        """Load *page*, with a window of that size, and wait until it is there."""
        self.resize(width, height)
        self.heard.clear()
        self.ask("Page.navigate", url=page.as_uri())
        while not any(name == "Page.loadEventFired" for name, _ in self.heard):
            self._next()

    def resize(self, width: int, height: int, *, scale: float = 1) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=False,
        )  # fmt: skip

    def prefer(self, *, dark: bool = False, media: str = "") -> None:
        """Show the page by day or by night, or as on paper."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def value(self, expression: str) -> Any:
        """Return what a script of ours says of the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        codes = {"Tab": 9, "Enter": 13}
        for kind in ("rawKeyDown", *(["char"] if key == "Enter" else []), "keyUp"):
            text = {"text": "\r"} if kind == "char" else {}
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=codes[key], **text,
            )  # fmt: skip

    def read_aloud(self) -> list[tuple[str, str]]:
        """Return role and name of all that a screen reader meets, in its order."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        said = [node for node in nodes if not node.get("ignored")]
        return [(str(n["role"]["value"]), str(n.get("name", {}).get("value", ""))) for n in said]

    def picture(self, *, whole: bool = True) -> bytes:
        """Return the page as a PNG."""
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def paper(self) -> bytes:
        """Return the page as it is printed, a PDF of A4."""
        size = {"paperWidth": 8.27, "paperHeight": 11.69}
        printed = self.ask("Page.printToPDF", printBackground=False, **size)
        return base64.b64decode(printed["data"])

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the page was opened."""
        return [
            said["request"]["url"]
            for name, said in self.heard
            if name == "Network.requestWillBeSent"
        ]


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Start chromium with the empty folder *profile*, and end it."""
    program = shutil.which("chromium")
    assert program is not None, "the report is tested in a browser: apt-get install chromium"
    # Numbers far from 3 and 4, so that neither is closed by the move there.
    (order_out, order_in), (answer_out, answer_in) = os.pipe(), os.pipe()
    given = [fcntl.fcntl(one, fcntl.F_DUPFD, 20) for one in (order_out, answer_in)]
    command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", _AS_THREE_AND_FOUR, *map(str, given), *command],
        pass_fds=given, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for one in (*given, order_out, answer_in):
        os.close(one)
    with os.fdopen(order_in, "wb") as orders, os.fdopen(answer_out, "rb") as answers:
        found = Browser(orders, answers.fileno())
        try:
            _attach(found)
            yield found
            found.session = ""
            found.ask("Browser.close")
            process.wait(ENDS_S)
        finally:
            process.kill()
            process.wait()


def _attach(found: Browser) -> None:
    (tab,) = [
        each["targetId"]
        for each in found.ask("Target.getTargets")["targetInfos"]
        if each["type"] == "page"
    ]
    found.session = found.ask("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Runtime", "Log", "Accessibility"):
        found.ask(f"{domain}.enable")
