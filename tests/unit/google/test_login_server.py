"""The stand-in for Google's login, with google-auth on the other side."""

import json
from datetime import UTC, datetime, timedelta

import google_auth_httplib2
import httplib2
import pytest
from google.auth.exceptions import RefreshError

from adapters.google import credentials as files
from sync.demo.google.login import LocalLogin
from tests.servers.google_login import served

SCOPES = files.user_scopes(shared=False, labels=False)


def opened(folder, client, token=None):
    (folder / "client.json").write_text(json.dumps(client), "utf-8")
    (folder / "token.json").write_text(json.dumps(token or {}), "utf-8")
    return files.loaded(folder / "client.json", folder / "token.json", subject=None, account="work")


def refresh(credentials):
    credentials.refresh(google_auth_httplib2.Request(httplib2.Http(timeout=10)))
    return credentials.token


def test_a_login_is_refreshed_until_it_is_revoked(tmp_path):
    """A token lives as long as is set; then the consent gives another; revoked, none."""
    moment = [datetime.now(UTC)]
    login = LocalLogin(now=lambda: moment[0])
    with served(login) as root:
        token = login.authorized_user(root, SCOPES)
        credentials = opened(tmp_path, login.client_secret(root), token)
        first = refresh(credentials)
        assert login.scopes_of(first) == frozenset(SCOPES)
        moment[0] += timedelta(seconds=login.lifetime_s)
        assert login.scopes_of(first) is None
        assert login.scopes_of(refresh(credentials)) is not None
        assert login.refresh_count == 2
        login.revoke_all()
        with pytest.raises(RefreshError, match="invalid_grant"):
            refresh(credentials)


def test_a_project_in_testing_forgets_after_seven_days(tmp_path):
    """As Google does with an app that is not published."""
    moment = [datetime.now(UTC)]
    login = LocalLogin(now=lambda: moment[0])
    login.testing = True
    with served(login) as root:
        token = login.authorized_user(root, SCOPES)
        credentials = opened(tmp_path, login.client_secret(root), token)
        assert refresh(credentials)
        moment[0] += timedelta(days=7)
        with pytest.raises(RefreshError, match="invalid_grant"):
            refresh(credentials)


def test_a_service_account_signs_for_itself(tmp_path):
    """Its own key opens; a key that the server does not know for that account does not."""
    login = LocalLogin()
    with served(login) as root:
        key = login.service_account(root)
        token = refresh(opened(tmp_path, key))
        assert login.scopes_of(token) == frozenset(files.SERVICE_SCOPES)
        other = login.service_account(root)
        with pytest.raises(RefreshError, match="invalid_grant"):
            refresh(opened(tmp_path, key | {"private_key": other["private_key"]}))
