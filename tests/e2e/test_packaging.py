"""What is published: it builds without a network, holds what it should, and installs clean."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync import VERSION

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NAME = f"{PROJECT['name']}-{VERSION}"
PACKAGES = ("sync", "adapters")
DATA = {".sql", ".in", ".json"}
"""What the packages hold besides Python: schema and migrations, units, the editors' schema."""

MAN = f"{NAME}.data/data/share/man/man1/raincheck.1"
ABOUT = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
INSTALL_TIMEOUT_S = 300


@dataclass(frozen=True)
class Built:
    """The source archive, and the wheels built from it and from the tree."""

    sdist: Path
    wheel: Path
    wheel_of_tree: Path


def run(command: list[str], **environ: str) -> str:
    """Return what *command* prints; the environment of the tests' own Python is not handed on."""
    ours = {name: text for name, text in os.environ.items() if name not in _OURS}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/",
        env={**ours, **environ}, timeout=INSTALL_TIMEOUT_S,
    )  # fmt: skip
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "RAINCHECK_CONFIG")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build everything once. Nothing is downloaded: the backend is the one that is installed."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation"]
    run([*build, "--outdir", str(folder / "both"), str(ROOT)])
    run([*build, "--wheel", "--outdir", str(folder / "tree"), str(ROOT)])
    (sdist,) = (folder / "both").glob("*.tar.gz")
    (wheel,) = (folder / "both").glob("*.whl")
    (wheel_of_tree,) = (folder / "tree").glob("*.whl")
    return Built(sdist, wheel, wheel_of_tree)


def files_in(wheel: Path) -> Mapping[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_program_and_nothing_else(built: Built) -> None:
    """Every file of the two packages, the man page, the licence; no test, no stray file."""
    sources = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", *DATA}
    }
    about = {f"{NAME}.dist-info/{name}" for name in ABOUT}
    assert set(files_in(built.wheel)) == sources | about | {MAN}
    assert {Path(name).suffix for name in sources} == {".py", *DATA}


def test_the_wheel_is_the_same_from_both(built: Built) -> None:
    """Whoever builds from the source archive gets what we build from the tree, to the byte."""
    assert files_in(built.wheel) == files_in(built.wheel_of_tree)
    assert built.wheel.name == built.wheel_of_tree.name


def test_the_source_archive_can_be_worked_with(built: Built) -> None:
    """Sources, tests, docs and all that `make` needs; nothing of this machine."""
    with tarfile.open(built.sdist) as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    needed = {
        *("pyproject.toml", "constraints.txt", "config.example.toml", "Makefile", "LICENSE"),
        *("README.md", "CHANGELOG.md", "SECURITY.md", "docs/raincheck.1", "tests/conftest.py"),
    }
    assert needed <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(".venv")]


def by_pip(wheel: Path, folder: Path) -> Path:
    """Install into a fresh environment, in the versions that are known to work together."""
    run([sys.executable, "-m", "venv", str(folder / "venv")])
    program = folder / "venv" / "bin" / "python"
    run([str(program), "-m", "pip", "install", "--constraint", str(ROOT / "constraints.txt"),
         str(wheel)])  # fmt: skip
    run([str(program), "-m", "pip", "check"])
    return folder / "venv" / "bin" / "raincheck"


def by_uv(wheel: Path, folder: Path) -> Path:
    """Install as a tool, in the newest versions that our bounds allow."""
    run(
        [beside("uv"), "tool", "install", "--python", sys.executable, str(wheel)],
        UV_TOOL_DIR=str(folder / "tools"),
        UV_TOOL_BIN_DIR=str(folder / "bin"),
        UV_PYTHON_DOWNLOADS="never",
        UV_NO_PROGRESS="1",
        **index(),
    )
    return folder / "bin" / "raincheck"


def by_pipx(wheel: Path, folder: Path) -> Path:
    """Install as a tool; pipx takes the man page along."""
    run(
        [beside("pipx"), "install", "--python", sys.executable, str(wheel)],
        PIPX_HOME=str(folder / "home"),
        PIPX_BIN_DIR=str(folder / "bin"),
        PIPX_MAN_DIR=str(folder / "man"),
        **index(),
    )
    assert (folder / "man" / "man1" / "raincheck.1").exists()
    return folder / "bin" / "raincheck"


def index() -> dict[str, str]:
    """Return for uv the package index that pip is set up for; uv does not read pip's settings."""
    pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    chosen = os.environ.get("PIP_INDEX_URL") or done.stdout.strip()
    return {"UV_DEFAULT_INDEX": chosen} if chosen and "UV_DEFAULT_INDEX" not in os.environ else {}


def beside(program: str) -> str:
    found = shutil.which(program, path=str(Path(sys.executable).parent))
    assert found, program
    return found


@pytest.mark.parametrize("install", [by_pip, by_uv, by_pipx])
def test_it_installs_clean(
    built: Built, install: Callable[[Path, Path], Path], tmp_path: Path
) -> None:
    """The wheel alone, with its dependencies, is a working command."""
    command = str(install(built.wheel, tmp_path))
    assert run([command, "--version"]) == f"raincheck {VERSION}\n"
    assert "Reschedule disrupted sessions" in run([command, "--help"])
    config = tmp_path / "config.toml"
    shutil.copy(ROOT / "config.example.toml", config)
    (tmp_path / "home.password").write_text("invented\n", "utf-8")
    assert run([command, "check", "--offline", "--config", str(config)])
    assert "ExecStart=" in run([command, "service", "show", "--user", "--config", str(config)])


def test_the_extras_are_what_the_docs_name(built: Built) -> None:
    """Nobody asks for an extra that is not there, and none is there that nobody is told of."""
    offered = set(PROJECT["optional-dependencies"]) - {"test", "lint", "bench"}
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    told = "\n".join(page.read_text("utf-8") for page in pages)
    metadata = files_in(built.wheel)[f"{NAME}.dist-info/METADATA"].decode()
    for extra in offered:
        assert f"Provides-Extra: {extra}\n" in metadata
        assert f"`{extra}`" in told
