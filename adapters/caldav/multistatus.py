"""WebDAV's XML, read: bytes in, values out. Pure, and the only user of lxml.

Entities are never resolved, nothing is fetched, and a document type is refused: no honest server
sends one. Hrefs are made comparable here, once: servers list other escapes than were sent
(facts/caldav.md, quirk 9).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from adapters.caldav.errors import UnusableAnswerError

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"
APPLE = "{http://calendarserver.org/ns/}"
SLASH = "%2F"


@dataclass(frozen=True, slots=True)
class Row:
    """One response of a multistatus.

    ``path`` is the comparable form of the href; ``origin`` its scheme and host, if it named one.
    ``status`` is the resource's own; None where only its properties have one. ``texts`` are the
    values of found properties; ``names`` the elements inside them (resource types, privileges);
    ``hrefs`` the addresses inside them. ``denied`` are the statuses of properties not given.
    """

    path: str
    status: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hrefs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denied: frozenset[int] = frozenset()
    origin: str = ""

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
    """Return the path of *href* without escapes; an escaped slash stays escaped."""
    parts = re.split("%2f", urlsplit(href).path, flags=re.IGNORECASE)
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
    root = _root(body)
    if root.tag != f"{DAV}multistatus":
        raise UnusableAnswerError("the answer is not a multistatus")
    rows = tuple(_row(element) for element in root.iterchildren(f"{DAV}response"))
    return Multistatus(rows, token=(root.findtext(f"{DAV}sync-token") or "").strip())


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
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(body, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnusableAnswerError("the answer has a document type")
    return root


def _row(element: etree._Element) -> Row:
    texts: dict[str, str] = {}
    names: dict[str, frozenset[str]] = {}
    hrefs: dict[str, tuple[str, ...]] = {}
    denied: set[int] = set()
    for propstat in element.iterchildren(f"{DAV}propstat"):
        status = _status(propstat)
        if status is not None and not 200 <= status < 300:
            denied.add(status)
            continue
        for prop in propstat.iterfind(f"{DAV}prop/*"):
            if len(prop):
                names[prop.tag] = _names(prop)
                hrefs[prop.tag] = tuple(
                    (found.text or "").strip() for found in prop.iter(f"{DAV}href")
                )
            else:
                texts[prop.tag] = prop.text or ""
    href = (element.findtext(f"{DAV}href") or "").strip()
    split = urlsplit(href)
    return Row(
        path=comparable(href),
        status=_status(element),
        texts=texts,
        names=names,
        hrefs=hrefs,
        denied=frozenset(denied),
        origin=f"{split.scheme}://{split.netloc}" if split.netloc else "",
    )


def _names(prop: etree._Element) -> frozenset[str]:
    """Return the tags inside *prop*, and the values of ``name`` (supported components)."""
    inside = tuple(prop.iterdescendants(tag=etree.Element))
    named = (found.get("name") for found in inside)
    return frozenset(found.tag for found in inside) | {name for name in named if name}


def _status(element: etree._Element) -> int | None:
    """Return the status of a response or propstat: the number in ``HTTP/1.1 404 Not Found``."""
    words = (element.findtext(f"{DAV}status") or "").split()
    if len(words) < 2 or not words[1].isdigit():
        return None
    return int(words[1])
