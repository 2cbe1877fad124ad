"""How unusual is a video at its age, and could that be luck? Most videos are within normal range, and so is one of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np
import polars as pl

from foreview.errors import UsageError
from foreview.forecasting.at_age import FORMAT_WEIGHT, Beside, Timelines, timelines
from foreview.learners.matrix import Vector
from foreview.tables.catalogue import Catalogue, utc_ms

Standing: TypeAlias = Literal["above", "below", "within normal range"]
MIN_ORDINARY: Final = 20
"""Earlier videos of the format with a score, below which luck cannot be ruled out for any."""
MIN_EARLIER: Final = 5
"""Earlier videos of the channel and format, below which nothing is said of a video."""
RATE: Final = 0.1
"""Share of false discoveries among the videos that are called outliers."""
TAIL: Final = 0.9
LOOKED_AT_DAYS: Final = 30.0
FOLLOWED_DAYS: Final = 35.0
"""Age [d] until which a video is judged again and again: at 30 days, and until a source that is late has counted them."""
_MEDIAN_ERROR: Final = 1.2533
"""Standard error of a median of normal values, in standard deviations over the root of their number."""
_Z: Final = 1.959964
_NOTHING: Final = (None, None, None, None, None, None)
_NOT_COUNTED: Final = "not counted yet at a whole day of age"


@dataclass(frozen=True, slots=True)
class Unusual:
    """One video beside typical at ``age_days``, the last whole day of age at which it was counted (0: not yet).

    ``ratio`` is its views over typical, with the 95 % range that typical leaves; ``luck`` the probability that a normal video does as well
    (or as badly, below typical). None where too little is known; then it is within normal range.
    """

    video_id: str
    channel_id: str | None
    format: str
    age_days: int
    views: float | None
    typical: float | None
    ratio: float | None
    low: float | None
    high: float | None
    luck: float | None
    standing: Standing
    because: str

    @property
    def is_outside(self) -> bool:
        """Whether it is called an outlier."""
        return self.standing != "within normal range"


def outliers(
    catalogue: Catalogue, as_of: datetime, video_ids: Sequence[str] | None = None, *, rate: float = RATE
) -> tuple[Unusual, ...]:
    """Return how unusual each of ``video_ids`` is (default: those published in the 30 days before), in their order.

    A video's score is how far ln views lie from typical in the spreads of its channel and format; luck is the rank of its score among
    those of the videos of the format that are not looked at and were published before, all at the same age (a conformal
    p-value), and beyond the highest tenth an exponential tail. Which are outliers is decided for all together by Benjamini and Hochberg (1995), so that of those called so a share
    of ``rate`` at most is expected to be chance.

    Raises
    ------
    UsageError
        If a video was not published by ``as_of``, or ``rate`` lies outside 0 to 1.

    """
    if not 0 < rate < 1:
        raise UsageError("a rate of false discoveries lies between 0 and 1", f"found {rate}")
    lines = timelines(catalogue, as_of)
    return _judged(lines, _positions(lines, as_of, video_ids), {}, rate)


def standings(catalogue: Catalogue, as_of: datetime, judged: Mapping[str, int]) -> tuple[Unusual, ...]:
    """Return how unusual the videos are that were published by ``as_of``, but for those of which that was said already.

    ``judged`` are the ages [whole days] at which videos were judged before. One of :data:`FOLLOWED_DAYS` or younger is judged anew, an older one
    where it is new or has been counted at another day since. Those that are called outliers are decided on for the videos of the last weeks together,
    and for older ones together with those of their 30 days.
    """
    lines = timelines(catalogue, as_of)
    at: dict[tuple[int, str], Beside] = {}
    return tuple(one for mine in _families(lines, as_of, judged) for one in _judged(lines, mine, at, RATE))


def _families(lines: Timelines, as_of: datetime, judged: Mapping[str, int]) -> Iterator[np.ndarray]:
    """Yield the positions of the videos that are judged together: of the last weeks, and of each 30 days before."""
    since = (pl.lit(utc_ms(as_of)).cast(pl.Datetime("ms", "UTC")) - pl.col("published_at")).dt.total_milliseconds()
    age_days = lines.videos.select(since).to_series().to_numpy() / 86_400_000
    before = np.array([judged.get(video_id, -1) for video_id in lines.videos["video_id"].to_list()], dtype=np.int64)
    family = np.maximum(np.ceil((age_days - FOLLOWED_DAYS) / LOOKED_AT_DAYS), 0.0)
    wanted = (family == 0) | (before != lines.day)
    for one in np.unique(family[wanted]):
        yield np.flatnonzero(wanted & (family == one))


def _judged(
    lines: Timelines, position: np.ndarray, at: dict[tuple[int, str], Beside], rate: float
) -> tuple[Unusual, ...]:
    """Return how unusual the videos at ``position`` are, judged together; ``at`` keeps what every video is beside, by day and format."""
    looked_at = np.zeros(lines.day.size, dtype=np.bool_)
    looked_at[position] = True
    kinds = lines.videos["format"].to_numpy()
    luck = np.full((lines.day.size, 2), np.nan)
    for day, kind in sorted({(int(lines.day[p]), str(kinds[p])) for p in position.tolist() if lines.day[p]}):
        if (day, kind) not in at:
            at[day, kind] = lines.beside(day, kind)
        found = at[day, kind]
        mine = np.flatnonzero(looked_at & (lines.day == day) & (kinds == kind) & (found.earlier >= MIN_EARLIER))
        luck[mine] = _luck(found, mine, looked_at)
    called = _called(luck[position], rate)
    return tuple(
        _unusual(lines, at.get((int(lines.day[p]), str(kinds[p]))), p, luck[p], called=bool(yes))
        for p, yes in zip(position.tolist(), called, strict=True)
    )


def _positions(lines: Timelines, as_of: datetime, video_ids: Sequence[str] | None) -> np.ndarray:
    if video_ids is None:
        since = utc_ms(as_of) - timedelta(days=LOOKED_AT_DAYS)
        return np.flatnonzero((lines.videos["published_at"] >= since).to_numpy())
    named = lines.videos.select("video_id").with_row_index("position")
    asked = pl.DataFrame({"video_id": video_ids}, schema={"video_id": pl.String})
    found = asked.join(named, on="video_id", how="left", maintain_order="left")
    if found["position"].null_count():
        missing = found.filter(pl.col("position").is_null())["video_id"][0]
        raise UsageError("a video that is looked at was published by then", f"{missing!r} was not")
    return found["position"].to_numpy().astype(np.int64)


def _luck(found: Beside, mine: np.ndarray, looked_at: np.ndarray) -> Vector:
    """Return for each of ``mine`` the chance that a normal video scores as high, and as low (n, 2); NaN where ordinary ones are few."""
    usable = ~looked_at & ~np.isnan(found.score) & (found.earlier >= MIN_EARLIER)
    ordinary, own = found.score[usable], found.score[mine]
    if ordinary.size < MIN_ORDINARY:
        return np.full((mine.size, 2), np.nan)
    return np.stack([_at_least(ordinary, own), _at_least(-ordinary, -own)], axis=1)


def _at_least(ordinary: Vector, own: Vector) -> Vector:
    """Return the share of ordinary scores at or above each own one, itself counted as one of them.

    Beyond the highest tenth, where ranks end, the tail is exponential with the mean excess there and a standard error more: views have
    about such a tail on the scale ln, or a lighter one.
    """
    ordered = np.sort(ordinary)
    above = (ordered.size - np.searchsorted(ordered, own, side="left")).astype(np.float64)
    rank: Vector = (1.0 + above) / (ordered.size + 1.0)
    edge = ordered[int(TAIL * ordered.size)]
    excess = ordered[ordered > edge] - edge
    if not excess.size:
        return rank
    scale = excess.mean() * (1.0 + 1.0 / np.sqrt(excess.size))
    beyond = (1.0 + excess.size) / (ordered.size + 1.0) * np.exp(-np.maximum(own - edge, 0.0) / scale)
    found: Vector = np.where(own > edge, beyond, rank)
    return found


def _called(luck: Vector, rate: float) -> np.ndarray:
    """Return which of n videos are outliers, on either side, by Benjamini–Hochberg over those of which something is known."""
    known = np.flatnonzero(~np.isnan(luck[:, 0]))
    called = np.zeros(len(luck), dtype=np.bool_)
    p = np.minimum(2.0 * luck[known].min(axis=1, initial=1.0), 1.0)
    order = np.argsort(p, kind="stable")
    passing = np.flatnonzero(p[order] <= rate * np.arange(1, p.size + 1) / max(p.size, 1))
    if passing.size:
        called[known[order[: passing[-1] + 1]]] = True
    return called


def _unusual(lines: Timelines, found: Beside | None, p: int, luck: Vector, *, called: bool) -> Unusual:
    row = lines.videos.row(p, named=True)
    unknown = Unusual(
        row["video_id"],
        row["channel_id"],
        row["format"],
        int(lines.day[p]),
        *_NOTHING,
        "within normal range",
        _NOT_COUNTED,
    )
    if found is None:
        return unknown
    views, typical = float(np.expm1(found.views[p])), float(np.expm1(found.typical[p]))
    if np.isnan(typical):
        return replace(unknown, views=views, because="no earlier video of its channel and format")
    apart = found.views[p] - found.typical[p]
    reach = _Z * _MEDIAN_ERROR * found.spread[p] / np.sqrt(found.earlier[p] + FORMAT_WEIGHT)
    ratio, low, high = (float(np.exp(value)) for value in (apart, apart - reach, apart + reach))
    beside = replace(unknown, views=views, typical=typical, ratio=ratio, low=low, high=high)
    if np.isnan(luck[0]):
        return replace(beside, because="too few earlier videos to tell luck from more")
    chance = float(luck[0] if apart >= 0 else luck[1])
    if not called:
        return replace(beside, luck=chance, because="such a difference is common")
    side: Standing = "above" if luck[0] < luck[1] else "below"
    return replace(beside, luck=chance, standing=side, because="more than luck explains among the videos looked at")
