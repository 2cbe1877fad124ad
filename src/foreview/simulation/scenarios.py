"""Worlds in which something is different, for tests of what must notice it."""

from __future__ import annotations

import dataclasses
from datetime import date

import polars as pl

from foreview.simulation.world import World

YOUTUBE_SHORTS_FACTOR = 1.31
"""How much a Shorts view grew when YouTube began to count every start of playing (2025-03-31)."""


def with_redefinition(world: World, *, at: date, factor: float = YOUTUBE_SHORTS_FACTOR) -> World:
    """Return the world in which, from the day ``at`` on, the platform counts ``factor`` times the views of short videos.

    Nothing else changes: neither what people do nor ``truth``, which stays in the old definition.
    """
    short = world.catalogue.videos.filter(pl.col("format") == "short")["video_id"]
    counted_anew = pl.col("video_id").is_in(short.implode()) & (pl.col("date") >= at)
    daily = world.catalogue.daily.with_columns(
        views=pl.when(counted_anew).then((pl.col("views") * factor).round()).otherwise("views")
    )
    return dataclasses.replace(world, catalogue=dataclasses.replace(world.catalogue, daily=daily))


def with_known_monetisation(world: World) -> World:
    """Return the world in which the owner wrote down which videos can earn."""
    can = world.catalogue.videos.select("video_id").join(
        world.truth.select("video_id", "is_monetised"), on="video_id", how="left", maintain_order="left"
    )
    videos = world.catalogue.videos.with_columns(can["is_monetised"])
    return dataclasses.replace(world, catalogue=dataclasses.replace(world.catalogue, videos=videos))
