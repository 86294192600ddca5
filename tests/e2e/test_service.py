"""The units for systemd: right in systemd's own eyes, and shielded."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.desk import COMMAND, Desk

ANALYZE = [path] if (path := shutil.which("systemd-analyze")) else []
"""Where systemd is not installed there is nobody to ask."""


def shown(office: Desk, *options: str) -> str:
    done = subprocess.run(
        [COMMAND, "service", "show", "--config", str(office.config), *options],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("analyze", ANALYZE)
@pytest.mark.parametrize("options", [(), ("--user",)])
def test_systemd_finds_nothing_wrong(
    radicale_office: Desk, analyze: str, options: tuple[str, ...]
) -> None:
    """`systemd-analyze verify` says nothing at all."""
    unit = radicale_office.folder / "raincheck.service"
    unit.write_text(shown(radicale_office, *options), encoding="utf-8")
    mode = ["--user"] if options else []
    done = subprocess.run(
        [analyze, *mode, "verify", str(unit)], capture_output=True, text=True, check=False,
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


def test_the_unit_is_handed_what_it_may_read(radicale_office: Desk) -> None:
    """The system service gets file and password as credentials; the user service needs none."""
    unit = shown(radicale_office)
    for name in ("config.toml", "password"):
        assert f"LoadCredential={name}:{radicale_office.folder / name}" in unit
    assert "RestartPreventExitStatus=77 78" in unit
    assert "LoadCredential" not in shown(radicale_office, "--user")
    timer = shown(radicale_office, "--timer")
    assert "OnUnitInactiveSec" in timer
    assert " sync --config" in timer


def test_install_and_uninstall(radicale_office: Desk, tmp_path: Path) -> None:
    """It writes the unit, asks systemd to start it, and takes it away again."""
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
        [COMMAND, "service", "install", *options],
        capture_output=True, text=True, check=False, env=environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert unit.exists()
    gone = subprocess.run(
        [COMMAND, "service", "uninstall", "--user"],
        capture_output=True, text=True, check=False, env=environ,
    )  # fmt: skip
    assert gone.returncode == 0, gone.stderr
    assert not unit.exists()
    assert told.read_text("utf-8").splitlines() == [
        "--user daemon-reload",
        "--user enable --now raincheck.service",
        "--user disable --now raincheck.service",
        "--user daemon-reload",
    ]
