"""What the practice does about a disruption: rules, and the terms they lead to."""

from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import Enum

from sync.domain.actions import Action, SignalKind
from sync.domain.causes import Fault

__all__ = [
    "HELD_BY_DEFAULT",
    "MADE_UP_ALL_THE_SAME",
    "Action",
    "Conditions",
    "Decision",
    "Favour",
    "Modality",
    "Policy",
    "Preference",
    "Rule",
    "SignalKind",
    "Situation",
    "Terms",
    "WeekRange",
    "decided",
]


class Modality(Enum):
    """How a session is held."""

    VIDEO = "video"
    PHONE = "phone"
    CHAT = "chat"
    IN_PERSON = "in-person"


@dataclass(frozen=True, slots=True)
class WeekRange:
    """A range of local time on one weekday; Monday is 0."""

    weekday: int
    start: time
    end: time


class Favour(Enum):
    """Which slots come first."""

    SAME_TIME = "same-time"
    SOONEST = "soonest"
    RANGES = "ranges"


@dataclass(frozen=True, slots=True)
class Preference:
    """Which slots come first; ``ranges`` only with ``Favour.RANGES``, in falling order."""

    favour: Favour = Favour.SAME_TIME
    ranges: tuple[WeekRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that is decided for one disruption. The defaults are the contract's."""

    action: Action = Action.PROPOSE
    notice: timedelta = timedelta(hours=24)
    within: timedelta = timedelta(days=14)
    prefer: Preference = Preference()
    attempts: int = 3
    keep_original: bool = False
    same_day: bool = False
    resume_after: timedelta = timedelta(minutes=10)
    prorate_after: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a rule applies: every condition that is given must hold; None is not given."""

    causes: frozenset[str] | None = None
    faults: frozenset[Fault] | None = None
    signals: frozenset[SignalKind] | None = None
    calendars: frozenset[str] | None = None
    modality: frozenset[Modality] | None = None
    paid: bool | None = None
    recurring: bool | None = None
    notice_below: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One ``[[policy.rules]]`` entry; ``name`` is shown to the user (``policy.rules[1]``)."""

    name: str
    conditions: Conditions
    terms: Terms


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy; ``terms`` apply where no rule does."""

    terms: Terms = Terms()
    rules: tuple[Rule, ...] = ()
    max_new: int = 10


@dataclass(frozen=True, slots=True)
class Situation:
    """What the conditions of a rule are asked about. ``until_start`` is negative once it began."""

    cause: str
    fault: Fault
    signal: SignalKind
    calendar: str
    modality: Modality | None
    paid: bool
    recurring: bool
    until_start: timedelta


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and the name of the rule that said so."""

    terms: Terms
    rule: str


MADE_UP_ALL_THE_SAME = frozenset({Action.RECORD, Action.IGNORE})
"""What a paid session is never left at (CONTRACT 3)."""

HELD_BY_DEFAULT = frozenset({SignalKind.DELETED, SignalKind.DECLINED})
"""Signals that may mean something else: the practice looks before the client hears of it."""


def decided(policy: Policy, situation: Situation) -> Decision:
    """Return the terms for *situation*: the first rule that matches, then the built-in ones."""
    decision = _first_match(policy, situation)
    if situation.paid and decision.terms.action in MADE_UP_ALL_THE_SAME:
        terms = replace(decision.terms, action=Action.PROPOSE)
        return Decision(terms, f"{decision.rule}, but a paid session is always made up")
    return decision


def _first_match(policy: Policy, situation: Situation) -> Decision:
    for rule in policy.rules:
        if _holds(rule.conditions, situation):
            return Decision(rule.terms, rule.name)
    if situation.signal in HELD_BY_DEFAULT:
        return Decision(replace(policy.terms, action=Action.HOLD), "built-in rule")
    return Decision(policy.terms, "policy")


def _holds(conditions: Conditions, situation: Situation) -> bool:
    """Return whether every condition that is given holds."""
    among = (
        (conditions.causes, situation.cause),
        (conditions.faults, situation.fault),
        (conditions.signals, situation.signal),
        (conditions.calendars, situation.calendar),
        (conditions.modality, situation.modality),
    )
    equal = ((conditions.paid, situation.paid), (conditions.recurring, situation.recurring))
    return (
        all(wanted is None or value in wanted for wanted, value in among)
        and all(wanted is None or value == wanted for wanted, value in equal)
        and (conditions.notice_below is None or situation.until_start < conditions.notice_below)
    )
