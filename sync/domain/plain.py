"""Plain words for people: what every command and the report say alike."""

import unicodedata

from sync.domain.causes import Fault
from sync.domain.lifecycle import Raincheck, State
from sync.domain.policy import Action
from sync.domain.writes import day_and_time

FAULTS = {
    Fault.TECHNICAL: "technical",
    Fault.CLIENT: "the client's side",
    Fault.PROVIDER: "the practice's side",
    Fault.SITE: "the site's side",
    Fault.NONE: "nobody's fault",
}

WHAT_TO_DO = {
    State.SETTLING: "it rests for a moment, in case it is taken back",
    State.PLANNED: "the next pass writes it",
    State.WRITTEN: "the next pass marks the original",
    State.WAITING: "no new time yet: {reason}. It is tried again in every pass",
    State.FAILED: "the server refused it: {reason}. It is tried again when something changes",
}


def how_it_stands(raincheck: Raincheck) -> str | None:
    """Return what is still open about a raincheck; None if nothing is."""
    if any(duty.refused for duty in raincheck.duties):
        return "the server refuses a change; please look at the calendar"
    if raincheck.duties:
        return "the next pass finishes it"
    if raincheck.state in WHAT_TO_DO:
        return WHAT_TO_DO[raincheck.state].format(reason=raincheck.reason or "not known")
    tentative = raincheck.state is State.SETTLED and raincheck.slot and not raincheck.confirmed
    if not tentative or raincheck.slot is None:
        return None
    at = day_and_time(raincheck.slot)
    if raincheck.action is Action.HOLD:
        return f"held for {at}: tag it `book` to invite the client, or delete it"
    return f"offered for {at}: the client has not answered yet"


def visible(text: str) -> str:
    """Return *text* without what could steer a terminal or not be printed at all.

    That is: controls, direction marks, line and paragraph separators, halves of surrogates.
    """
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(c for c in text if unicodedata.category(c) not in unseen)
