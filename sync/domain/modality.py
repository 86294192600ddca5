"""How a session is held, told from what stands in the calendar."""

import re

from sync.domain.policy import Modality
from sync.domain.sessions import Session
from sync.domain.words import folded

_WORDS = {
    "video": Modality.VIDEO,
    "online": Modality.VIDEO,
    "phone": Modality.PHONE,
    "telephone": Modality.PHONE,
    "chat": Modality.CHAT,
    "in-person": Modality.IN_PERSON,
}
_LINK = re.compile(r"https?://", re.IGNORECASE)
_NUMBER = re.compile(r"(?:tel:)?\s*\+?[\d ()/.-]{6,}", re.IGNORECASE)
_DIGITS_MIN = 6


def modality_of(session: Session) -> Modality | None:
    """Return how *session* is held, or None if nothing tells.

    A category says it outright; then a link to join by, then what the location looks like.
    """
    for word in (*session.categories, session.location):
        if (said := _WORDS.get(folded(word))) is not None:
            return said
    for place in (*session.links, session.location):
        if _NUMBER.fullmatch(place.strip()) and sum(map(str.isdigit, place)) >= _DIGITS_MIN:
            return Modality.PHONE
        if _LINK.search(place):
            return Modality.VIDEO
    return Modality.IN_PERSON if session.location.strip() else None
