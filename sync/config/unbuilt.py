"""What a configuration may ask for that this version does not do yet.

One row for each; whoever builds a feature deletes its row.
"""

from collections.abc import Callable
from typing import NamedTuple

from sync.config.model import Config
from sync.config.tables import PolicyRule, PolicyTable
from sync.domain.policy import Action, SignalKind


class Row(NamedTuple):
    """A feature: whether a configuration asks for it, and what happens instead."""

    is_asked_for: Callable[[Config], bool]
    sentence: str


def unbuilt(config: Config) -> tuple[str, ...]:
    """Return one sentence for each key that is set but has no effect in this version.

    A key counts as set when the file asks for the feature in so many words. What is merely on by
    default is for the README to tell.
    """
    return tuple(row.sentence for row in ROWS if row.is_asked_for(config))


def _acts(action: Action) -> Callable[[Config], bool]:
    """Return whether a configuration uses *action* anywhere."""
    return lambda config: (
        action
        in {
            config.policy.action,
            *(rule.action for rule in config.policy.rules),
        }
    )


def _has_signal(name: str) -> Callable[[Config], bool]:
    """Return whether ``[signals]`` names this signal and leaves it on."""
    return lambda config: (
        name in config.signals.model_fields_set and getattr(config.signals, name) is not False
    )


def _wants_attempts(config: Config) -> bool:
    """Return whether more than one attempt is asked for; leaving the key out asks for nothing."""
    tables: tuple[PolicyTable | PolicyRule, ...] = (config.policy, *config.policy.rules)
    written = (table.attempts for table in tables if "attempts" in table.model_fields_set)
    return any(attempts is not None and attempts > 1 for attempts in written)


def _tunes_resume(config: Config) -> bool:
    """Return whether `resume` is given numbers of its own."""
    tables: tuple[PolicyTable | PolicyRule, ...] = (config.policy, *config.policy.rules)
    return any({"resume_after", "prorate_after"} & table.model_fields_set for table in tables)


def _waits_for_unbuilt_signals(config: Config) -> bool:
    """Return whether a rule speaks of signals that are never seen yet."""
    named = {signal for rule in config.policy.rules for signal in rule.signals or ()}
    return bool(named & {SignalKind.DECLINED, SignalKind.CLOSURE})


ROWS: tuple[Row, ...] = (
    Row(
        _acts(Action.HOLD),
        'policy: "hold" is not fully built yet: the tentative replacement without guests is '
        "written, but tagging it does not book it.",
    ),
    Row(
        _acts(Action.RESUME),
        'policy: "resume" is not built yet: such sessions are treated as "propose".',
    ),
    Row(
        _tunes_resume,
        "policy.resume_after and prorate_after have no effect yet: resume is not built.",
    ),
    Row(
        _waits_for_unbuilt_signals,
        'policy.rules: the signals "declined" and "closure" are not built yet, so such a rule '
        "never applies to them.",
    ),
    Row(
        _wants_attempts,
        "policy.attempts is not built yet: a declined replacement has no next attempt.",
    ),
    Row(
        _has_signal("deleted"),
        "signals.deleted is not built yet on CalDAV: what vanishes there is never acted on.",
    ),
    Row(
        _has_signal("declined"),
        "signals.declined is not built yet: a session that is declined is never acted on.",
    ),
    Row(
        _has_signal("closures"),
        "signals.closures is not built yet: a closure disrupts no other session.",
    ),
    Row(
        lambda config: bool(config.signals.drop_calendar),
        "signals.drop_calendar is not built yet: events dragged there are not seen.",
    ),
    Row(
        lambda config: config.fees.first_waived > 0,
        "fees.first_waived is not built yet: the first fees are proposed like all others.",
    ),
    Row(
        lambda config: config.fees.approve == "auto",
        'fees.approve = "auto" is not built yet: every fee waits for a person.',
    ),
    Row(
        lambda config: config.mail is not None,
        "mail is not built yet: guests are told by their calendar server, or not at all.",
    ),
    Row(
        lambda config: "daemon" in config.model_fields_set,
        "daemon is not built yet: run `raincheck sync` from a timer instead.",
    ),
)
