"""Hostile input: a reader gives a result or its own error, in bounded time and memory."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import EVENT, INSTANCE, pieces, seeds
from tests.fuzz.targets import TARGETS

SLOWEST = timedelta(seconds=5)
"""Far above what any example needs, for machines that do other things too."""
FUZZ = settings(
    max_examples=250,
    deadline=SLOWEST,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
WRONG: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.lists(st.none() | st.text(max_size=3), max_size=3)
    | st.dictionaries(st.text(max_size=4), st.none() | st.text(max_size=3), max_size=2)
    | st.sampled_from(["RRULE:FREQ=SECONDLY", "9999-12-31T23:59:59Z", "0001-01-01", "x" * 5000])
)


@st.composite
def mangled(draw: st.DrawFn, target: str) -> bytes:
    """Draw honest input that was cut, doubled and spliced with hostile pieces."""
    data = draw(st.sampled_from(SEEDS[target]))
    for _ in range(draw(st.integers(1, 6))):
        first, last = sorted(draw(st.tuples(*2 * [st.integers(0, len(data))])))
        lines = data.splitlines(keepends=True)
        cut = data[first:last]
        put = draw(st.sampled_from(PIECES[target]) | st.binary(max_size=6) | st.just(cut + cut))
        if draw(st.booleans()) and lines:
            place = draw(st.integers(0, len(lines) - 1))
            lines[place : place + draw(st.integers(0, 1))] = [put]
            data = b"".join(lines)
        else:
            data = data[:first] + put + data[min(last, first + 40) :]
    return data


SEEDS, PIECES = seeds(), pieces()


@pytest.mark.parametrize("target", TARGETS)
def test_mangled_input(target: str) -> None:
    """Whatever is cut or spliced in: a result, or the reader's own error."""

    @FUZZ
    @given(mangled(target))
    def run(data: bytes) -> None:
        TARGETS[target](data)

    run()


@pytest.mark.parametrize("target", TARGETS)
def test_every_piece_at_every_line(target: str) -> None:
    """Each hostile piece, put in place of each line and between the lines of honest input."""
    for seed in SEEDS[target][:3]:
        lines = seed.splitlines(keepends=True)[:40]
        for piece in PIECES[target]:
            for place in range(0, len(lines), 3):
                TARGETS[target](b"".join([*lines[:place], piece, *lines[place:]]))
                TARGETS[target](b"".join([*lines[:place], piece, *lines[place + 1 :]]))


@FUZZ
@given(st.data())
def test_a_wrong_value_anywhere_in_an_event(data: st.DataObject) -> None:
    """A value of any kind in any place of Google's JSON."""
    event = json.loads(json.dumps(data.draw(st.sampled_from([EVENT, INSTANCE]))))
    for _ in range(data.draw(st.integers(1, 3))):
        at: Any = event
        while isinstance(at, dict) and at:
            name = data.draw(st.sampled_from(sorted(at)))
            if not isinstance(at[name], dict) or data.draw(st.booleans()):
                at[name] = data.draw(WRONG)
                break
            at = at[name]
    TARGETS["google"](json.dumps([event, EVENT]).encode())


@pytest.mark.parametrize("deep", [2_000, 100_000])
def test_depth(deep: int) -> None:
    """Nesting without end is refused or read, and nothing overflows."""
    TARGETS["xml"](b"<d>" * deep)
    TARGETS["xml"](b'<d:multistatus xmlns:d="DAV:">' + b"<d:prop>" * deep)
    TARGETS["google"](b"[" * deep)
    TARGETS["google"](b'{"start":' * deep)
    TARGETS["toml"](b"a = " + b"[" * deep)
    TARGETS["icalendar"](b"BEGIN:VCALENDAR\r\n" * deep)
