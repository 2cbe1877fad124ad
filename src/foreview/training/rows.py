"""Training rows: each mature video replayed at each issue age, with its label and when that matured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from foreview.curves.curve import take, view_curves
from foreview.curves.labels import labels
from foreview.errors import NotEnoughHistory
from foreview.features.matrix import feature_table
from foreview.learners.ensemble import draw
from foreview.learners.matrix import Vector
from foreview.options import TrainingOptions
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import DAY_MS, HORIZON_DAYS, RATE_VIEWS, TARGETS, Target

FACTS: Final = ("duration_s", "category", "title_length", "channel_recent_videos", "channel_followers")
"""Features of which at least one is known where a publication is told of at all."""
WEEKDAY: Final = ("day_of_week", "weekday_sin", "weekday_cos")
WEEKS: Final = 2
"""Times that each weekday must have come round before anything is learnt from it: until then a weekday is one particular day."""
UNTOLD_SHARE: Final = 0.1
"""Rows of which nothing is known before they are counted, as a share of the others, from which is learnt at publication."""
_ISSUE: Final = ("video_id", "as_of", "issue_age_days")


@dataclass(frozen=True, slots=True)
class Rows:
    """n training rows of one target, ordered by publication: features, outcome and times [ms since 1970]."""

    target: Target
    table: pl.DataFrame
    actual: Vector
    views: Vector
    """Views at 30 d, NaN where missing: revenue is modelled per thousand of them."""
    published: np.ndarray
    matured: np.ndarray
    owner: np.ndarray
    """Whose video it is: its channel, or the video itself where no channel is known."""
    video: np.ndarray
    """A number for each video, the same for all targets of a table; publication does not tell videos apart, for many sources know its day alone."""

    @property
    def weight(self) -> Vector:
        """How much each row counts when members are chosen and judged: a rate by the share of it that its views let one believe."""
        if self.target != "engagement_rate":
            return np.ones(self.actual.size)
        found: Vector = self.views / (self.views + RATE_VIEWS)
        return found

    def part(self, chosen: np.ndarray) -> Rows:
        """Return the rows for which ``chosen`` (n booleans) holds."""
        mask = pl.Series(chosen)
        return Rows(
            self.target,
            self.table.filter(mask),
            self.actual[chosen],
            self.views[chosen],
            self.published[chosen],
            self.matured[chosen],
            self.owner[chosen],
            self.video[chosen],
        )


def training_rows(catalogue: Catalogue, options: TrainingOptions) -> pl.DataFrame:
    """Return the replayed issues of all videos with a label: identifiers, features, labels and when these matured.

    Beyond ``options.max_rows`` all videos stay as they were at publication, and a seeded draw of them at the later issue ages: a video
    has one row at publication and many afterwards, so that those at publication are what is scarce.
    """
    known = labels(catalogue, options.labels)
    mature = known.filter(pl.any_horizontal(pl.col(t).is_not_null() for t in TARGETS))
    owner = pl.coalesce("channel_id", pl.format("video {}", "video_id")).alias("owner")
    published = catalogue.videos.select("video_id", "published_at", owner).with_columns(
        first_count=first_counts(catalogue)
    )
    issues = _issues(mature.join(published, on="video_id", maintain_order="left"), options)
    issues = issues.drop("first_count")
    table = feature_table(catalogue, issues.select("video_id", "as_of"))
    return pl.concat([table, issues.drop("video_id", "as_of")], how="horizontal")


def first_counts(catalogue: Catalogue) -> pl.Series:
    """Return for each video when its first count was known, as a duration since publication; null where there is none."""
    curves = view_curves(catalogue)
    first, counted = curves.starts[:-1], curves.starts[1:] > curves.starts[:-1]
    known = take(curves.known, np.where(counted, first, 0))
    return pl.select(pl.when(pl.Series(counted)).then(pl.Series(known, dtype=pl.Duration("ms")))).to_series()


def check_has_labels(catalogue: Catalogue, as_of: datetime) -> None:
    """Raise NotEnoughHistory, with the reason, unless a label of a video's views is mature."""
    known = labels(catalogue)
    if known["views_7d"].null_count() + known["views_30d"].null_count() < 2 * known.height:
        return
    n = catalogue.videos.height
    fact = f"none is, of {n} videos known at {as_of.isoformat()}"
    if n:
        first = catalogue.videos["published_at"][0]
        fact += f"; the first was published {first} and matures 7 days after, if its counts were observed then"
    raise NotEnoughHistory(
        "training needs a label that is mature at the cutoff",
        fact,
        "Choose a later time, or add history; a backtest of a panel shorter than the horizon can go without embargo",
    )


