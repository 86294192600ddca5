"""Both weeks and the reasons, for a terminal. Only the demo needs rich, so only it imports it.

Nothing is told by colour alone: numbers, arrows and words say the same on paper.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from rich.console import Group, OverflowMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.demo.agenda import Day, Line, Look, days, numbered, short_day, shown_days
from sync.demo.telling import Story, story
from sync.domain.passes import PassReport
from sync.domain.sessions import Session

SIDE_BY_SIDE_FROM = 100
WIDTH_MAX = 120

_MARGIN = 2
_STYLES = {
    # look: of the title, of the note
    Look.PLAIN: ("", ""),
    Look.PRIVATE: ("dim", "dim"),
    Look.ASIDE: ("dim italic", "dim"),
    Look.DISRUPTED: ("bold red", "red"),
    Look.KEPT: ("", "dim"),
    Look.FREED: ("dim strike", "dim"),
    Look.NEW: ("bold green", "green"),
}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs beyond letters; terminals that know only ASCII get words of it."""

    arrow: str = "\u2192"
    circled: bool = True
    overflow: OverflowMethod = "ellipsis"
    wider: int = 0

    def number(self, number: int) -> str:
        """Return the sign of raincheck *number*: ``\u2460``."""
        if self.circled and 1 <= number <= 20:
            return chr(ord("\u2460") + number - 1)
        return f"({number})"


PLAIN_GLYPHS = Glyphs(arrow="->", circled=False, overflow="crop", wider=8)


def week_view(
    before: Sequence[Session],
    after: Sequence[Session],
    report: PassReport,
    *,
    zone: ZoneInfo,
    width: int,
    today: date | None = None,
    private: Collection[str] = (),
    glyphs: Glyphs = Glyphs(),
) -> RenderableType:
    """Return both weeks, side by side where *width* allows, and below what was done and why.

    Args:
        before: What stood in all calendars before the pass, any order.
        after: The same, after it.
        report: The pass between them.
        zone: In which days and hours are shown.
        width: Of the terminal, in columns.
        today: Marked where it appears.
        private: Names of the calendars that hold no sessions.
        glyphs: `PLAIN_GLYPHS` where only ASCII can be shown.
    """
    found = numbered(report)
    listed = shown_days(days(before, after, found, zone=zone, private=private), today=today)
    painter = _Painter(glyphs, today)
    wide = width >= SIDE_BY_SIDE_FROM + glyphs.wider
    weeks = painter.side_by_side(listed) if wide else painter.stacked(listed)
    stories = [painter.story(story(each, before, report.warnings, zone=zone)) for each in found]
    heading = _heading("What Raincheck did, and why")
    parts = [weeks, Text(), heading, Text(), *stories]
    return Padding(Group(*parts), (0, _MARGIN), expand=False)


@dataclass(frozen=True, slots=True)
class _Painter:
    glyphs: Glyphs
    today: date | None

    def side_by_side(self, listed: Sequence[Day]) -> Table:
        """Return one table: a session has the same row on both sides."""
        table = _table("Before", "After")
        for day in listed:
            for number, row in enumerate(day.rows):
                table.add_row(
                    self._day(day.day, number, len(day.rows)),
                    self._line(row.before),
                    self._line(row.after),
                    end_section=number == len(day.rows) - 1,
                )
        return table

    def stacked(self, listed: Sequence[Day]) -> Group:
        """Return one table below the other."""
        before = [(day.day, [row.before for row in day.rows]) for day in listed]
        after = [(day.day, [row.after for row in day.rows]) for day in listed]
        return Group(self._week("Before", before), Text(), self._week("After", after))

    def story(self, told: Story) -> Padding:
        """Return the reasons for one raincheck, headed by where it went."""
        head = Text.assemble(
            (f"{self.glyphs.number(told.number)} ", "bold cyan"),
            (told.title, "bold"),
            ("   ", ""),
            (told.at, ""),
        )
        if told.to:
            head.append(f"  {self.glyphs.arrow}  ", "dim")
            head.append(told.to, "bold green")
        lines = Table.grid(padding=(0, 1))
        lines.add_column(style="dim", width=4, no_wrap=True)
        lines.add_column()
        for label, text in told.lines:
            lines.add_row(label, Text(text))
        indent = len(self.glyphs.number(told.number)) + 1
        return Padding(Group(head, Padding(lines, (0, 0, 0, indent))), (0, 0, 1, 0))

    def _week(self, title: str, listed: Sequence[tuple[date, list[Line | None]]]) -> Table:
        table = _table(title)
        for day, lines in listed:
            standing = [line for line in lines if line is not None]
            for number, line in enumerate(standing):
                label = self._day(day, number, len(standing))
                table.add_row(label, self._line(line), end_section=number == len(standing) - 1)
        return table

    def _day(self, day: date, row: int, rows: int) -> Text:
        """Return what stands before row number *row* (from 0) of *rows* of *day*."""
        if row == 0:
            label = Text(short_day(day), "bold" if day == self.today else "")
            return label.append("\ntoday", "dim") if day == self.today and rows == 1 else label
        return Text("today", "dim") if row == 1 and day == self.today else Text()

    def _line(self, line: Line | None) -> Text:
        if line is None:
            return Text()
        title_style, note_style = _STYLES[line.look]
        sign = self.glyphs.number(line.number) if line.number else ""
        blank = len(self.glyphs.number(1)) - len(sign)
        text = Text(no_wrap=True, overflow=self.glyphs.overflow)
        text.append(sign + " " * (blank + 1), "bold cyan")
        text.append(f"{line.time:5}  ", "dim" if line.look is not Look.NEW else "green")
        text.append(line.title, title_style)
        if line.note:
            arrow = f"{self.glyphs.arrow} " if line.is_target else ""
            text.append(f"  {arrow}{line.note}", note_style)
        return text


def _table(*titles: str) -> Table:
    from rich import box

    table = Table(
        box=box.Box("    \n    \n ── \n    \n    \n    \n    \n    \n"),
        show_edge=False,
        padding=(0, 1, 0, 0),
        border_style="dim",
        header_style="bold",
        expand=True,
    )
    table.add_column("", width=10, no_wrap=True)
    for title in titles:
        table.add_column(title, ratio=1, no_wrap=True, overflow="ellipsis")
    return table


def _heading(title: str) -> Text:
    return Text(title, "bold")
