"""The picture of two weeks: what was lost, where it went, and an arrow from one to the other.

Nothing is told by colour alone: what was lost is hatched, struck through and has a broken edge;
what is new has a full one; both carry the session's number, and the list below says it again.
"""

from collections.abc import Iterator

from sync.domain.dates import day_in_words
from sync.report.layout import (
    HEAD,
    HOUR,
    HOURS_WIDTH,
    Box,
    Column,
    Layout,
    Move,
)
from sync.report.markup import Markup, element, together
from sync.report.wording import brief

_RISE_MAX = 64.0
_ROOM_FOR_TIME = 52.0
_ROOM_FOR_WORDS = 31.0
_ROOM_FOR_AGAIN = 84.0
_TIP = 7.0
_SMALLEST = 0.8
"""On a small screen it is scrolled rather than shown smaller than this."""
_DESCRIPTION = (
    "Days are columns and hours are rows. What was lost is hatched, struck through and has a "
    "broken edge; new times have a full edge; what was withdrawn and stands again is plain. "
    "An arrow leads from each lost session to its new time, and both carry the same number. The "
    "list after the picture says the same in words."
)


def picture(layout: Layout, heading: str) -> Markup:
    """Return the picture as inline SVG; *heading* is its name for who cannot see it."""
    return element(
        "svg",
        element("title", heading, id="picture-title"),
        element("desc", _DESCRIPTION, id="picture-desc"),
        _definitions(),
        *_grid(layout),
        *(_arrow(move) for move in layout.moves),
        *(_block(box) for box in layout.boxes),
        *(_goal(move) for move in layout.moves if move.new is None),
        role="img",
        aria_labelledby="picture-title",
        aria_describedby="picture-desc",
        viewBox=f"0 0 {layout.width:.0f} {layout.height:.0f}",
        class_="picture",
        style=f"min-width:{layout.width * _SMALLEST:.0f}px",
    )


def _definitions() -> Markup:
    """Return the arrow's tip and the hatching."""
    tip = element(
        "marker",
        element("path", d="M0 0L8 4L0 8Z", class_="tip"),
        id="tip",
        viewBox="0 0 8 8",
        refX=7,
        refY=4,
        markerWidth=_TIP,
        markerHeight=_TIP,
        orient="auto",
    )
    hatching = element(
        "pattern",
        element("path", d="M0 0V7", class_="hatch"),
        id="hatching",
        width=7,
        height=7,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return element("defs", tip, hatching)


def _grid(layout: Layout) -> Iterator[Markup]:
    """Yield what lies behind everything: both weeks, their days, and the hours."""
    for week in range(2):
        columns = layout.columns[week * layout.days_per_week :][: layout.days_per_week]
        yield from _week(layout, columns, "The week after, from" if week else "Week from")
    for hour in range(layout.first_hour, layout.last_hour + 1):
        y = HEAD + (hour - layout.first_hour) * HOUR
        label = f"{hour:02}:00"
        yield element("text", label, x=HOURS_WIDTH - 8, y=y + 4, class_="hour")


def _week(layout: Layout, columns: tuple[Column, ...], name: str) -> Iterator[Markup]:
    left, width = columns[0].x, layout.column_width * len(columns)
    yield element("text", f"{name} {day_in_words(columns[0].day)}", x=left, y=18, class_="week")
    yield element(
        "rect", x=left, y=HEAD, width=width, height=layout.bottom - HEAD, rx=6, class_="ground"
    )
    lines = [f"M{left:.1f} {HEAD + h * HOUR:.1f}h{width:.1f}" for h in range(1, _hours(layout))]
    lines += [f"M{c.x:.1f} {HEAD:.1f}V{layout.bottom:.1f}" for c in columns[1:]]
    yield element("path", d="".join(lines), class_="grid")
    for column in columns:
        weekday, number, _ = day_in_words(column.day).split(maxsplit=2)
        middle = column.x + layout.column_width / 2
        yield element("text", f"{weekday} {number}", x=middle, y=HEAD - 12, class_="day")


def _hours(layout: Layout) -> int:
    return layout.last_hour - layout.first_hour


def _block(box: Box) -> Markup:
    """Return a session: its number, and its time and what it is where there is room."""
    back = box.case.stands_again and not box.is_new
    kind = "new" if box.is_new else "back" if back else "lost"
    size = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "rx": 5}
    parts = [element("rect", **size, class_="body")]
    if kind == "lost":
        parts.append(element("rect", **size, fill="url(#hatching)"))
    x = box.x + 7
    number = element("tspan", str(box.case.number), class_="number")
    time = element("tspan", f"{box.start:%H:%M}", dx=5, class_="time")
    has_time = box.width >= _ROOM_FOR_TIME and not (box.case.is_whole_day and not box.is_new)
    has_words = box.width >= _ROOM_FOR_TIME and box.height >= _ROOM_FOR_WORDS
    line = box.y + (15 if has_words else min(box.height, HOUR) / 2 + 4.5)
    parts.append(element("text", number, *([time] if has_time else []), x=x, y=line))
    if has_words:
        again = "stands again" if box.width >= _ROOM_FOR_AGAIN else "stands"
        parts.append(element("text", again if back else kind, x=x, y=line + 14, class_="kind"))
    return element("g", *parts, class_=kind)


def _arrow(move: Move) -> Markup:
    """Return the arrow, with a paler edge that parts it from what it crosses."""
    path = _path(move)
    return together(
        element("path", d=path, class_="halo"),
        element("path", d=path, class_="arrow", marker_end="url(#tip)"),
    )


def _path(move: Move) -> str:
    """Return the way of an arrow: sideways from edge to edge, or straight if they share a side."""
    old, new = move.old, move.new
    right = old.x + old.width, old.middle
    if new is None:
        return _curve(right, move.edge, move.bow)
    if new.x >= old.x + old.width:
        return _curve(right, (new.x, new.middle), move.bow)
    if new.x + new.width <= old.x:
        return _curve((old.x, old.middle), (new.x + new.width, new.middle), move.bow)
    below = new.y > old.y
    start = old.y + old.height if below else old.y
    end = new.y if below else new.y + new.height
    x1, x2 = old.x + old.width / 2, new.x + new.width / 2
    return f"M{x1:.1f} {start:.1f}L{x2:.1f} {end:.1f}"


def _curve(start: tuple[float, float], end: tuple[float, float], bow: float) -> str:
    """Return a path that leaves and arrives sideways, and bends upwards between.

    It rises by three quarters of what its inner points do, and stays below the days' names.
    """
    (x1, y1), (x2, y2) = start, end
    reach = (x2 - x1) * 0.3
    rise = bow * min(abs(x2 - x1) * 0.25, _RISE_MAX, (min(y1, y2) - HEAD) / 0.75)
    return (
        f"M{x1:.1f} {y1:.1f}C{x1 + reach:.1f} {y1 - rise:.1f} "
        f"{x2 - reach:.1f} {y2 - rise:.1f} {x2:.1f} {y2:.1f}"
    )


def _goal(move: Move) -> Markup:
    """Return, at the edge, when that session is made up for outside of these weeks."""
    x, y = move.edge
    new = move.case.new_time
    assert new is not None, move.case.number
    when = brief(new.start, move.case.start)
    if new.start < move.case.start:
        when = f"earlier: {when.partition(' ')[2]}"
    number = element("tspan", str(move.case.number), class_="number")
    return element("text", number, element("tspan", when, dx=5), x=x + 6, y=y + 4, class_="goal")
