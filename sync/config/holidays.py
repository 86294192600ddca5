"""Public holidays, and whether a code for them is one the `holidays` library knows.

Importing that library takes 0.13 s on an idle machine and was seen to take 0.5 s, more than all
the rest of reading a configuration. So the check looks into the library's own source text first
(1 ms); whatever it does not find there, the library itself is asked for. Only a yes is believed
of the text: should its shape change, the check becomes slower, never wrong.
"""

import importlib
import re
from collections.abc import Collection
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_SUBDIVISIONS = re.compile(
    r"^    subdivisions\b[^=\n]*= \($(?P<codes>.*?)^    \)$", re.MULTILINE | re.DOTALL
)


def check_holidays(code: str) -> str | None:
    """Return what is wrong with a code such as ``GB-ENG``, or None; empty means no holidays."""
    if not code or _is_in_source(*_parts(code)):
        return None
    return _verdict(code)


def public_holidays(code: str, years: Collection[int]) -> frozenset[date]:
    """Return the public holidays of *years*, substitute days included; none for no code."""
    if not code or not years:
        return frozenset()
    country, subdivision = _parts(code)
    library = importlib.import_module("holidays")
    found = library.country_holidays(country, subdiv=subdivision or None, years=sorted(years))
    return frozenset(found)


def usual_code(code: str) -> str:
    """Return a code that is known as it is usually written: ``UK-England`` is ``GB-ENG``."""
    country, subdivision = _parts(code)
    registry = importlib.import_module("holidays.registry")
    country = next((names[1] for names in registry.COUNTRIES.values() if country in names), country)
    if not subdivision:
        return country
    entity: Any = getattr(importlib.import_module("holidays"), country)
    return f"{country}-{entity.subdivisions_aliases.get(subdivision, subdivision)}"


def parts_that_differ(code: str, years: Collection[int]) -> tuple[str, ...]:
    """Return the codes of those parts of a country that have holidays which all of it has not.

    Empty for a code that names a part already, and for a country without any.
    """
    country, subdivision = _parts(code)
    if not code or subdivision:
        return ()
    everywhere = public_holidays(country, years)
    entity: Any = getattr(importlib.import_module("holidays"), country)
    codes = [f"{country}-{part}" for part in sorted(entity.subdivisions)]
    return tuple(each for each in codes if public_holidays(each, years) != everywhere)


def _parts(code: str) -> tuple[str, str]:
    country, _, subdivision = code.partition("-")
    return country.upper(), subdivision


def _is_in_source(country: str, subdivision: str) -> bool:
    """Return whether the library's text names both; False may also mean "cannot tell"."""
    if not re.fullmatch(r"[A-Z]{2,3}", country):
        return False
    spec = find_spec("holidays")
    if spec is None or spec.origin is None:
        return False
    root = Path(spec.origin).parent
    try:
        registry = (root / "registry.py").read_text(encoding="utf-8")
        module = re.search(rf'^    "(\w+)": \([^)\n]*"{country}"', registry, re.MULTILINE)
        if module is None or not subdivision:
            return module is not None
        text = (root / "countries" / f"{module[1]}.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    block = _SUBDIVISIONS.search(text)
    return block is not None and f'"{subdivision}"' in block["codes"]


@cache
def _verdict(code: str) -> str | None:
    """Return what the library says is wrong with *code*."""
    country, subdivision = _parts(code)
    registry = importlib.import_module("holidays.registry")
    countries = list(registry.EntityLoader.get_country_codes())
    if country not in countries:
        name = re.sub(r"\W+", "_", code.strip().lower())
        near = get_close_matches(name, registry.COUNTRIES, n=1, cutoff=0.8)
        hint = (
            f'did you mean "{registry.COUNTRIES[near[0]][1]}"?'
            if near
            else 'write a code such as "DE" or "GB-ENG"'
        )
        return f"no holidays are known for this country; {hint}"
    known = _subdivisions(country)
    if not subdivision or subdivision in known:
        return None
    if not known:
        return f'this country has no parts with own holidays; write "{country}"'
    near = get_close_matches(subdivision.upper(), known, n=1)
    hint = f'did you mean "{country}-{near[0]}"?' if near else f"known are {', '.join(known)}"
    return f"no such part of this country; {hint}"


def _subdivisions(country: str) -> tuple[str, ...]:
    entity: Any = getattr(importlib.import_module("holidays"), country)
    return (*entity.subdivisions, *entity.subdivisions_aliases)
