"""The tables of the page, each with a caption, and with headings for its columns and rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.domain.causes import UNSPECIFIED, Cause
from sync.domain.ledger import Row
from sync.domain.plain import FAULTS
from sync.report.markup import Child, Markup, element, together
from sync.report.month import Case, Report, Standing, sums, tallies
from sync.report.wording import brief, days_in_words, lost_at


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``kind`` is its class: how its cells are set."""

    heading: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its heading, its other cells, and the anchor by which it can be reached."""

    heading: Child
    cells: Sequence[Child]
    anchor: str | None = None


_NUMBERS = "count"
_TIME = "when"


def owed(cases: Sequence[Case], name: str, caption: str) -> Markup:
    """Return the table of what is open about *cases*; *name* tells the tables apart."""
    columns = (Column("Session"), Column("Was to begin", _TIME), Column("Cause"), Column("To do"))
    lines = [
        Line(linked(case), (lost_at(case), _cause(case.raincheck.cause), _sentence(case.to_do)))
        for case in cases
    ]
    return _table(name, caption, columns, lines)


def causes(report: Report) -> Markup:
    """Return the table of causes and faults, the most frequent first, with totals."""
    columns = (
        Column("Cause"), Column("Fault"), Column("Share", "share"), Column("Disruptions", _NUMBERS),
        Column("New time found", _NUMBERS), Column("Still owed", _NUMBERS),
    )  # fmt: skip
    found = tallies(report.cases)
    most = max((tally.count for tally in found), default=1)
    lines = [
        Line(
            _cause(tally.cause),
            (
                FAULTS[tally.cause.fault],
                _bar(tally.count / most),
                *map(str, (tally.count, tally.rebooked, tally.owed)),
            ),
        )
        for tally in found
    ]
    rebooked, still_owed = (report.having(each) for each in (Standing.REBOOKED, Standing.OWED))
    totals = [str(len(each)) for each in (report.cases, rebooked, still_owed)]
    total = Line("All causes", ("", "", *totals))
    caption = "Disruptions by cause and fault"
    return _table("causes-table", caption, columns, lines, total=total)


def sessions(report: Report) -> Markup:
    """Return the table of every disrupted session, by time; other places link to its rows."""
    columns = (
        Column("Session"), Column("Was to begin", _TIME), Column("Cause"),
        Column("Outcome"), Column("New time", _TIME), Column("Wait", _TIME),
    )  # fmt: skip
    lines = [
        Line(
            _numbered(case),
            (
                lost_at(case),
                _cause(case.raincheck.cause),
                case.outcome,
                brief(case.new_time.start, case.start) if case.new_time else _none(),
                _none() if case.days is None else days_in_words(case.days),
            ),
            anchor=f"session-{case.number}",
        )
        for case in report.cases
    ]
    return _table("sessions-table", "Every disrupted session, by time", columns, lines)


def fees(report: Report) -> Markup:
    """Return the table of fees, with a sum for each state and currency."""
    columns = (
        Column("Fee"), Column("Session"), Column("State"), Column("Reason"),
        Column("Amount", _NUMBERS),
    )  # fmt: skip
    cases = {case.raincheck.id: case for case in report.cases}
    lines = [
        Line(
            row.id,
            (
                _charged(row, cases.get(row.raincheck), report),
                row.fee.state.value if row.fee.amount else "none",
                row.fee.reason,
                f"{row.fee.amount:f} {row.fee.currency}",
            ),
        )
        for row in report.fees
    ]
    table = _table("fees-table", "Fees for the sessions of this month", columns, lines)
    added = [
        Line(state.capitalize(), (currency, f"{amount:f}"))
        for state, currency, amount in sums(report.fees)
    ]
    heads = (Column("State"), Column("Currency"), Column("Sum", _NUMBERS))
    return together(table, _table("sums-table", "Sums by state and currency", heads, added))


def linked(case: Case) -> Markup:
    """Return what *case* is called, with a link to its row."""
    return element("a", case.name, href=f"#session-{case.number}")


def _charged(row: Row, case: Case | None, report: Report) -> Child:
    """Return which session a fee is for; its replacement's, where that was disrupted itself."""
    start = row.session_start.astimezone(report.zone)
    at = brief(start, start)
    if case is not None:
        return together(linked(case), f", {at}")
    title = report.title_of(row)
    return f"{title}, {at}" if title else f"Session of {at}"


def _numbered(case: Case) -> Child:
    return f"{case.number}. {case.title}" if case.title else case.name


def _cause(cause: Cause) -> str:
    return "no cause given" if cause.name == UNSPECIFIED else cause.name


def _sentence(words: str | None) -> Markup:
    """Return *words* as a sentence; what stands between backticks is to be typed."""
    said = f"{words[0].upper()}{words[1:]}." if words else ""
    parts = [element("code", each) if at % 2 else each for at, each in enumerate(said.split("`"))]
    return together(*parts)


def _none() -> Markup:
    """Return a dash for the eye, and the word for the ear."""
    return element("span", "–", role="img", aria_label="none")


def _bar(share: float) -> Markup:
    return element("span", class_="bar", aria_hidden="true", style=f"width:{share:.0%}")


def _table(
    name: str,
    caption: str,
    columns: Sequence[Column],
    lines: Iterable[Line],
    *,
    total: Line | None = None,
) -> Markup:
    """Return a table in a frame that can be scrolled, by keyboard too, where it is too wide."""
    heads = [
        element("th", each.heading, scope="col", role="columnheader", class_=each.kind)
        for each in columns
    ]
    parts = [
        element("caption", caption, id=name),
        element("thead", element("tr", *heads, role="row"), role="rowgroup"),
        element("tbody", *(_row(line, columns) for line in lines), role="rowgroup"),
    ]
    if total is not None:
        parts.append(element("tfoot", _row(total, columns), role="rowgroup"))
    # On a phone each row is a small list, and some browsers then forget that it is a table.
    table = element("table", *parts, role="table", aria_labelledby=name)
    return element("div", table, class_="scroll", role="group", aria_labelledby=name, tabindex=0)


def _row(line: Line, columns: Sequence[Column]) -> Markup:
    heading = element("th", line.heading, scope="row", role="rowheader", class_=columns[0].kind)
    cells = [
        element("td", cell, role="cell", class_=column.kind, data_label=column.heading)
        for cell, column in zip(line.cells, columns[1:], strict=True)
    ]
    return element("tr", heading, *cells, role="row", id=line.anchor)
