"""Asking a person for consent: in a browser, which comes back to a port of this machine."""

import base64
import hashlib
import json
import os
import secrets
import select
import socketserver
import time
import webbrowser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httplib2
from google.oauth2 import credentials as user

from adapters.google import credentials as files
from adapters.google.credentials import LoginProblem

LOOPBACK = "127.0.0.1"
EXCHANGE_TIMEOUT_S = 30.0
CONNECTION_TIMEOUT_S = 2.0
"""Browsers open connections ahead of need; such a one must not hold up the real one for long."""

PASTED_BYTES_MAX = 20_000

MEANS = {
    files.READ_WRITE_OWNED: "view, create, change and delete events on calendars you own",
    files.READ_WRITE: "view and edit events on all your calendars",
    files.LISTED: "see the list of calendars you are subscribed to",
    files.LABELS_READ: "see the title, labels and time zone of your calendars",
    files.LABELS_WRITE: "see and change the properties (labels) of your calendars",
}
"""What Google's page says beside each box, shortened."""

_PAGE = "<!doctype html><meta charset=utf-8><title>Raincheck</title><p>{}</p>"
_THANKS = "Raincheck has the answer: see its terminal. You can close this window."


class _Loopback(socketserver.TCPServer):
    """Takes the browser's answer; ``parameters`` are its query, once it has come."""

    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        self.parameters: dict[str, str] | None = None
        super().__init__((LOOPBACK, port), _Answer)

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a broken connection is the browser's affair."""


