"""The doctor's event on servers that fail, race or refuse."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sync.domain.sample import Sample
from sync.errors import AccessError, RejectedError, RevisionMismatchError
from tests.contract.bench import Bench
from tests.contract.calendar_contract import TAGGED
from tests.contract.hands import Told, at, ics
from tests.contract.planting_contract import SAMPLE
from tests.servers.scripted import CALENDAR, Habits

NAME = f"{SAMPLE.key.uid}.ics"
OTHER = f"{CALENDAR}{TAGGED.uid}.ics"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(stack)


def test_answers_that_are_lost_change_nothing(bench: Bench) -> None:
    """Both writes were done and not answered: it stands once, and then it is gone."""
    server = bench.serve(Habits(put_statuses=[0], put_stores=True, delete_statuses=[0]))
    calendar = bench.client()
    assert calendar.plant(SAMPLE).title == SAMPLE.title
    calendar.uproot(SAMPLE.key)
    assert server.texts.keys() == {OTHER}
    assert server.methods().count("DELETE") == 1


def test_a_race_is_run_again(bench: Bench) -> None:
    """412: somebody was faster, and the event is deleted as it stands now; not for ever."""
    server = bench.serve(Habits(delete_statuses=[412, 204]))
    calendar = bench.client()
    calendar.plant(SAMPLE)
    calendar.uproot(SAMPLE.key)
    assert server.texts.keys() == {OTHER}
    server.habits.delete_statuses = [412] * 9
    calendar.plant(SAMPLE)
    with pytest.raises(RevisionMismatchError):
        calendar.uproot(SAMPLE.key)


@pytest.mark.parametrize(("status", "error"), [(403, AccessError), (400, RejectedError)])
def test_a_refusal_is_told(bench: Bench, status: int, error: type[Exception]) -> None:
    """Of the planting as of the removal; in the end it is one of the port's errors."""
    server = bench.serve(Habits(put_statuses=[status]))
    calendar = bench.client()
    with pytest.raises(error):
        calendar.plant(SAMPLE)
    calendar.plant(SAMPLE)
    server.habits.delete_statuses = [status]
    with pytest.raises(error):
        calendar.uproot(SAMPLE.key)
    assert CALENDAR + NAME in server.texts


def test_a_server_that_keeps_something_else_is_refused(bench: Bench) -> None:
    """What was taken and is not there as written is no planting."""
    bench.serve(Habits(rival=ics(Told("rival-1", at(25)))))
    with pytest.raises(RejectedError):
        bench.client().plant(SAMPLE)


def test_it_is_found_under_another_name_and_nothing_else_goes(bench: Bench) -> None:
    """An app stored it under a name of its own; what merely speaks of it stays."""
    server = bench.serve(Habits())
    server.store("of-an-app.ics", ics(Told(SAMPLE.key.uid, at(25))))
    server.store("speaks-of-it.ics", ics(Told("ann-1", at(26), title=SAMPLE.key.uid)))
    bench.client().uproot(SAMPLE.key)
    assert server.texts.keys() == {OTHER, f"{CALENDAR}speaks-of-it.ics"}


def test_it_is_written_as_servers_like_it(bench: Bench) -> None:
    """One PUT that must not overwrite, under its own name, with no guest, alarm or zone in it."""
    server = bench.serve(Habits())
    bench.client().plant(Sample(SAMPLE.key, SAMPLE.when))
    (headers,) = [headers for method, path, headers in server.seen if method == "PUT"]
    assert headers["if-none-match"] == "*"
    text = server.texts[CALENDAR + NAME]
    assert "TRANSP:TRANSPARENT\r\n" in text
    for unwanted in ("ATTENDEE", "ORGANIZER", "VALARM", "VTIMEZONE", "CATEGORIES", "X-RAINCHECK"):
        assert unwanted not in text
