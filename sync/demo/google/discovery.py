"""What Google's discovery document says of the API: paths, parameters, scopes and schemas.

The document (calendar.v3) comes with the client library; the library itself is not imported.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from sync.demo.google.refusal import RefusalError

DOCUMENT = "discovery_cache/documents/calendar.v3.json"
COMMON = frozenset({"alt", "fields", "prettyPrint", "quotaUser", "key"})
SERVED = (
    "calendarList.list", "calendars.get", "calendars.patch", "events.list", "events.get",
    "events.insert", "events.patch", "events.update", "events.delete", "events.instances",
)  # fmt: skip

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API as the document tells it; ``path`` matches what follows the root."""

    name: str
    verb: str
    path: re.Pattern[str]
    scopes: frozenset[str]
    parameters: Mapping[str, Any]


@cache
def document() -> dict[str, Any]:
    """Return the document.

    Raises:
        ModuleNotFoundError: google-api-python-client is not installed.
    """
    held = resources.files("googleapiclient") / DOCUMENT
    told: dict[str, Any] = json.loads(held.read_text("utf-8"))
    return told


def method_for(verb: str, path: str) -> tuple[Method, tuple[str, ...]]:
    """Return the method behind *verb* and *path*, and the path's (still quoted) parameters.

    Raises:
        RefusalError: 404, none is served there.
    """
    for method in _methods():
        if method.verb == verb and (match := method.path.fullmatch(path)):
            return method, match.groups()
    raise RefusalError(404, "notFound")


def check_parameters(method: Method, query: Mapping[str, str]) -> None:
    """Refuse (400) every parameter that the document does not know, or not with this value."""
    for name, value in query.items():
        told = method.parameters.get(name)
        if name not in COMMON and (told is None or not _is_value(told, value)):
            raise RefusalError(400, "invalidParameter", f"Invalid value for {name}")


def cleaned(body: Any, schema: str) -> dict[str, Any]:
    """Return *body* without what *schema* does not know; null is let through.

    Raises:
        RefusalError: 400, a known property has another type.
    """
    if not isinstance(body, dict):
        raise RefusalError(400, "parseError", "The body is no JSON object.")
    properties = document()["schemas"][schema]["properties"]
    return dict(_cleaned(body, properties))


def faults(value: Any, schema: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Yield the places of *value* that do not fit *schema*."""
    if "$ref" in schema:
        schema = document()["schemas"][schema["$ref"]]
    wanted = _TYPES.get(schema.get("type", ""), (object,))
    if not isinstance(value, wanted) or (wanted == (int,) and isinstance(value, bool)):
        yield where
    elif isinstance(value, list):
        for one in value:
            yield from faults(one, schema["items"], f"{where}[]")
    elif isinstance(value, dict):
        for name, one in value.items():
            known = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if known is None:
                yield f"{where}.{name}"
            else:
                yield from faults(one, known, f"{where}.{name}")


@cache
def _methods() -> tuple[Method, ...]:
    tree = document()["resources"]
    return tuple(_method(name, tree) for name in SERVED)


def _method(full: str, tree: Mapping[str, Any]) -> Method:
    resource, name = full.split(".")
    told = tree[resource]["methods"][name]
    path = re.sub(r"\{\w+\}", "([^/]+)", told["path"])
    scopes = frozenset(told["scopes"])
    return Method(full, told["httpMethod"], re.compile(path), scopes, told.get("parameters", {}))


def _is_value(told: Mapping[str, Any], value: str) -> bool:
    kind = told.get("type")
    if kind == "boolean":
        return value in {"true", "false"}
    if kind == "integer":
        return value.isdigit() and int(value) >= int(told.get("minimum", 0))
    if told.get("format") == "date-time":
        return _is_moment(value)
    return value in told.get("enum", [value])


def _is_moment(value: str) -> bool:
    try:
        return "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _cleaned(body: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if name not in properties:
            continue
        wrong = [] if value is None else [w for w in faults(value, properties[name]) if not w]
        if wrong:
            raise RefusalError(400, "invalid", f"Invalid value for: {name}")
        yield name, value
