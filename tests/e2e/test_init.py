"""`raincheck init` as a person, or a script, runs it: a real server, a real terminal."""

import json
import os
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from sync.cli.init import init
from sync.demo.google.login import CLIENT_SECRET, LocalLogin
from tests.e2e.desk import COMMAND, in_days, session
from tests.e2e.terminal import Terminal, terminal
from tests.servers.google_calendar import Fault, FaultyGoogle, google
from tests.servers.google_login import arrive, visit
from tests.servers.processes import Server, free_port, radicale
from tests.servers.ring import ring_in

ME = "practice@example.org"
NAMES = ("Sessions", "Private life")


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a calendar server and no configuration yet; ``home`` holds all of theirs."""

    home: Path
    server: Server

    @property
    def folder(self) -> Path:
        return self.home / ".config" / "raincheck"

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def environ(self) -> dict[str, str]:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "COVERAGE_PROCESS_START")
            if name in os.environ
        }
        return {
            **kept,
            "HOME": str(self.home),
            "TZ": "Europe/London",
            "TMPDIR": str(self.home / "tmp"),
        }

    def flags(self, **changed: str | None) -> list[str]:
        """Return flags that answer everything, some *changed*, or left out with None."""
        (self.home / "pw").write_text(f"{self.server.password}\n", encoding="utf-8")
        (self.home / "pw").chmod(0o600)
        given: dict[str, str | None] = {
            "url": self.server.root,
            "username": self.server.username,
            "password-file": str(self.home / "pw"),
            "sessions": NAMES[0],
            "busy": NAMES[1],
            "email": ME,
            "hours": "mon-sun 7-21",
            "holidays": "GB-ENG",
            "buffer": "10",
            "fee": "80.00 GBP",
        } | {name.replace("_", "-"): value for name, value in changed.items()}
        words = [word for name, v in given.items() if v is not None for word in (f"--{name}", v)]
        return [*words, "--no-rebook-no-shows"]

    def run(self, *words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [COMMAND, *words],
            input=typed,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def written(self) -> dict[str, object]:
        return tomllib.loads(self.config.read_text(encoding="utf-8"))

    def left(self) -> list[str]:
        """Return every file that is at home, apart from the password file of `flags`."""
        files = (path for path in self.home.rglob("*") if not path.is_dir())
        return sorted(str(path.relative_to(self.home)) for path in files if path.name != "pw")


@pytest.fixture(scope="module")
def own_radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Radicale with two calendars, and one session that was disrupted."""
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        addresses = [server.make_calendar(uuid4().hex, name) for name in NAMES]
        for name, days, lines in (("one", 2, ("CATEGORIES:disrupted",)), ("two", 3, ())):
            text = session(f"{name}@example.org", in_days(days), *lines)
            kind = {"Content-Type": "text/calendar"}
            answer = server.request("PUT", f"{addresses[0]}{name}.ics", text, kind)
            assert answer.status_code == 201
        yield server


@pytest.fixture
def newcomer(own_radicale: Server, tmp_path: Path) -> Newcomer:
    """Somebody who starts, on a server with two calendars."""
    (tmp_path / "tmp").mkdir()
    return Newcomer(tmp_path, own_radicale)


def modes(folder: Path) -> dict[str, int]:
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


def test_flags_answer_everything(newcomer):
    """A script asks nothing and gets a file that works, a check, a dry run, and what comes next."""
    done = newcomer.run("init", *newcomer.flags())
    assert done.returncode == 0, done.stderr
    written = newcomer.written()
    assert written["practice"] == {"timezone": "Europe/London", "emails": [ME]}
    assert written["calendars"] == [
        {"account": "home", "calendar": NAMES[0], "sessions": "all"},
        {"account": "home", "calendar": NAMES[1], "sessions": "none"},
    ]
    assert written["hours"]["sun"] == ["07:00-21:00"]
    assert written["hours"]["holidays"] == "GB-ENG"
    assert written["hours"]["buffer"] == "10m"
    assert written["fees"]["session"] == "80.00"
    assert written["policy"]["rules"] == [{"causes": ["no-show", "late"], "action": "record"}]
    assert modes(newcomer.folder) == {"config.toml": 0o600}
    assert stat.S_IMODE(newcomer.folder.stat().st_mode) == 0o700
    for words in (
        f"{newcomer.config}: written",
        "2 sessions in the next 28 days",
        "nothing was written",
        "would move to",
        "raincheck sync\n",
        "raincheck service install --user\n",
    ):
        assert words in done.stdout, words
    assert "Understood as: Mon-Sun 07:00-21:00." in done.stderr
    assert newcomer.left() == [".config/raincheck/config.toml"]
    assert newcomer.run("check").returncode == 0


