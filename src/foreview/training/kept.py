"""What a release keeps of its last videos beyond quantiles: the single outcomes, and how well each lever has held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from foreview.learners.association import LEVERS, MEASURED, Associations, Held
from foreview.learners.ensemble import Ensemble, draw
from foreview.learners.location import LocationModel, with_horizon
from foreview.learners.matrix import Vector
from foreview.learners.slices import in_stage
from foreview.learners.structure import column, formats_of, typical
from foreview.training.fitting import Fitted, Problem
from foreview.uncertainty.record import MAX_VIDEOS, Record
from foreview.vocabulary import DAY_MS, FORMATS, KIND_OF_TARGET, WORDING

PERMUTED: Final = 4
"""Times that a lever is taken from other videos: enough that what is left of the draw is small beside the noise of outcomes."""
MIN_VIDEOS: Final = 100
"""Late videos below which nothing is said of a lever."""
MIN_CHANNELS: Final = 5
_OUTSIDE: Final = 0.01


def outcomes_kept(judged: Fitted, final: Fitted, *, seed: int) -> Record:
    """Return the outcomes that ``final`` was calibrated on: of at most a thousand videos."""
    parts, moved = [], judged.conformal - final.conformal
    start = 0
    for p in judged.last:
        end = start + p.final.size
        parts.append(_columns(p, judged.location, final.conformal[start:end], moved[start:end]))
        start = end
    rows = pl.concat(parts)
    videos = np.unique(rows["video"].to_numpy())
    some = pl.Series(videos[draw(videos.size, MAX_VIDEOS, seed)])
    rows = rows.filter(pl.col("video").is_in(some.implode()))
    rows = rows.with_columns(pl.col("video", "owner").rank("dense").cast(pl.Int64) - 1)
    video, owner, day = (rows[name].to_numpy() for name in ("video", "owner", "day"))
    beside = rows["typical"].drop_nulls().to_numpy()
    return Record(rows["slice"].to_numpy().astype(np.str_), video, owner, day, rows["score"].to_numpy(), beside)


def _columns(problem: Problem, location: LocationModel, score: Vector, moved: Vector) -> pl.DataFrame:
    rows = problem.rows
    beside = pl.Series("typical", [None] * score.size, dtype=pl.Float64)
    if KIND_OF_TARGET[rows.target] == "views":
        at = problem.place(location, rows.table)
        usual = typical(location.structure, rows.table, rows.target)
        beside = pl.Series("typical", (usual - at.location) / at.spread - moved)
    return pl.DataFrame(
        {
            "slice": pl.Series(problem.slices, dtype=pl.String),
            "video": rows.video,
            "owner": pl.Series(rows.owner, dtype=pl.String),
            "day": rows.published // DAY_MS,
            "score": score,
            "typical": beside,
        }
    )


def associations_kept(problems: Sequence[Problem], judged: Fitted, final: Fitted, *, seed: int) -> Associations | None:
    """Return how each lever has held on the last videos at publication, and the ranges of all videos; None where videos are few.

    What a lever adds to a forecast is the forecast less the mean of those in which the lever is another video's of the format. The
    slope is that of the outcomes, less what all else says, on it.
    """
    fitted = final.location.ensembles.get("unseen")
    late = [p.part(in_stage(p.slices, "unseen")) for p in judged.last]
    if fitted is None or "unseen" not in judged.location.ensembles:
        return None
    if np.unique(np.concatenate([p.rows.video for p in late])).size < MIN_VIDEOS:
        return None
    skilled = replace(judged.location, unskilled=frozenset(), spread=None)
    held = {lever: one for lever in LEVERS if (one := _held(lever, late, skilled, seed)) is not None}
    all_rows = [p.part(in_stage(p.slices, "unseen")) for p in problems if p.rows.target == "views_30d"]
    return Associations(held, *_support(all_rows[0].rows.table, fitted))


def _held(lever: str, late: Sequence[Problem], location: LocationModel, seed: int) -> Held | None:
    rng = np.random.default_rng(seed)
    adds, left = [], []
    for p in late:
        own = p.place(location, p.rows.table).location
        others = [p.place(location, _with_others(p.rows.table, LEVERS[lever], rng)).location for _ in range(PERMUTED)]
        added = own - np.mean(others, axis=0)
        adds.append(added)
        left.append(p.final - own + added)
    video, owner = (np.concatenate([getattr(p.rows, name) for p in late]) for name in ("video", "owner"))
    return _slope(np.concatenate(adds), np.concatenate(left), video, owner)


def _with_others(table: pl.DataFrame, columns: Sequence[str], rng: np.random.Generator) -> pl.DataFrame:
    """Return ``table`` with these columns, together, of other videos of the format."""
    source = np.arange(table.height)
    kinds = formats_of(table)
    for kind in FORMATS:
        mine = np.flatnonzero(kinds == kind)
        source[mine] = rng.permutation(mine)
    given = [name for name in columns if name in table.columns]
    return table.with_columns(table[source][name] for name in given)


def _slope(added: Vector, left: Vector, video: np.ndarray, owner: np.ndarray) -> Held | None:
    """Return the slope of ``left`` on ``added`` (n), with the standard error of whole videos or whole channels, the larger one."""
    x = added - added.mean()
    if (square := float(x @ x)) < 1e-9:
        return None
    slope = float(x @ left) / square
    pull = x * (left - left.mean() - slope * x)
    errors = [_clustered(pull, video)]
    if np.unique(owner).size >= MIN_CHANNELS:
        errors.append(_clustered(pull, owner))
    return Held(round(slope, 5), round(max(errors) / square, 5), int(np.unique(video).size))


def _clustered(pull: Vector, names: np.ndarray) -> float:
    code = np.unique(names, return_inverse=True)[1]
    sums = np.bincount(code, weights=pull)
    return float(np.sqrt((sums**2).sum() * sums.size / max(sums.size - 1, 1)))


def _support(
    table: pl.DataFrame, fitted: Ensemble
) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, ...]]]:
    """Return the ranges and shares of the videos learnt from; of the wording the range of what its words say."""
    ranges: dict[str, tuple[float, float]] = {}
    shares: dict[str, tuple[float, ...]] = {}
    kinds = formats_of(table)
    said = fitted.encoder.matrix(with_horizon(table, "views_30d"))[:, -1].astype(np.float64)
    for kind in FORMATS:
        mine = kinds == kind
        for name in MEASURED:
            if name not in fitted.encoder.columns:
                continue
            values = (said if name == WORDING else column(table, name))[mine]
            values = values[~np.isnan(values)]
            if values.size:
                low, high = np.quantile(values, [_OUTSIDE, 1 - _OUTSIDE], method="inverted_cdf")
                ranges[f"{kind}/{name}"] = (float(low), float(high))
        for name, size in (("hour_posted", 24), ("day_of_week", 7)):
            if name in table.columns and mine.any():
                at = np.nan_to_num(column(table, name)[mine], nan=0.0).astype(np.int64)
                shares[f"{kind}/{name}"] = tuple((np.bincount(at, minlength=size) / at.size).round(5).tolist())
    return ranges, shares
