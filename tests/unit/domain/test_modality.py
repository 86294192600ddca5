"""How a session is held."""

import pytest

from sync.domain.modality import modality_of
from sync.domain.policy import Modality
from tests.unit.builders import session

VIDEO, PHONE, CHAT, IN_PERSON = Modality


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, None),
        ({"location": "  "}, None),
        ({"location": "Room 4"}, IN_PERSON),
        ({"location": "12 High Street (1)"}, IN_PERSON),
        ({"location": "Phone"}, PHONE),
        ({"location": "+44 20 7946 0000"}, PHONE),
        ({"location": " tel:+442079460000 "}, PHONE),
        ({"location": "(----------)"}, IN_PERSON),
        ({"location": "https://meet.example.org/x"}, VIDEO),
        ({"location": "Join: HTTPS://meet.example.org/x"}, VIDEO),
        ({"links": ("https://meet.example.org/x",)}, VIDEO),
        ({"links": ("tel:+442079460000",)}, PHONE),
        ({"links": ("https://meet.example.org/x",), "location": "Room 4"}, VIDEO),
        ({"links": ("https://meet.example.org/x",), "categories": ("In Person",)}, IN_PERSON),
        ({"categories": ("CHAT",)}, CHAT),
        ({"categories": ("Online",), "location": "Room 4"}, VIDEO),
        ({"categories": ("chatter",)}, None),
    ],
)  # fmt: skip
def test_what_tells(more, told):
    """A category says it outright; then a link to join by; then the look of the location."""
    assert modality_of(session(**more)) is told


def test_a_hostile_location_is_read():
    """Blanks and digits without end are a place like any other."""
    assert modality_of(session(location=" " * 20_000 + "x")) is IN_PERSON
    assert modality_of(session(location="1 " * 20_000 + "x")) is IN_PERSON
