"""`doctor`'s event at Google: put there under an id of ours, and deleted again."""

from googleapiclient.errors import HttpError

from adapters.google.errors import MAPPED, Call, status_of
from adapters.google.looking import EVENT
from adapters.google.shelf import ABSENT, Shelf
from adapters.google.translate import Event, stands
from adapters.google.writing import sample_body
from sync.domain.sample import Sample
from sync.domain.sessions import SessionKey
from sync.errors import AlreadyExistsError, OutcomeUnknownError


def plant(shelf: Shelf, sample: Sample, call: Call) -> Event:
    """Return the event as stored; one that an earlier try has written is as good.

    Library errors pass, but for a lost answer and a conflict that turn out to be our own doing.
    """
    request = shelf.client.service.events().insert(
        calendarId=shelf.id, body=sample_body(sample), sendUpdates="none", fields=EVENT
    )
    try:
        return shelf.client.execute(request)
    except MAPPED as error:
        told = call.translated(error, write=True)
        if isinstance(told, OutcomeUnknownError | AlreadyExistsError):
            there = shelf.get(sample.key.uid)
            if there is not None and stands(there):
                return there
        raise told from error


def uproot(shelf: Shelf, key: SessionKey, call: Call) -> None:
    """Delete the event, if it is there."""
    there = shelf.event(key, None)
    if there is None or not stands(there):
        return
    request = shelf.client.service.events().delete(
        calendarId=shelf.id, eventId=there["id"], sendUpdates="none"
    )
    try:
        shelf.client.execute(request)
    except MAPPED as error:
        if isinstance(error, HttpError) and status_of(error) in ABSENT:
            return
        raise call.translated(error, write=True) from error
