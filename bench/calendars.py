"""Looking and writing, in Radicale: Raincheck, the caldav library and raw HTTP, each kept."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from bench.contender import NAMES, Contender, Took, contender
from bench.desk import Desk
from bench.measure import Job, Rounds, rounds
from bench.place import Place

EDITS = (1, 100)
FIRST_LOOK, UNCHANGED = "first look", "poll, nothing changed"
APART_MAX = 0.01
"""How far apart two first looks may be: a session may end between them."""

Find = Callable[[list[str]], Took]
"""Find what has changed; it is told what that is."""


@contextmanager
def contenders(place: Place) -> Iterator[dict[str, Contender]]:
    """Run one of each until the block ends."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(contender(name, place)) for name in NAMES}


def looks(at: Desk, count: int) -> Iterator[Rounds]:
    """Yield what first looks and polls took."""
    with contenders(at.place) as all_:
        found = rounds(
            FIRST_LOOK, {n: _job(one, "first_look", at.pieces) for n, one in all_.items()}, count
        )
        seen = [each.found for took in found.took.values() for each in took]
        assert min(seen) >= (1 - APART_MAX) * max(seen), ("not the same work", found)
        yield found
        for one in all_.values():
            one.do("remember")
        yield rounds(UNCHANGED, {n: _job(one, "poll", []) for n, one in all_.items()}, count)
        for edits in EDITS:
            finds = {name: _polling(one) for name, one in all_.items()}
            yield after_edits(at, finds, after("poll", edits), edits, count)


def after(work: str, edits: int) -> str:
    """Return what *work* is called when so many events have changed."""
    return f"{work} after {edits} change{'s' if edits > 1 else ''}"


def after_edits(at: Desk, finds: Mapping[str, Find], work: str, edits: int, count: int) -> Rounds:
    """Let a person edit before each round; each contender finds it once."""
    names: dict[int, list[str]] = {}

    def edited(number: int) -> list[str]:
        if number not in names:
            names[number] = at.edit(edits)
        return names[number]

    def job(find: Find) -> Job:
        return lambda number: find(edited(number))

    return rounds(work, {name: job(find) for name, find in finds.items()}, count)


def _job(one: Contender, work: str, *arguments: object) -> Job:
    return lambda _: one.do(work, *arguments)


def _polling(one: Contender) -> Find:
    return lambda names: one.do("poll", names)
