"""`raincheck auth google` as a person runs it, against Google's login on loopback."""

import json
import stat
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sync.demo.google.login import CLIENT_SECRET, LocalLogin
from tests.e2e.desk import COMMAND
from tests.servers.google_login import arrive, served, visit

LISTED = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
CONFIG = """
[practice]
name = "Example Practice"
timezone = "Europe/London"
emails = ["practice@example.org"]
[[accounts]]
name = "work"
type = "google"
credentials_file = "client.json"
{token}
[[accounts]]
name = "home"
type = "caldav"
url = "http://127.0.0.1:9/"
[[calendars]]
account = "work"
calendar = "sessions"
[hours]
mon = ["09:00-17:00"]
"""


@contextmanager
def practice(folder, token='token_file = "work.token.json"'):  # noqa: S107 - the name of a file
    login = LocalLogin()
    with served(login) as root:
        (folder / "config.toml").write_text(CONFIG.format(token=token), "utf-8")
        (folder / "client.json").write_text(json.dumps(login.client_secret(root)), "utf-8")
        (folder / "client.json").chmod(0o600)
        yield login, root, folder


@contextmanager
def failing(status):
    """Yield an address where nothing listens, or whose every answer is *status*."""

    class Failing(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Failing) as server:
        root = f"http://127.0.0.1:{server.server_port}"
        if status is not None:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield root
            finally:
                server.shutdown()
                thread.join()
    if status is None:
        yield root


def auth(folder, *arguments, browser=None, paste=False):
    """Run the command; *browser* turns where it was sent into where it goes."""
    command = [COMMAND, "auth", "google", "--config", str(folder / "config.toml"), *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        told = ""
        if browser is not None:
            told += process.stderr.readline()
            told += (address := process.stderr.readline())
            sent = browser(visit(address.strip()))
            if paste:
                process.stdin.write(f"{sent}\n")
                process.stdin.flush()
            else:
                assert arrive(sent) == 200
        process.stdin.close()
        err = process.stderr.read()
        out = process.stdout.read()
    assert CLIENT_SECRET not in out + told + err
    assert "ya29." not in out + told + err
    assert "1//" not in out + told + err
    return process.wait(60), out, told + err


def unchanged(address):
    return address


@pytest.mark.parametrize("paste", [False, True])
def test_a_consent_is_kept(tmp_path, paste):
    """By the redirect or pasted: a token file for the owner alone, with all that a pass needs."""
    with practice(tmp_path) as (login, root, folder):
        code, out, err = auth(folder, "work", "--no-browser", browser=unchanged, paste=paste)
        assert code == 0, err
        kept = folder / "work.token.json"
        assert str(kept) in out
        assert "seven days" in out
        assert "ssh -L" in err
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        content = json.loads(kept.read_text("utf-8"))
        assert content["token_uri"] == f"{root}/token"
        assert content["type"] == "authorized_user"
        assert content["refresh_token"]
        assert login.scopes_of(content["token"]) == frozenset(content["scopes"])
        assert sorted(path.name for path in folder.iterdir()) == [
            "client.json", "config.toml", "work.token.json",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("set_up", "browser", "says"),
    [
        ({"deny": True}, unchanged, "denied"),
        ({"untick": frozenset({LISTED})}, unchanged, "see the list of calendars"),
        ({}, lambda address: address.replace("state=", "state=x"), "another attempt"),
        ({}, lambda address: address.replace("code=", "code=x"), "does not take the code"),
    ],
)
def test_without_a_full_consent_the_old_login_stays(tmp_path, set_up, browser, says):
    """Denied, unticked, mixed up or forged: exit 77, what to do, and nothing is written."""
    with practice(tmp_path) as (login, _, folder):
        kept = folder / "work.token.json"
        kept.write_text("the old one", "utf-8")
        kept.chmod(0o600)
        for name, value in set_up.items():
            setattr(login, name, value)
        code, out, err = auth(folder, "work", "--no-browser", browser=browser)
        assert (code, out) == (77, "")
        assert says in err
        assert "raincheck auth google work" in err
        assert kept.read_text("utf-8") == "the old one"


@pytest.mark.parametrize("status", [None, 503])
def test_a_login_server_that_is_down_is_tried_again_later(tmp_path, status):
    """Consent is given, but its code cannot be exchanged: exit 75, and the old login stays."""
    with practice(tmp_path) as (login, page, folder), failing(status) as root:
        secret = login.client_secret(root)
        secret["installed"]["auth_uri"] = login.client_secret(page)["installed"]["auth_uri"]
        (folder / "client.json").write_text(json.dumps(secret), "utf-8")
        kept = folder / "work.token.json"
        kept.write_text("the old one", "utf-8")
        kept.chmod(0o600)
        code, out, err = auth(folder, "work", "--no-browser", browser=unchanged)
        assert (code, out) == (75, ""), err
        assert "raincheck auth google work" in err
        assert kept.read_text("utf-8") == "the old one"


@pytest.mark.parametrize("name", ["home", "nobody"])
def test_only_google_accounts_have_a_consent(tmp_path, name):
    """Another name is wrong use; those that fit are named."""
    with practice(tmp_path) as (_, _, folder):
        code, out, err = auth(folder, name, "--no-browser")
        assert (code, out) == (2, "")
        assert "work" in err


def test_a_login_needs_a_place(tmp_path):
    """Without token_file the configuration is wrong, and the key is named."""
    with practice(tmp_path, token="") as (_, _, folder):
        code, _, err = auth(folder, "work", "--no-browser")
        assert code == 78
        assert "token_file" in err


def test_a_service_account_needs_no_consent(tmp_path):
    """It is told what to do instead, also without token_file."""
    with practice(tmp_path, token="") as (login, root, folder):
        key = json.dumps(login.service_account(root))
        (folder / "client.json").write_text(key, "utf-8")
        code, out, err = auth(folder, "work", "--no-browser")
        assert (code, err) == (0, "")
        assert "Share the calendars" in out
