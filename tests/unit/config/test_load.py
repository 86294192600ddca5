"""Reading a configuration: what is accepted, and what is said of the rest."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sync.config.load import describe, load, parse
from sync.config.model import Config
from sync.errors import ConfigError

FILE = Path("config.toml")


def said_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, path=FILE)
    return describe(caught.value)


def test_small_configuration_is_enough(small):
    """Only the practice, one account, one calendar and the hours are required."""
    config = parse(small, path=FILE)
    assert [calendar.name for calendar in config.calendars] == ["sessions"]


def test_every_required_table_is_asked_for():
    """An empty file is told of all four at once."""
    assert said_of("") == [
        "config.toml: accounts: missing",
        "config.toml: calendars: missing",
        "config.toml: hours: missing",
        "config.toml: practice: missing",
    ]


def test_unknown_key_names_the_nearest(small):
    """A slip of the pen is shown with file, line, key path and the key that was meant."""
    text = small + '\n[[policy.rules]]\nfaults = ["client"]\nactoin = "record"\n'
    assert said_of(text) == [
        'config.toml:21: policy.rules[0].actoin: unknown key; did you mean "action"?'
    ]


def test_all_problems_come_at_once_in_the_order_of_lines(small):
    """A wrong type does not hide a wrong reference, nor the other way round."""
    text = small.replace("London", "Lonon").replace('account = "home"', 'account = "hom"')
    text += '\n[tags]\nfroze = "intrnet"\n[daemon]\npoll = 60\n'
    assert [line.split(": ", 2)[:2] for line in said_of(text)] == [
        ["config.toml:2", "practice.timezone"],
        ["config.toml:13", "calendars[0].account"],
        ["config.toml:20", "tags.froze"],
        ["config.toml:22", "daemon.poll"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "hint"),
    [
        ('"13:00-18:00"', '"11:00-18:00"', "hours.mon[1]", "earliest first"),
        ('"13:00-18:00"', '"18:00-13:00"', "hours.mon[1]", "ends before it starts"),
        ('"13:00-18:00"', '"13-18"', "hours.mon[1]", "09:00"),
        ("https://", "http://", "accounts[0].url", "https"),
        ("https://", "https://quillon:pw@", "accounts[0].url", "own keys"),
        ('type = "caldav"', 'type = "caldva"', "accounts[0].type", '"caldav" or "google"'),
        ('type = "caldav"', "", "accounts[0].type", '"caldav" or "google"'),
        ('password_env = "DAV_PASSWORD"', "", "accounts[0]", "password_file"),
        ('username = "quillon"', "", "accounts[0]", "username"),
        ("username =", 'password_file = "x"\nusername =', "accounts[0].password_env", "keep one"),
        ("[hours]", '[[calendars]]\naccount="home"\ncalendar="sessions"\n[hours]',
         "calendars[1].calendar", "already"),
        ("[hours]", '[[calendars]]\naccount="home"\ncalendar="/a/sessions/"\n[hours]',
         "calendars[1].calendar", "display name"),
        ("[[calendars]]", '[[accounts]]\nname="home"\ntype="google"\ntoken_file="t"\n[[calendars]]',
         "accounts[1].name", "another account"),
        ("[[calendars]]", '[[accounts]]\nname="work"\ntype="google"\n[[calendars]]',
         "accounts[1]", "credentials_file"),
        ('"sessions"', '"sessions"\nsessions = "none"', "calendars", "no calendar holds sessions"),
        ('["Quillon.Wren@Example.org"]', '["Quillon Wren"]', "practice.emails[0]", "address"),
    ],
)  # fmt: skip
def test_fault_in_a_required_table(small, old, new, where, hint):
    """Each fault is found at its key, alone, with a word on what to do."""
    (line,) = said_of(small.replace(old, new))
    assert f" {where}: " in line
    assert hint in line


@pytest.mark.parametrize(
    ("added", "where", "hint"),
    [
        ('holidays = "GB-ENGL"', "hours.holidays", "GB-ENG"),
        ('holidays = "XQ"', "hours.holidays", "country"),
        ('holidays = "MC-1"', "hours.holidays", '"MC"'),
        ('closed = ["2026-02-30"]', "hours.closed[0]", "2026-12-24"),
        ('closed = ["2027-01-02/2026-12-24"]', "hours.closed[0]", "before"),
        ('closed = ["0001-01-01/9999-12-31"]', "hours.closed[0]", "ten years"),
        ("buffer = 10", "hours.buffer", "15m"),
        ('grid = "0m"', "hours.grid", "1m"),
        ("max_per_day = 0", "hours.max_per_day", "at least 1"),
        ("max_per_day = true", "hours.max_per_day", "whole number"),
        ('[signals]\nclosures = "some"', "signals.closures", "same-calendar"),
        ('[signals]\ncancelled = "yes"', "signals.cancelled", "true or false"),
        ('[signals]\ncolors = { tomatoe = "disrupted" }', "signals.colors.tomatoe", "tomato"),
        ('[signals]\ncolors = { tomato = "disruptd" }', "signals.colors.tomato", "disrupted"),
        ('[tags]\nfrozen = "intrnet"', "tags.frozen", "internet"),
        ('[tags]\nPaid = "internet"', "tags.Paid", "paid"),
        ('[tags]\n"!?" = "internet"', 'tags."!?"', "letter"),
        ('[causes.flood]\nfault = "sight"', "causes.flood.fault", "site"),
        ('[causes.Flood]\nfault = "site"', "causes.Flood", "lower case"),
        ('[policy]\naction = "proposee"', "policy.action", "propose"),
        ('[policy]\nprefer = "thu"', "policy.prefer", "soonest"),
        ('[policy]\nprefer = ["thr 16:00-18:00"]', "policy.prefer", "thu"),
        ('[policy]\nwithin = "1h"', "policy.within", "longer than notice"),
        ("[policy]\nattempts = 0", "policy.attempts", "at least 1"),
        ('[[policy.rules]]\ncauses = ["crahs"]', "policy.rules[0].causes[0]", "crash"),
        ("[[policy.rules]]\nfaults = []", "policy.rules[0].faults", "leave it out"),
        ('[[policy.rules]]\ncalendars = ["sesions"]', "policy.rules[0].calendars[0]", "sessions"),
        ('[[policy.rules]]\nnotice = "20d"', "policy.rules[0].notice", "longer than notice"),
        ("[[policy.rules]]\nmax_new = 3", "policy.rules[0].max_new", "unknown key"),
        ('[fees]\ncurrency = "GBP"\nsession = 80.0', "fees.session", "quotes"),
        ('[fees]\nsession = "80.00"', "fees.currency", "GBP"),
        ('[fees]\ncurrency = "pounds"', "fees.currency", "three letters"),
        ('[fees]\nno_show = "101%"', "fees.no_show", "whole price"),
        ('[fees]\nno_show = "half"', "fees.no_show", "50%"),
        ('[fees]\nwaive = ["crash"]', "fees.waive[0]", "technical"),
        ('[[fees.clients]]\nemail = "a@example.org"\nsession = "1"', "fees.session", "missing"),
        ('[mail]\nhost = "smtp.example.org"', "mail.from", "missing"),
        ('[mail]\nhost = "x.org"\nfrom = "a@bücher.example"', "mail.from", "plain letters"),
        ('[daemon]\npoll = "1s"', "daemon.poll", "10s"),
        ('[daemon]\nmetrics = "0.0.0.0:9464"', "daemon.metrics", "127.0.0.1:9464"),
        ('[practice."[key]"]', 'practice."[key]"', "unknown key"),
        ("[state]\npath = 3", "state.path", "name of a file"),
    ],
)
def test_fault_in_what_is_optional(small, added, where, hint):
    """Each fault is found at its key, alone, with a word on what to do."""
    (line,) = said_of(f"{small}{added}\n")
    assert f" {where}: " in line
    assert hint in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[practice\n", "config.toml:1: no valid TOML: "),
        ('[practice]\nname = "a\nb"\n', "config.toml:2: no valid TOML: "),
        ('[practice]\nname = "a"\n\nname = "b"', "config.toml:4: practice.name: written twice"),
        ("[practice]\n[hours]\n[practice]\n", "config.toml:3: practice: written twice"),
        ("[practice]\nname = [\n", "config.toml:2: no valid TOML: "),
        ("a = " + "[" * 5000, "config.toml: nested far too deeply"),
        ("a = " + "9" * 5000, "config.toml:1: no valid TOML"),
    ],
)
def test_broken_toml_is_shown_at_its_line(text, line):
    """A fault of syntax is one problem, at the line where it is."""
    (said,) = said_of(text)
    assert said.startswith(line)


def test_no_secret_is_ever_repeated(small):
    """A password in the wrong place, of the wrong type or misspelt stays out of every message."""
    kinds = ('password = ["hunter2"]', 'pasword = "hunter2"', 'password = "hunter2"',
             'password_command = { a = "hunter2" }', 'url2 = "https://a:hunter2@b/"',
             'password_file = ["hunter2"]', 'password = { file = "hunter2" }')  # fmt: skip
    for kind in kinds:
        text = small.replace('username = "quillon"', f'username = "quillon"\n{kind}')
        assert "hunter2" not in "\n".join(said_of(text))
    config = parse(
        small.replace('password_env = "DAV_PASSWORD"', 'password = "hunter2"'), path=FILE
    )
    assert "hunter2" not in repr(config) + str(config) + config.model_dump_json()


def test_pydantics_own_error_hides_the_password():
    """Should one of its errors ever get out, the password is not in it."""
    with pytest.raises(ValidationError) as caught:
        Config.model_validate({"mail": {"password": ["hunter2"]}})
    assert "hunter2" not in str(caught.value)


def test_no_client_is_named_in_a_message(small):
    """A wrong address of a client is reported by its place alone."""
    text = small + '[fees]\nnever_charge = ["Odalys Fenn"]\n'
    assert "Odalys" not in "\n".join(said_of(text))


def test_message_cannot_steer_a_terminal(small):
    """Control characters in a wrong value or key come out harmless."""
    text = small + '[tags]\n"a\\u001b[2J" = "b\\u001b[2J"\n'
    assert all(line.isprintable() for line in said_of(text))


def test_http_is_allowed_on_this_machine(small):
    """Plain http needs no certificate where nobody can listen."""
    for host in ("localhost", "127.0.0.1:5232", "[::1]:5232"):
        parse(small.replace("https://dav.example.org", f"http://{host}"), path=FILE)


def test_file_that_cannot_be_read(tmp_path):
    """A missing file, a folder, and bytes that are no text are problems, not crashes."""
    (tmp_path / "latin.toml").write_bytes(b'# ok\nname = "\xe9"\n')
    for name, hint in (("none.toml", "No such file"), ("", "directory"), ("latin.toml", ":2: ")):
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / name, {})
        assert hint in describe(caught.value)[0]


def test_file_from_windows_is_read(tmp_path, small):
    """A byte order mark and CRLF change nothing, nor the lines of problems."""
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode())
    assert load(file, {}).practice.timezone == "Europe/London"
    file.write_bytes(b"\xef\xbb\xbf" + small.replace("London", "L").replace("\n", "\r\n").encode())
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert caught.value.problems[0].line == 2
