"""A video's curve: its cumulative counts as a function of age, and what of it was known at a cutoff.

The points of a video are ordered so that both their age and the age at which they became *known* never fall. What is known
at a cutoff is therefore a prefix, and a running maximum over the prefix knows nothing of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import DAY_MS

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

_N = TypeVar("_N", np.int64, np.float64)

AGE_BITS: Final = 40
"""An age in ms fits 40 bits for 34 years, which leaves 23 bits, eight million videos, for the video in one integer."""
MAX_AGE_MS: Final = (1 << AGE_BITS) - 1
COUNTS: Final = ("likes", "comments", "shares")


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of n videos, m points in all, video by video.

    ``starts`` (n + 1) bounds each video's points; ``age`` and ``known`` (m) are ms since publication; ``values`` (m) holds the
    counter as read, ``peak`` its running maximum, ``interactions`` likes + comments + shares (NaN where likes are hidden).
    """

    starts: Ints
    age: Ints
    known: Ints
    values: Floats
    peak: Floats
    interactions: Floats
    _age_keys: Ints
    _known_keys: Ints

    def last_known(self, video: Ints, cutoff: Ints) -> Ints:
        """Return for each (video, cutoff age [ms]) the last point known by then; below ``starts[video]`` where there is none."""
        return _search(self._known_keys, video, cutoff)

    def last_at_or_before(self, video: Ints, age: Ints) -> Ints:
        """Return for each (video, age [ms]) the last point of at most that age; below ``starts[video]`` where there is none."""
        return _search(self._age_keys, video, age)

    def at(self, series: Floats, video: Ints, age: Ints, last: Ints) -> Floats:
        """Return ``series`` of each video at ``age`` [ms], of the points up to ``last``; NaN beyond the last of them.

        Exact at the points, on the scale ln(1+y) between them; publication itself is a point of value 0.
        """
        first = self.starts[video]
        left = np.minimum(_search(self._age_keys, video, age), last)
        has_left = left >= first
        safe_left = np.where(has_left, left, 0)
        left_age = np.where(has_left, take(self.age, safe_left), 0)
        left_value = np.where(has_left, take(series, safe_left), 0.0)
        has_right = left + 1 <= last
        right = np.where(has_right, left + 1, 0)
        span = np.where(has_right, take(self.age, right) - left_age, 1)
        share = np.where(has_right, (age - left_age) / np.maximum(span, 1), 0.0)
        low, high = np.maximum(left_value, 0.0), np.maximum(take(series, right), 0.0)
        grown = np.expm1(np.log1p(low) + share * (np.log1p(high) - np.log1p(low)))
        # Rounding must not take it below what was counted, nor above.
        between = np.where(has_right, np.clip(grown, np.minimum(low, high), np.maximum(low, high)), np.nan)
        exact = left_age == age
        return np.where(last < first, np.nan, np.where(exact, left_value, between))


def view_curves(catalogue: Catalogue) -> Curves:
    """Return the curves of ``catalogue.videos``, in their order, from snapshots and daily rows together.

    A daily row of day d stands for the age at which d closes and is known the source's delay later. The sum of daily rows
    is known from the publication day (or the next) to the first missing day, or to the last row where missing days are zeros. A point
    that becomes known after a point of a higher age is dropped: the fresher count already says more.
    """
    snapshots = _snapshot_points(catalogue)
    daily = _daily_points(catalogue, catalogue.daily, ("views", *COUNTS))
    if daily.is_empty() or snapshots.is_empty():
        points = snapshots if daily.is_empty() else daily
    else:
        points = pl.concat([snapshots, daily]).sort("video", "known", "age", maintain_order=True)
        fresher = pl.col("age") > pl.col("age").cum_max().shift(1).over("video")
        points = points.filter(fresher.fill_null(value=True))
    return _curves(points, catalogue.videos.height)


def revenue_curves(catalogue: Catalogue) -> Curves:
    """Return the curves of cumulative revenue [USD], in the order of ``catalogue.videos``."""
    points = _daily_points(catalogue, catalogue.earnings.rename({"revenue_usd": "views"}), ("views",))
    return _curves(
        points.with_columns(pl.lit(None, dtype=pl.Float64).alias(c) for c in COUNTS), catalogue.videos.height
    )


def age_ms(days: float) -> int:
    """Return an age in whole milliseconds."""
    return round(days * DAY_MS)


