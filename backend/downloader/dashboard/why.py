"""The factors of a forecast as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from downloader.templatetags.foreview import count
from foreview.plots.dots import Dot, DotPanel, Row
from foreview.plots.figure import Figure, Table
from foreview.plots.scales import log_axis

if TYPE_CHECKING:
    from foreview.forecasting.explaining import Explained

SHOWN: Final = 10
STARTS: Final = {
    "typical": "what is typical of the channel",
    "counted": "what is counted so far",
    "mixed": "typical and what is counted so far",
}


def why_figure(explained: Explained) -> Figure[DotPanel]:
    """Return the largest factors; the table has all of them."""
    found = explained.found
    factors = [(factor.name, factor.times, _value(factor.value)) for factor in found.factors]
    factors.append(("calibration and bounds", explained.calibration_and_bounds, ""))
    largest = sorted(factors, key=lambda one: -abs(_away(one[1])))[:SHOWN]
    rows = tuple(
        Row(name, (Dot("factor", 0, times, 1.0, times, _says(times, value)),)) for name, times, value in largest
    )
    says = (
        f"The forecast starts from {STARTS[found.start_is]}, {count(found.start)} on the scale {explained.scale}, and comes to "
        f"{count(explained.point)} by these factors. They say what the forecast rests on, not what would make a video succeed."
    )
    axis = log_axis("times", [0.95, 1.05, *(times for _, times, _ in largest)])
    panel = DotPanel("The largest factors", says, axis, rows, ((1.0, 1),))
    table = Table(("factor", "× ", "value"), [(name, f"{times:.3f}", value) for name, times, value in factors])
    return Figure("Why this number", says, [panel], table)


def _away(times: float) -> float:
    return max(times, 1 / times) if times > 0 else float("inf")


def _says(times: float, value: str) -> str:
    return f"× {times:.2f}" + (f" ({value})" if value else "")


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    return f"{value:,.4g}" if isinstance(value, float | int) else str(value)[:80]
