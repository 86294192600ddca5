"""What the domain gets from a configuration."""

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

from sync.config.load import parse
from sync.config.model import Config
from sync.domain.causes import Fault
from sync.domain.fees import Share
from sync.domain.policy import Action, Favour, Modality, Policy, SignalKind, Terms, WeekRange
from sync.domain.signals import SignalSettings

FILE = Path("/etc/raincheck/config.toml")

STATE = '[state]\npath = "rc.db"\n'


def config_of(text: str) -> Config:
    return parse(text, path=FILE)


def test_defaults_are_the_contracts(small):
    """A file that says nothing of policy, signals and fees gives the domain's own defaults."""
    config = config_of(small)
    assert config.policy_of() == Policy()
    assert config.signals_of() == SignalSettings()
    assert config.tariff() is None


def test_addresses_are_compared_in_lower_case(small):
    """Every address comes out in lower case, however it was written."""
    config = config_of(small + '[signals]\ntrust = ["Mailto@Example.ORG"]\n')
    assert config.practice.emails == ("quillon.wren@example.org",)
    assert config.signals_of().trust == {"mailto@example.org"}


def test_hours(small):
    """Ranges that touch are one, 24:00 is the last moment, closed ranges include both ends."""
    text = small.replace('"13:00-18:00"', '"12:00-24:00"')
    hours = config_of(text + 'closed = ["2026-12-31/2027-01-01", 2027-05-21]\n').hours_of()
    assert hours.weekly == {0: ((time(9), time.max),)}
    assert hours.closed == {date(2026, 12, 31), date(2027, 1, 1), date(2027, 5, 21)}
    assert (hours.buffer, hours.max_per_day, hours.grid) == (
        timedelta(0), None, timedelta(minutes=15),
    )  # fmt: skip


def test_rules_are_worked_out_in_full(small):
    """A rule has what it sets, else what [policy] sets, else the default."""
    text = (
        small
        + """
[policy]
action = "book"
within = "3w"
prefer = ["thu 16:00-18:00", "fri 09:00-12:00"]

[[policy.rules]]
causes = ["crash"]
modality = ["in-person"]
paid = false
notice_below = "2h"
same_day = true
original = "keep"

[[policy.rules]]
faults = ["client"]
signals = ["declined"]
action = "record"
prefer = "soonest"
"""
    )
    first, second = config_of(text).policy_of().rules
    assert (first.name, second.name) == ("policy.rules[0]", "policy.rules[1]")
    assert first.conditions.causes == {"crash"}
    assert first.conditions.modality == {Modality.IN_PERSON}
    assert first.conditions.paid is False
    assert first.conditions.recurring is None
    assert first.conditions.notice_below == timedelta(hours=2)
    assert first.terms.action is Action.BOOK
    assert first.terms.within == timedelta(weeks=3)
    assert first.terms.prefer.ranges == (
        WeekRange(3, time(16), time(18)), WeekRange(4, time(9), time(12)),
    )  # fmt: skip
    assert first.terms.same_day
    assert first.terms.keep_original
    assert first.terms.notice == Terms().notice
    assert second.conditions.signals == {SignalKind.DECLINED}
    assert second.terms.action is Action.RECORD
    assert second.terms.prefer.favour is Favour.SOONEST
    assert not second.terms.keep_original


def test_own_words_and_causes_come_on_top(small):
    """Built-in tags stay; one's own may re-map them and name one's own causes."""
    text = small + '[tags]\nno-show = "flood"\n[causes.flood]\nfault = "site"\n'
    vocabulary = config_of(text + '[causes.late]\nfault = "none"\n').vocabulary()
    assert vocabulary.tags["no-show"] == "flood"
    assert vocabulary.tags["disrupted"] == "unspecified"
    assert vocabulary.causes["flood"] is Fault.SITE
    assert vocabulary.causes["late"] is Fault.NONE
    assert vocabulary.causes["crash"] is Fault.TECHNICAL


