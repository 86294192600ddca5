"""The units for systemd: right in systemd's own eyes, and shielded."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from sync import systemd
from sync.cli import service
from sync.config.load import load
from sync.config.secrets import credential_of, password_of
from sync.config.tables import CaldavAccount
from tests.e2e.desk import COMMAND, Desk
from tests.unit.journal.test_files import locked_out

ANALYZE = [path] if (path := shutil.which("systemd-analyze")) else []
"""Where systemd is not installed there is nobody to ask."""

WX = "MemoryDenyWriteExecute=yes"


def shown(office: Desk, *options: str) -> str:
    done = subprocess.run(
        [COMMAND, "service", "show", "--config", str(office.config), *options],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _by_name(text: str) -> dict[str, str]:
    """Return the units in what `show` prints, each under its name."""
    parts = [f"# Written by{part}" for part in text.split("# Written by") if part]
    if len(parts) == 1:
        return {"raincheck.service": text}
    return dict(zip(("raincheck-sync.service", "raincheck-sync.timer"), parts, strict=True))


@pytest.mark.parametrize("analyze", ANALYZE)
@pytest.mark.parametrize("options", [(), ("--user",), ("--timer",), ("--user", "--timer")])
def test_systemd_finds_nothing_wrong(
    radicale_office: Desk, analyze: str, options: tuple[str, ...]
) -> None:
    """`systemd-analyze verify` says nothing at all."""
    units = []
    for name, text in _by_name(shown(radicale_office, *options)).items():
        units.append(radicale_office.folder / name)
        units[-1].write_text(text, encoding="utf-8")
    mode = ["--user"] if options else []
    done = subprocess.run(
        [analyze, *mode, "verify", *map(str, units)], capture_output=True, text=True, check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(radicale_office.folder)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("analyze", ANALYZE)
def test_the_system_unit_is_shielded(radicale_office: Desk, analyze: str) -> None:
    """`systemd-analyze security` rates it 1.5 or better."""
    unit = radicale_office.folder / "raincheck.service"
    unit.write_text(shown(radicale_office), encoding="utf-8")
    done = subprocess.run(
        [analyze, "security", "--offline=true", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    level = re.search(r"Overall exposure level for raincheck.service: ([\d.]+)", done.stdout)
    assert level, done.stdout + done.stderr
    assert float(level[1]) <= 1.5


@pytest.mark.parametrize("timer", [False, True])
def test_a_users_unit_is_shielded_as_far_as_it_can_be(
    radicale_office: Desk, *, timer: bool
) -> None:
    """Only what needs no privileges: a user's manager cannot start a unit that asks for more."""
    options = ("--user", "--timer") if timer else ("--user",)
    unit = next(iter(_by_name(shown(radicale_office, *options)).values()))
    for setting in ("NoNewPrivileges=yes", "SystemCallFilter=@system-service", WX):
        assert f"\n{setting}\n" in unit
    system = next(iter(_by_name(shown(radicale_office, *options[1:])).values()))
    only_roots = {"DynamicUser", "CapabilityBoundingSet", "ProtectSystem", "PrivateTmp"}
    assert only_roots <= {*re.findall(r"^(\w+)=", system, re.MULTILINE)}
    assert not only_roots & {*re.findall(r"^(\w+)=", unit, re.MULTILINE)}
    assert "\n\n\n" not in unit + system


def test_other_makers_programs_may_compile_as_they_run(radicale_office: Desk) -> None:
    """A password manager on Node.js crashes where memory is never both written and run."""
    radicale_office.rewrite(r'password_file = "password"', 'password_command = "pass show dav"')
    assert WX not in shown(radicale_office, "--user")
    assert WX in shown(radicale_office)


@pytest.mark.parametrize("options", [(), ("--user",)])
def test_the_drop_in_is_the_units_own(radicale_office: Desk, options: tuple[str, ...]) -> None:
    """What the unit says of drop-ins edits this unit, and no other manager's."""
    command = " ".join(("systemctl", *options, "edit raincheck.service"))
    assert f"\n# {command}\n" in shown(radicale_office, *options)


