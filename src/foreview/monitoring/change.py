"""Did something change at once, such as what a platform counts as a view? A check on the scores of matured forecasts that suggests a date.

A forecast's *normal score* is the standard normal quantile at the probability where its outcome fell. Those of a good release are standard normal; one that
always errs alike, or a world that moves slowly, shifts all of them. Here the last scores are compared with those before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.metrics.point import Floats
from foreview.monitoring.drift import LEAST_BLOCKS, LEAST_EFFECT, limits, memory
from foreview.vocabulary import FORMATS, QUANTILES, TARGETS

WINDOWS: Final = (30, 60)
"""How many of the last scores are compared with those before: few find a large change soon, many a small one."""
MOST_BEFORE: Final = 400
"""Scores before a window that it is compared with at most: the world of long ago is none of theirs."""
BLOCK: Final = 10
"""Scores whose mean tells how much neighbours resemble each other."""
LOOKS_A_WINDOW: Final = 2
"""Independent looks that looking after every video is worth, while a window fills anew."""
YEARLY_ALARMS: Final = 0.13
"""False suggestions a year that all streams of scores together may make where nothing changed."""
LIMIT: Final = 4.0
"""Normal scores beyond this count as this."""
_YEAR_MS: Final = 365.25 * 86_400_000


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
    actual = np.log1p(rows["actual"].cast(pl.Float64).to_numpy())[:, None]
    # An outcome at which several quantiles lie falls in the middle of them.
    score = (_read(ends, levels, actual, ends <= actual) + _read(ends, levels, actual, ends < actual)) / 2
    return np.where(ends[:, -1] > ends[:, 0], np.clip(score, -LIMIT, LIMIT), np.nan)


def _read(ends: Floats, levels: Floats, actual: Floats, passed: npt.NDArray[np.bool_]) -> Floats:
    """Return the normal score of each outcome (n, 1), on the line through the quantiles around it; ``passed`` are those below it."""
    left = np.clip(passed.sum(axis=1) - 1, 0, levels.size - 2)
    row = np.arange(len(ends))
    low, step = ends[row, left], ends[row, left + 1] - ends[row, left]
    share = (actual[:, 0] - low) / np.where(step > 0, step, np.inf)
    found: Floats = levels[left] + share * (levels[left + 1] - levels[left])
    return found


def suggested_changes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return for each target and format whether the last scores differ from those before, the surest first.

    Parameters
    ----------
    rows:
        Matured rows of a ledger by one release: ``video_id, format, target, as_of, issue_age_days`` [d], the quantiles and ``actual``. Of each video the first
        forecast counts: later ones have seen the counts, and with them the change.

    Returns
    -------
    ``target, format``; ``window``, how many of the last scores are compared; ``effect``: the difference of their mean [standard deviations]; ``limit``, which it
    must exceed, infinite where there are too few scores before; ``flagged``; and ``changed_at``, null where nothing is flagged: the publication of the first
    video after the change, as far as can be told. All of them share :data:`YEARLY_ALARMS`, whether one looks
    once a year or after every video. How the limit is found: see :func:`input_drift <foreview.monitoring.drift.input_drift>`.

    """
    scored = _first_scores(rows)
    streams = [
        part for target in TARGETS for kind in FORMATS if (part := scored.filter(target=target, format=kind)).height
    ]
    found = [told for window in WINDOWS for told in _compared(streams, window)] if streams else []
    return pl.DataFrame(found, schema=_SCHEMA).sort(
        pl.col("effect").abs() / pl.col("limit"), descending=True, maintain_order=True
    )


