"""UIDs that were made to break something: each is one session, and its replacement is found."""

import pytest

from tests.e2e.desk import Desk, in_days, session

NAMES = {
    "path": "../../../../etc/passwd",
    "absolute": "/etc/passwd%00.ics",
    "quotes": "a\"b'c`d$(id)<e>&f",
    "newline": "one\\nX-INJECTED:two",
    "sql": "x'); DROP TABLE raincheck; --",
    "long": "u" * 4096,
    "spaces": "  two  words\t",
    "foreign": "Ünïcödé ✨ \u202e gnorw",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_strange_uid(dav_office: Desk, name: str) -> None:
    """It is rescheduled once, nothing is written elsewhere, and a second pass finds it done."""
    office = dav_office
    office.put("strange", session(NAMES[name], in_days(2), "CATEGORIES:disrupted"))
    office.put("good", session("good@example.org", in_days(3), "CATEGORIES:disrupted"))
    before = office.resources().keys()
    office.sync()
    made = office.resources().keys() - before
    assert all(len(one) == 34 and one.startswith("rc") and one.isalnum() for one in made)
    assert len(made) == 2
    again = office.sync()
    assert again["rainchecks"] == []
    assert office.resources().keys() - before == made
    assert "X-INJECTED" not in office.resources()["strange"].replace("\\nX-INJECTED", "")
