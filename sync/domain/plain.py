"""Plain words for people: what every command and the report say alike."""

import unicodedata

from sync.domain.actions import Action, SignalKind
from sync.domain.causes import UNSPECIFIED, Cause, Fault
from sync.domain.dates import day_and_time
from sync.domain.dues import Fee, FeeState
from sync.domain.lifecycle import MAILS, DutyKind, Raincheck, State

FAULTS = {
    Fault.TECHNICAL: "technical",
    Fault.CLIENT: "the client's side",
    Fault.PROVIDER: "the practice's side",
    Fault.SITE: "the site's side",
    Fault.NONE: "nobody's fault",
}

SIGNALS = {
    SignalKind.TAG: "a tag",
    SignalKind.CANCELLED: "it is cancelled",
    SignalKind.DELETED: "it was deleted",
    SignalKind.DECLINED: "every guest has declined",
    SignalKind.CLOSURE: "a closure over it",
}

WHAT_TO_DO = {
    State.SETTLING: "it rests for a moment, in case it is taken back",
    State.PLANNED: "the next pass writes it",
    State.WRITTEN: "the next pass marks the original",
    State.WAITING: "no new time yet: {reason}. It is tried again in every pass",
    State.FAILED: "the server refused it: {reason}. It is tried again when something changes",
}

UNTOLD = "its guests hear nothing of it by themselves"
"""In a story, of what was just written: neither server nor mail tells them."""

FINISHED = "the next pass finishes it"
MAILED = "a mail is still to be sent; the next pass tries again"


def how_it_stands(raincheck: Raincheck, *, guests: bool = True, untold: bool = False) -> str | None:
    """Return what is still open about a raincheck; None if nothing is.

    *guests*: there are some to be invited. *untold*: neither server nor mail tells them.
    """
    if owed := _owed(raincheck):
        return owed
    if raincheck.state in WHAT_TO_DO:
        return WHAT_TO_DO[raincheck.state].format(reason=raincheck.reason or "not known")
    tentative = raincheck.state is State.SETTLED and raincheck.slot and not raincheck.confirmed
    if not tentative or raincheck.slot is None:
        return None
    at = day_and_time(raincheck.slot)
    if raincheck.action is Action.HOLD:
        aim = "invite the client" if guests else "confirm it"
        return f"held for {at}: tag it `book` to {aim}, or delete it"
    if untold:
        return f"offered for {at}: your server tells nobody; please tell the client"
    return f"offered for {at}: the client has not answered yet"


def _owed(raincheck: Raincheck) -> str | None:
    """Return what is to be said of the writes and mails that are still owed; None if none is."""
    writes = [duty for duty in raincheck.duties if duty.kind not in MAILS]
    mails = [duty for duty in raincheck.duties if duty.kind in (DutyKind.INVITE, DutyKind.UNINVITE)]
    for duties, refused, pending in (
        (writes, "the server refuses a change; please look at the calendar", FINISHED),
        (mails, "a guest's address takes no mail; please tell them yourself", MAILED),
    ):
        if duties:
            return refused if any(duty.refused for duty in duties) else pending
    return None


def counted(number: int, noun: str) -> str:
    """Return *number* with its noun, as it is said."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def cause_in_words(cause: Cause) -> str:
    """Return ``, cause: internet (technical)``."""
    if cause.name == UNSPECIFIED:
        return ", no cause given"
    return f", cause: {cause.name} ({FAULTS[cause.fault]})"


def timed(raincheck: Raincheck, why: str) -> str:
    """Return *why* after the time that is planned or stands, if there is one."""
    return f"{day_and_time(raincheck.slot)}, {why}" if raincheck.slot else why


def fee_in_words(fee: Fee) -> str:
    """Return what is due, and what a person has said of it, if that is needed."""
    if not fee.amount:
        return f"none ({fee.reason})"
    word = "for you to decide" if fee.state is FeeState.PROPOSED else fee.state.value
    return f"{fee.amount:.2f} {fee.currency}, {word} ({fee.reason})"


def visible(text: str) -> str:
    """Return *text* without what could steer a terminal or not be printed at all.

    That is: controls, direction marks, line and paragraph separators, halves of surrogates.
    """
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(c for c in text if unicodedata.category(c) not in unseen)
