"""Passwords: every source, and what is said when one gives nothing."""

import sys
from pathlib import Path

import pytest

from sync.config.load import describe, parse
from sync.config.secrets import password_of, warnings_of
from sync.errors import ConfigError


@pytest.fixture
def login_of(small, tmp_path):
    """Return the one account of a configuration with this source of its password."""

    def login(source: str):
        text = small.replace('password_env = "DAV_PASSWORD"', source)
        return parse(text, path=tmp_path / "config.toml").accounts[0]

    return login


def refusal(login, directory: Path, environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        password_of(login, directory=directory, environ=environ)
    (line,) = describe(caught.value)
    return line


def test_inline_and_environment(login_of, tmp_path):
    """A password in the file, and one in the environment, come out as they are."""
    inline, env = login_of('password = "a ü"'), login_of('password_env = "X"')
    assert password_of(inline, directory=tmp_path, environ={}) == "a ü"
    assert password_of(env, directory=tmp_path, environ={"X": "b"}) == "b"


def test_file_is_beside_the_configuration(login_of, tmp_path):
    """A relative file starts at the given folder; the newline at its end is no part of it."""
    (tmp_path / "pw").write_text(" s3cret \n")
    login = login_of('password_file = "pw"')
    assert password_of(login, directory=tmp_path, environ={}) == " s3cret "


def test_systemd_credential_comes_first(login_of, tmp_path):
    """A credential of the file's name is taken before the file, and only if it is there."""
    (tmp_path / "pw").write_text("file")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    login = login_of('password_file = "secrets/../pw"')
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    (tmp_path / "secrets").mkdir()
    assert password_of(login, directory=tmp_path, environ=environ) == "file"
    (credentials / "pw").write_text("credential\n")
    assert password_of(login, directory=tmp_path, environ=environ) == "credential"


@pytest.mark.parametrize("command", ["\"printf '%s\\\\nrest' 's3 cret'\"", '["printf", "s3 cret"]'])
def test_command(login_of, tmp_path, command):
    """A command may be a list or a line with quotes; the first line that it prints counts."""
    login = login_of(f"password_command = {command}")
    environ = {"PATH": "/usr/bin:/bin"}
    assert password_of(login, directory=tmp_path, environ=environ) == "s3 cret"


def test_command_is_read_by_no_shell(login_of, tmp_path):
    """What a shell would expand stays as it is."""
    login = login_of("password_command = ['echo', '$HOME;id']")
    assert password_of(login, directory=tmp_path, environ={"PATH": "/bin"}) == "$HOME;id"


@pytest.mark.parametrize(
    ("source", "where", "hint"),
    [
        ('password = ""', "accounts[0].password", "empty"),
        ('password_env = "X"', "accounts[0].password_env", "empty"),
        ('password_file = "none"', "accounts[0].password_file", "No such file"),
        ('password_file = "two"', "accounts[0].password_file", "more than one line"),
        ('password_command = ["false"]', "accounts[0].password_command", "exit code 1"),
        ('password_command = ["true"]', "accounts[0].password_command", "empty"),
        ('password_command = "echo \'a"', "accounts[0].password_command", "quotes"),
        ('password_command = "no-such-command"', "accounts[0].password_command", "No such file"),
    ],
)
def test_no_password_is_a_problem_at_its_key(login_of, tmp_path, source, where, hint):
    """Each source that gives nothing usable says so, with the key and why."""
    (tmp_path / "two").write_text("s3cret\nmore\n")
    line = refusal(login_of(source), tmp_path, {"PATH": "/usr/bin:/bin"})
    assert line.startswith(f"{tmp_path / 'config.toml'}: {where}: ")
    assert hint in line
    assert "s3cret" not in line


def test_keyring_says_how_to_get_it(login_of, tmp_path, monkeypatch):
    """Without the package the message says how to install it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    line = refusal(login_of('password_keyring = "raincheck"'), tmp_path, {})
    assert "pip install keyring" in line


def test_account_without_a_username_needs_no_password(small, tmp_path):
    """A server that lets anybody in is asked without a password."""
    text = small.replace('username = "quillon"', "").replace('password_env = "DAV_PASSWORD"', "")
    account = parse(text, path=tmp_path / "config.toml").accounts[0]
    assert password_of(account, directory=tmp_path, environ={}) == ""


def test_readable_secrets_are_warned_of(small, tmp_path):
    """A file with a password in it that others can read is a warning, until chmod 600."""
    file = tmp_path / "config.toml"
    inline = small.replace('password_env = "DAV_PASSWORD"', 'password = "x"')
    file.write_text(inline)
    file.chmod(0o644)
    (warning,) = warnings_of(parse(inline, path=file), file, environ={})
    assert "chmod 600" in warning
    assert warnings_of(parse(small, path=file), file, environ={}) == ()
    file.chmod(0o600)
    assert warnings_of(parse(inline, path=file), file, environ={}) == ()


def test_readable_password_file_is_warned_of(small, tmp_path):
    """The same goes for a password file."""
    text = small.replace('password_env = "DAV_PASSWORD"', 'password_file = "pw"')
    config = parse(text, path=tmp_path / "config.toml")
    (tmp_path / "pw").touch(0o644)
    (tmp_path / "pw").chmod(0o640)
    assert "pw can be read" in warnings_of(config, config.path, environ={})[0]
    (tmp_path / "pw").chmod(0o600)
    assert warnings_of(config, config.path, environ={}) == ()


def test_readable_google_files_are_warned_of(small, tmp_path):
    """So do a login at Google and the secret or key it is made with."""
    google = """
[[accounts]]
name = "work"
type = "google"
credentials_file = "key.json"
token_file = "token.json"

[[calendars]]"""
    config = parse(small.replace("\n[[calendars]]", google), path=tmp_path / "config.toml")
    for name in ("key.json", "token.json"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o604)
    told = warnings_of(config, config.path, environ={})
    assert [warning.partition(" can be read")[0] for warning in told] == [
        str(tmp_path / "key.json"),
        str(tmp_path / "token.json"),
    ]
    for name in ("key.json", "token.json"):
        (tmp_path / name).chmod(0o600)
    assert warnings_of(config, config.path, environ={}) == ()


def test_what_systemd_hands_over_is_ours_alone(small, tmp_path):
    """systemd grants it by an access list, and the mode then shows rights of the group."""
    file, pw = tmp_path / "config.toml", tmp_path / "pw"
    inline = small.replace("password_env = ", "password = ")
    named = small.replace('password_env = "DAV_PASSWORD"', 'password_file = "pw"')
    for each in (file, pw):
        each.touch()
        each.chmod(0o440)
    for text in (inline, named):
        config = parse(text, path=file)
        assert len(warnings_of(config, file, environ={})) == 1
        elsewhere = {"CREDENTIALS_DIRECTORY": str(tmp_path / "other")}
        assert len(warnings_of(config, file, environ=elsewhere)) == 1
        environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
        assert warnings_of(config, file, environ=environ) == ()
