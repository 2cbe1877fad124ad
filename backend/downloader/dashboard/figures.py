"""The figures of one video: its fan, and how the forecast narrowed. What they show is finished; here it only gets its place and its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from downloader.services.story import Issued, Story
from downloader.templatetags.foreview import count
from foreview.plots.figure import Figure, Table
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.scales import Axis, linear_axis, log_axis
from foreview.vocabulary import HORIZON_DAYS, INTERVALS, Target

HORIZONS: Final[tuple[tuple[Target, int], ...]] = (("views_7d", 7), ("views_30d", 30))
LAST: Final = HORIZON_DAYS["views_30d"]
_AGES: Final = Axis("age [days]", 0, LAST, tuple((float(day), str(day)) for day in range(0, LAST + 1, 5)))


def fan(story: Story) -> Figure[LinePanel] | None:
    """Return views by age, counted and forecast to day 30; None where neither is there."""
    issued = shown_forecast(story)
    counted = [(age, views) for age, views in story.counted if age <= LAST]
    if issued is None and not counted:
        return None
    series = [*_bands(issued, counted), *_typical(story), *_counted(counted), *_forecast(issued, counted)]
    values = [end for one in series for _, low, high in one.band for end in (low, high)]
    values += [point.y for one in series for point in one.points]
    panel = LinePanel(
        "Views by age",
        fan_says(issued, counted),
        _AGES,
        replace(linear_axis("views", [0.0, *values]), kind="root"),
        tuple(series),
    )
    return Figure("Views to day 30", fan_says(issued, counted), [panel], _fan_table(issued, counted, story.typical))


def narrowing(story: Story) -> Figure[LinePanel] | None:
    """Return the forecasts of the 30-day views by the age at which they were made; None where there are fewer than two."""
    issued = [one for one in story.issued if one.served]
    if len(issued) < 2:
        return None
    points = [_narrowed(one) for one in issued]
    band = tuple(
        (point.x, point.low, point.high) for point in points if point.low is not None and point.high is not None
    )
    series = [Series("median and 80 % interval", 0, tuple(points), band)]
    came_to = story.outcomes.get("views_30d")
    reference = None if came_to is None else ((0.0, came_to), (float(LAST), came_to))
    values = [end for _, low, high in band for end in (low, high)] + ([] if came_to is None else [came_to])
    y = log_axis("views after 30 days", [max(value, 1.0) for value in values])
    last = issued[-1].by_target["views_30d"]
    says = f"{len(issued)} forecasts; the last said {count(last['p50'])}, 80 % between {count(last['p10'])} and {count(last['p90'])}."
    says += "" if came_to is None else f" It came to {count(came_to)} (dashed)."
    head = ("issue age [d]", "median", "80 % from", "to")
    rows = [(f"{p.x:.1f}", f"{p.y:,.0f}", f"{p.low or 0:,.0f}", f"{p.high or 0:,.0f}") for p in points]
    return Figure(
        "How the forecast narrowed",
        says,
        [LinePanel("Forecasts of day 30", says, _AGES, y, tuple(series), reference)],
        Table(head, rows),
    )


def shown_forecast(story: Story) -> Issued | None:
    """Return the forecast that the fan shows: the one that stands, or, when all is known, the first that was served."""
    if "views_30d" not in story.outcomes and story.forecast is not None:
        stands = story.forecast
        if stands.model_type != "observed":
            return Issued(
                0, stands.as_of, stands.issue_age_days, stands.model_version, served=True, by_target=stands.by_target
            )
    return next((one for one in story.issued if one.served), None)


def fan_says(issued: Issued | None, counted: Sequence[tuple[float, float]]) -> str:
    """Return the fan in words."""
    seen = f"{count(counted[-1][1])} views counted by day {counted[-1][0]:.0f}" if counted else "Nothing is counted yet"
    if issued is None:
        return f"{seen}; no forecast was made."
    day = issued.by_target["views_30d"]
    made = "before anything was counted" if issued.issue_age_days < 0.5 else f"made on day {issued.issue_age_days:.0f}"
    return (
        f"{seen}. The forecast {made} says {count(day['p50'])} by day 30: half of such videos end between {count(day['p25'])} and "
        f"{count(day['p75'])}, 80 % between {count(day['p10'])} and {count(day['p90'])}."
    )


def _start(issued: Issued, counted: Sequence[tuple[float, float]]) -> tuple[float, float]:
    before = [point for point in counted if point[0] <= issued.issue_age_days]
    return before[-1] if before else (min(issued.issue_age_days, LAST), 0.0)


def _ahead(issued: Issued) -> list[tuple[int, Mapping[str, Any]]]:
    return [(day, issued.by_target[target]) for target, day in HORIZONS if day > issued.issue_age_days]


def _bands(issued: Issued | None, counted: Sequence[tuple[float, float]]) -> list[Series]:
    if issued is None or not _ahead(issued):
        return []
    age, views = _start(issued, counted)
    return [
        Series(
            f"{percent} % of such videos",
            0,
            (),
            ((age, views, views), *((float(d), q[low], q[high]) for d, q in _ahead(issued))),
        )
        for percent, (low, high) in sorted(INTERVALS.items(), reverse=True)
    ]


def _counted(counted: Sequence[tuple[float, float]]) -> list[Series]:
    points = tuple(Point(age, views, f"{views:,.0f} by day {age:.1f}") for age, views in counted)
    return [Series("counted", 2, points)] if points else []


def _typical(story: Story) -> list[Series]:
    points = tuple(Point(age, views, f"{views:,.0f} by day {age:.0f}") for age, views in story.typical)
    return [Series("typical", 1, points)] if points else []


def _forecast(issued: Issued | None, counted: Sequence[tuple[float, float]]) -> list[Series]:
    if issued is None or not _ahead(issued):
        return []
    age, views = _start(issued, counted)
    first = Point(age, views, f"{views:,.0f} at the time of the forecast")
    ahead = [
        Point(day, q["p50"], f"{q['p50']:,.0f} by day {day}, 80 % {q['p10']:,.0f} to {q['p90']:,.0f}")
        for day, q in _ahead(issued)
    ]
    return [Series("forecast (median)", 0, (first, *ahead))]


def _narrowed(issued: Issued) -> Point:
    day = issued.by_target["views_30d"]
    low, middle, high = (max(float(day[name]), 1.0) for name in ("p10", "p50", "p90"))
    return Point(
        min(issued.issue_age_days, LAST),
        middle,
        f"day {issued.issue_age_days:.1f}: {middle:,.0f}, 80 % {low:,.0f} to {high:,.0f}",
        low,
        high,
    )


def _fan_table(
    issued: Issued | None, counted: Sequence[tuple[float, float]], typical: Sequence[tuple[float, float]]
) -> Table:
    rows = [(f"{age:.1f}", "counted", f"{views:,.0f}", "", "") for age, views in counted]
    rows += [(f"{age:.0f}", "typical", f"{views:,.0f}", "", "") for age, views in typical]
    for day, q in _ahead(issued) if issued else []:
        rows.append((str(day), "forecast", f"{q['p50']:,.0f}", f"{q['p10']:,.0f}", f"{q['p90']:,.0f}"))
    return Table(("age [d]", "what", "views", "80 % from", "to"), rows, named=2)