def test_tariff(small):
    """Prices are exact, shares are of the price or amounts, clients go by address."""
    text = (
        small
        + """
[fees]
currency = "eur"
session = "80.10"
no_show = "40.00"
never_charge = ["A@example.org"]
[[fees.clients]]
email = "Odalys.Fenn@example.org"
session = "60.00"
"""
    )
    tariff = config_of(text).tariff()
    assert tariff is not None
    assert (tariff.currency, tariff.price) == ("EUR", Decimal("80.10"))
    assert tariff.no_show == Share(amount=Decimal("40.00"))
    assert tariff.late_cancel == Share(percent=Decimal(50))
    assert tariff.waive == {Fault.TECHNICAL, Fault.SITE, Fault.PROVIDER}
    assert tariff.never_charge == {"a@example.org"}
    assert tariff.clients == {"odalys.fenn@example.org": Decimal("60.00")}


TWO_ACCOUNTS = """
[[accounts]]
name = "away"
type = "caldav"
url = "https://away.example.org/"
"""


def test_calendar_is_called_by_the_last_part_of_its_path(small):
    """A path is shortened; a display name with a slash in it is not."""
    for written, name in (
        ("/dav/quillon/office/", "office"),
        ("https://dav.example.org/c/work", "work"),
        ("Ann/Bob", "Ann/Bob"),
        ("quillon@example.org", "quillon@example.org"),
    ):
        assert config_of(small.replace('"sessions"', f'"{written}"')).calendars[0].name == name


def test_calendars_of_one_name_are_told_apart_by_account(small):
    """The same name in two accounts gets the account in front; rules may use that name."""
    text = small.replace(
        "[hours]", '[[calendars]]\naccount="away"\ncalendar="/c/sessions/"\n[hours]'
    )
    text = text + TWO_ACCOUNTS + '[[policy.rules]]\ncalendars = ["away/sessions"]\n'
    config = config_of(text)
    assert [each.name for each in config.calendars] == ["home/sessions", "away/sessions"]
    assert config.policy_of().rules[0].conditions.calendars == {"away/sessions"}
    assert config.account_of(config.calendars[1]).name == "away"


def test_rule_may_write_a_calendar_as_it_is_listed(small):
    """A rule that repeats the path means the calendar by its name."""
    text = (
        small.replace('"sessions"', '"/c/office/"')
        + '[[policy.rules]]\ncalendars = ["/c/office/"]\n'
    )
    assert config_of(text).policy_of().rules[0].conditions.calendars == {"office"}


def test_state_file(small):
    """The state is beside the file if named, else where systemd or the user keeps such things."""
    default, named = (parse(small + more, path=Path("/srv/c.toml")) for more in ("", STATE))
    environ = {"HOME": "/home/quillon"}
    assert str(named.state_path(environ)) == "/srv/rc.db"
    assert str(default.state_path(environ)) == "/home/quillon/.local/state/raincheck/raincheck.db"
    environ["XDG_STATE_HOME"] = "/s"
    assert str(default.state_path(environ)) == "/s/raincheck/raincheck.db"
    environ["STATE_DIRECTORY"] = "/var/lib/raincheck:/var/lib/other"
    assert str(default.state_path(environ)) == "/var/lib/raincheck/raincheck.db"


def test_the_state_of_the_service_is_found_by_every_command(small):
    """A configuration of the system is that of the service, which keeps its state in /var/lib."""
    default, named = config_of(small), config_of(small + STATE)
    environ = {"HOME": "/home/quillon", "XDG_STATE_HOME": "/s"}
    assert str(default.state_path(environ)) == "/var/lib/raincheck/raincheck.db"
    assert str(named.state_path(environ)) == "/etc/raincheck/rc.db"
    environ["STATE_DIRECTORY"] = "/var/lib/private/raincheck"
    assert str(default.state_path(environ)) == "/var/lib/private/raincheck/raincheck.db"