def _first_scores(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the score of the first forecast of each video and target, in the order of publication."""
    matured = rows.filter(pl.col("actual").is_not_null())
    published = pl.col("as_of").dt.timestamp("ms") - (pl.col("issue_age_days") * 86_400_000).round().cast(pl.Int64)
    scored = matured.with_columns(score=pl.Series(normal_scores(matured)), published_ms=published)
    scored = scored.filter(pl.col("score").is_not_nan()).sort("as_of", maintain_order=True)
    return scored.unique(("video_id", "target"), keep="first").sort("published_ms", "video_id")


def last_shifts(streams: Sequence[Floats], window: int, chances: Sequence[float]) -> list[tuple[float, float]]:
    """Return for each stream of scores how far the mean of its last ``window`` lies from that of those before [their standard deviations], and the limit of it.

    The limit is exceeded with probability ``chances`` (one a stream) where nothing changed, and infinite where there are too few scores to tell. How long scores
    resemble their neighbours is told by all streams together, as they are of the same channels: the median of what each says. One alone has too few blocks.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> [(effect, limit)] = last_shifts([np.concatenate([rng.normal(0, 1, 400), rng.normal(1, 1, 60)])], 60, [1e-4])
    >>> effect > limit
    True

    """
    parts = [_standardised(scores, window) for scores in streams]
    told = [memory(before, length=BLOCK) for before, _ in parts if len(before) >= LEAST_BLOCKS * BLOCK]
    together = np.median(told, axis=0) if told else np.ones(1)
    found = []
    for (before, effect), chance in zip(parts, chances, strict=True):
        limit = float(limits(before, window, chance, length=BLOCK, together=together)[0])
        found.append((effect, max(limit, LEAST_EFFECT)))
    return found


def _standardised(scores: Floats, window: int) -> tuple[Floats, float]:
    """Return the scores before the last ``window`` (n, 1) with mean 0 and standard deviation 1, and how far the mean of the last lies from theirs."""
    before, last = scores[:-window][-MOST_BEFORE:], scores[-window:]
    if not before.size:
        return np.zeros((0, 1)), 0.0
    spread = before.std() or 1.0
    return (before - before.mean())[:, None] / spread, float((last.mean() - before.mean()) / spread)


def chance_a_look(a_year: float, window: int, alarms_a_year: float) -> float:
    """Return the probability of a false alarm that one look at the last ``window`` of ``a_year`` scores may have, so that a year has ``alarms_a_year``."""
    return alarms_a_year / (len(WINDOWS) * LOOKS_A_WINDOW * max(a_year / window, 1.0))


def _compared(streams: Sequence[pl.DataFrame], window: int) -> Iterator[dict[str, object]]:
    alarms = YEARLY_ALARMS / len(streams)
    chances = [chance_a_look(_a_year(stream), window, alarms) for stream in streams]
    shifts = last_shifts([stream["score"].to_numpy() for stream in streams], window, chances)
    for stream, (effect, limit) in zip(streams, shifts, strict=True):
        told: dict[str, object] = {"target": stream["target"][0], "format": stream["format"][0], "window": window}
        told |= {"effect": effect, "limit": limit, "flagged": abs(effect) > limit}
        if abs(effect) > limit:
            last = stream.tail(2 * window)
            told["changed_at"] = last["published_ms"][_split(last["score"].to_numpy())]
        yield told


def _split(scores: Floats) -> int:
    """Return the position at which n scores are best cut into two parts with a mean each: the least squares of Hinkley 1970."""
    n = np.arange(1, scores.size)
    left, right = scores.cumsum()[:-1] / n, scores[::-1].cumsum()[:-1][::-1] / (scores.size - n)
    return int(np.argmax(n * (scores.size - n) * (left - right) ** 2)) + 1


def _a_year(stream: pl.DataFrame) -> float:
    """Return how many scores come in a year."""
    return float(stream.height * _YEAR_MS / max(stream["published_ms"][-1] - stream["published_ms"][0], 1))


_SCHEMA: Final[dict[str, pl.DataType]] = {
    "target": pl.String(),
    "format": pl.String(),
    "window": pl.Int64(),
    "effect": pl.Float64(),
    "limit": pl.Float64(),
    "flagged": pl.Boolean(),
    "changed_at": pl.Datetime("ms", "UTC"),
}
