"""WebDAV's XML, read: bytes in, values out. Pure, and the only user of lxml.

Entities are never resolved, nothing is fetched, and a document type is refused: no honest server
sends one. Hrefs are made comparable here, once: servers list other escapes than were sent
(facts/caldav.md, quirk 9).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from adapters.caldav.errors import UnusableAnswerError

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"
APPLE = "{http://calendarserver.org/ns/}"
SLASH = "%2F"
_HREF, _STATUS, _PROP = f"{DAV}href", f"{DAV}status", f"{DAV}prop"
_PROPSTAT, _RESPONSE = f"{DAV}propstat", f"{DAV}response"
_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
_PIECE_BYTES = 65_536
_STATUS_LINE = re.compile(r"\S+\s+([0-9]{3})(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Row:
    """One response of a multistatus.

    ``path`` is the comparable form of the href; the host that some servers put before it is
    dropped: our own counts. ``status`` is the resource's own; None where only its properties have
    one. ``texts`` are the values of found properties; ``names`` the elements inside them
    (resource types, privileges); ``hrefs`` the addresses inside them. ``denied`` are the statuses
    of properties not given.
    """

    path: str
    status: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hrefs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denied: frozenset[int] = frozenset()

    @property
    def etag(self) -> str:
        """Return the normalised ETag, or an empty text."""
        return normal_etag(self.texts.get(f"{DAV}getetag", ""))

    @property
    def text(self) -> str | None:
        """Return the calendar data, if the row has any."""
        return self.texts.get(f"{CAL}calendar-data")

    @property
    def gone(self) -> bool:
        """Return whether the resource is said not to be there."""
        return self.status in {404, 410}


@dataclass(frozen=True, slots=True)
class Multistatus:
    """A whole answer; ``token`` is the sync token beside the rows."""

    rows: tuple[Row, ...]
    token: str = ""


def normal_etag(etag: str) -> str:
    """Return *etag* without the mark of weakness.

    Cyrus calls one version ``W/"x"`` on a compressed GET and ``"x"`` elsewhere (quirk 13).
    """
    return etag.strip().removeprefix("W/")


def comparable(href: str) -> str:
    """Return the path of *href* without escapes; an escaped slash stays escaped.

    Of what is no address nothing is left, which is the path of no resource.
    """
    if "%" not in href and href.startswith("/") and not href.startswith("//"):
        return href.partition("?")[0].partition("#")[0]
    try:
        path = urlsplit(href).path
    except ValueError:
        return ""
    parts = re.split("%2f", path, flags=re.IGNORECASE)
    return SLASH.join(unquote(part) for part in parts)


def address(path: str) -> str:
    """Return the path to ask for, from its comparable form."""
    return SLASH.join(quote(part, safe="/@") for part in path.split(SLASH))


def parsed(body: bytes) -> Multistatus:
    """Return the rows of a multistatus, in the server's order.

    Raises:
        UnusableAnswerError: it is no multistatus, or has a document type.
        lxml.etree.LxmlError: it is no XML.
    """
    parser = etree.XMLPullParser(events=("end",), tag=_RESPONSE, **_SAFE)
    rows: list[Row] = []
    for at in range(0, len(body), _PIECE_BYTES):
        parser.feed(body[at : at + _PIECE_BYTES])
        rows += _rows(parser)
    root = _checked(parser.close())
    if root.tag != f"{DAV}multistatus":
        raise UnusableAnswerError("the answer is not a multistatus")
    return Multistatus(tuple(rows), token=(root.findtext(f"{DAV}sync-token") or "").strip())


def _rows(parser: "etree.XMLPullParser[etree._Element]") -> Iterator[Row]:
    """Yield the responses that are whole by now, and let go of their elements.

    The tree of ten thousand would take several times the room of the answer.
    """
    for _, element in parser.read_events():
        root = element.getparent()
        if root is None or root.getparent() is not None:
            continue  # a response stands directly in the multistatus
        yield _row(element)
        before = element.getprevious()
        if before is not None and before.tag == _RESPONSE:
            root.remove(before)


def preconditions(body: bytes) -> frozenset[str]:
    """Return the names inside a DAV:error; empty for any other body.

    Source:
        RFC 4918, 16.
    """
    try:
        root = _root(body)
    except (etree.LxmlError, UnusableAnswerError):
        return frozenset()
    if root.tag != f"{DAV}error":
        return frozenset()
    return frozenset(child.tag for child in root.iterchildren(tag=etree.Element))


def _root(body: bytes) -> etree._Element:
    return _checked(etree.fromstring(body, etree.XMLParser(**_SAFE)))


def _checked(root: etree._Element) -> etree._Element:
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnusableAnswerError("the answer has a document type")
    return root


def _row(element: etree._Element) -> Row:
    """Return one response; each element is touched once, for there may be ten thousand."""
    href, own, denied = "", None, set[int]()
    texts: dict[str, str] = {}
    names: dict[str, frozenset[str]] = {}
    hrefs: dict[str, tuple[str, ...]] = {}
    for child in element:
        if child.tag == _PROPSTAT:
            status, props = _propstat(child)
            if status is not None and not 200 <= status < 300:
                denied.add(status)
                continue
            for prop in props:
                if len(prop):
                    names[prop.tag] = _names(prop)
                    hrefs[prop.tag] = tuple((one.text or "").strip() for one in prop.iter(_HREF))
                else:
                    texts[prop.tag] = prop.text or ""
        elif child.tag == _HREF:
            href = (child.text or "").strip()
        elif child.tag == _STATUS:
            own = _status(child)
    return Row(comparable(href), own, texts, names, hrefs, frozenset(denied))


def _propstat(element: etree._Element) -> tuple[int | None, list[etree._Element]]:
    """Return the status of a propstat, and its properties."""
    status: int | None = None
    props: list[etree._Element] = []
    for child in element:
        if child.tag == _STATUS:
            status = _status(child)
        elif child.tag == _PROP:
            props.extend(prop for prop in child if isinstance(prop.tag, str))
    return status, props


def _names(prop: etree._Element) -> frozenset[str]:
    """Return the tags inside *prop*, and the values of ``name`` (supported components)."""
    inside = tuple(prop.iterdescendants(tag=etree.Element))
    named = (found.get("name") for found in inside)
    return frozenset(found.tag for found in inside) | {name for name in named if name}


def _status(element: etree._Element) -> int | None:
    """Return the number in ``HTTP/1.1 404 Not Found``."""
    found = _STATUS_LINE.match((element.text or "").strip())
    return int(found[1]) if found else None
