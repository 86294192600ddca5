"""Consent, where the command line cannot show it."""

import json

import pytest

from adapters.google import credentials as files
from adapters.google.consent import consented
from adapters.google.credentials import LoginProblem
from sync.demo.google.login import LocalLogin


def test_nobody_waits_for_ever(tmp_path):
    """Without an answer in time it ends, and says what to run."""
    file = tmp_path / "client.json"
    file.write_text(json.dumps(LocalLogin().client_secret("http://127.0.0.1:9")), "utf-8")
    told = []
    with pytest.raises(LoginProblem, match="raincheck auth google work") as raised:
        consented(
            file, account="work", scopes=files.user_scopes(shared=True, labels=True),
            open_browser=False, tell=told.append, timeout_s=0.1,
        )  # fmt: skip
    assert not raised.value.config
    assert any("ssh -L" in line for line in told)