def test_a_program_that_the_system_service_cannot_see_is_told(
    radicale_office: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The unit hides home folders, and would not start; a user's own unit sees them."""
    program = "/home/quillon/.venv/bin/raincheck"
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(sys, "argv", [program])
    monkeypatch.setenv("PATH", "/nowhere")
    show = ["show", "--config", str(radicale_office.config)]
    service.service.main([*show, "--user"], standalone_mode=False)
    assert capsys.readouterr().err == ""
    service.service.main(show, standalone_mode=False)
    assert f"warning: {program} is in a home folder" in capsys.readouterr().err


def test_what_the_system_service_cannot_see(tmp_path: Path) -> None:
    """Home folders, and what links into one: an environment may run on a Python that is there."""
    link = tmp_path / "python"
    link.symlink_to("/home/quillon/python/bin/python3")
    assert systemd.is_hidden(link)
    for home in ("/home/quillon", "/root", "/run/user/1000"):
        assert systemd.is_hidden(Path(home) / "raincheck")
    for path in ("/opt/raincheck/bin/raincheck", "/homestead/raincheck"):
        assert not systemd.is_hidden(Path(path))


def test_the_unit_is_handed_what_it_may_read(radicale_office: Desk) -> None:
    """The system service gets file and password as credentials; the user service needs none."""
    unit, folder = shown(radicale_office), radicale_office.folder
    assert f"LoadCredential=config.toml:{folder / 'config.toml'}" in unit
    assert f"LoadCredential={credential_of('password')}:{folder / 'password'}" in unit
    assert "RestartPreventExitStatus=77 78" in unit
    assert "StateDirectory=raincheck" in unit
    assert "LoadCredential" not in shown(radicale_office, "--user")
    timer = shown(radicale_office, "--timer")
    assert "OnUnitInactiveSec" in timer
    assert "Persistent" not in timer  # that is for OnCalendar= alone (systemd.timer(5))
    assert " sync --config" in timer


@pytest.mark.parametrize("status", ["0", "1", "70", "75", "77", "78"])
@pytest.mark.parametrize("user", [False, True])
def test_after_a_refused_login_the_timer_rests(
    radicale_office: Desk, status: str, *, user: bool
) -> None:
    """Twelve wrong passwords an hour would lock an account; the others are not left for good."""
    text = shown(radicale_office, "--timer", *(["--user"] if user else []))
    (line,) = re.findall(r"^ExecStopPost=\+(.*)$", text, re.MULTILINE)
    told = radicale_office.folder / "told"
    told.touch()
    for name in ("systemctl", "systemd-run"):
        fake = radicale_office.folder / name
        fake.write_text(f'#!/bin/sh\necho {name} "$@" >> {told}\n', encoding="utf-8")
        fake.chmod(0o755)
    words = shlex.split(line.replace("$$", "$"))  # as systemd reads it
    environ = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "EXIT_STATUS": status}
    subprocess.run(words, check=True, env=environ)
    manager = " --user" if user else ""
    rest = [
        f"systemctl{manager} --no-block stop raincheck-sync.timer",
        f"systemd-run{manager} --on-active=1h systemctl{manager} start raincheck-sync.timer",
    ]
    assert told.read_text("utf-8").splitlines() == (rest if status == "77" else [])


