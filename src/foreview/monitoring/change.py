"""Did something change at once, such as what a platform counts as a view? A check on the scores of matured forecasts that suggests a date.

A forecast's *normal score* is the standard normal quantile at the probability where its outcome fell. The scores of a good release are standard normal; one that
errs always alike, or a world that moves a little, shifts them. Here they are compared with those of its own first videos, and a lasting shift is looked for: the
cumulative sum of Page 1954, *Continuous inspection schemes*, whose time between false alarms Siegmund 1985, *Sequential analysis*, gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from foreview.metrics.point import Floats
from foreview.monitoring.drift import YEARLY_ALARMS, repeats
from foreview.vocabulary import FORMATS, QUANTILES, TARGETS

ALLOWANCE: Final = 0.3
"""Shift [standard deviations] of which no notice is taken: the sum grows only beyond it."""
LEAST_BASELINE: Final = 60
"""Scores below which it is not known what is usual."""
BLOCK: Final = 10
"""Scores whose mean tells how much neighbours resemble each other."""
LIMIT: Final = 4.0
"""Normal scores beyond this count as this."""
_DAYS_A_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Usual:
    """What scores are where nothing changed: their mean, and the standard deviation that the mean of many has, times √n."""

    mean: float
    spread: float


def normal_scores(rows: pl.DataFrame) -> Floats:
    """Return the normal scores of n forecasts, within ± :data:`LIMIT`; NaN where the forecast was certain.

    ``rows`` has the quantiles ``p2_5`` … ``p97_5`` and ``actual``. Between the quantiles and beyond, ln(1+y) is linear in the normal score.

    Examples
    --------
    >>> from scipy.special import ndtri
    >>> normal = {name: [float(np.exp(5 + 2 * ndtri(level)) - 1)] for name, level in QUANTILES.items()}
    >>> normal_scores(pl.DataFrame(normal | {"actual": [float(np.exp(6) - 1)]})).round(6).tolist()
    [0.5]

    """
    from scipy.special import ndtri

    levels = np.asarray(ndtri(list(QUANTILES.values())))
    ends = np.log1p(rows.select(pl.col(list(QUANTILES)).cast(pl.Float64)).to_numpy())
    actual = np.log1p(rows["actual"].cast(pl.Float64).to_numpy())
    left = np.clip((ends <= actual[:, None]).sum(axis=1) - 1, 0, levels.size - 2)
    row = np.arange(rows.height)
    low, step = ends[row, left], ends[row, left + 1] - ends[row, left]
    share = (actual - low) / np.where(step > 0, step, 1.0)
    # A flat part is a jump: what lies at it lies in its middle.
    score = levels[left] + np.where(step > 0, share, 0.5) * (levels[left + 1] - levels[left])
    return np.where(ends[:, -1] > ends[:, 0], np.clip(score, -LIMIT, LIMIT), np.nan)


def usual(scores: Floats) -> Usual:
    """Return what is usual, of at least :data:`LEAST_BASELINE` scores in their order."""
    blocks = scores.size // BLOCK
    means = scores[scores.size - blocks * BLOCK :].reshape(blocks, BLOCK).mean(axis=1)
    away = means - means.mean()
    squares = float((away**2).sum())
    together = float(repeats((away / np.sqrt(max(squares, 1e-12)))[:, None])[0])
    long_run = BLOCK * squares / blocks / max(1 - together / blocks, 0.5) * together
    return Usual(float(scores.mean()), float(np.sqrt(max(long_run, scores.var()))))


def cumulative_sums(scores: Floats, before: Usual) -> tuple[Floats, Floats]:
    """Return the sums for a rise and for a fall after each of n scores; each begins anew where it would fall below 0.

    Examples
    --------
    >>> [found.round(3).tolist() for found in cumulative_sums(np.array([1.0, -1.0, -1.0]), Usual(0.0, 1.0))]
    [[0.7, 0.0, 0.0], [0.0, 0.7, 1.4]]

    """
    away = (scores - before.mean) / before.spread
    sums = np.zeros((2, scores.size))
    for side, moved in enumerate((away, -away)):
        total = (moved - ALLOWANCE).cumsum()
        sums[side] = total - np.minimum.accumulate(np.minimum(total, 0.0))
    return sums[0], sums[1]


def limit_of_sums(scores_a_year: float, alarms_a_year: float) -> float:
    """Return what one of both sums must exceed, so that they raise together so many false alarms a year.

    Siegmund's approximation: one sum exceeds b − 1.166 every ``(exp(2kb) − 1 − 2kb) / 2k²`` scores, where k is the allowance.

    Examples
    --------
    >>> round(limit_of_sums(2_000, 0.1), 1)
    12.9

    """
    wanted = max(2 * scores_a_year / alarms_a_year, 1.0)
    low, high = 0.0, 1_000.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        grown = 2 * ALLOWANCE * middle
        between = (np.expm1(min(grown, 700.0)) - grown) / (2 * ALLOWANCE**2)
        low, high = (middle, high) if between < wanted else (low, middle)
    return max(high - 1.166, 1.0)


def suggested_changes(rows: pl.DataFrame, since: datetime) -> pl.DataFrame:
    """Return for each target and format whether its scores shifted for good, the surest first.

    Parameters
    ----------
    rows:
        Matured rows of a ledger by one release: ``video_id, format, target, as_of, issue_age_days`` [d], the quantiles and ``actual``. Of each video the first
        forecast counts: later ones have seen the counts, and with them the change.
    since:
        The videos published before it say what is usual; those from it on are watched.

    Returns
    -------
    ``target, format``; ``baseline`` and ``watched`` scores; ``sum`` and ``limit``; ``flagged``; and of what is flagged ``changed_at``, the publication of the first
    video after the change as far as can be told, and ``shift`` [standard deviations of the scores] since. All of them share :data:`YEARLY_ALARMS
    <foreview.monitoring.drift.YEARLY_ALARMS>`. Of a baseline that is too short nothing is said.

    """
    published = pl.col("as_of") - pl.duration(milliseconds=(pl.col("issue_age_days") * 86_400_000).round())
    scored = rows.filter(pl.col("actual").is_not_null())
    scored = scored.with_columns(
        score=pl.Series(normal_scores(scored)), published_at=published.cast(pl.Datetime("ms", "UTC"))
    )
    first = scored.filter(pl.col("score").is_not_nan()).sort("as_of", maintain_order=True)
    first = first.unique(("video_id", "target"), keep="first", maintain_order=True).sort(
        "published_at", maintain_order=True
    )
    streams = [
        (part.filter(pl.col("published_at") < since), part.filter(pl.col("published_at") >= since))
        for target in TARGETS
        for kind in FORMATS
        if (part := first.filter(target=target, format=kind)).height
    ]
    enough = [(before, now) for before, now in streams if before.height >= LEAST_BASELINE and now.height]
    found = [_watched(before, now, YEARLY_ALARMS / len(enough)) for before, now in enough]
    return pl.DataFrame(found, schema=_SCHEMA).sort(
        pl.col("sum") / pl.col("limit"), descending=True, maintain_order=True
    )


def _watched(before: pl.DataFrame, now: pl.DataFrame, alarms_a_year: float) -> dict[str, object]:
    scores = now["score"].to_numpy()
    ordinary = usual(before["score"].to_numpy())
    sums = cumulative_sums(scores, ordinary)
    side = int(sums[1].max() > sums[0].max())
    limit = limit_of_sums(_a_year(before), alarms_a_year)
    told = {"target": now["target"][0], "format": now["format"][0], "baseline": before.height, "watched": now.height}
    told |= {"sum": float(sums[side].max()), "limit": limit, "flagged": bool(sums[side].max() > limit)}
    if told["flagged"]:
        crossed = int(np.argmax(sums[side] > limit))
        quiet = np.flatnonzero(sums[side][:crossed] == 0)
        start = int(quiet[-1]) + 1 if quiet.size else 0
        shift = (scores[start : crossed + 1].mean() - ordinary.mean) / ordinary.spread
        told |= {"changed_at": now["published_at"][start], "shift": float(shift)}
    return told


def _a_year(rows: pl.DataFrame) -> float:
    """Return how many scores come in a year, as the baseline tells."""
    days = (rows["published_at"][-1] - rows["published_at"][0]).total_seconds() / 86_400
    return float(rows.height / max(days, 1.0) * _DAYS_A_YEAR)


_SCHEMA: Final = {
    "target": pl.String,
    "format": pl.String,
    "baseline": pl.Int64,
    "watched": pl.Int64,
    "sum": pl.Float64,
    "limit": pl.Float64,
    "flagged": pl.Boolean,
    "changed_at": pl.Datetime("ms", "UTC"),
    "shift": pl.Float64,
}
