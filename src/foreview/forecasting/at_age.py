"""Every video beside what its channel's earlier videos of the format had at the same age, as long as views meant the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.curves.curve import age_ms, view_curves
from foreview.curves.regimes import regime
from foreview.features.channel import WINDOW, quantile_of_each
from foreview.learners.matrix import Vector
from foreview.tables.catalogue import Catalogue, utc_ms
from foreview.vocabulary import HORIZON_DAYS

Ints = npt.NDArray[np.int64]

FORMAT_WEIGHT: Final = 3.0
"""Earlier videos that the whole format is worth when its median is mixed with a channel's own."""
SPREAD_WEIGHT: Final = 10.0
"""Earlier videos that the spread of the whole format is worth likewise."""
LEAST_SPREAD: Final = 0.05
_SD: Final = 1.4826
_DAYS: Final = HORIZON_DAYS["views_30d"]


@dataclass(frozen=True, slots=True)
class Beside:
    """n videos at one age [whole days]: ln(1+views), what is typical there, the spread around it [ln units], from how many earlier videos.

    All are NaN where the video was not counted at that age; ``typical`` is where there is no earlier video at all.
    """

    views: Vector
    typical: Vector
    spread: Vector
    earlier: Ints

    @property
    def score(self) -> Vector:
        """How far each lies from typical, in spreads."""
        found: Vector = (self.views - self.typical) / self.spread
        return found


@dataclass(frozen=True, slots=True)
class Timelines:
    """The videos published by a moment, in the catalogue's order, and ln(1+views) at whole days of age, as known then (n, 31; NaN)."""

    videos: pl.DataFrame
    views: Vector
    day: Ints
    """The last whole day of age at which each was counted, 30 at most; 0 where there is none."""
    _earlier: Ints
    """Shape (n, :data:`~foreview.features.channel.WINDOW`): the positions of the earlier videos of channel, format and regime, the latest first; -1 where there is no more."""

    def beside(self, day: int, kind: str) -> Beside:
        """Return the videos of one format beside typical at an age [d]; the others are NaN."""
        mine = (self.videos["format"] == kind).to_numpy()
        at = np.where(mine, self.views[:, day], np.nan)
        others = np.where(self._earlier >= 0, at[self._earlier], np.nan)
        ordered = np.sort(others, axis=1)
        count = (~np.isnan(others)).sum(axis=1)
        middle = quantile_of_each(ordered, count, 1 / 2)
        apart = quantile_of_each(np.sort(np.abs(others - middle[:, None]), axis=1), count, 1 / 2) * _SD
        level, usual = np.full(at.size, np.nan), np.full(at.size, 1.0)
        for counted in self.videos["regime"].unique():
            alike = mine & (self.videos["regime"] == counted).to_numpy()
            level[alike], usual[alike] = _of_format(at[alike], apart[alike & (count >= 5)])
        typical = (count * np.nan_to_num(middle) + FORMAT_WEIGHT * level) / (count + FORMAT_WEIGHT)
        spread = (count * np.nan_to_num(apart) + SPREAD_WEIGHT * usual) / (count + SPREAD_WEIGHT)
        typical = np.where(np.isnan(at) | (count == 0), np.nan, typical)
        return Beside(at, typical, np.maximum(spread, LEAST_SPREAD), count.astype(np.int64))

    def typical_curve(self, position: int) -> Vector:
        """Return what is typical of one video at the ages of 1 to 30 whole days [ln(1+views)]; NaN where no earlier one was counted."""
        earlier = self._earlier[position]
        own, count = _medians_by_day(self.views[earlier[earlier >= 0], 1:])
        kind, counted = self.videos["format"], self.videos["regime"]
        same = ((kind == kind[position]) & (counted == counted[position])).to_numpy()
        level, _ = _medians_by_day(self.views[same, 1:])
        mixed = (count * np.nan_to_num(own) + FORMAT_WEIGHT * level) / (count + FORMAT_WEIGHT)
        return np.where(count == 0, np.nan, mixed)

    def similar(self, position: int, most: int) -> list[int]:
        """Return the positions of the earlier videos of channel and format that were nearest at this video's age and are counted to day 30.

        Where this video was not counted yet they are the latest ones.
        """
        day, earlier = int(self.day[position]), self._earlier[position]
        known = earlier[(earlier >= 0) & ~np.isnan(self.views[earlier, _DAYS])]
        if day == 0:
            return [int(one) for one in known[:most]]
        apart = np.abs(self.views[known, day] - self.views[position, day])
        return [int(known[at]) for at in np.argsort(apart, kind="stable")[:most] if not np.isnan(apart[at])]


def timelines(catalogue: Catalogue, as_of: datetime) -> Timelines:
    """Return the timelines of the videos published by ``as_of``, from what was known then."""
    known = catalogue.as_of(as_of)
    curves = view_curves(known)
    n = known.videos.height
    video = np.arange(n, dtype=np.int64)
    now = (pl.lit(utc_ms(as_of)).cast(pl.Datetime("ms", "UTC")) - pl.col("published_at")).dt.total_milliseconds()
    last = curves.last_known(video, known.videos.select(now).to_series().to_numpy().astype(np.int64))
    views = np.full((n, _DAYS + 1), np.nan)
    for day in range(1, _DAYS + 1):
        views[:, day] = np.log1p(curves.at(curves.peak, video, np.full(n, age_ms(day), dtype=np.int64), last))
    seen = ~np.isnan(views)
    last_day = np.where(seen.any(axis=1), _DAYS - np.argmax(seen[:, ::-1], axis=1), 0).astype(np.int64)
    return Timelines(
        known.videos.select("video_id", "channel_id", "format", "published_at", regime=regime()),
        views,
        last_day,
        _earlier(known),
    )


def _earlier(catalogue: Catalogue) -> Ints:
    """Return for each video the positions of those before it; the catalogue is in order of publication."""
    keys = catalogue.videos.select(
        group=pl.struct("channel_id", "format", regime()).rank("dense"), named=pl.col("channel_id").is_not_null()
    )
    group, named = keys.to_series(0).to_numpy().astype(np.int64), keys.to_series(1).to_numpy()
    found = np.full((group.size, WINDOW), -1, dtype=np.int64)
    order = np.argsort(group, kind="stable")
    for back in range(1, WINDOW + 1):
        late, early = order[back:], order[:-back]
        same = (group[late] == group[early]) & named[late]
        found[late[same], back - 1] = early[same]
    return found


def _medians_by_day(views: Vector) -> tuple[Vector, Ints]:
    """Return the median of each column, and of how many videos it is; ``views`` is (videos, days)."""
    ordered = np.sort(views.T, axis=1) if len(views) else np.full((views.shape[1], 1), np.nan)
    count = (~np.isnan(ordered)).sum(axis=1).astype(np.int64)
    return quantile_of_each(ordered, count, 1 / 2), count


def _of_format(at: Vector, apart: Vector) -> tuple[float, float]:
    """Return the median of a format at an age, and the usual spread of a channel around its own."""
    present = at[~np.isnan(at)]
    if not present.size:
        return float("nan"), 1.0
    level = float(np.median(present))
    apart = apart[~np.isnan(apart)]
    return level, float(np.median(apart)) if apart.size else max(
        _SD * float(np.median(np.abs(present - level))), LEAST_SPREAD
    )
