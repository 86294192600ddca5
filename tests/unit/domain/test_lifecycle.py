"""The life of a raincheck is one table, and the state file repeats it."""

import re
from importlib import resources

import pytest

from sync.domain.lifecycle import (
    NEEDS_A_PERSON,
    OPEN,
    TRANSITIONS,
    Fact,
    ImpossibleMoveError,
    State,
    after,
    is_renamed,
)
from sync.domain.sessions import Kind, SessionKey
from tests.unit.builders import KEY, at, raincheck, session

SCHEMA = resources.files("sync.journal").joinpath("schema.sql").read_text("utf-8")


def words_in(pattern: str) -> set[str]:
    (found,) = re.findall(pattern, SCHEMA, re.DOTALL)
    return set(re.findall(r"'([a-z]+)'", found))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("fact", Fact)
def test_every_move_is_in_the_table_or_a_bug(state, fact):
    """A fact leads where the table says and changes nothing else; any other move fails loudly."""
    one = raincheck(state=state)
    if fact not in TRANSITIONS[state]:
        with pytest.raises(ImpossibleMoveError, match=f"{state.value} .* {fact.value}"):
            after(one, fact)
    else:
        moved = after(one, fact)
        assert moved.state is TRANSITIONS[state][fact]
        assert moved == raincheck(state=moved.state)


def test_withdrawn_is_final():
    """What a person took back never comes back."""
    assert TRANSITIONS[State.WITHDRAWN] == {}
    assert not {State.WITHDRAWN, State.SETTLED} & OPEN


def test_whatever_stands_open_can_end():
    """From every open state a chain of facts leads to an end."""
    for state in OPEN:
        reached = {state}
        for _ in State:
            reached |= {after_ for each in reached for after_ in TRANSITIONS[each].values()}
        assert {State.SETTLED, State.WITHDRAWN} <= reached


def test_nothing_settles_before_the_replacement_is_written():
    """Only a mark settles, or the word that a lost replacement gets no other."""
    moves = ((s, f, to) for s, row in TRANSITIONS.items() for f, to in row.items())
    settling = {(s, f) for s, f, to in moves if to is State.SETTLED}
    assert settling == {
        (State.PLANNED, Fact.ORIGINAL_MARKED),
        (State.WRITTEN, Fact.ORIGINAL_MARKED),
        (State.FAILED, Fact.ORIGINAL_MARKED),
        (State.SETTLED, Fact.REPLACEMENT_WRITTEN),
        *((state, Fact.RECORDED) for state in (State.WRITTEN, State.SETTLED, State.FAILED)),
    }


def test_a_person_is_called_for_open_things_only():
    """What waits or failed is open."""
    assert NEEDS_A_PERSON <= OPEN


def test_the_schema_knows_the_same_states():
    """The state file's CHECK repeats the table."""
    assert words_in(r"TABLE rainchecks \(.*?CHECK \(state IN \((.*?)\)\)") == {
        state.value for state in State
    }


def test_a_raincheck_shows_no_client():
    """A traceback must not carry what a client told."""
    assert "Quillon" not in repr(raincheck())


def test_a_renamed_original_is_not_a_duplicate():
    """The same series, or the same time under another name; another time is another session."""
    later, other = at("2026-11-25T10:00"), SessionKey("other@example.org")
    moved = session(key=SessionKey(KEY.uid, "20261125T100000Z"), kind=Kind.INSTANCE, when=later)
    assert is_renamed(moved, raincheck())
    assert is_renamed(session(key=other), raincheck())
    assert not is_renamed(session(key=other, when=later), raincheck())
