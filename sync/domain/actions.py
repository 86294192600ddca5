"""What shows that a session was disrupted, and what is done about it, in a word each."""

from enum import Enum


class Action(Enum):
    """What is done about one disruption (CONTRACT 3)."""

    PROPOSE = "propose"
    BOOK = "book"
    HOLD = "hold"
    RESUME = "resume"
    RECORD = "record"
    IGNORE = "ignore"


class SignalKind(Enum):
    """What showed that a session was disrupted."""

    TAG = "tag"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    DECLINED = "declined"
    CLOSURE = "closure"
