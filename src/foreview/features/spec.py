"""Every feature, declared once: name, unit, group, kind, when it becomes known and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from foreview.errors import CatalogueError
from foreview.tables.schema import DeclaredColumn, FeatureKind
from foreview.vocabulary import WORDING

Group: TypeAlias = Literal["content", "text", "timing", "channel", "early", "declared"]

GRID_DAYS: Final = (1, 2, 3, 5, 7, 10, 14)
"""Ages [d] at which the counts seen so far are read off the curve."""
STEP_DAYS: Final = (1, 2, 3, 7)
"""Spans [d] over which the latest growth is measured."""
CHANGE_DAYS: Final = (1, 2, 3, 4, 5, 6, 7)
"""The latest days seen, counted backwards, whose single changes of the counter are told."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. Missing is null (NaN in matrices), never zero."""

    name: str
    unit: str
    group: Group
    kind: FeatureKind
    known: str
    says: str


def _content() -> tuple[Feature, ...]:
    at = "publication"
    return (
        Feature("duration_s", "s", "content", "number", at, "length"),
        Feature("is_short", "", "content", "boolean", at, "format is short"),
        Feature("has_transcript", "", "content", "boolean", at, "a transcript exists"),
        Feature("has_ai_tags", "", "content", "boolean", at, "tags were suggested by a model"),
        Feature("tag_count", "tags", "content", "number", at, "number of tags"),
        Feature("keyword_count", "keywords", "content", "number", at, "number of target keywords"),
        Feature("description_length", "characters", "content", "number", at, "length of the description"),
        Feature("description_links", "links", "content", "number", at, "links in the description"),
        Feature("category", "", "content", "category", at, "the platform's category"),
        Feature("language", "", "content", "category", at, "spoken language"),
        Feature("platform", "", "content", "category", at, "platform"),
        Feature("metric_regime", "", "content", "category", at, "which definition of a view its counts follow"),
        Feature("is_monetised", "", "content", "boolean", at, "it can earn"),
    )


def _text() -> tuple[Feature, ...]:
    at = "publication"
    return (
        Feature(
            WORDING, "", "text", "text", at, "the words of title, tags and description, as learnt from other videos"
        ),
        Feature("title_length", "characters", "text", "number", at, "length of the title"),
        Feature("title_words", "words", "text", "number", at, "words in the title"),
        Feature("title_capitals", "share", "text", "number", at, "share of letters that are capitals"),
        Feature("title_digits", "digits", "text", "number", at, "digits in the title"),
        Feature("title_question", "", "text", "boolean", at, "the title asks"),
        Feature("title_exclamation", "", "text", "boolean", at, "the title exclaims"),
        Feature("title_hashtags", "hashtags", "text", "number", at, "hashtags in the title"),
    )


def _timing() -> tuple[Feature, ...]:
    at = "publication"
    return (
        Feature("hour_posted", "h", "timing", "number", at, "hour of publication, 0–23, in the source's time zone"),
        Feature("hour_sin", "", "timing", "number", at, "time of day on a circle"),
        Feature("hour_cos", "", "timing", "number", at, "time of day on a circle"),
        Feature("day_of_week", "", "timing", "number", at, "weekday of publication, 0 = Monday"),
        Feature("weekday_sin", "", "timing", "number", at, "weekday on a circle"),
        Feature("weekday_cos", "", "timing", "number", at, "weekday on a circle"),
    )


def _standing() -> tuple[Feature, ...]:
    at = "publication"
    return (
        Feature("channel_followers", "followers", "channel", "number", at, "followers"),
        Feature("channel_prior_videos", "videos", "channel", "number", at, "videos before this one"),
        Feature("channel_prior_views", "views", "channel", "number", at, "views before this one"),
        Feature("channel_views_per_video", "ln views", "channel", "number", at, "views before, by videos before"),
        Feature("channel_followers_per_video", "ln followers", "channel", "number", at, "followers, by videos before"),
        Feature("channel_views_per_follower", "ln views", "channel", "number", at, "views before, by followers"),
        Feature("channel_idle_days", "d", "channel", "number", at, "since the channel's previous video"),
        Feature("channel_recent_videos", "videos", "channel", "number", at, "published in the 28 days before"),
    )


