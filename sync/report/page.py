"""The page: one file that asks nobody for anything and runs nothing.

The policy in its head forbids scripts, pictures, fonts and every request; only the styles that are
in the page itself are let in. By ear and by eye it is read in the same order: the figures, what is
to be done, the picture, the causes, the fees, and every session.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sync.domain.dates import day_in_words
from sync.report import tables
from sync.report.layout import layout_of
from sync.report.markup import Child, Markup, document, element, styles, together
from sync.report.month import Case, Report, Standing
from sync.report.picture import picture
from sync.report.style import SHEET
from sync.report.wording import brief, counted, days_in_words, lost_at, moment

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class _Part:
    """A section of the page; ``name`` is what links call it."""

    name: str
    heading: str
    content: Markup


def page(report: Report) -> str:
    """Return the whole document."""
    parts = tuple(_parts(report)) if report.cases or report.fees else ()
    content = [_section(part) for part in parts] or [_nothing(report)]
    body = element(
        "body",
        element("a", "Skip to the report", href="#report", class_="skip"),
        _header(report, parts),
        element("main", *content, id="report", tabindex=-1),
        _footer(report),
    )
    return document(_head(report), body)


def _head(report: Report) -> Markup:
    practice = f" – {report.practice}" if report.practice else ""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"Disrupted sessions, {report.month_in_words}{practice}"),
        styles(SHEET),
    )


def _header(report: Report, parts: Sequence[_Part]) -> Markup:
    links = [element("li", element("a", part.heading, href=f"#{part.name}")) for part in parts]
    inside = element("nav", element("ul", *links), aria_label="On this page") if links else ""
    return element(
        "header",
        element("p", report.practice, class_="practice") if report.practice else "",
        element("h1", f"Disrupted sessions, {report.month_in_words}"),
        element("p", f"All times are in the time zone {report.zone.key}."),
        inside,
    )


def _footer(report: Report) -> Markup:
    if report.named:
        names = "It holds names: keep it as you keep your notes."
    else:
        names = "It names nobody; “raincheck report --names” reads the names from the calendar."
    return element("footer", element("p", f"Made by Raincheck on {moment(report.made)}. {names}"))


def _section(part: _Part) -> Markup:
    heading = element("h2", part.heading, id=f"{part.name}-heading")
    return element(
        "section", heading, part.content, id=part.name, aria_labelledby=f"{part.name}-heading"
    )


def _nothing(report: Report) -> Markup:
    return element(
        "section",
        element("h2", "A quiet month"),
        element(
            "p",
            f"Raincheck knows of no disrupted session in {report.month_in_words}, so nothing is "
            "owed to anybody. A session that was missed appears here once it is tagged in the "
            "calendar and looked at with “raincheck sync”.",
        ),
        class_="kindly",
    )


def _parts(report: Report) -> Iterator[_Part]:
    yield _Part("glance", "At a glance", _glance(report))
    if report.cases:
        yield _Part("owed", "Still owed", _owed(report))
        yield _Part("moves", "The week before and after", _weeks(report))
        yield _Part("causes", "Causes", tables.causes(report))
    yield _Part("fees", "Fees", _fees(report))
    if report.cases:
        yield _Part("sessions", "Every session", tables.sessions(report))


def _glance(report: Report) -> Markup:
    unconfirmed = len(_unconfirmed(report))
    figures: list[tuple[str, Child, str]] = [
        ("Disrupted sessions", str(len(report.cases)), ""),
        (
            "New time found",
            str(len(report.having(Standing.REBOOKED))),
            f"of these not final: {unconfirmed}" if unconfirmed else "",
        ),
        ("Still owed", str(len(report.having(Standing.OWED))), ""),
        ("Withdrawn", str(len(report.having(Standing.WITHDRAWN))), ""),
    ]
    if recorded := report.having(Standing.RECORDED):
        figures.append(("Recorded, no new time", str(len(recorded)), ""))
    figures += [
        ("Median wait for the new time", _days(report.median_days), ""),
        ("Longest wait for the new time", _days(max(report.waits, default=None)), ""),
    ]
    return element("dl", *(_tile(*each) for each in figures), class_="tiles")


def _tile(term: str, figure: Child, aside: str) -> Markup:
    more = element("dd", aside, class_="aside") if aside else ""
    return element("div", element("dt", term), element("dd", figure), more)


def _days(days: float | None) -> Child:
    if days is None:
        return "–"
    number, _, unit = days_in_words(days).partition(" ")
    return together(number, " ", element("small", unit))


def _unconfirmed(report: Report) -> tuple[Case, ...]:
    return tuple(case for case in report.having(Standing.REBOOKED) if case.to_do)


def _owed(report: Report) -> Markup:
    owed, unconfirmed = report.having(Standing.OWED), _unconfirmed(report)
    parts: list[Child] = []
    if owed:
        caption = f"{counted(len(owed), 'session')} without a new time that stands"
        parts.append(tables.owed(owed, "owed-table", caption))
    else:
        parts.append(element("p", "No session is owed to anybody."))
    if unconfirmed:
        caption = f"{counted(len(unconfirmed), 'new time')} not final yet"
        parts.append(tables.owed(unconfirmed, "unconfirmed-table", caption))
    return together(*parts)


def _weeks(report: Report) -> Markup:
    layout = layout_of(report)
    if layout is None:
        assert report.week is not None, report.month
        week = day_in_words(report.week)
        words = f"No session of {report.month_in_words} was disrupted in the week of {week}."
        return element("p", words)
    last = layout.monday + timedelta(days=13)
    shown = f"{day_in_words(layout.monday)} to {day_in_words(last)}"
    cases = [box.case for box in layout.boxes if not box.is_new]
    cases.sort(key=lambda case: case.number)
    return together(
        element(
            "p",
            f"What was lost in the week of {day_in_words(layout.monday)}, and where each session "
            "went. Numbers are those of the table of every session.",
        ),
        element(
            "div",
            picture(layout, f"Moves of sessions, {shown}"),
            class_="scroll",
            role="group",
            aria_label="Picture of two weeks",
            tabindex=0,
        ),
        element("ol", *map(_move, cases), class_="moves", aria_label="Moves of that week"),
    )


def _move(case: Case) -> Markup:
    """Return in words what the picture shows of *case*, numbered as it is there."""
    new = case.new_time
    became = f"moved to {brief(new.start, case.start)}" if new else case.outcome
    return element("li", tables.linked(case), f", {lost_at(case)}: {became}", value=case.number)


def _fees(report: Report) -> Markup:
    if not report.fees:
        return element("p", "No fee was assessed for a session of this month.")
    return tables.fees(report)
