"""What several videos come to together, as a range: their forecasts miss together, so their bounds do not add up.

A portfolio is a set of videos, usually all that were published in a month, and what they come to in their first 30 days. Of those that are
there already part is counted; the rest is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from foreview.errors import UsageError
from foreview.forecasting.distributions import predicted
from foreview.forecasting.inputs import corrections_of, inputs_table, settled_of
from foreview.learners.matrix import Vector
from foreview.learners.slices import in_stage
from foreview.learners.structure import slices_of
from foreview.releases.manifest import Release
from foreview.releases.models import KindModel, models_of
from foreview.tables.catalogue import Catalogue, utc_ms
from foreview.uncertainty.dependence import PRIOR, Dependence, dependence, drawn_sums, months_of
from foreview.vocabulary import DAY_MS, KIND_OF_TARGET, QUANTILES, Target

SUMMED: Final[tuple[Target, ...]] = ("views_30d", "revenue_30d")
"""What adds up: a rate does not."""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one target over ``videos`` videos, in its unit: quantiles, and the part of it that is counted already."""

    target: Target
    videos: int
    counted: float
    to_come: float
    """Half of the outcomes lie below ``counted`` and this together."""
    p2_5: float
    p10: float
    p50: float
    p90: float
    p97_5: float
    correlation: float
    """Of the normal scores of two videos of one channel and month, the mean over the videos still open."""
    correlation_from: Literal["outcomes", "prior", "nothing open"]


def month_of(said: str, timezone: str) -> tuple[datetime, datetime]:
    """Return when a month begins and the next one, on a clock.

    Raises
    ------
    UsageError
        If it is not written as 2026-05.

    Examples
    --------
    >>> [end.isoformat() for end in month_of("2026-12", "UTC")]
    ['2026-12-01T00:00:00+00:00', '2027-01-01T00:00:00+00:00']

    """
    try:
        start = datetime.strptime(said, "%Y-%m").replace(tzinfo=ZoneInfo(timezone))
        start.astimezone(UTC)  # the first month of all begins before time in the east
        return start, (start + timedelta(days=32)).replace(day=1)
    except (ValueError, OverflowError):
        raise UsageError("a month is written as 2026-05", f"found {said!r}") from None


def published_in(catalogue: Catalogue, start: datetime, end: datetime) -> list[str]:
    """Return the ids of the videos published from ``start`` on and before ``end``.

    Raises
    ------
    UsageError
        If ``end`` is not later.

    """
    if utc_ms(end) <= utc_ms(start):
        raise UsageError("a window ends after it starts", f"from {start.isoformat()} to {end.isoformat()}")
    within = (pl.col("published_at") >= utc_ms(start)) & (pl.col("published_at") < utc_ms(end))
    return catalogue.videos.filter(within)["video_id"].to_list()


def portfolio(
    catalogue: Catalogue, release: Release, issues: pl.DataFrame, *, given: Dependence | None = None, seed: int = 0
) -> tuple[Total, ...]:
    """Return the total of each of :data:`SUMMED` over the videos of ``issues`` (``video_id, as_of``, each video once).

    The outcomes are drawn together by a Gaussian copula: see :mod:`foreview.uncertainty.dependence`. Equal arguments, equal totals.
    The correlations are those that the release's own outcomes showed, or as ``given``.

    Raises
    ------
    UsageError
        Where a video is not in the catalogue, stands there twice, or ``as_of`` lies before its publication.
    ReleaseFeaturesDiffer
        Where the catalogue lacks a declared column that the release was trained with.

    """
    if issues["video_id"].is_duplicated().any():
        raise UsageError("a video is counted once", "one stands there twice")
    inputs = inputs_table(catalogue, release, issues.sort("video_id"))
    known = settled_of(inputs)
    models = models_of(release)
    found = predicted(models, inputs, known, corrections_of(inputs))
    channel, month = _groups(catalogue, inputs["video_id"])
    totals = []
    for target in SUMMED:
        settled = known[target]
        open_ = np.isnan(settled.value)
        counted = np.where(open_, settled.lower, settled.value).sum()
        by = given or _dependences(models[KIND_OF_TARGET[target]], slices_of(inputs, target)[open_])
        drawn = drawn_sums(found[target].values[open_], channel[open_], month[open_], by, seed=seed)
        certain = float(np.where(open_, 0.0, settled.value).sum())
        totals.append(_total(target, issues.height, float(counted), drawn + certain, by if open_.any() else None))
    return tuple(totals)


def _total(target: Target, videos: int, counted: float, drawn: Vector, by: Dependence | None) -> Total:
    ends = {name: float(np.quantile(drawn, QUANTILES[name])) for name in ("p2_5", "p10", "p50", "p90", "p97_5")}
    source: Literal["outcomes", "prior", "nothing open"] = "nothing open"
    if by is not None:
        source = "outcomes" if by.groups else "prior"
    correlation = 0.0 if by is None else by.channel
    return Total(
        target, videos, counted, ends["p50"] - counted, **ends, correlation=correlation, correlation_from=source
    )


def _dependences(model: KindModel, slices: np.ndarray) -> Dependence:
    """Return how these videos depend: that of videos at publication and of those already seen, mixed by how many there are of each."""
    unseen = in_stage(slices, "unseen")
    parts = [
        (int(mine.sum()), _of_stage(model, seen=seen))
        for seen, mine in ((False, unseen), (True, ~unseen))
        if mine.any()
    ]
    count = sum(n for n, _ in parts)
    if not count:
        return PRIOR
    channel, month = (sum(n * getattr(by, name) for n, by in parts) / count for name in ("channel", "month"))
    return Dependence(channel, month, max(by.groups for _, by in parts))


def _of_stage(model: KindModel, *, seen: bool) -> Dependence:
    if model.record is None:
        return PRIOR
    kept = model.record
    mine = ~in_stage(kept.slices, "unseen") if seen else in_stage(kept.slices, "unseen")
    parts = {name: getattr(kept, name)[mine] for name in ("slices", "video", "owner", "day", "score")}
    return dependence(replace(kept, **parts, typical=np.zeros(0)), model.calibration)


def _groups(catalogue: Catalogue, videos: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return for each video a number for its channel, its own where it has none, and the month of its publication."""
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id"))
    facts = catalogue.videos.select("video_id", "published_at", owner=owner.rank("dense").cast(pl.Int64))
    rows = videos.to_frame().join(facts, on="video_id", how="left", maintain_order="left")
    return rows["owner"].to_numpy(), months_of(rows["published_at"].dt.timestamp("ms").to_numpy() // DAY_MS)
