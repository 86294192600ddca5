"""The log: one line for each event, levels for journald or JSON, and nobody else's words."""

import io
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.config.load import parse
from sync.daemon import logs
from sync.daemon.logs import Form
from sync.errors import AccessError, ConfigError, Problem


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A stream in place of stderr; the loggers are put back afterwards."""
    root, ours = logging.getLogger(), logs.logger()
    kept = (root.handlers[:], ours.handlers[:], ours.level, ours.propagate)
    yield io.StringIO()
    root.handlers[:], ours.handlers[:], level, ours.propagate = kept
    ours.setLevel(level)


@pytest.mark.parametrize(
    ("level", "prefix"),
    [
        (logging.INFO, "<6>"),
        (logging.WARNING, "<4>"),
        (logging.ERROR, "<3>"),
        (logging.CRITICAL, "<2>"),
    ],
)
def test_levels_for_journald(stream: io.StringIO, level: int, prefix: str) -> None:
    """Each line begins with its priority."""
    logs.begin(Form.JOURNALD, stream=stream)
    logs.told(level, "looked", calendar="sessions", changed=2)
    assert stream.getvalue() == f"{prefix}looked calendar=sessions changed=2\n"


@pytest.mark.parametrize(
    ("level", "line"),
    [
        (logging.INFO, "looked calendar=sessions changed=2"),
        (logging.WARNING, "warning: looked calendar=sessions changed=2"),
        (logging.ERROR, "error: looked calendar=sessions changed=2"),
    ],
)
def test_lines_for_a_screen(stream: io.StringIO, level: int, line: str) -> None:
    """Without a priority; what is wrong says so."""
    logs.begin(Form.PLAIN, stream=stream)
    logs.told(level, "looked", calendar="sessions", changed=2)
    assert stream.getvalue() == f"{line}\n"


def test_priorities_are_for_the_journal_alone(tmp_path: Path) -> None:
    """Only where systemd says that the journal reads this very stream."""
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        status = os.fstat(stream.fileno())
        read = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        inherited = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino + 1}"}
        assert logs.fitting(stream, read) is Form.JOURNALD
        assert logs.fitting(stream, inherited) is Form.PLAIN
        assert logs.fitting(stream, {}) is Form.PLAIN
    assert logs.fitting(io.StringIO(), read) is Form.PLAIN


HOSTILE = [
    *("a\n<3>forged", "a\r\n<3>forged", 'a" b', "x=y", "", "two words", "\r\x1b[1m "),
    *("a\u2028<3>b", "a\x85<3>b", "a\x1b[2Jb", "a\x00b", "a\u202eb"),
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_field_cannot_forge_a_line(stream: io.StringIO, hostile: str) -> None:
    """A calendar may be called anything: it stays one field of one line."""
    logs.begin(Form.JOURNALD, stream=stream)
    logs.told(logging.INFO, "calendar lost", calendar=hostile)
    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()
    assert json.loads(line.partition("calendar=")[2]) == hostile


def test_json_lines(stream: io.StringIO) -> None:
    """With --log json each line is one object with a moment, a level, an event and fields."""
    logs.begin(Form.JSON, stream=stream)
    logs.told(logging.WARNING, "calendar lost", calendar='x "y"\n', status="denied")
    told = json.loads(stream.getvalue())
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "warning",
        "event": "calendar lost",
        "calendar": 'x "y"\n',
        "status": "denied",
    }


@pytest.mark.parametrize("form", Form)
def test_a_line_for_each_event(stream: io.StringIO, *, form: Form) -> None:
    """However often the log is begun, one event is one line, and debugging is left out."""
    for _ in range(2):
        logs.begin(form, stream=stream)
    logs.told(logging.DEBUG, "nobody asked")
    logs.told(logging.INFO, "calendar\nlost" if form is Form.JSON else "calendar lost", name="a\nb")
    assert stream.getvalue().count("\n") == 1
    assert "nobody" not in stream.getvalue()


@pytest.mark.parametrize("form", Form)
def test_libraries_are_silent(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], *, form: Form
) -> None:
    """What a library says quotes answers, and answers hold what clients wrote."""
    logs.begin(form, stream=stream)
    logging.getLogger("caldav").critical("Quillon Wren")
    logging.getLogger().error("Quillon Wren")
    assert stream.getvalue() == ""
    assert capsys.readouterr() == ("", "")


WRONG = """
[daemon]
pol = "60s"
"quillon@example.org" = 1
[[accounts]]
name = "home"
type = "caldav"
Quillon-Wren = 1
[causes."quillon@example.org"]
fault = "nobody"
[Quillon]
"""


def test_a_wrong_configuration_is_told_without_what_a_person_wrote(stream: io.StringIO) -> None:
    """A key may be a client's address: the log tells the table and the line, and what is known."""
    logs.begin(Form.JSON, stream=stream)
    with pytest.raises(ConfigError) as caught:
        parse(WRONG, path=Path("/srv/config.toml"))
    logs.told_wrong("configuration is wrong", caught.value)
    assert "uillon" not in stream.getvalue()
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {one["event"] for one in told} == {"configuration is wrong"}
    places = {(one.get("where"), one.get("line")) for one in told}
    assert {("daemon", 3), ("daemon", 4), ("causes", 9), ("accounts[0]", 8), (None, 11)} <= places
    assert {"accounts[0].url", "calendars"} <= {one.get("where") for one in told}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AccessError("refused", calendar="sessions", operation="login"), "<3>ended code=77"),
        (ConfigError("f", (Problem("daemon.metrics", "taken"),)), "where=daemon.metrics"),
        (KeyError("Quillon Wren"), "<2>a bug in Raincheck, please report it kind=KeyError at="),
    ],
)
def test_the_end_is_told_in_the_logs_own_form(
    stream: io.StringIO, error: Exception, words: str
) -> None:
    """Whatever ends the daemon has a level and one line; a bug is told by its place alone."""
    logs.begin(Form.JOURNALD, stream=stream)
    with pytest.raises(type(error)) as caught:
        raise error
    logs.told_end(caught.value, 77)
    (line,) = stream.getvalue().splitlines()
    assert words in line
    assert "Quillon" not in line
