"""The two real panels as catalogues. Nothing of them is written into the checkout but the ignored folder ``build``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import polars as pl

from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import write_catalogue
from foreview.tables.schema import DeclaredColumn

CHECKOUT: Final = Path(__file__).resolve().parents[1]
DATA: Final = CHECKOUT.parent / "shared" / "data"
BUILD: Final = CHECKOUT / "build" / "benchmarks"

_YOUKU_NUMBERS: Final = {
    "uploader_following": "channels",
    "uploader_age_days": "d",
    "quality_levels": "levels",
    "title_len": "characters",
    "title_cn_frac": "share",
    "title_num_count": "characters",
    "title_eng_count": "characters",
    "title_punc_count": "characters",
    "title_senti": "score",
    "description_len": "characters",
    "des_senti": "score",
    "tags_count": "tags",
}
_YOUKU_CATEGORIES: Final = ("copyright_type", "public_type", "upload_client")
_YOUKU_BOOLEANS: Final = ("uploader_verified", "uploader_vip")


def youku_catalogue(panel: Path = DATA / "youku") -> Catalogue:
    """Return all uploads of the panel; publication facts only of those that have them.

    ``published_at`` is day + hour, or noon where the hour is missing. The panel's local clock is written as if it were UTC: nothing
    depends on the true instant, and the days of the command line are then the days of the panel. Snapshot k is at age k exactly; a lost
    snapshot is no row. The counts at day 7 (``outcome_d7_…``) are outcomes and left out.
    """
    facts = pl.read_parquet(panel / "videos.parquet").drop("publish_date")
    counters = pl.read_parquet(panel / "snapshots.parquet")
    hour = pl.col("publish_hour").fill_null(12.0)
    videos = (
        counters.select("video_id", "publish_date")
        .join(facts, on="video_id", how="left", maintain_order="left")
        .select(
            "video_id",
            (pl.col("publish_date").cast(pl.Datetime("ms", "UTC")) + pl.duration(hours=hour)).alias("published_at"),
            "category",
            "duration_s",
            *_YOUKU_NUMBERS,
            *_YOUKU_CATEGORIES,
            *(pl.col(name) == "True" for name in _YOUKU_BOOLEANS),
            channel_id="uploader_id",
            channel_followers=_counted("uploader_followers"),
            channel_prior_videos=_counted("uploader_prior_videos"),
            channel_prior_views=_counted("uploader_prior_views"),
            platform=pl.lit("youku"),
        )
    )
    days = [f"n{day}" for day in range(1, 31)]
    snapshots = (
        counters.unpivot(days, index="video_id", variable_name="day", value_name="views")
        .drop_nulls("views")
        .join(videos.select("video_id", "published_at"), on="video_id")
        .select(
            "video_id",
            "views",
            observed_at=pl.col("published_at") + pl.duration(days=pl.col("day").str.slice(1).cast(pl.Int64)),
        )
    )
    declared = [
        *(DeclaredColumn(name, unit, "number") for name, unit in _YOUKU_NUMBERS.items()),
        *(DeclaredColumn(name, "", "category") for name in _YOUKU_CATEGORIES),
        *(DeclaredColumn(name, "", "boolean") for name in _YOUKU_BOOLEANS),
    ]
    return Catalogue.of(videos, snapshots=snapshots, declared=declared)


def trending_catalogue(panel: Path = DATA / "trending") -> Catalogue:
    """Return the videos that charted, with a counter for each day they did; a zero of likes or comments means hidden."""
    videos = pl.read_parquet(panel / "videos.parquet").select(
        "video_id",
        "published_at",
        "channel_id",
        "title",
        "tags",
        "duration_s",
        "definition",
        category="category_name",
        language=pl.coalesce(_stated("audio_language"), _stated("default_language")),
        has_transcript=pl.col("caption_available").str.to_lowercase() == "true",
        licensed=pl.col("licensed_content").str.to_lowercase() == "true",
        platform=pl.lit("youtube"),
    )
    snapshots = (
        pl.read_parquet(panel / "snapshots.parquet")
        .drop_nulls("views")
        .select(
            "video_id",
            "views",
            observed_at="fetched_at",
            likes=pl.when(pl.col("likes") > 0).then("likes"),
            comments=pl.when(pl.col("comments") > 0).then("comments"),
        )
    )
    declared = [DeclaredColumn("definition", "", "category"), DeclaredColumn("licensed", "", "boolean")]
    return Catalogue.of(videos, snapshots=snapshots, declared=declared)


def panel_folder(name: str) -> Path:
    """Return the catalogue folder of ``youku`` or ``trending``, written on the first call; exit where there is no panel."""
    if not (DATA / name / "videos.parquet").exists():
        print(f"skipped: the {name} panel is not beside the checkout")
        sys.exit(0)
    folder = BUILD / name
    if not folder.exists():
        write_catalogue(youku_catalogue() if name == "youku" else trending_catalogue(), folder)
    return folder


def _counted(column: str) -> pl.Expr:
    """Return a count where it is one: the panel writes -1 for what it does not know."""
    return pl.when(pl.col(column) >= 0).then(pl.col(column))


def _stated(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column))


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ("youku", "trending"):
        print(panel_folder(wanted))
