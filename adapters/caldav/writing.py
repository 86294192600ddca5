"""Writes: guarded before, read back after.

No answer to a write is believed alone. Some servers ignore preconditions (facts/caldav.md, quirk
1), let two racing writers through (quirk 3), store what they refused or refuse what they stored
(quirk 22). What stands there afterwards decides.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from adapters.caldav.client import Reply
from adapters.caldav.errors import MAPPED, AnswerError, Call, never_sent
from adapters.caldav.multistatus import CAL, normal_etag
from adapters.caldav.reading import Reader
from adapters.caldav.replacing import sample_text
from adapters.caldav.rewrite import ComponentMissing, amended_text, replacement_text
from adapters.caldav.shelf import BACK_MAX, Shelf, Stored
from adapters.caldav.translate import UnreadableResource
from sync.domain.sample import Sample
from sync.domain.sessions import Session, SessionKey
from sync.domain.writes import Amendment, Draft
from sync.errors import (
    AccessError,
    AlreadyExistsError,
    CalendarMissingError,
    OutcomeUnknownError,
    RejectedError,
    RevisionMismatchError,
    SessionGoneError,
    UnreachableError,
)

RACES_MAX = 3
PLACE_IN_DOUBT = frozenset({403, 404, 405, 409, 410})
"""What servers answer when the calendar itself is gone (quirk 20), among other things."""
BY_STATUS_ALONE = frozenset({401, 429, 503, 507})
UID_TAKEN = frozenset({f"{CAL}no-uid-conflict", f"{CAL}unique-scheduling-object-resource"})
NO_PRIVILEGE = "{DAV:}need-privileges"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back from a write: an answer, or the error that swallowed it."""

    reply: Reply | None = None
    lost: Exception | None = None

    @property
    def ok(self) -> bool:
        """Return whether the server said that it did as asked."""
        return self.reply is not None and self.reply.ok

    @property
    def status(self) -> int:
        """Return the answer's status; 0 if there was none."""
        return self.reply.status if self.reply else 0

    @property
    def in_doubt(self) -> bool:
        """Return whether the write may have been done although the server did not say so."""
        return self.reply is None or (self.status >= 500 and self.status not in BY_STATUS_ALONE)

    @property
    def is_conflict(self) -> bool:
        """Return whether the server says that the UID stands in the calendar (quirk 21)."""
        return self.reply is not None and bool(UID_TAKEN & self.reply.error.preconditions)

    @property
    def error(self) -> Exception:
        """Return it as an error."""
        if self.lost is not None:
            return self.lost
        return self.reply.error if self.reply else AnswerError(0)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes into one calendar. ``now`` goes into DTSTAMP and the like."""

    shelf: Shelf
    reader: Reader
    call: Call
    now: datetime

    def create(self, draft: Draft) -> Session:
        """Write a replacement; see `sync.ports.Calendar.create`."""
        path = self.shelf.path_of(draft.key.uid)
        # SOGo would overwrite what stands there (quirk 1); SabreDAV and DAViCal would take the UID
        # of an earlier try a second time, if an app has stored it under another name (quirk 21).
        span = draft.when.span
        if self.shelf.get(path) or (draft.tried and self._holds(draft.key, span.start, span.end)):
            raise self.call.error(AlreadyExistsError, "there is one already")
        try:
            text = replacement_text(draft, now=self.now)
        except (ComponentMissing, UnreadableResource) as error:
            raise self.call.error(RejectedError, "the original cannot be read") from error
        outcome = self._put(path, text, ("If-None-Match", "*"))
        if outcome.ok or outcome.in_doubt:
            return self._created(draft, path, outcome)
        if outcome.is_conflict or (
            outcome.status not in BY_STATUS_ALONE
            and (self.shelf.get(path) or self._holds(draft.key, self.now - BACK_MAX))
        ):
            raise self.call.error(AlreadyExistsError, "there is one already") from outcome.error
        raise self._refused(outcome) from outcome.error

    def _created(self, draft: Draft, path: str, outcome: Outcome) -> Session:
        standing = self._read_back(path, outcome)
        if standing is None and outcome.ok:
            raise self.call.error(OutcomeUnknownError, "it was taken, but is not there")
        if standing is None:
            raise self.call.translated(outcome.error, write=True) from outcome.error
        session = self._session(standing, draft.key)
        if session is not None and self._is_ours(session, draft):
            return _vouched(session, outcome)
        if outcome.reply and outcome.ok and outcome.reply.etag == standing.etag:
            raise self.call.error(RejectedError, "the server does not keep what is written")
        raise self.call.error(AlreadyExistsError, "something else stands there")

    def _is_ours(self, session: Session, draft: Draft) -> bool:
        """Return whether *session* carries the draft's id and stands at its time."""
        marked = session.marks is not None and session.marks.id == draft.marks.id
        return marked and session.span_in(self.reader.zone) == draft.when.span

    def amend(
        self, key: SessionKey, path: str, amendment: Amendment, *, expected: str | None
    ) -> Session:
        """Change a session that stands; see `sync.ports.Calendar.amend`."""
        for _ in range(RACES_MAX):
            standing = self.shelf.get(path)
            if standing is None:
                raise self.call.error(SessionGoneError, "it is no longer there")
            if expected is not None and normal_etag(expected) != standing.etag:
                raise self.call.error(RevisionMismatchError, "it was changed since it was read")
            text = self._amended(standing, key, amendment)
            if text == standing.text:
                return self._known(standing, key)
            outcome = self._put(path, text, ("If-Match", standing.etag))
            after = self._read_back(path, outcome)
            if after is None:
                raise self.call.error(SessionGoneError, "it is no longer there")
            if (outcome.ok or outcome.in_doubt) and self._stands(after, key, amendment):
                return _vouched(self._known(after, key), outcome)
            self._judge(outcome, before=standing, after=after, expected=expected)
        if outcome.status == 423:
            # A slow writer holds it (Xandikos, quirk 3): once more after a pause, not given up.
            raise self.call.error(UnreachableError, "it is locked")
        raise self.call.error(RevisionMismatchError, "it keeps being changed by others")

    def plant(self, sample: Sample) -> Session:
        """Write `doctor`'s event; see `sync.ports.Bench.plant`."""
        path = self.shelf.path_of(sample.key.uid)
        outcome = self._put(path, sample_text(sample, now=self.now), ("If-None-Match", "*"))
        standing = self._read_back(path, outcome)
        session = self._session(standing, sample.key) if standing else None
        if session is not None:
            return session
        if outcome.ok:
            raise self.call.error(RejectedError, "the server does not keep what is written")
        if outcome.in_doubt:
            raise self.call.translated(outcome.error, write=True) from outcome.error
        raise self._refused(outcome) from outcome.error

    def uproot(self, key: SessionKey) -> None:
        """Delete `doctor`'s event, wherever it stands; see `sync.ports.Bench.uproot`."""
        own = self.shelf.path_of(key.uid)
        found = self.shelf.with_uid(key.uid, self.now - BACK_MAX)
        elsewhere = [one.path for one in found if self._holds_uid(one, key)]
        for path in dict.fromkeys((own, *elsewhere)):
            self._delete(path)

    def _holds_uid(self, stored: Stored, key: SessionKey) -> bool:
        session = self._session(stored, key)
        return session is not None and session.key == key

    def _delete(self, path: str) -> None:
        for _ in range(RACES_MAX):
            standing = self.shelf.get(path)
            if standing is None:
                return
            outcome = self._sent(partial(self.shelf.delete, path, standing.etag))
            after = self._read_back(path, outcome)
            if after is None:
                return
            if outcome.in_doubt:
                raise self.call.translated(outcome.error, write=True) from outcome.error
            if outcome.status not in {412, 423} and after.etag == standing.etag:
                raise self._refused(outcome) from outcome.error
        raise self.call.error(RevisionMismatchError, "it keeps being changed by others")

    def _judge(
        self, outcome: Outcome, *, before: Stored, after: Stored, expected: str | None
    ) -> None:
        """Raise what a write that does not stand means; return if it was a race to run again."""
        if outcome.ok and outcome.reply and outcome.reply.etag == after.etag:
            raise self.call.error(RejectedError, "the server does not keep what is written")
        if after.etag != before.etag:
            if expected is not None:
                raise self.call.error(RevisionMismatchError, "somebody was faster")
            return
        if outcome.status == 423:
            return
        if outcome.ok:
            raise self.call.error(RejectedError, "the server takes it and does nothing")
        if outcome.in_doubt:
            raise self.call.translated(outcome.error, write=True) from outcome.error
        raise self._refused(outcome) from outcome.error

    def _put(self, path: str, text: str, condition: tuple[str, str]) -> Outcome:
        return self._sent(lambda: self.shelf.put(path, text, condition))

    def _sent(self, write: Callable[[], Reply]) -> Outcome:
        try:
            return Outcome(reply=write())
        except MAPPED as error:
            if never_sent(error):
                raise
            return Outcome(lost=error)

    def _read_back(self, path: str, outcome: Outcome) -> Stored | None:
        try:
            return self.shelf.get(path)
        except MAPPED as error:
            raise self.call.error(
                OutcomeUnknownError, "what was written could not be read back"
            ) from (outcome.error if outcome.lost else error)

    def _amended(self, standing: Stored, key: SessionKey, amendment: Amendment) -> str:
        try:
            return amended_text(standing.text, key, amendment, zone=self.reader.zone, now=self.now)
        except ComponentMissing as error:
            raise self.call.error(SessionGoneError, "it is no longer there") from error
        except UnreadableResource as error:
            raise self.call.error(RejectedError, "what stands there cannot be read") from error

    def _stands(self, after: Stored, key: SessionKey, amendment: Amendment) -> bool:
        """Return whether the amendment stands: making it again would change nothing."""
        try:
            again = amended_text(after.text, key, amendment, zone=self.reader.zone, now=self.now)
        except (ComponentMissing, UnreadableResource):
            return False
        return again == after.text

    def _session(self, stored: Stored, key: SessionKey) -> Session | None:
        try:
            return self.reader.one(stored, key)
        except UnreadableResource:
            return None

    def _known(self, stored: Stored, key: SessionKey) -> Session:
        session = self._session(stored, key)
        if session is None:
            raise self.call.error(SessionGoneError, "it is no longer there")
        return session

    def _holds(self, key: SessionKey, start: datetime, end: datetime | None = None) -> bool:
        """Return whether the calendar holds the UID in that time, under whatever name."""
        found = self.shelf.with_uid(key.uid, start, end)
        return any(self._has(stored, key.uid) for stored in found)

    def _has(self, stored: Stored, uid: str) -> bool:
        try:
            return any(session.key.uid == uid for session in self.reader.sessions(stored))
        except UnreadableResource:
            return True  # it names the UID somewhere; a second one would be worse

    def _refused(self, outcome: Outcome) -> Exception:
        """Return what a definite refusal means for the caller."""
        if outcome.status in BY_STATUS_ALONE or outcome.reply is None:
            return self.call.translated(outcome.error, write=True)
        if outcome.status in PLACE_IN_DOUBT and not self._place_stands():
            return self.call.error(CalendarMissingError, "the calendar is no longer there")
        names = outcome.reply.error.preconditions
        if outcome.status == 403 and (not names or NO_PRIVILEGE in names):
            return self.call.error(AccessError, "the login may not write into this calendar")
        if outcome.status == 423:
            return self.call.error(UnreachableError, "it is locked")
        return self.call.error(
            RejectedError, f"the server will not take it (status {outcome.status})"
        )

    def _place_stands(self) -> bool:
        try:
            self.shelf.state()
        except AnswerError as error:
            return error.status not in {404, 410}
        return True


def _vouched(session: Session, outcome: Outcome) -> Session:
    """Return *session* with its revision only if the server names that very version as ours.

    Between a write and the read after it a person's edit can come; taken for ours, it would never
    be looked at.
    """
    ours = outcome.reply is not None and outcome.ok and outcome.reply.etag == session.revision
    return session if ours else replace(session, revision="")