def _history() -> tuple[Feature, ...]:
    mature = "when the earlier videos' counts matured"
    return (
        Feature("channel_n_1d", "videos", "channel", "number", mature, "mature at 1 d, of this format, up to 20"),
        Feature("channel_n_7d", "videos", "channel", "number", mature, "mature at 7 d, of this format, up to 20"),
        Feature("channel_n_30d", "videos", "channel", "number", mature, "mature at 30 d, of this format, up to 20"),
        Feature("channel_median_1d", "ln(1+views)", "channel", "number", mature, "median at 1 d of the last 20"),
        Feature("channel_median_7d", "ln(1+views)", "channel", "number", mature, "median at 7 d of the last 20"),
        Feature("channel_median_30d", "ln(1+views)", "channel", "number", mature, "median at 30 d of the last 20"),
        Feature("channel_low_third_30d", "ln(1+views)", "channel", "number", mature, "lower third at 30 d"),
        Feature("channel_high_third_30d", "ln(1+views)", "channel", "number", mature, "upper third at 30 d"),
        Feature("channel_low_third_7d", "ln(1+views)", "channel", "number", mature, "lower third at 7 d"),
        Feature("channel_high_third_7d", "ln(1+views)", "channel", "number", mature, "upper third at 7 d"),
        Feature(
            "channel_trend_7d",
            "ln ratio",
            "channel",
            "number",
            mature,
            "median at 7 d of the last 5 over that of the last 20",
        ),
        Feature(
            "channel_engagement",
            "percent",
            "channel",
            "number",
            mature,
            "engagement of the last 20, weighed by their views",
        ),
        Feature(
            "channel_rpm",
            "USD per 1000 views",
            "channel",
            "number",
            mature,
            "median revenue per thousand views where paid",
        ),
        Feature(
            "channel_revenue",
            "USD",
            "channel",
            "number",
            mature,
            "median revenue of 30 d of the last 20 that could earn",
        ),
        Feature(
            "channel_paid_share",
            "share",
            "channel",
            "number",
            mature,
            "share with revenue of the last 20 that could earn",
        ),
    )


def _early() -> tuple[Feature, ...]:
    seen = "with the observation"
    grid = (
        Feature(f"views_ln_{day}d", "ln(1+views)", "early", "number", seen, f"views at age {day} d, if seen")
        for day in GRID_DAYS
    )
    steps = (
        Feature(f"growth_{day}d", "ln ratio", "early", "number", seen, f"growth over the last {day} d seen")
        for day in STEP_DAYS
    )
    changes = (
        Feature(name, "signed ln(1+views)", "early", "number", seen, f"change of the counter on day {day} counted back")
        for day, name in ((day, f"change_{day}d") for day in CHANGE_DAYS)
    )
    return (
        Feature(
            "observed_age_days", "d", "early", "number", seen, "age of the last known count, 0 where there is none"
        ),
        Feature("observations", "counts", "early", "number", seen, "how many counts are known"),
        Feature("initial_views", "views", "early", "number", seen, "views seen so far"),
        Feature("initial_engagement", "percent", "early", "number", seen, "interactions per view so far"),
        Feature("views_fall", "ln ratio", "early", "number", seen, "how far the counter stands below its maximum"),
        Feature("initial_revenue", "USD", "early", "number", seen, "earned so far"),
        *grid,
        *steps,
        *changes,
    )


FEATURES: Final[tuple[Feature, ...]] = (*_content(), *_text(), *_timing(), *_standing(), *_history(), *_early())


def features_with(declared: Sequence[DeclaredColumn]) -> tuple[Feature, ...]:
    """Return all features of a catalogue: ours and, at the end, those it declares.

    Raises
    ------
    CatalogueError
        Where it declares a column with the name of a feature.

    """
    if clash := sorted({feature.name for feature in FEATURES} & {column.name for column in declared}):
        raise CatalogueError(
            "catalogue.json: a declared column has a name of its own",
            f"{', '.join(clash)} is a feature already",
            "Rename it here and in videos.parquet",
        )
    own = (
        Feature(
            c.name,
            c.unit,
            "declared",
            c.kind,
            f"{c.known_after_days:g} d after publication",
            "declared by the catalogue",
        )
        for c in declared
    )
    return (*FEATURES, *own)
