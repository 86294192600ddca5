"""Google's login on loopback: the consent page, tokens that expire, and service accounts."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Reply = tuple[int, dict[str, str], bytes]

CLIENT_ID = "raincheck.apps.example.org"
CLIENT_SECRET = "GOCSPX-an-invented-secret"  # noqa: S105 - it opens nothing
GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

LIFETIME_S = 3599
TESTING_DAYS = 7
ASSERTION_S = 3600
LEEWAY_S = 300


@dataclass(frozen=True, slots=True)
class _Code:
    challenge: str
    redirect: str
    scopes: frozenset[str]
    offline: bool


@dataclass(frozen=True, slots=True)
class _Grant:
    scopes: frozenset[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class _Access:
    scopes: frozenset[str]
    until: datetime
    robot: bool


class LocalLogin:
    """Answers as Google's login does. What can be set: the attributes of `__init__`."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.lifetime_s = LIFETIME_S
        self.deny = False
        self.untick: frozenset[str] = frozenset()
        self.testing = False
        self.refresh_count = 0
        self._codes: dict[str, _Code] = {}
        self._grants: dict[str, _Grant] = {}
        self._tokens: dict[str, _Access] = {}
        self._keys: dict[str, Any] = {}
        self._lock = Lock()

    def scopes_of(self, token: str) -> frozenset[str] | None:
        """Return what *token* allows; None if it is unknown or over."""
        access = self._tokens.get(token)
        return access.scopes if access is not None and self.now() < access.until else None

    def is_robot(self, token: str) -> bool:
        """Return whether *token* is of a service account that acts for no user."""
        access = self._tokens.get(token)
        return access is not None and access.robot

    def revoke_all(self) -> None:
        """Take every consent back, as a user does in the account's settings."""
        with self._lock:
            self._grants.clear()
            self._tokens.clear()

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply | None:
        """Return the answer to a request; None if it is not about the login."""
        with self._lock:
            if (method, path) == ("GET", "/auth"):
                return self._asked(query)
            if (method, path) == ("POST", "/token"):
                form = dict(parse_qsl(body.decode(errors="replace")))
                found = self._grant_types().get(form.get("grant_type", ""))
                return found(form) if found else _refused("unsupported_grant_type")
        return None

    def client_secret(self, root: str) -> dict[str, Any]:
        """Return the file of an OAuth client (Desktop app) of the server at *root*."""
        return {
            "installed": {
                "client_id": CLIENT_ID,
                "project_id": "raincheck-example",
                "auth_uri": f"{root.rstrip('/')}/auth",
                "token_uri": f"{root.rstrip('/')}/token",
                "client_secret": CLIENT_SECRET,
                "redirect_uris": ["http://localhost"],
            }
        }

    def authorized_user(self, root: str, scopes: tuple[str, ...]) -> dict[str, Any]:
        """Return a token file, as if a person had consented to *scopes* now."""
        return {
            "type": "authorized_user",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": self._granted(frozenset(scopes)),
            "token_uri": f"{root.rstrip('/')}/token",
            "scopes": list(scopes),
        }

    def service_account(self, root: str) -> dict[str, Any]:
        """Return the key file of a new service account; the server knows its public key."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        email = f"raincheck-{len(self._keys) + 1}@raincheck-example.iam.example.org"
        self._keys[email] = key.public_key()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return {
            "type": "service_account",
            "project_id": "raincheck-example",
            "private_key_id": secrets.token_hex(20),
            "private_key": pem.decode(),
            "client_email": email,
            "client_id": str(secrets.randbelow(10**20)),
            "token_uri": f"{root.rstrip('/')}/token",
        }

    def _grant_types(self) -> dict[str, Callable[[Mapping[str, str]], Reply]]:
        return {
            "authorization_code": self._exchanged,
            "refresh_token": self._refreshed,
            JWT_BEARER: self._asserted,
        }

    def _asked(self, query: Mapping[str, str]) -> Reply:
        """Answer the consent page's request as a person would at once."""
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID:
            return _page(401, "Error 401: invalid_client")
        if not _is_loopback(redirect):
            return _page(400, "Error 400: redirect_uri_mismatch")
        if query.get("response_type") != "code" or not query.get("scope"):
            return _page(400, "Error 400: invalid_request")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            return _page(400, "Error 400: invalid_request")
        if self.deny:
            back = {"error": "access_denied"}
        else:
            code = f"4/0A{secrets.token_urlsafe(24)}"
            scopes = frozenset(query["scope"].split()) - self.untick
            offline = (query.get("access_type"), query.get("prompt")) == ("offline", "consent")
            self._codes[code] = _Code(query["code_challenge"], redirect, scopes, offline)
            back = {"code": code, "scope": " ".join(sorted(scopes))}
        back |= {"state": query["state"]} if "state" in query else {}
        return 302, {"Location": f"{redirect}?{urlencode(back)}"}, b""

    def _exchanged(self, form: Mapping[str, str]) -> Reply:
        if not _is_client(form):
            return _unknown_client()
        code = self._codes.pop(form.get("code", ""), None)
        if code is None:
            return _refused("invalid_grant", "Malformed auth code.")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if _encoded(digest) != code.challenge:
            return _refused("invalid_grant", "Invalid code verifier.")
        if form.get("redirect_uri") != code.redirect:
            return _refused("redirect_uri_mismatch", "Bad Request")
        more = {"refresh_token": self._granted(code.scopes)} if code.offline else {}
        return self._token(code.scopes, more)

    def _refreshed(self, form: Mapping[str, str]) -> Reply:
        if not _is_client(form):
            return _unknown_client()
        self.refresh_count += 1
        grant = self._grants.get(form.get("refresh_token", ""))
        over = timedelta(days=TESTING_DAYS)
        if grant is None or (self.testing and self.now() - grant.since >= over):
            return _refused("invalid_grant", "Token has been expired or revoked.")
        wanted = frozenset(form.get("scope", "").split()) or grant.scopes
        if wanted - grant.scopes:
            return _refused("invalid_scope", "Bad Request")
        return self._token(wanted)

    def _asserted(self, form: Mapping[str, str]) -> Reply:
        """Answer a service account, which shows a statement that it signed itself."""
        claims = self._claims(form.get("assertion", ""))
        if claims is None:
            return _refused("invalid_grant", "Invalid JWT Signature.")
        # Google asks for its own address whatever token_uri says; google-auth sends that.
        since, until = (_number(claims.get(key)) for key in ("iat", "exp"))
        if not since - LEEWAY_S <= self.now().timestamp() < until <= since + ASSERTION_S:
            return _refused("invalid_grant", "Invalid JWT: Token must be a short-lived token.")
        if claims.get("aud") != GOOGLE_AUDIENCE:
            return _refused("invalid_grant", "Invalid JWT: Failed audience check.")
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            return _refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return self._token(scopes, robot="sub" not in claims)

    def _claims(self, assertion: str) -> dict[str, Any] | None:
        """Return what *assertion* says if its signature (RS256) is its issuer's."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        try:
            head, claims, signature = assertion.split(".")
            found: dict[str, Any] = json.loads(_decoded(claims))
            key = self._keys[found["iss"]]
            signed = f"{head}.{claims}".encode()
            key.verify(_decoded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, KeyError, TypeError, InvalidSignature):
            return None
        return found

    def _granted(self, scopes: frozenset[str]) -> str:
        token = f"1//{secrets.token_urlsafe(40)}"
        self._grants[token] = _Grant(scopes, self.now())
        return token

    def _token(
        self,
        scopes: frozenset[str],
        more: Mapping[str, str] | None = None,
        *,
        robot: bool = False,
    ) -> Reply:
        token = f"ya29.{secrets.token_urlsafe(40)}"
        until = self.now() + timedelta(seconds=self.lifetime_s)
        self._tokens[token] = _Access(scopes, until, robot)
        content = {"access_token": token, "expires_in": self.lifetime_s, "token_type": "Bearer"}
        return _json(200, content | {"scope": " ".join(sorted(scopes))} | dict(more or {}))


def _is_client(form: Mapping[str, str]) -> bool:
    return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


def _is_loopback(address: str) -> bool:
    parts = urlsplit(address)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(status: int, content: Mapping[str, Any]) -> Reply:
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    return status, headers, json.dumps(content, indent=2).encode()


def _page(status: int, text: str) -> Reply:
    return status, {"Content-Type": "text/html; charset=utf-8"}, f"<p>{text}</p>".encode()


def _refused(error: str, description: str = "Bad Request") -> Reply:
    return _json(400, {"error": error, "error_description": description})


def _unknown_client() -> Reply:
    return _json(401, {"error": "invalid_client", "error_description": "Unauthorized"})