def rows_of(target: Target, table: pl.DataFrame) -> Rows:
    """Return the rows of ``target``: those with a label that was not yet known at the issue time.

    That a video is not monetised is known at publication, and with it its revenue.
    """
    unknown = pl.col(f"{target}_matured_at") > pl.col("as_of")
    if target == "revenue_30d":
        unknown &= (pl.col("is_monetised") != 0).fill_null(value=True)
    numbered = table.with_columns(_video=pl.col("video_id").rank("dense"))
    chosen = numbered.filter(pl.col(target).is_not_null() & unknown)
    untaught = () if _covers_weekdays(chosen["published_at"]) else WEEKDAY
    features = chosen.drop(
        *untaught, *_ISSUE, "_video", "published_at", "owner", *TARGETS, *(f"{t}_matured_at" for t in TARGETS)
    )
    return Rows(
        target,
        features.with_columns(horizon_days=pl.lit(float(HORIZON_DAYS[target]))),
        chosen[target].to_numpy().astype(np.float64),
        chosen["views_30d"].fill_null(float("nan")).to_numpy().astype(np.float64),
        chosen["published_at"].dt.timestamp("ms").to_numpy().astype(np.int64),
        chosen[f"{target}_matured_at"].dt.timestamp("ms").to_numpy().astype(np.int64),
        chosen["owner"].to_numpy(),
        chosen["_video"].to_numpy().astype(np.int64),
    )


def _covers_weekdays(published: pl.Series) -> bool:
    """Whether ``published`` (UTC, may be empty) spans at least :data:`WEEKS` weeks."""
    first, last = published.min(), published.max()
    return isinstance(first, datetime) and isinstance(last, datetime) and last - first >= timedelta(weeks=WEEKS)


def is_told(table: pl.DataFrame) -> np.ndarray:
    """Return whether anything but its format is known of each video: of the others nothing can be learnt before they are counted."""
    told = table.select(pl.any_horizontal(pl.col(name).is_not_null() for name in FACTS)).to_series()
    return told.to_numpy().astype(np.bool_)


def mostly_told(mine: np.ndarray, told: np.ndarray, seed: int) -> np.ndarray:
    """Return which of n rows are learnt from at publication: those of ``mine`` that are told, and a few of the others where some are told.

    Many of the others would cost time and teach nothing. Of none of them, a member says whatever it likes of such a row, and seems bad where
    it is judged on some.
    """
    chosen: np.ndarray = mine & told
    if not chosen.any():
        return mine
    others = np.flatnonzero(mine & ~told)
    chosen[others[draw(others.size, round(UNTOLD_SHARE * chosen.sum()), seed)]] = True
    return chosen


def _issues(mature: pl.DataFrame, options: TrainingOptions) -> pl.DataFrame:
    """Return when each video is replayed: at the issue ages, and when it was first counted if that is before the first of them."""
    later = [age for age in options.issue_ages if age > 0]
    at_publication = mature if len(later) < len(options.issue_ages) else mature.clear()
    at_publication = _drawn(at_publication, options.max_rows, options.seed)
    left = max(options.max_rows - at_publication.height, 1) // max(len(later), 1)
    drawn = _drawn(mature, left, options.seed)
    ages = [pl.duration(milliseconds=round(age * DAY_MS)) for age in later]
    early = (
        drawn.filter(pl.col("first_count").is_between(pl.duration(), ages[0], closed="none")) if ages else drawn.clear()
    )
    replays = [(at_publication, pl.duration()), (early, pl.col("first_count")), *((drawn, age) for age in ages)]
    at_each_age = [videos.with_columns(as_of=pl.col("published_at") + age) for videos, age in replays]
    return pl.concat(at_each_age).sort("published_at", "video_id", "as_of")


def _drawn(mature: pl.DataFrame, limit: int, seed: int) -> pl.DataFrame:
    """Return at most ``limit`` videos (at least one), drawn without replacement."""
    if mature.height <= max(limit, 1):
        return mature
    drawn = np.random.default_rng(seed).choice(mature.height, size=max(limit, 1), replace=False)
    return mature[np.sort(drawn)]
