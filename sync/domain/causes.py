"""Causes of disruptions, and whose fault each is."""

from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """Who carries a disruption; decides fees."""

    TECHNICAL = "technical"
    CLIENT = "client"
    PROVIDER = "provider"
    SITE = "site"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a session was disrupted; *name* is lower case with hyphens."""

    name: str
    fault: Fault


UNSPECIFIED = "unspecified"

BUILT_IN: dict[str, Fault] = {
    UNSPECIFIED: Fault.NONE,
    "crash": Fault.TECHNICAL,
    "internet": Fault.TECHNICAL,
    "audio": Fault.TECHNICAL,
    "no-show": Fault.CLIENT,
    "late": Fault.CLIENT,
    "client-cancelled": Fault.CLIENT,
    "declined": Fault.CLIENT,
    "provider-cancelled": Fault.PROVIDER,
    "sick-day": Fault.PROVIDER,
    "power": Fault.SITE,
    "alarm": Fault.SITE,
    "lockdown": Fault.SITE,
    "outage": Fault.SITE,
    "closure": Fault.SITE,
}

TAG_WORDS: dict[str, str] = {
    "disrupted": UNSPECIFIED,
    "rained-off": UNSPECIFIED,
    "no-show": "no-show",
    "noshow": "no-show",
    "late-cancel": "client-cancelled",
    "crashed": "crash",
}

CLOSURE_WORDS = ("closure", "lockdown", "outage", "sick-day")
