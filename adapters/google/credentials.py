"""Logins for Google: what the files on disk say, and keeping them up to date.

No message holds anything out of these files but their names.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google.auth.credentials import Credentials
from google.oauth2 import credentials as user
from google.oauth2 import service_account

_SCOPE = "https://www.googleapis.com/auth/calendar"
EVERYTHING = _SCOPE
READ_WRITE_OWNED = f"{_SCOPE}.events.owned"
READ_WRITE = f"{_SCOPE}.events"
LISTED = f"{_SCOPE}.calendarlist.readonly"
LABELS_READ = f"{_SCOPE}.calendars.readonly"
LABELS_WRITE = f"{_SCOPE}.calendars"

SERVICE_SCOPES = (READ_WRITE, LISTED, LABELS_READ)

COVERED_BY: Mapping[str, frozenset[str]] = {
    READ_WRITE_OWNED: frozenset({READ_WRITE}),
    LABELS_READ: frozenset({LABELS_WRITE}),
}
"""Which wider scope allows the same; `EVERYTHING` allows all."""

AUTH_URI = "https://accounts.google.com/o/oauth2/auth"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
FILE_BYTES_MAX = 1_000_000

_CLIENT_KINDS = ("installed", "web")
_EXPECTED = "expected the JSON file of an OAuth client (Desktop app) or of a service account"


class LoginProblem(Exception):  # noqa: N818 - it is told to the user as it is
    """Why there is no login, in words for the user, and without any secret.

    ``config``: a file is missing or malformed; ``passing``: it may work later; else a person has
    to log in.
    """

    def __init__(self, message: str, *, config: bool = False, passing: bool = False) -> None:
        super().__init__(message)
        self.config = config
        self.passing = passing


def user_scopes(*, shared: bool, labels: bool) -> tuple[str, ...]:
    """Return what to ask a person for.

    Args:
        shared: Also write to calendars that others own.
        labels: Also create labels.
    """
    events = READ_WRITE if shared else READ_WRITE_OWNED
    return (events, LISTED, LABELS_WRITE if labels else LABELS_READ)


def lacking(wanted: tuple[str, ...], granted: frozenset[str]) -> tuple[str, ...]:
    """Return which of *wanted* are not allowed by *granted*."""
    return tuple(
        scope
        for scope in wanted
        if not granted & {scope, EVERYTHING, *COVERED_BY.get(scope, frozenset())}
    )


def is_service_account(credentials_file: Path) -> bool:
    """Return whether the file is a service account's key, which needs no consent.

    Raises:
        LoginProblem: it cannot be read.
    """
    return _read(credentials_file, _EXPECTED).get("type") == "service_account"


def oauth_client(credentials_file: Path) -> dict[str, str]:
    """Return ``client_id``, ``client_secret``, ``auth_uri`` and ``token_uri`` of an OAuth client.

    Raises:
        LoginProblem: the file cannot be read, or is of another kind.
    """
    return _client_in(credentials_file, _read(credentials_file, _EXPECTED))


def loaded(
    credentials_file: Path | None,
    token_file: Path | None,
    *,
    subject: str | None,
    account: str,
    scopes: tuple[str, ...] | None = None,
) -> Credentials:
    """Return the credentials that the files hold; nothing is sent.

    Args:
        credentials_file: An OAuth client, or a service account's key; None: the client is in
            the token file.
        token_file: What `saved` wrote; an OAuth client needs it.
        subject: Whom a service account acts for.
        account: The account's name, for messages.
        scopes: What has to be allowed; default: what the login has.

    Raises:
        LoginProblem: there is no login in them.
    """
    client: Mapping[str, str] = {}
    if credentials_file is not None:
        info = _read(credentials_file, _EXPECTED)
        if info.get("type") == "service_account":
            wanted = scopes or SERVICE_SCOPES
            return _service(credentials_file, info, subject=subject, scopes=wanted)
        client = _client_in(credentials_file, info)
    elif token_file is not None:
        client = _client_kept_in(token_file, account=account)
    if subject is not None:
        file = credentials_file or token_file
        message = f"{file}: only a service account can act for a subject; leave it out"
        raise LoginProblem(message, config=True)
    if token_file is None:
        message = "token_file is not set; an OAuth client needs one to keep the login in"
        raise LoginProblem(message, config=True)
    return _user(client, token_file, account=account, scopes=scopes)


def saved(credentials: user.Credentials, token_file: Path) -> None:
    """Write *credentials* as an authorized-user file that only its owner can read.

    The old file stays as it is until the new one is complete.

    Raises:
        LoginProblem: it cannot be written.
    """
    expiry = credentials.expiry
    content = {
        "type": "authorized_user",
        "token": credentials.token,
        "refresh_token": credentials.refresh_token,
        "token_uri": credentials.token_uri,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "scopes": list(credentials.scopes or ()),
        "expiry": f"{expiry.replace(tzinfo=None, microsecond=0).isoformat()}Z" if expiry else None,
    }
    given = {key: value for key, value in content.items() if value is not None}
    try:
        # A symlink is somebody's arrangement: what it points to is replaced, not the link.
        _replace(token_file.resolve(), json.dumps(given, indent=2).encode())
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "its links lead nowhere"
        raise LoginProblem(f"cannot write {token_file}: {reason}", config=True) from None


def save_if_refreshed(
    credentials: Credentials, token_file: Path, *, loaded_token: str | None
) -> None:
    """Keep an access token that was fetched after `loaded`, so that the next start needs none.

    Failing is no harm, and usual where the file is read-only. A login that was made anew in the
    meantime is left alone.
    """
    if not isinstance(credentials, user.Credentials) or credentials.token in {None, loaded_token}:
        return
    with suppress(LoginProblem):
        if _read(token_file, "").get("refresh_token") == credentials.refresh_token:
            saved(credentials, token_file)


def checked_uri(uri: object, file: Path) -> str:
    """Return *uri* if secrets may be sent there: over https, or to this machine.

    Raises:
        LoginProblem: they may not.
    """
    try:
        parts = urlsplit(uri if isinstance(uri, str) else "")
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return str(uri)
    raise LoginProblem(f"{file}: auth_uri and token_uri have to be https addresses", config=True)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _service(
    file: Path, info: Mapping[str, Any], *, subject: str | None, scopes: tuple[str, ...]
) -> Credentials:
    checked_uri(info.get("token_uri"), file)
    try:
        credentials = service_account.Credentials.from_service_account_info(info, scopes=scopes)
        found = credentials.with_subject(subject) if subject else credentials
    except (ValueError, TypeError, KeyError, AttributeError):
        message = f"{file}: not a complete service account key; create and download a new one"
        raise LoginProblem(message, config=True) from None
    assert isinstance(found, Credentials)
    return found


def _client_in(file: Path, info: Mapping[str, Any]) -> dict[str, str]:
    kinds = (info.get(kind) for kind in _CLIENT_KINDS)
    client: dict[str, Any] = next((each for each in kinds if isinstance(each, dict)), {})
    secrets = [client.get(key) for key in ("client_id", "client_secret")]
    if not all(isinstance(value, str) and value for value in secrets):
        raise LoginProblem(f"{file}: {_EXPECTED}", config=True)
    return {
        "client_id": str(secrets[0]),
        "client_secret": str(secrets[1]),
        "auth_uri": checked_uri(client.get("auth_uri", AUTH_URI), file),
        "token_uri": checked_uri(client.get("token_uri", TOKEN_URI), file),
    }


def _client_kept_in(token_file: Path, *, account: str) -> dict[str, str]:
    """Return the client that a complete authorized-user file names beside its login."""
    way_out = f"set credentials_file, and run `raincheck auth google {account}`"
    if not token_file.exists():
        message = f"{token_file} is not there, and no credentials_file to log in with; {way_out}"
        raise LoginProblem(message, config=True)
    info = _read(token_file, f"expected an authorized-user file; {way_out}")
    if info.get("type") == "service_account":
        message = f"{token_file}: a service account's key is named in credentials_file"
        raise LoginProblem(message, config=True)
    for key in ("client_id", "client_secret", "refresh_token"):
        if not isinstance(info.get(key), str) or not info[key]:
            message = f"{token_file}: holds no {key}, so it is not enough alone; {way_out}"
            raise LoginProblem(message, config=True)
    return {
        "client_id": info["client_id"],
        "client_secret": info["client_secret"],
        "token_uri": TOKEN_URI,
    }


def _user(
    client: Mapping[str, str], file: Path, *, account: str, scopes: tuple[str, ...] | None
) -> Credentials:
    again = f"run `raincheck auth google {account}`"
    if not file.exists():
        raise LoginProblem(f"no login yet: {file} is not there; {again}", config=False)
    info = _read(file, f"expected what `raincheck auth` writes; to make it anew, {again}")
    if not isinstance(info.get("refresh_token"), str) or not info["refresh_token"]:
        message = f"{file}: holds no refresh token, which comes with a new consent; {again}"
        raise LoginProblem(message, config=False)
    stored = info.get("scopes") or ()
    granted = tuple(stored.split() if isinstance(stored, str) else map(str, stored))
    if scopes is not None and granted and lacking(scopes, frozenset(granted)):
        flags = " --labels" if LABELS_WRITE in scopes else ""
        flags += " --shared" if READ_WRITE in scopes else ""
        message = f"the login does not reach far enough; run `raincheck auth google {account}"
        raise LoginProblem(f"{message}{flags}`", config=False)
    expiry = _expiry(info.get("expiry"))
    # Built directly: from_authorized_user_info puts Google's own address for token_uri.
    return user.Credentials(
        # Of a token without an end nobody knows whether it still lives.
        token=info.get("token") if expiry else None,
        refresh_token=info["refresh_token"],
        token_uri=checked_uri(info.get("token_uri", client["token_uri"]), file),
        client_id=info.get("client_id", client["client_id"]),
        client_secret=info.get("client_secret", client["client_secret"]),
        scopes=list(granted) or None,
        expiry=expiry,
    )


def _expiry(text: object) -> datetime | None:
    """Return a moment as google-auth compares it: UTC, and naive."""
    try:
        moment = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None)


def _read(file: Path, expected: str) -> dict[str, Any]:
    """Return the JSON object in *file*."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise LoginProblem(f"cannot read {file}: {error.strerror}", config=True) from None
    try:
        content = json.loads(raw) if len(raw) <= FILE_BYTES_MAX else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise LoginProblem(f"{file}: {expected}", config=True)
    return content


def _replace(file: Path, content: bytes) -> None:
    """Put *content* in the place of *file* at once; mkstemp's files are the owner's alone."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