def test_units_that_are_not_ours_to_remove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`uninstall` says what to do, as `install` does; both once ended as a bug would."""
    folder = tmp_path / "systemd" / "user"
    folder.mkdir(parents=True)
    (folder / "raincheck.service").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with locked_out(tmp_path), pytest.raises(click.ClickException, match="run it with sudo"):
        service.uninstall.main(["--user"], standalone_mode=False)


def test_only_what_a_reload_can_reach_is_reloaded(radicale_office: Desk) -> None:
    """A user's daemon reads the file itself; to the system's, systemd hands a copy at its start."""
    assert "ExecReload=kill -HUP $MAINPID\n" in shown(radicale_office, "--user")
    assert "ExecReload" not in shown(radicale_office)
    for timer in (False, True):
        (*change, secret) = service._advice(user=False, timer=timer)
        assert change == ([] if timer else [
            "After a change of the configuration: systemctl restart raincheck.service"
        ])  # fmt: skip
        assert "install the service again" in secret


def test_a_user_service_keeps_its_state_where_the_commands_look(radicale_office: Desk) -> None:
    """A user's state directory was elsewhere before systemd 254: `status` would see nothing."""
    assert "StateDirectory" not in shown(radicale_office, "--user")
    assert "StateDirectory" not in shown(radicale_office, "--user", "--timer")


@pytest.mark.parametrize("analyze", ANALYZE)
def test_two_passwords_of_one_name(radicale_office: Desk, analyze: str) -> None:
    """In two folders, with letters that systemd takes for no name: each account gets its own."""
    office = radicale_office
    folders = [office.folder / "häus %", office.folder / "work"]
    for folder in folders:
        folder.mkdir()
        (folder / "pässword").write_text(folder.name, encoding="utf-8")
    office.rewrite(r'password_file = "password"', 'password_file = "häus %/pässword"')
    office.rewrite(
        r"\[\[calendars\]\]",
        '[[accounts]]\nname = "work"\ntype = "caldav"\nurl = "https://dav.example.org/"\n'
        'username = "x"\npassword_file = "work/pässword"\n[[calendars]]',
    )
    text = shown(office)
    handed = dict(re.findall(r"^LoadCredential=(.+?):(.+)$", text, re.MULTILINE))
    assert len(handed) == 3
    unit = office.folder / "raincheck.service"
    unit.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    credentials = office.folder / "credentials"
    credentials.mkdir()
    for id_, path in handed.items():
        source = Path(path.replace("%%", "%"))
        (credentials / id_).write_bytes(source.read_bytes())
    config = load(credentials / "config.toml", {})
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    found = [
        password_of(account, directory=config.directory, environ=environ)
        for account in config.accounts
        if isinstance(account, CaldavAccount)
    ]
    assert found == [folder.name for folder in folders]


def test_a_state_that_the_system_service_cannot_write_is_told(radicale_office: Desk) -> None:
    """Only its state directory is writable, and a relative path starts among the credentials."""
    for options, warned in (((), True), (("--user",), False)):
        done = subprocess.run(
            [COMMAND, "service", "show", "--config", str(radicale_office.config), *options],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert ("state.path" in done.stderr) is warned


def test_install_and_uninstall(radicale_office: Desk, tmp_path: Path) -> None:
    """It writes the unit, asks systemd to start it, and takes it away again; as loud as asked."""
    told = tmp_path / "told"
    fake = tmp_path / "bin" / "systemctl"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\necho "$@" >> {told}\n', encoding="utf-8")
    fake.chmod(0o755)
    environ = {
        **os.environ,
        "PATH": f"{fake.parent}:{os.environ['PATH']}",
        "XDG_CONFIG_HOME": str(tmp_path / "home"),
    }
    unit = tmp_path / "home" / "systemd" / "user" / "raincheck.service"
    options = ["--user", "--config", str(radicale_office.config)]
    done = subprocess.run(
        [COMMAND, "service", "install", "--quiet", *options],
        capture_output=True, text=True, check=False, env=environ,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert unit.exists()
    gone = subprocess.run(
        [COMMAND, "service", "uninstall", "--user", "--verbose"],
        capture_output=True, text=True, check=False, env=environ,
    )  # fmt: skip
    assert gone.returncode == 0, gone.stderr
    assert f"{fake} --user disable --now raincheck.service" in gone.stderr
    assert not unit.exists()
    assert told.read_text("utf-8").splitlines() == [
        "--user daemon-reload",
        "--user enable raincheck.service",
        "--user restart raincheck.service",
        "--user disable --now raincheck.service",
        "--user daemon-reload",
    ]