def _videos_with_index(catalogue: Catalogue) -> pl.DataFrame:
    return catalogue.videos.select("video_id", "published_at").with_row_index("video")


def _snapshot_points(catalogue: Catalogue) -> pl.DataFrame:
    age = (pl.col("observed_at") - pl.col("published_at")).dt.total_milliseconds()
    return (
        catalogue.snapshots.join(_videos_with_index(catalogue), on="video_id")
        .select("video", "views", *COUNTS, age=age, known=age)
        .sort("video", "age")
    )


def _daily_points(catalogue: Catalogue, rows: pl.DataFrame, measures: tuple[str, ...]) -> pl.DataFrame:
    clock = catalogue.clock
    joined = rows.join(_videos_with_index(catalogue), on="video_id").sort("video", "date").with_columns(day="date")
    if clock.missing_day_is_zero:
        joined = _with_empty_days(joined, clock.timezone, measures)
    else:
        joined = joined.filter(_unbroken_from_publication(clock.timezone))
    days = joined.select(pl.col("day").unique())
    ends, known = days.with_columns(day_end=clock.day_end("day")), days.with_columns(known_at=clock.known_at("day"))
    joined = joined.join(ends, on="day", how="left", maintain_order="left")
    joined = joined.join(known, left_on="date", right_on="day", how="left", maintain_order="left")
    sums = [
        pl.when(pl.col(m).is_null().cum_sum().over("video") == 0).then(pl.col(m).cum_sum().over("video")).alias(m)
        for m in measures
    ]
    return joined.select(
        "video",
        *sums,
        age=(pl.col("day_end") - pl.col("published_at")).dt.total_milliseconds(),
        known=(pl.col("known_at") - pl.col("published_at")).dt.total_milliseconds(),
    )


def _with_empty_days(joined: pl.DataFrame, timezone: str, measures: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows with a row of zeros for each ``day`` that was left out before them, since publication.

    That nothing happened on those days is known with the next row (their ``date``): before that it may just not have arrived.
    """
    published_day = pl.col("published_at").dt.convert_time_zone(timezone).dt.date()
    since = (pl.col("date").shift(1).over("video").dt.offset_by("1d")).fill_null(published_day)
    spread = joined.with_columns(day=pl.date_ranges(since, "date")).explode("day", empty_as_null=False)
    return spread.with_columns(
        pl.when(pl.col("day") == pl.col("date")).then(m).otherwise(0.0).alias(m) for m in measures
    )


def _unbroken_from_publication(timezone: str) -> pl.Expr:
    published_day = pl.col("published_at").dt.convert_time_zone(timezone).dt.date()
    first = pl.col("date").first().over("video")
    starts_in_time = (first - published_day).dt.total_days() <= 1
    position = pl.int_range(pl.len()).over("video")
    return starts_in_time & ((pl.col("date") - first).dt.total_days() == position)


def _curves(points: pl.DataFrame, n_videos: int) -> Curves:
    video = points["video"].to_numpy().astype(np.int64)
    age = np.minimum(points["age"].to_numpy().astype(np.int64), MAX_AGE_MS)
    known = np.minimum(points["known"].to_numpy().astype(np.int64), MAX_AGE_MS)
    values = points["views"].cast(pl.Float64).to_numpy().astype(np.float64)
    given = pl.col("likes").is_not_null()
    interactions = points.select(
        pl.when(given).then(pl.col("likes") + pl.col("comments").fill_null(0.0) + pl.col("shares").fill_null(0.0))
    ).to_series()
    return Curves(
        starts=np.searchsorted(video, np.arange(n_videos + 1)).astype(np.int64),
        age=age,
        known=known,
        values=values,
        peak=points.select(pl.col("views").cum_max().over("video")).to_series().to_numpy().astype(np.float64),
        interactions=interactions.fill_null(np.nan).to_numpy().astype(np.float64),
        _age_keys=(video << AGE_BITS) | age,
        _known_keys=(video << AGE_BITS) | known,
    )


def _search(keys: Ints, video: Ints, age: Ints) -> Ints:
    wanted = (video << AGE_BITS) | np.clip(age, 0, MAX_AGE_MS)
    return np.searchsorted(keys, wanted, side="right").astype(np.int64) - 1


def take(values: npt.NDArray[_N], index: Ints) -> npt.NDArray[_N]:
    """Return ``values[index]``; zeros where there are no points at all, for callers that mask them."""
    return values[index] if values.size else np.zeros(index.shape, dtype=values.dtype)
