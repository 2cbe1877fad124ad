"""How right the forecasts have been, from the rows of a ledger alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from foreview.learners.slices import SEEN_DAYS, seen_bucket
from foreview.metrics.bootstrap import BootstrapMeans, Estimate, bootstrap_means, wider
from foreview.metrics.interval import binomial_share
from foreview.metrics.point import ln_errors
from foreview.vocabulary import INTERVALS, TARGETS

DIMENSIONS: Final = ("all", "format", "issue_age", "release", "month")
ROLES: Final = ("served", "shadow")
LEVEL: Final = 0.95


def track_record(rows: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Return how right forecasts were, one row a role, target, dimension and value of it.

    Parameters
    ----------
    rows:
        One row a forecast and target: ``video_id``, ``channel_id`` (null where unknown), ``format``, ``target``, ``issue_age_days`` [d], ``as_of``,
        ``model_version``, ``role`` (``served`` or ``shadow``), the quantiles ``p2_5`` … ``p97_5``, ``point``, ``typical`` and ``actual`` [unit of the
        target]. Rows without ``actual`` have not matured; rows whose quantiles are all equal were certain, so nothing was forecast: neither is
        counted.
    seed:
        Where the draws of the bootstrap start.

    Returns
    -------
    ``role``, ``target``, ``by`` (one of :data:`DIMENSIONS`) and ``value`` (issue ages are those of :data:`~foreview.learners.slices.SEEN_DAYS`, months
    ``2026-05``); ``forecasts, videos, channels`` counted; ``coverage_50, coverage_80, coverage_95`` (0..1); ``mae_ln``; and ``skill``, 1 − MAE ln over
    that of typical, above 0 where forecasts are better than typical, null where there is none or it was always right. Each of the figures has its 95 %
    interval in ``…_low`` and ``…_high``: of coverage the exact binomial one, in which a video counts once however often it was forecast; of the
    others the wider one of two bootstraps, which draw channels and videos.

    """
    counted = _counted(rows)
    # The targets of a part come one after the other: mostly they are of the same videos, which are then drawn once.
    found = [
        {"role": role, "target": target, "by": by, "value": value, **_figures(rows, seed)}
        for role in ROLES
        for by, value, part in _parts(counted.filter(role=role))
        for target in TARGETS
        if (rows := part.filter(target=target)).height
    ]
    found.sort(key=lambda row: (ROLES.index(row["role"]), TARGETS.index(row["target"])))
    return pl.DataFrame(found, schema=_SCHEMA).fill_nan(None)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    known = rows.filter(pl.col("actual").is_not_null(), pl.col("p2_5") < pl.col("p97_5"))
    days = np.array(SEEN_DAYS)[seen_bucket(known["issue_age_days"].cast(pl.Float64).to_numpy())]
    return known.with_columns(
        all=pl.lit("all"),
        issue_age=pl.Series(days, dtype=pl.Int64),
        release="model_version",
        month=pl.col("as_of").dt.strftime("%Y-%m"),
        # Numbers in the order of the names: a bootstrap sorts its clusters, and texts take longer.
        owner=pl.coalesce("channel_id", pl.format("video {}", "video_id")).rank("dense"),
        video_id=pl.col("video_id").rank("dense"),
    )


def _parts(rows: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    for by in DIMENSIONS:
        for value in rows[by].unique().sort().to_list():
            yield by, str(value), rows.filter(pl.col(by) == value)


def _figures(rows: pl.DataFrame, seed: int) -> dict[str, float | int | None]:
    videos = rows["video_id"].n_unique()
    counts = {"forecasts": rows.height, "videos": videos, "channels": rows["owner"].n_unique()}
    figures: dict[str, float | int | None] = dict(counts)
    for level, (low, high) in INTERVALS.items():
        inside = int(rows.select(pl.col("actual").is_between(low, high).sum()).item())
        # Forecasts of one video are right and wrong together: each video is one trial.
        interval = binomial_share(round(inside * videos / rows.height), videos, LEVEL)
        figures |= _named(f"coverage_{level}", Estimate(inside / rows.height, interval.low, interval.high, videos))
    figures |= _named("mae_ln", _wider(rows, ("point",), seed))
    compared = rows.drop_nulls("typical")
    ratio = _wider(compared, ("point", "typical"), seed) if compared.height else None
    return figures | _named("skill", ratio and Estimate(1 - ratio.value, 1 - ratio.high, 1 - ratio.low, ratio.clusters))


def _wider(rows: pl.DataFrame, methods: tuple[str, ...], seed: int) -> Estimate:
    """Return the MAE ln of one method, or the ratio of two, drawn both by channel and by video."""
    actual = _numbers(rows, "actual")
    losses = np.column_stack([ln_errors(actual, _numbers(rows, method)) for method in methods])
    channels, videos = (bootstrap_means(losses, rows[key].to_numpy(), seed=seed) for key in ("owner", "video_id"))
    return wider(_asked(channels), _asked(videos))


def _asked(means: BootstrapMeans) -> Estimate:
    return means.mean(0, LEVEL) if means.means.size == 1 else means.ratio(0, 1, LEVEL)


def _numbers(rows: pl.DataFrame, column: str) -> np.ndarray:
    return rows[column].cast(pl.Float64).to_numpy()


def _named(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


_SCHEMA: Final = {
    **dict.fromkeys(("role", "target", "by", "value"), pl.String),
    **dict.fromkeys(("forecasts", "videos", "channels"), pl.Int64),
    **{
        f"{name}{end}": pl.Float64
        for name in (*(f"coverage_{level}" for level in INTERVALS), "mae_ln", "skill")
        for end in ("", "_low", "_high")
    },
}
