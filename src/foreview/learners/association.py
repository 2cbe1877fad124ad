"""What of a publication can be changed, and how well the models' view of such changes has held out of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from foreview.vocabulary import WORDING

LEVERS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": (
        WORDING,
        "title_length",
        "title_words",
        "title_capitals",
        "title_digits",
        "title_question",
        "title_exclamation",
        "title_hashtags",
    ),
    "description": (WORDING, "description_length", "description_links"),
    "tags": (WORDING, "tag_count"),
    "duration": ("duration_s",),
    "timing": ("hour_posted", "hour_sin", "hour_cos", "day_of_week", "weekday_sin", "weekday_cos"),
}
"""What can be changed before publication, with the features that move with it."""
MEASURED: Final = tuple(
    name
    for name in dict.fromkeys(column for lever in LEVERS for column in LEVERS[lever])
    if not name.startswith(("hour_", "weekday_")) and name != "day_of_week"
)
"""Features of these that are more or less, and so have a range."""


@dataclass(frozen=True, slots=True)
class Held:
    """How differences by one lever have held: outcomes moved by ``slope`` times what the models said, give or take ``error`` (one s. e.)."""

    slope: float
    error: float
    videos: int


@dataclass(frozen=True, slots=True)
class Associations:
    """By lever how it has held, and what was learnt from.

    That is by ``format/feature`` the 1 and 99 % quantile, and by ``format/hour_posted`` and ``format/day_of_week`` the share of the videos
    at each hour and weekday.
    """

    held: Mapping[str, Held]
    ranges: Mapping[str, tuple[float, float]]
    shares: Mapping[str, tuple[float, ...]]