def test_what_is_missing_is_said_at_once(newcomer):
    """Without a terminal, every flag that is missing and every wrong one, in one go; exit 2."""
    done = newcomer.run("init", "--url", "ftp://x", "--username", "quill", "--holidays", "XQ")
    assert (done.returncode, done.stdout) == (2, "")
    for words in ("--password-stdin", "--sessions", "--email", "--hours", "--url: ", "XQ"):
        assert words in done.stderr, words
    assert newcomer.left() == []


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"hours": "whenever"}, 2, "--hours"),
        ({"fee": "80 pounds"}, 2, "--fee"),
        ({"timezone": "Europe/Londn"}, 2, "Europe/London"),
        ({"sessions": "Sesions"}, 2, "Sessions"),
        ({"busy": "Nowhere"}, 2, "--busy"),
        ({"busy": NAMES[0]}, 2, "--busy: Sessions holds your sessions already"),
        ({"password_env": "X"}, 2, "--password-env"),
        ({"password_file": None, "password_env": "NOT_SET"}, 78, "the password is empty"),
        ({"password_file": None, "password_command": "echo wrong"}, 77, "app password"),
        ({"url": f"http://127.0.0.1:{free_port()}/"}, 75, "Is the address right"),
        ({"google": "client.json"}, 2, "--google"),
        ({"buffer": "some"}, 2, "--buffer"),
        ({"username": "\udcff"}, 2, "--username"),
        ({"password_file": "\udcff"}, 2, "--password-file"),
    ],
)
def test_a_wrong_flag_writes_nothing(newcomer, changed, code, says):
    """Each is told in a sentence, with the contract's exit code, and nothing is left behind."""
    done = newcomer.run("init", *newcomer.flags(**changed))
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert says in done.stderr
    assert newcomer.left() == []