class _Answer(BaseHTTPRequestHandler):
    timeout = CONNECTION_TIMEOUT_S
    server: _Loopback

    def do_GET(self) -> None:
        """Take the redirect; anything else (an icon, say) is not here."""
        found = _parameters(self.path) if urlsplit(self.path).path == "/" else None
        body = _PAGE.format(_THANKS if found else "Not here.").encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.parameters = found or self.server.parameters

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Log nothing: the address holds the code."""


def consented(
    credentials_file: Path,
    *,
    account: str,
    scopes: tuple[str, ...],
    open_browser: bool,
    tell: Callable[[str], None],
    timeout_s: float,
    port: int = 0,
    pasted: int | None = None,
) -> user.Credentials:
    """Return the credentials that a person consents to.

    Args:
        credentials_file: The OAuth client.
        account: The account's name, for messages.
        scopes: What to ask for; all of it has to be granted.
        open_browser: Else the address is only told.
        tell: Takes lines for the person.
        timeout_s: How long to wait for the answer.
        port: Where the browser comes back to; 0: any free one.
        pasted: A file descriptor that may bring the browser's last address, on a line.

    Raises:
        LoginProblem: there is no consent, or it does not reach far enough.
    """
    client = files.oauth_client(credentials_file)
    again = f"run `raincheck auth google {account}` again"
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    try:
        server = _Loopback(port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "no such port"
        raise LoginProblem(f"cannot listen on port {port}: {reason}", config=False) from None
    with server:
        redirect = f"http://{LOOPBACK}:{server.port}/"
        address = _address(client, redirect, scopes, state=state, verifier=verifier)
        _tell(tell, address, server.port, open_browser=open_browser)
        if open_browser:
            webbrowser.open(address)
        parameters = _awaited(server, pasted, timeout_s)
    code = _code(parameters, state, again)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    answer = _exchanged(client, form | {"code_verifier": verifier}, again)
    return _credentials(client, answer, scopes, again)


def _tell(tell: Callable[[str], None], address: str, port: int, *, open_browser: bool) -> None:
    tell("Your browser opens; if it does not, open:" if open_browser else "Open in a browser:")
    tell(address)
    if not open_browser:
        tell(f"A browser on another machine reaches this one after, over there: "
             f"ssh -L {port}:{LOOPBACK}:{port} THIS-MACHINE")  # fmt: skip
        tell("Or paste here the address of the page that the browser cannot show at the end.")


def _address(
    client: Mapping[str, str], redirect: str, scopes: tuple[str, ...], *, state: str, verifier: str
) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "client_id": client["client_id"],
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        # A refresh token comes with both of these only.
        "access_type": "offline",
        "prompt": "consent",
    }
    joint = "&" if "?" in client["auth_uri"] else "?"
    return f"{client['auth_uri']}{joint}{urlencode(query)}"


def _awaited(server: _Loopback, pasted: int | None, timeout_s: float) -> Mapping[str, str] | None:
    """Return what the browser came back with, by itself or pasted; None if it did not."""
    deadline = time.monotonic() + timeout_s
    line = b""
    while server.parameters is None and (left := deadline - time.monotonic()) > 0:
        watched = [server.fileno(), *([] if pasted is None else [pasted])]
        ready, _, _ = select.select(watched, [], [], left)
        if server.fileno() in ready:
            server.handle_request()
        elif pasted is not None and pasted in ready:
            piece = os.read(pasted, PASTED_BYTES_MAX)
            *lines, line = (line + piece).split(b"\n")
            found = (_parameters(each.decode(errors="replace").strip()) for each in lines)
            server.parameters = next((each for each in found if each), None)
            # The end of the input; or far more of it than an address.
            pasted = None if not piece or len(line) > PASTED_BYTES_MAX else pasted
    return server.parameters


def _parameters(address: str) -> dict[str, str] | None:
    """Return the query of *address* if it is an answer to a request for consent."""
    try:
        found = dict(parse_qsl(urlsplit(address).query, max_num_fields=50))
    except ValueError:
        return None
    return found if "code" in found or "error" in found else None


def _code(parameters: Mapping[str, str] | None, state: str, again: str) -> str:
    """Return the code that proves the consent."""
    if parameters is None:
        raise LoginProblem(f"no answer came from the browser in time; {again}", config=False)
    if not secrets.compare_digest(parameters.get("state", "").encode(), state.encode()):
        raise LoginProblem(f"the answer belongs to another attempt; {again}", config=False)
    if "code" in parameters:
        return parameters["code"]
    if parameters.get("error") == "access_denied":
        raise LoginProblem(
            f"access was denied on Google's page; to allow it, {again}", config=False
        )
    raise LoginProblem(f"Google refused to ask for consent; {again}", config=False)


def _exchanged(client: Mapping[str, str], form: Mapping[str, str], again: str) -> dict[str, Any]:
    """Return the token endpoint's answer to *form*."""
    http = httplib2.Http(timeout=EXCHANGE_TIMEOUT_S)
    # The code and the secret go to the address in the file, and nowhere else.
    http.follow_redirects = False
    body = urlencode({**form, "client_id": client["client_id"],
                      "client_secret": client["client_secret"]})  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        response, content = http.request(client["token_uri"], "POST", body, headers)
    except (OSError, httplib2.HttpLib2Error):
        message = f"Google's login server does not answer; {again} later"
        raise LoginProblem(message, passing=True) from None
    finally:
        http.close()
    if response.status >= 500 or response.status == 429:
        message = f"Google's login server failed (status {response.status}); {again} later"
        raise LoginProblem(message, passing=True)
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise LoginProblem(f"Google's login server answers nonsense; {again} later", passing=True)
    if answer.get("error") in {"invalid_client", "unauthorized_client", "deleted_client"}:
        message = "Google does not know this OAuth client (any more); download its file anew"
        raise LoginProblem(message, config=True)
    if response.status != 200 or not isinstance(answer.get("access_token"), str):
        raise LoginProblem(f"Google does not take the code; {again}", config=False)
    return answer


def _credentials(
    client: Mapping[str, str], answer: Mapping[str, Any], scopes: tuple[str, ...], again: str
) -> user.Credentials:
    granted = tuple(str(answer.get("scope") or " ".join(scopes)).split())
    missing = files.lacking(scopes, frozenset(granted))
    if missing:
        boxes = "; ".join(f'"{MEANS.get(scope, scope)}"' for scope in missing)
        raise LoginProblem(f"left unticked, and needed: {boxes}; {again}", config=False)
    if not isinstance(answer.get("refresh_token"), str) or not answer["refresh_token"]:
        message = "Google gave no refresh token; remove Raincheck's access at"
        message = f"{message} https://myaccount.google.com/connections, then {again}"
        raise LoginProblem(message, config=False)
    lifetime = answer.get("expires_in")
    seconds = lifetime if isinstance(lifetime, int) and 0 < lifetime < 10**6 else 0
    expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=seconds)
    return user.Credentials(
        token=answer["access_token"],
        refresh_token=answer["refresh_token"],
        token_uri=client["token_uri"],
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        scopes=list(granted),
        expiry=expiry,
    )
