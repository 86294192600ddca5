"""What the demo tells to type."""

import pytest

from sync.demo.show import _again, _program


@pytest.fixture
def called(monkeypatch, tmp_path):
    """A checkout with its own program, called by `make` from there; no other is on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [".venv/bin/raincheck", "demo"])
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_another_terminal_is_in_another_folder(called):
    """What is to be typed there names the program from the root, unless its name is enough."""
    assert _program() == str(called / ".venv/bin/raincheck")
    assert _again({}) == f"{called / '.venv/bin/raincheck'} demo --keep"
    assert _again({"MAKELEVEL": "1"}) == "make demo ARGS=--keep"
    installed = called / "bin" / "raincheck"
    installed.parent.mkdir()
    installed.touch(mode=0o755)
    assert _program() == "raincheck"
