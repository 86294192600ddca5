"""Where an account's calendars are: from any address a person may have been given.

From the server's root, a principal, a home, a calendar or ``/.well-known/caldav`` the way leads
over current-user-principal and calendar-home-set (RFC 6764, 6; RFC 4791, 6.2.1). Redirects are
followed by hand and never to another server. Cyrus answers strangers as "unauthenticated" instead
of asking for a login (facts/caldav.md, quirk 28); SOGo has nothing at its root (quirk 29).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from adapters.caldav import bodies
from adapters.caldav.client import XML, DavClient, Reply
from adapters.caldav.errors import AnswerError, ForeignOriginError, UnusableAnswerError
from adapters.caldav.multistatus import APPLE, CAL, DAV, Row, address, comparable

__all__ = ["Collection", "Listed", "chosen", "collections", "looked_at", "propfind"]

HOPS_MAX = 5
WRITES = frozenset(f"{DAV}{name}" for name in ("all", "write", "write-content", "bind"))
PERSONAL = f"{CAL}calendar-home-set"
PRINCIPAL = f"{DAV}current-user-principal"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_HERE = frozenset({403, 404, 405, 410, 501})
WELL_KNOWN = "/.well-known/caldav"
SCHEDULING = "calendar-auto-schedule"


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of an account. ``url`` is absolute and ends in a slash."""

    title: str
    url: str
    events: bool
    writable: bool

    @property
    def path(self) -> str:
        """Return the comparable form of its address."""
        return comparable(self.url)


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a PROPFIND, and the address that answered in the end."""

    url: str
    rows: tuple[Row, ...]

    def own(self) -> Row | None:
        """Return the row of the address itself, if it is there."""
        path = comparable(self.url).rstrip("/")
        rows = [row for row in self.rows if row.path.rstrip("/") == path] or list(self.rows[:1])
        return rows[0] if rows and not rows[0].gone else None


def propfind(client: DavClient, url: str, properties: str, *, depth: int = 0) -> Listed:
    """Return what the collection at *url* says; redirects on the same server are followed.

    Raises:
        AnswerError, UnusableAnswerError, ForeignOriginError: see `DavClient.exchange`.
    """
    for _ in range(HOPS_MAX):
        reply = client.exchange(
            "PROPFIND",
            url,
            body=bodies.propfind(properties),
            headers={"Depth": str(depth), "Content-Type": XML},
        )
        if reply.status not in REDIRECTS:
            return Listed(url, reply.multistatus().rows)
        url = _redirected(client, url, reply)
    raise UnusableAnswerError("too many redirects")


def _redirected(client: DavClient, url: str, reply: Reply) -> str:
    target = urljoin(url, reply.headers.get("location", ""))
    if not client.allows(target):
        raise ForeignOriginError
    return target


def looked_at(client: DavClient, url: str) -> Listed:
    """Return what *url* says of itself, logged in."""
    listed = propfind(client, url, bodies.ABOUT)
    own = listed.own()
    stranger = own is not None and f"{DAV}unauthenticated" in own.names.get(PRINCIPAL, ())
    if stranger and client.scheme is None and client.may_guess_basic():
        client.log_in_with("basic")
        listed = propfind(client, url, bodies.ABOUT)
    return listed


def collections(client: DavClient) -> tuple[Collection, ...]:
    """Return the account's calendars, in the server's order; empty if there is no way to them.

    Raises:
        AnswerError: the login is refused, or the server fails.
        ForeignOriginError: the only way leads to another server.
    """
    foreign: ForeignOriginError | None = None
    root = urljoin(client.base, "/")
    for start in dict.fromkeys((client.base, urljoin(root, WELL_KNOWN), root)):
        try:
            found = _from(client, start)
        except AnswerError as error:
            if error.status not in NOT_HERE:
                raise
            continue
        except ForeignOriginError as error:
            foreign = error
            continue
        except UnusableAnswerError:
            continue  # a web page, most likely
        if found:
            return found
    if foreign is not None:
        raise foreign
    return ()


def _from(client: DavClient, start: str) -> tuple[Collection, ...]:
    listed = looked_at(client, start)
    own = listed.own()
    if own is None:
        return ()
    here = _collection(listed.url, own)
    homes = _homes(client, listed.url, own)
    if not homes:
        return (here,) if here else _inside(client, [listed.url])
    found = _inside(client, homes)
    if here and all(one.path != here.path for one in found):
        found = (here, *found)
    return found


def _homes(client: DavClient, url: str, own: Row) -> list[str]:
    """Return the homes, asked of the principal if *own* only names that."""
    if homes := _addresses(client, url, own, PERSONAL):
        return homes
    for principal in _addresses(client, url, own, PRINCIPAL):
        try:
            listed = propfind(client, principal, bodies.WHO)
        except AnswerError as error:
            if error.status not in NOT_HERE:
                raise
            continue
        if (row := listed.own()) is not None:
            return _addresses(client, listed.url, row, PERSONAL)
    return []


def _addresses(client: DavClient, url: str, row: Row, name: str) -> list[str]:
    """Return the addresses in a property, on our own server.

    Behind a proxy some servers name themselves wrongly: the path counts, the host does not.
    """
    return [_ours(client, url, href) for href in row.hrefs.get(name, ()) if href]


def _ours(client: DavClient, url: str, href: str) -> str:
    target = urljoin(url, href)
    return target if client.allows(target) else urljoin(url, urlsplit(target).path)


def _inside(client: DavClient, homes: Iterable[str]) -> tuple[Collection, ...]:
    found: dict[str, Collection] = {}
    for home in homes:
        listed = propfind(client, home, bodies.ABOUT, depth=1)
        for row in listed.rows:
            one = _collection(listed.url, row)
            if one is not None:
                found.setdefault(one.path, one)
    return tuple(found.values())


def _collection(url: str, row: Row) -> Collection | None:
    """Return the calendar that *row* is, or None; inboxes and outboxes are none."""
    if f"{CAL}calendar" not in row.names.get(f"{DAV}resourcetype", ()):
        return None
    kinds = row.names.get(f"{CAL}supported-calendar-component-set")
    privileges = row.names.get(f"{DAV}current-user-privilege-set")
    return Collection(
        title=row.texts.get(f"{DAV}displayname", "").strip(),
        url=urljoin(url, address(row.path)).rstrip("/") + "/",
        events=kinds is None or "VEVENT" in kinds,
        writable=privileges is None or bool(privileges & WRITES),
    )


def at_address(client: DavClient, wanted: str) -> Collection | None:
    """Return the calendar at the path or address *wanted*, if it is one: a shared one, perhaps.

    Raises:
        AnswerError: the login is refused, or the server fails.
    """
    if "/" not in wanted:
        return None
    url = urljoin(client.base, address(comparable(wanted)))
    try:
        listed = looked_at(client, url)
    except AnswerError as error:
        if error.status not in NOT_HERE:
            raise
        return None
    own = listed.own()
    return _collection(listed.url, own) if own else None


def chosen(found: Sequence[Collection], wanted: str) -> tuple[Collection, ...]:
    """Return the calendars that *wanted* may mean; one, if it is clear.

    A display name, a path, its last part or a whole address; exactly as written first, then
    whatever the case. Calendars for events come before others.
    """
    for fold in (str, str.casefold):
        matches = [one for one in found if fold(wanted) in {fold(name) for name in _names(one)}]
        matches = [one for one in matches if one.events] or matches
        if matches:
            return tuple(matches)
    return ()


def _names(one: Collection) -> tuple[str, ...]:
    path = one.path.rstrip("/")
    plain = one.url.rstrip("/")
    return one.title, path, f"{path}/", path.rpartition("/")[2], plain, f"{plain}/"


def schedules(client: DavClient, url: str) -> bool:
    """Return whether the server tells guests by itself (RFC 6638, 2)."""
    reply = client.exchange("OPTIONS", url)
    offered = {word.strip().lower() for word in reply.headers.get("dav", "").split(",")}
    return SCHEDULING in offered


def ctag_of(row: Row) -> str:
    """Return the collection's change tag, or an empty text."""
    return row.texts.get(f"{APPLE}getctag", "").strip()


def token_of(row: Row) -> str:
    """Return the sync token, if the server can be asked with it (quirk 8)."""
    reports = row.names.get(f"{DAV}supported-report-set")
    if reports is not None and f"{DAV}sync-collection" not in reports:
        return ""
    return row.texts.get(f"{DAV}sync-token", "").strip()
