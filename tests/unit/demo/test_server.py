"""The demo's server: up when it says so, and gone without a trace."""

import contextlib
import http.client
import os
import socket
import subprocess
from pathlib import Path

import pytest

from sync.demo import server as module
from sync.demo.folder import DemoError
from sync.demo.google.host import GoogleHost
from sync.demo.server import DemoServer


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, SystemExit, ValueError])
def test_nothing_is_left_however_the_block_ends(error):
    """The process has ended, its port is closed and its folder is gone."""
    seen = {}
    expected = pytest.raises(error) if error else contextlib.nullcontext()
    with expected, DemoServer() as server:
        seen.update(pid=server.pid, port=server.port, folder=server.folder)
        assert is_listening(server.port)
        assert server.folder.is_dir()
        if error:
            raise error
    assert not is_alive(seen["pid"])
    assert not is_listening(seen["port"])
    assert not seen["folder"].exists()


def test_it_wants_a_login_and_its_files_are_private():
    """Without the password nothing is served; the folder is its owner's alone."""
    with DemoServer() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", "/demo/")
        assert connection.getresponse().status == 401
        connection.close()
        assert server.folder.stat().st_mode & 0o077 == 0
        assert (server.folder / "users").stat().st_mode & 0o077 == 0
        server.make_calendar("one", "One & only", "#336699")
        with pytest.raises(DemoError, match=r"PUT one/x\.ics"):
            server.put("one", "x.ics", "nonsense")


def test_a_port_that_was_taken_meanwhile_is_left_for_another(monkeypatch):
    """If somebody is faster on the free port, another one is tried."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free = module._free_port
        ports = [taken.getsockname()[1]]
        monkeypatch.setattr(module, "_free_port", lambda: ports.pop() if ports else free())
        monkeypatch.setattr(module, "REQUEST_TIMEOUT_S", 0.2)
        with DemoServer() as server:
            assert server.port != taken.getsockname()[1]
            monkeypatch.setattr(module, "REQUEST_TIMEOUT_S", 10)
            server.make_calendar("one", "One", "#336699")


def test_a_server_that_cannot_start_says_its_last_words_and_leaves_nothing(monkeypatch):
    """What it wrote at its end is in the error; no folder stays."""
    folders = []

    def broken(self):
        folders.append(self.folder)
        (self.folder / "server.log").write_text("no such luck\n")
        return subprocess.Popen(["/bin/false"])

    monkeypatch.setattr(DemoServer, "_spawned", broken)
    with pytest.raises(DemoError, match="no such luck"), DemoServer():
        pass
    assert not folders[0].exists()


def test_without_radicale_the_extra_is_named(monkeypatch):
    """A missing Radicale is told with the way to get it, before anything is made."""
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(DemoError, match=r"make demo"), DemoServer():
        pass


def test_without_googles_library_the_extra_is_named(monkeypatch):
    """A missing client library is told with the way to get it, before anything is made."""
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(DemoError, match=r"demo,google"), GoogleHost():
        pass


def test_stopping_twice_is_no_trouble():
    """A second stop does nothing, and never touches the working directory."""
    server = DemoServer()
    server.stop()
    server.stop()
    assert Path().exists()
