"""What a person is told of a pass beside its report: what the practice and the journal know."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.config.model import Config
from sync.config.tables import GoogleAccount
from sync.domain.guests import clients_of
from sync.domain.ledger import Row, as_decided
from sync.domain.lifecycle import Raincheck
from sync.domain.passes import PassReport
from sync.domain.practice import Practice, terms_of
from sync.domain.sessions import Session
from sync.domain.words import cleaned_title, sight_of
from sync.ports import Entry, Journal


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the report.

    ``practice`` is None where nobody asks. ``turns`` says of what was offered before what became
    of that, by the raincheck's id. ``fees`` is the ledger; ``now`` is when the pass began.
    ``google`` are the calendars where what is cancelled is gone.
    """

    practice: Practice | None = None
    turns: Mapping[str, str] = field(default_factory=dict)
    fees: tuple[Row, ...] = ()
    now: datetime | None = None
    google: frozenset[str] = frozenset()

    def with_fees(self, report: PassReport) -> PassReport:
        """Return *report* with fees as a person decided them."""
        return replace(report, rainchecks=as_decided(report.rainchecks, self.fees))

    def title_of(self, session: Session) -> str:
        """Return the title of *session* without tags."""
        if self.practice is None:
            return session.title
        return cleaned_title(session.title, self.practice.watch.dictionary)

    def tag_of(self, raincheck: Raincheck) -> str:
        """Return which tag on the original said it, and where; nothing if that is not known."""
        if self.practice is None:
            return ""
        original, known = raincheck.original, self.practice.watch.dictionary
        return sight_of(original.title, original.notes, original.categories, known, raincheck.cause)

    def attempts(self, raincheck: Raincheck) -> int:
        """Return how often *raincheck* may be offered at most; 0 if that is not known."""
        return 0 if self.practice is None else terms_of(raincheck, self.practice).terms.attempts

    def has_no_guests(self, raincheck: Raincheck) -> bool:
        """Return whether it is known that no client is among the guests."""
        practice = self.practice
        return practice is not None and not clients_of(raincheck.original, practice.watch.emails)


UNKNOWN = Beside()


def beside(practice: Practice, journal: Journal, report: PassReport, settings: Config) -> Beside:
    """Return what *practice* and *journal* know beside *report*."""
    offered = [each.id for each in report.rainchecks if each.attempt > 1]
    turns = {id_: turn for id_ in offered if (turn := last_turn(journal.story(id_)))}
    accounts = {each.name for each in settings.accounts if isinstance(each, GoogleAccount)}
    google = frozenset(each.name for each in settings.calendars if each.account in accounts)
    return Beside(practice, turns, journal.fees(), report.started, google)


def last_turn(story: tuple[Entry, ...]) -> str:
    """Return what became of the last offer before the present one; nothing if there was none."""
    return next((entry.why for entry in reversed(story) if entry.what == "offered-again"), "")
