"""How many requests and kilobytes each kind of work takes, once each; nothing is timed."""

from collections.abc import Callable, Iterator

from bench.calendars import EDITS, FIRST_LOOK, UNCHANGED, after, contenders
from bench.cold import FIRST_SYNC, Commands, works
from bench.counting import Counted, counted
from bench.desk import Desk
from bench.measure import CannotError
from bench.place import Place
from bench.vdirsyncer import Vdirsyncer
from bench.writes import work_of, written_at

WRITTEN_MAX = 10


def counts(at: Desk) -> Iterator[list[str]]:
    """Yield rows, in the order in which the works are timed."""
    with counted(at.place) as (place, count):
        yield from _looks(at, place, count)
        yield from _syncs(at, place, count)
        yield from _writes(at, place, count)


def _looks(at: Desk, place: Place, count: Counted) -> Iterator[list[str]]:
    with contenders(place) as all_:
        for name, one in all_.items():
            yield _row(FIRST_LOOK, name, count, lambda o=one: o.do("first_look", at.pieces))
        for one in all_.values():
            one.do("remember")
        polls = {UNCHANGED: 0} | {after("poll", edits): edits for edits in EDITS}
        for work, edits in polls.items():
            names = at.edit(edits)
            for name, one in all_.items():
                yield _row(work, name, count, lambda o=one, n=names: o.do("poll", n))


def _syncs(at: Desk, place: Place, count: Counted) -> Iterator[list[str]]:
    each = Commands(at, at.folder / "counted", place)
    begins = each.begins()
    for name, find in each.firsts().items():
        yield _row(FIRST_SYNC, name, count, lambda f=find: f([]), begins[name])
    for work, edits in works().items():
        names = at.edit(edits)
        for name, find in each.laters().items():
            yield _row(work, name, count, lambda f=find, n=names: f(n))


def _writes(at: Desk, place: Place, count: Counted) -> Iterator[list[str]]:
    names = at.singles(min(WRITTEN_MAX, written_at(at.events)))
    work = work_of(len(names))
    with contenders(place) as all_:
        for name, one in all_.items():
            one.do("write", f"{name}b", names[:1])
            yield _row(work, name, count, lambda o=one, n=name: o.do("write", f"{n}c", names))
    rival = Vdirsyncer(at.folder / "counted-pushed", place)

    def filled() -> None:
        rival.begin()
        rival.fill("vdirsyncerc", names)

    yield _row(work, "vdirsyncer", count, rival.sync, filled)


def _row(
    work: str,
    name: str,
    count: Counted,
    do: Callable[[], object],
    before: Callable[[], None] = lambda: None,
) -> list[str]:
    """Return what *do* took; what is asked *before* is not counted."""
    try:
        before()
        count.taken()
        do()
    except CannotError as error:
        return [work, name, f"cannot: {error}", ""]
    return [work, name, *count.taken()]