def test_a_piped_password_gets_a_file_of_its_own(newcomer):
    """It is written beside the configuration, for its owner alone, and shown nowhere."""
    flags = newcomer.flags(password_file=None, username="therapist", email="''")
    flags = [word for word in flags if word not in {"--email", "''"}]
    done = newcomer.run(
        "init", *flags, "--email", "", "--password-stdin", "--no-check",
        typed=f"{newcomer.server.password}\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert modes(newcomer.folder) == {"config.toml": 0o600, "home.password": 0o600}
    assert newcomer.written()["accounts"][0]["password_file"] == "home.password"
    assert newcomer.server.password not in newcomer.config.read_text(encoding="utf-8")
    assert newcomer.server.password not in done.stdout + done.stderr
    assert "logged in" not in done.stdout
    assert newcomer.run("sync", "--dry-run").returncode == 0


def test_nothing_is_overwritten(newcomer):
    """A configuration that is there is refused before anything; a secret gets another name."""
    newcomer.folder.mkdir(parents=True)
    (newcomer.folder / "home.password").write_text("mine", encoding="utf-8")
    newcomer.config.write_text("mine", encoding="utf-8")
    done = newcomer.run("init", *newcomer.flags())
    assert (done.returncode, done.stdout) == (2, "")
    assert str(newcomer.config) in done.stderr
    assert "--config" in done.stderr
    assert newcomer.config.read_text(encoding="utf-8") == "mine"
    newcomer.config.unlink()
    newcomer.config.symlink_to("nowhere")
    assert newcomer.run("init", *newcomer.flags()).returncode == 2
    newcomer.config.unlink()
    flags = newcomer.flags(password_file=None)
    typed = f"{newcomer.server.password}\n"
    done = newcomer.run("init", *flags, "--password-stdin", "--no-check", typed=typed)
    assert done.returncode == 0, done.stderr
    assert (newcomer.folder / "home.password").read_text(encoding="utf-8") == "mine"
    assert newcomer.written()["accounts"][0]["password_file"] == "home-2.password"
    assert newcomer.run("check").returncode == 0


def test_another_place_is_named_in_what_comes_next(newcomer):
    """With --config the commands at the end name it, ready to be pasted, and without detours."""
    other = newcomer.home / "an other" / "r.toml"
    given = str(newcomer.home / "tmp" / ".." / "an other" / "r.toml")
    done = newcomer.run("init", "--config", given, "--no-check", *newcomer.flags())
    assert done.returncode == 0, done.stderr
    assert f"{other}: written" in done.stdout
    assert f"raincheck sync --config '{other}'" in done.stdout
    assert stat.S_IMODE(other.stat().st_mode) == 0o600


def test_a_country_that_lacks_days_of_its_parts_is_told(newcomer):
    """A script gets what it asked for, by its usual code, and a word of warning."""
    flags = newcomer.flags(holidays="uk")
    done = newcomer.run("init", *flags, "--rebook-no-shows", "--no-check")
    assert done.returncode == 0, done.stderr
    assert newcomer.written()["hours"]["holidays"] == "GB"
    assert "rules" not in newcomer.written()["policy"]
    assert "Careful: GB alone has only what all of it keeps; GB-ENG, say, has more." in done.stderr


def test_tls_where_none_is_spoken(newcomer):
    """A script is told the address that would do; exit 75, as for any that does not answer."""
    secure = newcomer.server.root.replace("http:", "https:")
    done = newcomer.run("init", *newcomer.flags(url=secure))
    assert (done.returncode, done.stdout) == (75, "")
    assert f"{secure} speaks no TLS; did you mean {newcomer.server.root}?" in done.stderr
    assert newcomer.left() == []


def test_an_address_that_only_led_to_the_calendars_is_written_as_theirs(newcomer):
    """One that means nothing to the server would puzzle whoever reads the file."""
    done = newcomer.run("init", *newcomer.flags(url=f"{newcomer.server.root}nonsense/path"))
    assert done.returncode == 0, done.stderr
    home = f"{newcomer.server.root}{newcomer.server.username}/"
    assert newcomer.written()["accounts"][0]["url"] == home


def test_what_cannot_be_written_is_told(newcomer):
    """The secret that is there stays and is named; no half of a configuration is left."""
    other = newcomer.home / "other" / ("x" * 300)
    flags = ["--config", str(other), *newcomer.flags(password_file=None), "--password-stdin"]
    done = newcomer.run("init", *flags, typed=f"{newcomer.server.password}\n")
    assert done.returncode == 2, done.stderr
    assert "too long" in done.stderr
    assert "What was written stays" in done.stderr
    assert f"{other.parent / 'home.password'}: written" in done.stdout
    assert newcomer.left() == ["other/home.password"]


def test_a_password_that_is_no_text_is_refused(newcomer):
    """Piped in, it is told, and nothing is left."""
    done = subprocess.run(
        [COMMAND, "init", *newcomer.flags(password_file=None), "--password-stdin"],
        input=b"\xff\n", env=newcomer.environ, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"no UTF-8 text" in done.stderr
    assert newcomer.left() == []


def test_a_server_that_asks_for_no_login(xandikos_server, tmp_path):
    """An empty user name is an answer too."""
    newcomer = Newcomer(tmp_path, xandikos_server)
    name = f"sessions-{uuid4().hex[:8]}"
    xandikos_server.make_calendar(name)
    flags = newcomer.flags(username="", password_file=None, sessions=name, busy=None)
    done = newcomer.run("init", *flags)
    assert done.returncode == 0, done.stderr
    assert "username" not in newcomer.written()["accounts"][0]
    assert "the server invites guests" in done.stdout


QUESTIONS = (
    ("with commas: ", "sessions"),
    ("[all]: ", ""),
    ("when you are busy? (Enter: none): ", "sessions"),
    ("when you are busy? (Enter: none): ", "private life"),
    ("Time zone [Europe/London]: ", "berlin"),
    ("Time zone [Europe/Berlin]: ", "europe/london"),
    ("Time zone [Europe/London]: ", ""),
    ("commas between: ", ""),
    ("commas between: ", ME),
    ("Working hours: ", "mon-fri 9-5"),
    ("Working hours: ", "mon-fri 9-17"),
    ("[Y/n]: ", "n"),
    ("Working hours: ", "mon-thu 8-20"),
    ("[Y/n]: ", "maybe"),
    ("[Y/n]: ", "daily 7-21"),
    ("[Y/n]: ", "y"),
    ("GB-ENG (Enter: none): ", "UK"),
    ("all of GB keeps): ", "bavaria"),
    ("all of GB keeps): ", "eng"),
    ("between sessions? [10]: ", "0"),
    ("(yes or no) [no]: ", "yes"),
    ("(Enter: no fees): ", "80"),
    ("currency, such as GBP [GBP]: ", ""),
    ("Write it? [Y/n]: ", ""),
)
TOLD = (
    'answer "server" or "google"',
    "could not be reached. Is the address right,",
    "speaks no TLS; did you mean http://127.0.0.1:",
    "the login is refused",
    'there is no calendar "9"',
    'there is no calendar "nothing"',
    "That will not do: Sessions holds your sessions already; the others are: ",
    "Busy: Private life.",
    '"9-5" ends before it starts',
    "Understood as: Mon-Fri 09:00-17:00; Sat-Sun closed.",
    "Understood as: Mon-Sun 07:00-21:00.",
    "That will not do: it is empty.",
    'write at least one, or "none"',
    'answer "yes" or "no", or write the hours anew',
    "hours     Mon-Sun 07:00-21:00 (Europe/London)",
    "GB has several: GB-ENG, GB-NIR, GB-SCT, GB-WLS.",
    '"bavaria" is none of them',
    "Closed for GB-ENG, next: ",
)


@pytest.fixture
def asked(newcomer) -> Iterator[Terminal]:
    """The wizard at a terminal, its results kept apart in a file."""
    with (newcomer.home / "tmp" / "out").open("wb") as out:
        command = [COMMAND, "init"]
        with terminal(command, environ=newcomer.environ, stdout=out.fileno()) as screen:
            yield screen


def test_a_person_is_asked_again_until_the_answer_works(newcomer, asked):
    """A wrong address, a wrong password, wrong hours: each is told at once, and asked again."""
    asked.answers(
        ("[server]: ", "servant"),
        ("[server]: ", "server"),
        ("Address of the server: ", f"http://127.0.0.1:{free_port()}/"),
        ("/]: ", newcomer.server.root.removeprefix("http://")),
        (f"[{newcomer.server.root}]: ", ""),
        ("User name (Enter if the server wants none): ", newcomer.server.username),
        ("(not shown): ", ""),
        ("(not shown): ", "wrong-canary"),
        ("User name [therapist]: ", ""),
        ("(not shown): ", newcomer.server.password),
        ("with commas: ", "9"),
        ("with commas: ", "nothing"),
        *QUESTIONS,
    )
    assert asked.ends() == 0, asked.shown
    out = (newcomer.home / "tmp" / "out").read_text(encoding="utf-8")
    assert f"{newcomer.config}: written" in out
    assert "would move to" in out
    assert [words for words in TOLD if words not in asked.shown.replace("\n", " ")] == []
    assert "Where are" not in out
    assert "othing is lost" not in asked.shown
    assert "Quillon Wren" not in out
    for password in ("wrong-canary", newcomer.server.password):
        assert password not in asked.shown + out
    assert [line for line in asked.shown.splitlines() if len(line) > 80 and "/" not in line] == []
    written = newcomer.written()
    assert [each["sessions"] for each in written["calendars"]] == ["all", "none"]
    assert [each["calendar"] for each in written["calendars"]] == list(NAMES)
    assert written["fees"]["session"] == "80"
    assert written["fees"]["currency"] == "GBP"
    assert "rules" not in written["policy"]
    assert "buffer" not in written["hours"]
    assert written["hours"]["holidays"] == "GB-ENG"
    assert modes(newcomer.folder) == {"config.toml": 0o600, "home.password": 0o600}


def test_flags_are_not_asked_for_and_wrong_ones_are(newcomer):
    """At a terminal, what a flag answers is not asked; a flag that will not do is asked for."""
    flags = newcomer.flags(hours="mon 9-5", busy=None, fee=None)
    command = [COMMAND, "init", *flags, "--no-fees", "--no-check"]
    with terminal(command, environ=newcomer.environ) as screen:
        screen.answers(("[all]: ", "guests"), ("(Enter: none): ", "none"), ("London]: ", ""))
        assert "Address" not in screen.shown
        screen.answers(("Working hours: ", "tue 9-5pm"), ("[Y/n]: ", "y"))
        screen.answers(("Write it? [Y/n]: ", "y"))
        assert screen.ends() == 0, screen.shown
    assert [each["sessions"] for each in newcomer.written()["calendars"]] == ["invited"]
    assert "Careful: nothing in Private life will keep a new time away." in screen.shown


def test_whoever_does_not_like_the_summary_writes_nothing(newcomer):
    """It is the last word before anything is there."""
    with terminal([COMMAND, "init", *newcomer.flags()], environ=newcomer.environ) as screen:
        screen.answers(("[all]: ", ""), ("London]: ", ""), ("Write it? [Y/n]: ", "n"))
        assert screen.ends() == 130, screen.shown
    assert "nothing was written" in screen.shown
    assert "price     80.00 GBP" in screen.shown
    assert newcomer.left() == []


def test_the_keyring_keeps_the_password_if_a_person_says_so(newcomer):
    """Then no file holds it, and a pass finds it there."""
    site = ring_in(newcomer.home / "tmp" / "site")
    environ = {**newcomer.environ, "PYTHONPATH": str(site), "RING": str(newcomer.home / "ring")}
    flags = newcomer.flags(password_file=None)
    with terminal([COMMAND, "init", *flags], environ=environ) as screen:
        screen.answers(("(not shown): ", newcomer.server.password), ("[y/N]: ", "y"))
        screen.answers(("[all]: ", ""), ("London]: ", ""), ("Write it? [Y/n]: ", ""))
        assert screen.ends() == 0, screen.shown
    assert newcomer.written()["accounts"][0]["password_keyring"] == "raincheck"
    assert modes(newcomer.folder) == {"config.toml": 0o600}
    assert "logged in" in screen.shown


def test_a_keyring_that_is_not_installed_is_told_at_once(monkeypatch, tmp_path):
    """Before anything is asked: which package, and how to get it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    done = CliRunner().invoke(init, ["--config", str(tmp_path / "c.toml"), "--keyring"])
    assert done.exit_code == 2
    assert "pip install keyring" in done.output


@pytest.mark.parametrize("count", range(len(QUESTIONS)))
def test_ctrl_c_leaves_nothing(newcomer, asked, count):
    """At whatever question: it says so, exits 130, and no file is there, no half of one."""
    asked.answers(
        ("[server]: ", "server"),
        ("Address of the server: ", newcomer.server.root),
        ("server wants none): ", newcomer.server.username),
        ("(not shown): ", newcomer.server.password),
        *QUESTIONS[:count],
    )
    asked.reads(QUESTIONS[count][0])
    assert asked.stops() == 130, asked.shown
    assert "nothing was written" in asked.shown
    assert newcomer.left() == ["tmp/out"]
    assert (newcomer.home / "tmp" / "out").read_bytes() == b""


@pytest.fixture
def at_google(tmp_path: Path) -> Iterator[tuple[Newcomer, FaultyGoogle, LocalLogin]]:
    """Somebody who starts with Google; the file of the client is downloaded."""
    login = LocalLogin()
    (tmp_path / "tmp").mkdir()
    with google(login) as server:
        client = tmp_path / "client_secret.json"
        client.write_text(json.dumps(login.client_secret(server.root)), encoding="utf-8")
        client.chmod(0o600)
        yield Newcomer(tmp_path, None), server, login  # type: ignore[arg-type]


def google_flags(newcomer: Newcomer, server: FaultyGoogle, file: str = "client_secret.json"):
    return [
        *("--google", str(newcomer.home / file), "--endpoint", server.root),
        *("--sessions", "Sessions", "--email", ME, "--hours", "mon-sun 7-21"),
    ]


@pytest.mark.parametrize("deny", [False, True])
def test_google_is_asked_for_consent_at_once(at_google, deny):
    """The login is kept beside the configuration; a person who says no leaves nothing there."""
    newcomer, server, login = at_google
    login.deny = deny
    command = [COMMAND, "init", *google_flags(newcomer, server), "--no-browser"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=newcomer.environ
    ) as process:
        told = process.stderr.readline()
        told += (address := process.stderr.readline())
        assert arrive(visit(address.strip())) == 200
        out, err = process.communicate(timeout=120)
    assert CLIENT_SECRET not in out + told + err
    assert "ya29." not in out + told + err
    if deny:
        assert (process.returncode, out) == (77, "")
        assert newcomer.left() == ["client_secret.json"]
        return
    assert process.returncode == 0, err
    assert "work (Google): logged in." in out
    assert modes(newcomer.folder) == {"config.toml": 0o600, "work.token.json": 0o600}
    account = newcomer.written()["accounts"][0]
    assert account["token_file"] == "work.token.json"
    assert account["credentials_file"] == str(newcomer.home / "client_secret.json")
    kept = json.loads((newcomer.folder / "work.token.json").read_text(encoding="utf-8"))
    assert kept["refresh_token"]
    assert newcomer.left() == [
        ".config/raincheck/config.toml", ".config/raincheck/work.token.json", "client_secret.json",
    ]  # fmt: skip


def test_a_person_may_try_google_again(at_google):
    """Denied at first: asked again at once; the own calendar and address are proposed."""
    newcomer, server, login = at_google
    login.deny = True
    command = [COMMAND, "init", "--endpoint", server.root, "--no-browser", "--no-check"]
    with terminal(command, environ=newcomer.environ) as screen:
        screen.answers(
            ("[server]: ", "google"),
            ("client_secret_....json): ", "nowhere.json"),
            ("client_secret_....json): ", str(newcomer.home / "client_secret.json")),
        )
        # Denied by the person, then by the server; each time the browser is needed anew.
        for trouble in ("denied", "refused", None):
            login.deny = trouble == "denied"
            if trouble == "refused":
                fault = Fault("GET", "calendarList", 403, "insufficientPermissions")
                server.faults.append(fault)
            screen.reads("Open in a browser:\n")
            assert arrive(visit(screen.reads("\n").strip())) == 200
            if trouble:
                screen.answers(("Try again? [Y/n]: ", ""))
        screen.answers(
            ("commas [1]: ", ""),
            ("[all]: ", ""),
            ("London]: ", ""),
            (f"between [{ME}]: ", ""),
            ("Working hours: ", "daily 7-21"),
            ("[Y/n]: ", ""),
            ("(Enter: none): ", ""),
            ("between sessions? [10]: ", ""),
            ("(yes or no) [no]: ", ""),
            ("(Enter: no fees): ", ""),
            ("Write it? [Y/n]: ", ""),
        )
        assert screen.ends() == 0, screen.shown
    assert "No such file" in screen.shown
    assert "access was denied" in screen.shown
    assert "seven days" in screen.shown
    assert newcomer.written()["practice"]["emails"] == [ME]
    assert newcomer.run("check").returncode == 0


WITHOUT_GOOGLE = "import sys; sys.modules['googleapiclient'] = None"


@pytest.mark.parametrize("asks", [True, False])
def test_google_without_its_packages_is_told_at_once(at_google, asks):
    """What to run, by name; no question follows that nothing could answer."""
    newcomer, server, _ = at_google
    (newcomer.home / "tmp" / "sitecustomize.py").write_text(WITHOUT_GOOGLE, encoding="utf-8")
    environ = {**newcomer.environ, "PYTHONPATH": str(newcomer.home / "tmp")}
    command = [COMMAND, "init", *([] if asks else google_flags(newcomer, server))]
    with terminal(command, environ=environ) as screen:
        if asks:
            screen.answers(("[server]: ", "google"))
        assert screen.ends() == 2, screen.shown
    assert "install '.[google]'" in " ".join(screen.shown.split())
    assert "OAuth client" not in screen.shown
    assert not newcomer.folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_end_from_outside_leaves_no_login_behind(at_google, number):
    """The consent was given, the questions go on, and the terminal is closed: nothing is left."""
    newcomer, server, _ = at_google
    flags = ["--google", str(newcomer.home / "client_secret.json"), "--endpoint", server.root]
    command = [COMMAND, "init", *flags, "--no-browser"]
    with terminal(command, environ=newcomer.environ) as screen:
        screen.reads("Open in a browser:\n")
        assert arrive(visit(screen.reads("\n").strip())) == 200
        screen.reads("commas [1]: ")
        assert any("login.json" in name for name in newcomer.left())
        assert screen.is_ended(number) == 128 + number, screen.shown
    assert newcomer.left() == ["client_secret.json"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), ("{}", "OAuth client"), ("not JSON", "OAuth client")],
)
def test_the_file_of_the_client_is_tried(at_google, content, says):
    """One that is not there, or of another kind, is told before anybody opens a browser."""
    newcomer, server, _ = at_google
    if content is not None:
        (newcomer.home / "other.json").write_text(content, encoding="utf-8")
    done = newcomer.run("init", *google_flags(newcomer, server, "other.json"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--google" in done.stderr
    assert says in done.stderr


def test_a_service_account_needs_no_consent(at_google):
    """Its key is enough: no browser, no token file."""
    newcomer, server, login = at_google
    key = newcomer.home / "key.json"
    key.write_text(json.dumps(login.service_account(server.root)), encoding="utf-8")
    key.chmod(0o600)
    flags = google_flags(newcomer, server, "key.json")
    done = newcomer.run("init", *flags, "--subject", ME, "--no-check")
    assert done.returncode == 0, done.stderr
    account = newcomer.written()["accounts"][0]
    assert account["subject"] == ME
    assert "token_file" not in account
