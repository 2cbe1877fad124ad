"""The figures of the track record: forecast against outcome, coverage, error and skill. Values are finished; here they get their places and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from downloader.dashboard.words import TARGET_NAMES
from downloader.services.record import Record
from downloader.templatetags.foreview import amount, percent
from foreview.plots.dots import Dot, DotPanel, Row
from foreview.plots.figure import Figure, Table
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.scales import Axis, linear_axis, log_axis, share_axis
from foreview.vocabulary import FORMATS, INTERVALS, SMALLEST_UNIT, TARGET_UNITS, Target

FEW: Final = 30
"""Videos below which a figure says little: the words say so too, not the interval alone."""
MOST_SKILL: Final = 1.0
"""Where the axis of skill ends on either side; longer intervals are cut there and told whole in the table."""
_LOOKS: Final = {"short": 2, "long": 4}
_LEVEL_LOOKS: Final = {50: 4, 80: 0, 95: 3}

_Figures = Mapping[str, Any]


def scatter(record: Record) -> Figure[LinePanel] | None:
    """Return each forecast against its outcome, both on a logarithmic scale; None where nothing has matured."""
    if not record.points:
        return None
    target, name = record.wanted.target, TARGET_NAMES[record.wanted.target]
    unit = SMALLEST_UNIT[target]
    places = [max(float(row[value]), unit) for row in record.points for value in ("point", "actual")]
    x, y = log_axis("forecast", places), log_axis("came to", places)
    series = tuple(
        Series(f"{kind} videos", _LOOKS[kind], tuple(_dot(row, target) for row in rows), joined=False)
        for kind in FORMATS
        if (rows := [row for row in record.points if row["format"] == kind])
    )
    above = sum(row["actual"] > row["point"] for row in record.points) / len(record.points)
    says = f"{_drawn(record)} On the dashed line a forecast was exactly right; {percent(above)} came to more than forecast, above the line."
    panel = LinePanel(name.capitalize(), says, x, y, series, ((x.low, y.low), (x.high, y.high)))
    head = ("made", "format", "issue age [d]", f"forecast [{TARGET_UNITS[target]}]", "came to")
    told = [
        (f"{row['as_of']:%Y-%m-%d}", row["format"], f"{row['issue_age_days']:.1f}", *_two(row, target))
        for row in record.points
    ]
    return Figure("Forecast against outcome", says, [panel], Table(head, told, 2))


def coverage(record: Record) -> Figure[DotPanel] | None:
    """Return the share of outcomes inside each interval, by format and by issue age; None where nothing has matured."""
    parts = {"By format": _formats(record), "By issue age": _ages(record)}
    rows = [figures for part in parts.values() for _, figures in part]
    if not rows:
        return None
    axis = share_axis(
        "outcomes inside the interval", [1.0, *_ends(rows, *(f"coverage_{level}" for level in INTERVALS))]
    )
    panels = [
        DotPanel(
            name,
            f"Share of outcomes inside the 50, 80 and 95 % intervals. {name}.",
            axis,
            tuple(Row(value, tuple(_covered(figures, level) for level in INTERVALS)) for value, figures in part),
            tuple((level / 100, look) for level, look in _LEVEL_LOOKS.items()),
        )
        for name, part in parts.items()
        if part
    ]
    head = ("", "videos", *(f"{level} % interval" for level in INTERVALS))
    table = [
        (value, f"{figures['videos']:,}", *(_share(figures, f"coverage_{level}") for level in INTERVALS))
        for part in parts.values()
        for value, figures in part
    ]
    says = (
        "Each share should lie on the dashed line of its colour; its own line is the exact 95 % binomial interval, in which a video counts once "
        f"however often it was forecast. {few_says(min(figures['videos'] for figures in rows))}"
    )
    return Figure("Do the intervals hold what they promise?", says.strip(), panels, Table(head, table))


def errors(record: Record) -> Figure[DotPanel] | None:
    """Return how far off the forecasts were, by issue age, month and release; None where nothing has matured."""
    return _over_time(
        record,
        "mae_ln",
        "How far off?",
        "Mean of |ln(1+forecast) − ln(1+actual)|: 0 is exactly right, 0.1 about 10 % off, 0.7 a factor of two. Lower is better.",
        lambda values: linear_axis("MAE ln", [0.0, *values]),
    )


def skills(record: Record) -> Figure[DotPanel] | None:
    """Return by how much the error was smaller than that of typical, by issue age, month and release; None where that cannot be told."""
    return _over_time(
        record,
        "skill",
        "Better than typical?",
        "By how much the error is smaller than that of always saying the channel's typical video. Right of the dashed line forecasts are better, "
        "and surely so where the whole line is.",
        lambda values: _signed_share_axis([0.0, *(min(max(value, -MOST_SKILL), MOST_SKILL) for value in values)]),
    )


def few_says(videos: int) -> str:
    """Return what is to be said of so few videos; empty where there are enough."""
    if videos >= FEW:
        return ""
    return f"Some groups are small ({videos} video{'' if videos == 1 else 's'}): their figures say little yet, as the long lines show."


def _over_time(
    record: Record, name: str, title: str, says: str, axis: Callable[[list[float]], Axis]
) -> Figure[DotPanel] | None:
    named = {
        "By issue age": _ages(record),
        "By month": _named(record, "month"),
        "By release": _named(record, "release"),
    }
    parts = {what: [(value, row) for value, row in part if row[name] is not None] for what, part in named.items()}
    rows = [figures for part in parts.values() for _, figures in part]
    if not rows:
        return None
    x = axis(_ends(rows, name))
    reference = ((0.0, 1),) if name == "skill" else ()
    panels = [
        DotPanel(
            what,
            f"{title} {what}, with 95 % intervals.",
            x,
            tuple(_row(*one, name) for one in part),
            reference,
        )
        for what, part in parts.items()
        if part
    ]
    form = _signed if name == "skill" else _plain
    table = [
        (
            value,
            f"{figures['videos']:,}",
            form(figures[name]),
            form(figures[f"{name}_low"]),
            form(figures[f"{name}_high"]),
        )
        for part in parts.values()
        for value, figures in part
    ]
    head = ("", "videos", "skill" if name == "skill" else "MAE ln", "95 % from", "to")
    spoken = f"{says} {few_says(min(figures['videos'] for figures in rows))}".strip()
    return Figure(title, spoken, panels, Table(head, table))


def _formats(record: Record) -> list[tuple[str, _Figures]]:
    rows = [(str(row["value"]), row) for row in record.figures.get("format", ())]
    return rows if len(rows) == 1 else [*(("all", row) for row in record.figures.get("all", ())), *rows]


def _ages(record: Record) -> list[tuple[str, _Figures]]:
    rows = sorted(record.figures.get("issue_age", ()), key=lambda row: int(row["value"]))
    return [("publication" if row["value"] == "0" else f"day {row['value']}", row) for row in rows]


def _named(record: Record, dimension: str) -> list[tuple[str, _Figures]]:
    return [(str(row["value"]), row) for row in record.figures.get(dimension, ())]


def _row(value: str, figures: _Figures, name: str) -> Row:
    form = _signed if name == "skill" else _plain
    low, high = figures[f"{name}_low"], figures[f"{name}_high"]
    says = f"{value}: {form(figures[name])} ({form(low)} to {form(high)}), {figures['videos']:,} videos"
    return Row(value, (Dot("skill" if name == "skill" else "MAE ln", 0, figures[name], low, high, says),))


def _covered(figures: _Figures, level: int) -> Dot:
    name = f"coverage_{level}"
    says = f"{_share(figures, name)} of {figures['videos']:,} videos"
    return Dot(f"{level} %", _LEVEL_LOOKS[level], figures[name], figures[f"{name}_low"], figures[f"{name}_high"], says)


def _share(figures: _Figures, name: str) -> str:
    value, low, high = (100 * figures[f"{name}{end}"] for end in ("", "_low", "_high"))
    return f"{value:.0f} % ({low:.0f}–{high:.0f})"


def _ends(rows: Sequence[_Figures], *names: str) -> list[float]:
    return [row[f"{name}{end}"] for row in rows for name in names for end in ("_low", "_high")]


def _signed_share_axis(values: Sequence[float]) -> Axis:
    inner = linear_axis("error smaller than typical's by [%]", [100 * value for value in values])
    ticks = tuple((place / 100, text) for place, text in inner.ticks)
    return Axis(inner.label, inner.low / 100, inner.high / 100, ticks)


def _dot(row: Mapping[str, Any], target: Target) -> Point:
    unit = SMALLEST_UNIT[target]
    forecast, actual = _two(row, target)
    says = f"forecast {forecast}, came to {actual}; made on {row['as_of']:%Y-%m-%d} on day {row['issue_age_days']:.0f}"
    return Point(max(float(row["point"]), unit), max(float(row["actual"]), unit), says)


def _two(row: Mapping[str, Any], target: Target) -> tuple[str, str]:
    return amount(row["point"], target), amount(row["actual"], target)


def _drawn(record: Record) -> str:
    if record.known == len(record.points):
        return f"{record.known:,} forecast{'' if record.known == 1 else 's'} with an outcome."
    return (
        f"{len(record.points):,} of the {record.known:,} forecasts with an outcome, chosen at even distances in time."
    )


def _plain(value: float) -> str:
    return f"{value:.2f}"


def _signed(value: float) -> str:
    return f"{100 * value:+.0f} %"
