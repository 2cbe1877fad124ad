"""Method 2: the column knows an average better than luck allows.

Where many videos share a value, an honest value was fixed before their luck fell: the mean outcome of the group scatters around any
function of the value by at least its sampling error. An average taken over these very videos contains the luck and does not scatter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from scipy import stats

from foreview.audit.columns import Audited
from foreview.audit.evidence import Evidence, Numbers
from foreview.audit.known import Known, Projection, projection
from foreview.audit.outcomes import Outcome
from foreview.curves.curve import Floats, Ints

METHOD: Final = "knows an average"
FEWEST_GROUPS: Final = 5
FEWEST_TO_UNSHRINK: Final = 8
FEWEST_OF_A_GROUP: Final = 4
MOST_ZEROS: Final = 0.2
"""Share of zeros above which an outcome is no one thing (revenue of channels that are not paid), and its averages say nothing."""
BELIEVED: Final = 0.5
"""An honest value misses the average of its videos by about 1 sampling error; below this many it cannot be honest."""


def averaging(column: Audited, later: Sequence[Outcome], known: Known) -> Evidence | None:
    """Return the strongest evidence that the column is an average of an outcome; None where its values are not shared."""
    if column.kind != "number":
        return None
    looks = [
        (*look, f"{mean} of {outcome.says}", shape)
        for outcome in (*later, *(_or_zero(total) for total in later if total.is_views and np.isnan(total.age).any()))
        for mean, shape, look in _looks(column.values, outcome, known)
    ]
    if not looks:
        return None
    p_value, scatter, groups, averaged, shape = min(looks)
    numbers: Numbers = {"average": averaged, "shape": shape, "groups": float(groups), "sampling_errors": scatter}
    sentence = f"over its {groups} values it misses {averaged} by {scatter:.2g} sampling errors; a value fixed before these videos were seen misses by about 1"
    return Evidence(column, METHOD, min(1.0, p_value * len(looks)), scatter < BELIEVED, numbers, sentence)


def _or_zero(outcome: Outcome) -> Outcome:
    """Return the outcome as an export has it that shows a zero where nothing was counted yet."""
    return replace(outcome, says=f"{outcome.says} (zero where unknown)", values=np.nan_to_num(outcome.values))


def _looks(values: Floats, outcome: Outcome, known: Known) -> list[tuple[str, str, tuple[float, float, int]]]:
    rows = ~np.isnan(values) & ~np.isnan(outcome.values)
    level, code = np.unique(values[rows], return_inverse=True)
    size = np.bincount(code)
    large = size >= FEWEST_OF_A_GROUP
    if large.sum() < FEWEST_GROUPS or size[large].sum() < 0.8 * rows.sum():
        return []
    if (outcome.values[rows] == 0).mean() > MOST_ZEROS or np.any(_spread(outcome.values[rows], code)[large] == 0):
        return []
    luck = projection(known.stratum[rows], known.at(0.0)[rows])
    shapes = _shapes(level[large], size[large])
    means = _means(outcome.values[rows], code, luck)
    if not outcome.is_views:
        del means["the median"]
    return [
        (mean, shape, _scatter(x, middle[large], error[large]))
        for mean, (middle, error) in means.items()
        for shape, x in shapes.items()
    ]


def _shapes(level: Floats, size: Ints) -> dict[str, Floats]:
    """Return the functions of a value that an average may be, linear in (groups, k): itself, its ln, and shrunk to a common mean.

    Of n videos and m more of the common mean g comes c = (n·mean + m·g) / (n + m), so mean = c + m·c/n − m·g/n, whatever m is.
    """
    one = np.ones(len(level))
    shapes = {"value": np.column_stack([one, level])}
    if (level > 0).all():
        shapes["ln value"] = np.column_stack([one, np.log(level)])
    if len(level) >= FEWEST_TO_UNSHRINK:
        shapes["shrunk value"] = np.column_stack([one, level, level / size, 1 / size])
    return shapes


def _means(outcome: Floats, code: Ints, luck: Projection) -> dict[str, tuple[Floats, Floats]]:
    """Return for each group an average outcome on the ln scale and its sampling error.

    The error is that of what channel, format and season leave open: a group may honestly know who is in it.
    """
    size = np.bincount(code)
    raw = np.expm1(outcome)
    logs, average = (np.bincount(code, weights=of) / size for of in (outcome, raw))
    average = np.maximum(average, 1e-9)
    spread = np.sqrt((luck.residual(outcome) ** 2).sum() / max(luck.freedom, 1))
    halves = np.array([np.median(outcome[code == group]) for group in range(len(size))])
    squares = np.bincount(code, weights=luck.residual(raw) ** 2)
    return {
        "the mean ln": (logs, spread / np.sqrt(size)),
        "the median": (halves, np.sqrt(np.pi / 2) * spread / np.sqrt(size)),
        "the ln mean": (np.log(average), np.maximum(np.sqrt(squares) / size / average, 1e-9)),
    }


def _spread(outcome: Floats, code: Ints) -> Floats:
    """Return the range of each group."""
    return np.array([np.ptp(outcome[code == group]) for group in range(int(code.max()) + 1)])


def _scatter(shape: Floats, middle: Floats, error: Floats) -> tuple[float, float, int]:
    """Return lower-tail p-value, misses in sampling errors and groups, for the best fit of a shape to the groups."""
    design = shape / error[:, None]
    fit = np.linalg.lstsq(design, middle / error, rcond=None)[0]
    miss = float(((middle / error - design @ fit) ** 2).sum())
    groups, terms = shape.shape
    return float(stats.chi2.cdf(miss, groups - terms)), float(np.sqrt(miss / (groups - terms))), groups
