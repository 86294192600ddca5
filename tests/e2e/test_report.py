"""The report as a practice gets it: the real command, a real calendar, a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.report import page
from tests.e2e.desk import Desk, in_days, session
from tests.servers.browser import Browser, browser
from tests.unit.report.november import report, titles

HIT = "document.title=1"
HOSTILE = f'</style></td><script>{HIT}</script><img src=x onerror="{HIT}"> Quillon \u202eWren'
READ = f'</style></td><script>{HIT}</script><img src=x onerror="{HIT}"> Quillon Wren'
PHONE, DESK = 390, 1240
CONTRAST_MIN = 4.5


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all of them, with a profile of its own."""
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def november_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented month, with names."""
    target = tmp_path_factory.mktemp("page") / "november.html"
    target.write_text(page(report(names=titles())), encoding="utf-8")
    return target


@pytest.fixture
def seen(chromium: Browser, november_page: Path) -> Browser:
    """The browser with that month in it, by day."""
    chromium.prefer()
    chromium.open(november_page, width=DESK)
    return chromium


@pytest.fixture
def disrupted(radicale_office: Desk) -> Desk:
    """Three sessions of today that did not take place, one of them with a title that attacks."""
    office = radicale_office
    office.rewrite(r"\[practice\]", '[practice]\nname = "The Lantern Practice"')
    office.rewrite(r"\[state\]", '[fees]\ncurrency = "GBP"\nsession = "80.00"\n[state]')
    for number, tag in enumerate(("disrupted-internet", "no-show", "disrupted-audio")):
        title = "Sorrel Bramblewick" if number else HOSTILE
        start = in_days(0, 9 + 2 * number)
        tagged = f"CATEGORIES:{tag}"
        office.put(f"s{number}", session(f"s{number}@example.org", start, tagged, title=title))
    office.sync()
    return office


def written(office: Desk, *options: str) -> str:
    target = office.folder / "report.html"
    done = office.run("report", "--html", str(target), *options)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Quillon" not in done.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in office.folder.glob(".*")] == []
    return target.read_text("utf-8")


def test_this_month_is_told(disrupted: Desk) -> None:
    """Without a month it is the current one; nobody is named, and nothing is asked of a server."""
    disrupted.go_down()
    text = written(disrupted)
    assert "The Lantern Practice" in text
    assert text.count('id="session-') == 3
    assert "80.00 GBP" in text
    assert "Quillon" not in text
    assert "Sorrel" not in text
    printed = disrupted.run("report", "--html", "-")
    assert printed.stderr == ""
    assert printed.stdout.partition("<footer>")[0] == text.partition("<footer>")[0]


def test_other_months_and_weeks(disrupted: Desk) -> None:
    """A month without sessions is quiet; a week brings its month; what is neither is wrong use."""
    assert "A quiet month" in written(disrupted, "--month", "2001-01")
    today = f"{in_days(0):%Y-%m-%d}"
    assert "marker-end" in written(disrupted, "--week", today)
    assert "November 2001" in written(disrupted, "--week", "2001-11-05")
    for wrong in (
        ("--month", "2026-13"), ("--month", "11-2026"), ("--week", "monday"),
    ):  # fmt: skip
        assert disrupted.run("report", "--html", "-", *wrong).returncode == 2
    assert disrupted.run("report").returncode == 2


def test_a_file_that_cannot_be_written(disrupted: Desk) -> None:
    """It is told, and an older report stays as it was."""
    target = disrupted.folder / "folder"
    target.mkdir()
    done = disrupted.run("report", "--html", str(target))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert [one.name for one in disrupted.folder.glob(".*")] == []


def test_a_practice_without_any_record(radicale_office: Desk) -> None:
    """Before the first pass there is a kind page, and no state file is made."""
    assert "A quiet month" in written(radicale_office)
    assert not radicale_office.state.exists()


def test_names_are_read_now_and_are_only_text(disrupted: Desk, chromium: Browser) -> None:
    """A title that attacks is read as it stands in the calendar, and nothing of it runs."""
    written(disrupted, "--names")
    chromium.open(disrupted.folder / "report.html")
    assert chromium.value("document.title").startswith("Disrupted sessions")
    assert chromium.value("document.querySelectorAll('img, script').length") == 0
    assert chromium.value("document.querySelectorAll('style').length") == 1
    assert READ in chromium.value("document.querySelector('#session-1 th').textContent")
    assert "Sorrel Bramblewick" in chromium.value("document.querySelector('main').innerText")
    assert len(chromium.requests()) == 1


def test_names_that_cannot_be_read_are_said_to_be_missing(disrupted: Desk) -> None:
    """The page is made all the same, with numbers."""
    disrupted.go_down()
    target = disrupted.folder / "report.html"
    done = disrupted.run("report", "--html", str(target), "--names")
    assert done.returncode == 0
    assert "without names" in done.stderr
    assert "Session 1" in target.read_text("utf-8")


def test_the_policy_lets_nothing_in(chromium: Browser, tmp_path: Path) -> None:
    """Even markup that got past the escaping could run nothing and ask nobody."""
    attack = f'<script>{HIT}</script><img src="file:///etc/hostname" onerror="{HIT}"></main>'
    target = tmp_path / "attacked.html"
    target.write_text(page(report()).replace("</main>", attack), encoding="utf-8")
    chromium.open(target)
    assert chromium.value("document.querySelectorAll('img, script').length") == 2
    assert chromium.value("document.title").startswith("Disrupted sessions")
    refused = [said for name, said in chromium.heard if name == "Network.loadingFailed"]
    assert [said["blockedReason"] for said in refused] == ["csp"]


def test_the_browser_has_nothing_to_say(seen: Browser) -> None:
    """One request, for the page itself; no error or warning, no script, standards mode."""
    assert len(seen.requests()) == 1
    assert [said for name, said in seen.heard if name == "Log.entryAdded"] == []
    assert seen.value("document.scripts.length") == 0
    assert seen.value("document.compatMode") == "CSS1Compat"


FOCUSED = """(() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return JSON.stringify({
    what: at.tagName === 'A' ? at.getAttribute('href') : at.getAttribute('aria-labelledby')
      || at.getAttribute('aria-label'),
    text: at.textContent, ring: style.outlineStyle, left: box.left,
  });
})()"""
REACHABLE = """JSON.stringify([...document.querySelectorAll('a[href], [tabindex="0"]')].map(
  at => at.tagName === 'A' ? at.getAttribute('href') : at.getAttribute('aria-labelledby')
    || at.getAttribute('aria-label')))"""


def test_the_keyboard_reaches_everything(seen: Browser) -> None:
    """Tab goes to every link and every frame in the page's order; each shows that it is there."""
    wanted = json.loads(seen.value(REACHABLE))
    assert len(wanted) > 20
    met = []
    for _ in wanted:
        seen.press("Tab")
        met.append(json.loads(seen.value(FOCUSED)))
    assert [each["what"] for each in met] == wanted
    assert all(each["ring"] != "none" and each["left"] >= 0 for each in met)
    assert met[0]["text"] == "Skip to the report"


