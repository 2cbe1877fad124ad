"""Draw ``fan.svg``: one video of an invented world, forecast anew each day: ``python docs/images/fan.py``.

The video is not chosen: it is the first long one published after the training cutoff.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from foreview.forecasting.forecaster import forecast
from foreview.simulation.world import World, simulate
from foreview.training.trainer import train

CUTOFF: Final = datetime(2026, 3, 1, tzinfo=UTC)
AGES: Final = range(29)
BANDS: Final = (("p2_5", "p97_5", "#dbe9f6"), ("p10", "p90", "#a6cbe6"), ("p25", "p75", "#5fa2d3"))
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 380, 62, 150, 44, 46
FONT: Final = 'font-family="system-ui, sans-serif" font-size="13" fill="#222"'


def draw() -> str:
    """Return the picture."""
    world = simulate(channels=8, videos=400, seed=7)
    release = train(world.catalogue, CUTOFF, created_at=CUTOFF)
    videos = world.catalogue.videos.filter(pl.col("published_at") > CUTOFF, format="long").sort("published_at")
    video, published = videos["video_id"][0], videos["published_at"][0]
    issues = pl.DataFrame(
        {"video_id": [video] * len(AGES), "as_of": [published + timedelta(days=age) for age in AGES]},
        schema_overrides={"as_of": world.catalogue.videos.schema["published_at"]},
    )
    forecasts = forecast(world.catalogue, release, issues).filter(target="views_30d").sort("issue_age_days")
    return picture(forecasts, counted(world, video), world.truth.filter(video_id=video)["views_30d"][0])


def counted(world: World, video: str) -> list[float]:
    """Return the views counted after each whole day."""
    return list(world.catalogue.daily.filter(video_id=video).sort("date")["views"].cum_sum().head(30))


def picture(forecasts: pl.DataFrame, views: Sequence[float], truth: float) -> str:
    """Return the fan, the count below it and the truth across it, on a logarithmic scale."""
    lowest = 10 ** math.floor(math.log10(min([*views, *forecasts["p2_5"], truth])))
    highest = 1.15 * max([*views, *forecasts["p97_5"], truth])

    def x(age: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * age / 30

    def y(value: float) -> float:
        share = math.log(max(value, lowest) / lowest) / math.log(highest / lowest)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    ages = forecasts["issue_age_days"].to_list()
    bands = [
        area(
            colour,
            [(x(a), y(v)) for a, v in zip(ages, forecasts[high], strict=True)],
            [(x(a), y(v)) for a, v in zip(ages, forecasts[low], strict=True)],
        )
        for low, high, colour in BANDS
    ]
    median = line("#0b4f8a", [(x(a), y(v)) for a, v in zip(ages, forecasts["p50"], strict=True)])
    count = line("#c2410c", [(x(day + 1), y(v)) for day, v in enumerate(views)])
    actual = line("#222", [(x(0), y(truth)), (x(30), y(truth))], dashes="5 4")
    labels = [
        text(x(30) + 8, y(truth) + 5, f"came to {truth:,.0f}"),
        text(x(30) + 8, y(forecasts["p97_5"][-1]) - 12, "50, 80, 95 %", colour="#0b4f8a"),
        text(x(9), y(views[9]) + 22, "views counted", colour="#c2410c"),
        text(LEFT, 20, "Views after 30 days, forecast anew each day of the video's age"),
        text(x(15), HEIGHT - 8, "age [days]", anchor="middle"),
    ]
    return document([*axes(x, y, lowest, highest), *bands, median, count, actual, *labels])


def axes(x: Callable[[float], float], y: Callable[[float], float], lowest: float, highest: float) -> list[str]:
    """Return the grid and its numbers: 1, 3, 10, 30 … on the left, every five days below."""
    decades = range(round(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
    values = [value for decade in decades for value in (10**decade, 3 * 10**decade) if lowest <= value <= highest]
    rows = [line("#e5e5e5", [(x(0), y(value)), (x(30), y(value))], width=1) for value in values]
    left = [text(LEFT - 8, y(value) + 4, f"{value:,}", anchor="end") for value in values]
    below = [text(x(age), HEIGHT - BOTTOM + 18, str(age), anchor="middle") for age in range(0, 31, 5)]
    return [*rows, *left, *below]


def area(colour: str, upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """Return a filled band."""
    return f'<polygon fill="{colour}" points="{points([*upper, *reversed(lower)])}"/>'


def line(colour: str, path: Sequence[tuple[float, float]], *, width: float = 2, dashes: str = "none") -> str:
    """Return a line through points."""
    return f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dashes}" points="{points(path)}"/>'


def text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = "#222") -> str:
    """Return words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def points(path: Sequence[tuple[float, float]]) -> str:
    """Return coordinates as SVG writes them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in path)


def document(parts: Sequence[str]) -> str:
    """Return a whole SVG, on white so that it reads on dark pages too."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT} role="img" aria-label="forecast fan">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *parts, "</svg>", ""])


if __name__ == "__main__":
    Path(__file__).with_suffix(".svg").write_text(draw(), encoding="utf-8")
