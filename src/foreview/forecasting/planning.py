"""Videos that do not exist yet, as facts beside those that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

import polars as pl

from foreview.errors import UsageError
from foreview.tables.catalogue import Catalogue
from foreview.tables.checks import check_table, with_format
from foreview.tables.schema import dtype_of

PREFIX: Final = "plan "
_STANDING: Final = ("channel_followers", "channel_prior_videos", "channel_prior_views")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is known of a video before it is there; None: not known."""

    title: str
    published_at: datetime
    channel_id: str | None = None
    duration_s: float | None = None
    format: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    category: str | None = None
    language: str | None = None
    platform: str | None = None
    is_monetised: bool | None = None


def with_plans(catalogue: Catalogue, plans: Sequence[Plan]) -> tuple[Catalogue, pl.DataFrame]:
    """Return the catalogue with the plans as videos, and their issues at publication (``video_id, as_of``), in their order.

    Cut the catalogue (``as_of``) before: what a plan is forecast from is all that the catalogue holds. The channel's followers and its
    counts of earlier videos and views are those of its last video; what the catalogue declares beyond the format is not known of a plan. Category, language and platform that are not given stay unknown.

    Raises
    ------
    UsageError
        Where a video of the catalogue has the name of a plan (``plan 1`` …).
    CatalogueError
        Where a plan breaks the format of videos.

    """
    names = [f"{PREFIX}{number}" for number in range(1, len(plans) + 1)]
    if (catalogue.videos["video_id"].is_in(names)).any():
        raise UsageError("a video_id does not begin as a plan's", f"found one that begins with {PREFIX!r}")
    rows = [
        {**asdict(plan), "video_id": name, "tags": None if plan.tags is None else list(plan.tags)}
        for plan, name in zip(plans, names, strict=True)
    ]
    planned = check_table(
        "videos",
        pl.DataFrame(rows, infer_schema_length=None, schema_overrides=_known_types(catalogue)).with_columns(
            pl.lit(None, dtype=dtype_of(column)).alias(column.name) for column in catalogue.declared
        ),
        catalogue.declared,
    )
    planned, _ = with_format(_standing(planned, catalogue.videos))
    videos = pl.concat([catalogue.videos, planned.select(catalogue.videos.columns)]).sort("published_at", "video_id")
    issues = planned.select("video_id", as_of="published_at")
    order = pl.DataFrame({"video_id": names})
    return replace(catalogue, videos=videos), order.join(issues, on="video_id", maintain_order="left")


def _known_types(catalogue: Catalogue) -> dict[str, pl.DataType]:
    given = {"video_id", *Plan.__dataclass_fields__} - {"published_at"}
    return {name: dtype for name, dtype in catalogue.videos.schema.items() if name in given}


def _standing(planned: pl.DataFrame, videos: pl.DataFrame) -> pl.DataFrame:
    """Return the plans with what their channels stood at when they published last."""
    last = videos.filter(pl.col("channel_id").is_not_null()).unique("channel_id", keep="last", maintain_order=True)
    known = last.select("channel_id", *_STANDING)
    return planned.drop(_STANDING).join(known, on="channel_id", how="left", maintain_order="left")
