"""What the login files say, and keeping them."""

import json
import stat
from datetime import datetime

import pytest
from google.oauth2.credentials import Credentials

from adapters.google import credentials as files
from adapters.google.credentials import LoginProblem
from sync.demo.google.login import LocalLogin

ROOT = "http://127.0.0.1:9"
SCOPES = files.user_scopes(shared=False, labels=False)


def written(folder, name, content):
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, "utf-8")
    return path


def problem(*arguments, **named):
    with pytest.raises(LoginProblem) as raised:
        files.loaded(*arguments, **({"subject": None, "account": "work"} | named))
    return raised.value


def test_what_is_saved_is_loaded(tmp_path):
    """Every field comes back, the token's address included; only the owner can read the file."""
    client = written(tmp_path, "client.json", LocalLogin().client_secret(ROOT))
    kept = tmp_path / "real.json"
    kept.write_text("old", "utf-8")
    link = tmp_path / "link.json"
    link.symlink_to(kept)
    login = Credentials(
        token="t", refresh_token="r", token_uri=f"{ROOT}/token", client_id="c", client_secret="s",
        scopes=list(SCOPES), expiry=datetime(2026, 11, 23, 10),  # noqa: DTZ001 - google-auth's
    )  # fmt: skip
    files.saved(login, link)
    assert link.is_symlink()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text("utf-8"))["expiry"] == "2026-11-23T10:00:00Z"
    found = files.loaded(client, link, subject=None, account="work")
    for key in ("token", "refresh_token", "token_uri", "client_id", "scopes", "expiry"):
        assert getattr(found, key) == getattr(login, key), key


def test_a_login_that_cannot_be_written_leaves_nothing(tmp_path):
    """The reason is told, without a secret, and no half-written file is left."""
    target = tmp_path / "folder"
    target.mkdir()
    login = Credentials(token="secret-token", refresh_token="secret-refresh")
    with pytest.raises(LoginProblem) as raised:
        files.saved(login, target)
    assert "secret" not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_newer_login_is_not_overwritten(tmp_path):
    """A refreshed token is kept, but not over what another consent has written."""
    kept = written(tmp_path, "t.json", {"refresh_token": "newer"})
    files.save_if_refreshed(
        Credentials("brand-new", refresh_token="older"), kept, loaded_token=None
    )
    assert "brand-new" not in kept.read_text("utf-8")
    files.save_if_refreshed(
        Credentials("brand-new", refresh_token="newer"), kept, loaded_token="old"
    )
    assert "brand-new" in kept.read_text("utf-8")


@pytest.mark.parametrize("content", ["", "[", "[]", "{}", '{"installed": {}}', "[" * 100_000])
def test_a_malformed_client_is_a_wrong_configuration(tmp_path, content):
    """The file is named, and what was expected."""
    found = problem(written(tmp_path, "client.json", content), None)
    assert found.config
    assert "client.json" in str(found)
    assert "expected" in str(found)


def test_secrets_go_to_no_stranger_in_the_clear(tmp_path):
    """Plain http is for this machine alone."""
    content = LocalLogin().client_secret("http://example.org")
    assert problem(written(tmp_path, "client.json", content), None).config


def test_a_missing_or_narrow_login_asks_for_consent(tmp_path):
    """No file, no refresh token, too narrow: the command to run is named."""
    login = LocalLogin()
    client = written(tmp_path, "client.json", login.client_secret(ROOT))
    token = login.authorized_user(ROOT, SCOPES)
    narrow = written(tmp_path, "narrow.json", token)
    bare = written(tmp_path, "bare.json", {k: v for k, v in token.items() if k != "refresh_token"})
    labels = files.user_scopes(shared=False, labels=True)
    for found in (
        problem(client, tmp_path / "none.json"),
        problem(client, bare),
        problem(client, narrow, scopes=labels),
    ):
        assert not found.config
        assert "raincheck auth google work" in str(found)
        assert token["refresh_token"] not in str(found)


def test_a_service_account_acts_for_its_subject(tmp_path):
    """Its own token address and the subject are honoured; an OAuth client has no subject."""
    login = LocalLogin()
    key = written(tmp_path, "key.json", login.service_account(ROOT))
    found = files.loaded(key, None, subject="therapist@example.org", account="work")
    assert found._token_uri == f"{ROOT}/token"
    assert found._subject == "therapist@example.org"
    client = written(tmp_path, "client.json", login.client_secret(ROOT))
    assert problem(client, None, subject="therapist@example.org").config
    broken = written(tmp_path, "broken.json", login.service_account(ROOT) | {"private_key": "x"})
    assert problem(broken, None).config


def test_a_complete_token_file_is_enough(tmp_path):
    """Without credentials_file the client is taken from what `saved` wrote."""
    login = LocalLogin()
    token = login.authorized_user(ROOT, SCOPES)
    found = files.loaded(None, written(tmp_path, "t.json", token), subject=None, account="work")
    for key in ("client_id", "client_secret", "refresh_token", "token_uri"):
        assert getattr(found, key) == token[key], key


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "refresh_token"])
def test_a_token_file_that_is_not_enough_says_what_is(tmp_path, missing):
    """A wrong configuration: the file, what it lacks, and the way out are named."""
    token = LocalLogin().authorized_user(ROOT, SCOPES)
    secret = token["refresh_token"]
    token.pop(missing)
    found = problem(None, written(tmp_path, "t.json", token))
    assert found.config
    for part in ("t.json", missing, "set credentials_file", "raincheck auth google work"):
        assert part in str(found)
    assert secret not in str(found)


def test_a_token_file_alone_has_to_be_there_and_be_one(tmp_path):
    """Absent, malformed, or a service account's key: each is a wrong configuration."""
    key = written(tmp_path, "key.json", LocalLogin().service_account(ROOT))
    for file in (tmp_path / "none.json", written(tmp_path, "bad.json", "["), key):
        found = problem(None, file)
        assert found.config
        assert "credentials_file" in str(found)