def test_the_first_link_skips_to_the_report(seen: Browser) -> None:
    """Enter on it leads to the figures, past the list of links."""
    seen.press("Tab")
    seen.press("Enter")
    assert seen.value("document.activeElement.id") == "report"
    assert seen.value("location.hash") == "#report"


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_screen_reader_finds_its_way(seen: Browser, width: int) -> None:
    """Landmarks, headings, picture and tables have their roles and names, on a phone too."""
    seen.resize(width, 900)
    said = seen.read_aloud()
    roles = [role for role, _ in said]
    assert {"banner", "main", "contentinfo", "navigation"} <= set(roles)
    assert ("image", "Moves of sessions, Mon 9 Nov 2026 to Sun 22 Nov 2026") in said
    names = [name for role, name in said if role == "table"]
    assert len(names) == 6
    assert "Disruptions by cause and fault" in names
    assert "Every disrupted session, by time" in names
    assert roles.count("columnheader") == 28
    assert ("rowheader", "lockdown") in said
    headings = [name for role, name in said if role == "heading"]
    assert headings[0] == "Disrupted sessions, November 2026"
    assert "The week before and after" in headings


MEASURED = r"""(() => {
  const channels = text => (text.match(/[\d.]+/g) || []).map(Number);
  const seen = text => { const c = channels(text); return c.length === 3 || c[3] > 0; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(
    v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  ).reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ratio = (one, other) => {
    const [a, b] = [light(channels(one)), light(channels(other))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const behind = at => {
    const group = at.closest('g');
    if (group) {
      const hatch = getComputedStyle(document.querySelector('.hatch')).stroke;
      const fill = getComputedStyle(group.querySelector('.body')).fill;
      return group.matches('.lost') ? [fill, hatch] : [fill];
    }
    for (let up = at; up; up = up.parentElement) {
      const color = getComputedStyle(up).backgroundColor;
      if (seen(color)) return [color];
    }
    return ['rgb(255, 255, 255)'];
  };
  const found = [];
  for (const at of document.querySelectorAll('body, body *')) {
    const speaks = [...at.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!speaks || ['STYLE', 'title', 'desc'].includes(at.tagName)) continue;
    const style = getComputedStyle(at);
    const ink = at.closest('svg') ? style.fill : style.color;
    for (const ground of behind(at)) found.push([ratio(ink, ground), at.tagName, ink, ground]);
  }
  return JSON.stringify(found);
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read(seen: Browser, dark: bool) -> None:
    """Contrast is 4.5 to 1 at least (WCAG 2.2, 1.4.3), on hatching too, by day and by night."""
    seen.prefer(dark=dark)
    measured = json.loads(seen.value(MEASURED))
    assert len(measured) > 150
    assert [one for one in measured if one[0] < CONTRAST_MIN] == []
    assert {"tspan", "CODE", "A", "TD", "DD"} <= {one[1] for one in measured}


def test_night_is_not_day(seen: Browser) -> None:
    """Dark on light, and light on dark, by what the reader prefers; paper is always light."""
    ground = "getComputedStyle(document.body).backgroundColor"
    day, picture = seen.value(ground), seen.picture()
    seen.prefer(dark=True)
    assert seen.value(ground) != day
    assert seen.picture() != picture
    ink = "getComputedStyle(document.body).color"
    seen.prefer(dark=True, media="print")
    printed = seen.value(ink)
    seen.prefer()
    assert printed == seen.value(ink)


@pytest.mark.parametrize("width", [320, PHONE, 768, DESK])
def test_it_fits(seen: Browser, width: int) -> None:
    """Nothing but the picture is wider than the screen, and that scrolls in its own frame."""
    seen.resize(width, 900)
    assert seen.value("document.documentElement.scrollWidth") == width
    wide = (
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    )
    if width <= PHONE:
        assert seen.value(f"{wide}.every(each => each.querySelector('svg'))")
        assert seen.value(f"{wide}.length") == 1


def test_it_prints(seen: Browser) -> None:
    """On a few pages, without what only a screen can use, and the picture as wide as the paper."""
    printed = seen.paper()
    assert printed.startswith(b"%PDF-")
    assert 1 <= printed.count(b"/Type /Page\n") <= 5
    seen.prefer(media="print")
    seen.resize(720, 1000)
    assert seen.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert seen.value("document.querySelector('svg').getBoundingClientRect().right <= innerWidth")
    seen.prefer()


def test_each_move_is_drawn(seen: Browser) -> None:
    """Every arrow has a tip, and runs from the edge of one box to the edge of another."""
    ends = """JSON.stringify([...document.querySelectorAll('.arrow')].map(path => {
      const last = path.getPointAtLength(path.getTotalLength()), first = path.getPointAtLength(0);
      return [first.x, first.y, last.x, last.y, getComputedStyle(path).markerEnd];
    }))"""
    boxes = """JSON.stringify([...document.querySelectorAll('svg g')].map(g => {
      const box = g.querySelector('rect').getBBox();
      return [g.getAttribute('class'), box.x, box.y, box.x + box.width, box.y + box.height];
    }))"""
    drawn = json.loads(seen.value(boxes))

    def at_edge(kind: str, x: float, y: float) -> bool:
        return any(
            name == kind
            and left - 1 <= x <= right + 1
            and top - 1 <= y <= bottom + 1
            and min(abs(x - left), abs(x - right), abs(y - top), abs(y - bottom)) <= 1
            for name, left, top, right, bottom in drawn
        )

    arrows = json.loads(seen.value(ends))
    assert len(arrows) == 6
    assert {arrow[4] for arrow in arrows} == {'url("#tip")'}
    assert all(at_edge("lost", *arrow[:2]) for arrow in arrows)
    assert sum(at_edge("new", *arrow[2:4]) for arrow in arrows) == 5
    assert seen.value("document.querySelectorAll('.goal').length") == 1
