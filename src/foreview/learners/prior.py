"""The documented prior: what is believed of a video before any history exists. Wide, and labelled where it is served.

Views: medians, spreads and growth of 140,213 ordinary uploads of one week of 2015 (videos of all sizes of a large platform),
rounded; measured by ``benchmarks/prior.py``. Engagement and revenue per thousand views of long videos: the middle of one
creator's 223 videos, spread about twice as wide, because one creator is not everybody. Revenue per thousand views of shorts:
an assumption, a fiftieth of that of long videos, and more uncertain still.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from foreview.learners.structure import Structure, growth_names
from foreview.vocabulary import FORMATS, HORIZON_DAYS, Target

_LEVEL: Final = {
    "views_7d/short": 3.7,
    "views_7d/long": 4.7,
    "views_30d/short": 4.0,
    "views_30d/long": 5.0,
    "engagement_rate/short": 1.85,
    "engagement_rate/long": 1.85,
    "rpm/short": float(np.log(4.33 / 50)),
    "rpm/long": float(np.log(4.33)),
}
_SPREAD: Final = {
    "views_7d/short": 1.8,
    "views_7d/long": 2.1,
    "views_30d/short": 1.9,
    "views_30d/long": 2.2,
    "engagement_rate/short": 0.5,
    "engagement_rate/long": 0.5,
    "revenue_30d/short": 2.6,
    "revenue_30d/long": 2.4,
}
_GROWTH: Final[Mapping[str, tuple[float, float, float]]] = {
    # median ln ratio, and how far the lower and the upper tenth lie from it
    "views_7d/1": (0.30, 0.28, 0.85),
    "views_7d/3": (0.06, 0.06, 0.32),
    "views_30d/1": (0.50, 0.42, 1.25),
    "views_30d/3": (0.20, 0.20, 0.80),
    "views_30d/7": (0.11, 0.11, 0.52),
    "views_30d/14": (0.06, 0.06, 0.30),
}
_TENTH: Final = 1.2816
"""Standard deviations from the median of a normal distribution to its tenth."""


def prior_structure() -> Structure:
    """Return the structure that is served where nothing else is known."""
    level = dict(_LEVEL)
    for kind in FORMATS:
        level[f"revenue_30d/{kind}"] = float(np.log1p(np.exp(level[f"views_30d/{kind}"] + level[f"rpm/{kind}"]) / 1000))
    third = {name: (-0.43 * spread, 0.43 * spread) for name, spread in _SPREAD.items()}
    targets: tuple[Target, ...] = ("views_7d", "views_30d")
    growth = {
        name: _growth_rate(target, int(name.rsplit("/", 1)[1])) for target in targets for name in growth_names(target)
    }
    return Structure(level, third, growth, dict.fromkeys(FORMATS, 0.5))


def _growth_rate(target: Target, seen: int) -> float:
    if f"{target}/{seen}" not in _GROWTH:
        return 0.0
    return _GROWTH[f"{target}/{seen}"][0] / float(np.log(HORIZON_DAYS[target] / seen))


def prior_spread(slice_name: str) -> tuple[float, float]:
    """Return the standard deviations below and above the median [ln units] of a slice ``target/format/days seen``.

    A two-piece normal distribution: growth is never negative and has a long upper tail.
    """
    target, kind, seen = slice_name.split("/")
    if seen == "0" or target in ("engagement_rate", "revenue_30d"):
        spread = _SPREAD[f"{target}/{kind}"]
        return spread, spread
    _, below, above = _GROWTH.get(f"{target}/{seen}", (0.0, 0.05, 0.2))
    return max(below, 0.05) / _TENTH, above / _TENTH
