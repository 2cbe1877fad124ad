"""The words of the field, with their units: one name for one thing, everywhere.

``age`` is days since publication, ``issue age`` the age at which a forecast is made, ``horizon`` the age it speaks of.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Format: TypeAlias = Literal["short", "long"]
Target: TypeAlias = Literal["views_7d", "views_30d", "engagement_rate", "revenue_30d"]
ModelKind: TypeAlias = Literal["views", "engagement", "revenue"]

FORMATS: Final[tuple[Format, ...]] = ("short", "long")
SHORT_MAX_SECONDS: Final = 180
"""A video of at most this many seconds is short where the platform does not say (YouTube's own limit since 2024-10-15)."""

TARGETS: Final[tuple[Target, ...]] = ("views_7d", "views_30d", "engagement_rate", "revenue_30d")
"""Views [count] at age 7 and 30 d; engagement [percent] and revenue [USD] of the first 30 d."""

MODEL_KINDS: Final[tuple[ModelKind, ...]] = ("views", "engagement", "revenue")
"""What a release holds one model file each for."""

HORIZON_DAYS: Final[dict[Target, int]] = {
    "views_7d": 7,
    "views_30d": 30,
    "engagement_rate": 30,
    "revenue_30d": 30,
}
TARGET_UNITS: Final[dict[Target, str]] = {
    "views_7d": "views",
    "views_30d": "views",
    "engagement_rate": "percent",
    "revenue_30d": "USD",
}
SMALLEST_UNIT: Final[dict[Target, float]] = {
    "views_7d": 1.0,
    "views_30d": 1.0,
    "engagement_rate": 0.01,
    "revenue_30d": 0.01,
}
"""One view, a hundredth of a percent, a cent: below it a relative error means nothing."""
KIND_OF_TARGET: Final[dict[Target, ModelKind]] = {
    "views_7d": "views",
    "views_30d": "views",
    "engagement_rate": "engagement",
    "revenue_30d": "revenue",
}

QUANTILES: Final[dict[str, float]] = {
    "p2_5": 0.025,
    "p10": 0.10,
    "p25": 0.25,
    "p50": 0.50,
    "p75": 0.75,
    "p90": 0.90,
    "p97_5": 0.975,
}
"""The served quantiles: the ends of the 95, 80 and 50 % intervals and the median."""

INTERVALS: Final[dict[int, tuple[str, str]]] = {50: ("p25", "p75"), 80: ("p10", "p90"), 95: ("p2_5", "p97_5")}
CLASSES: Final = ("low", "medium", "high")
"""Thirds of the channel-format's own history."""

RATE_VIEWS: Final = 200.0
"""Views at which a rate, such as likes per view, is half believed: of ``n`` views it weighs n / (n + 200). A video with three views
has a rate of 0, 33, 67 or 100 percent, whatever people think of it."""
WORDING: Final = "wording"
"""The feature that is text: what words tell is learnt, they are no column of their own."""

MODEL_TYPES: Final = {
    "ensemble": "fitted models",
    "typical": "typical, for no model has shown skill",
    "prior": "the documented prior, for nothing has been learnt yet",
    "observed": "known already",
    "not_monetised": "known not to be monetised, so it earns nothing",
}
"""What can serve a forecast, in words."""

WEEKDAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Weekday n, 0 to 6, in words."""

YEARS: Final = range(1990, 2201)
"""The years that a time can be of where people or sources give it: what lies outside is a slip, and databases and clocks end not far from there."""

CATALOGUE_YEARS: Final = range(1970, 2200)
"""The years that a catalogue's times can lie in, generous for its own sake: sums of times are exact there, and every library has such dates."""

DAY_MS: Final = 86_400_000
"""Milliseconds a day. Times are UTC milliseconds and ages are milliseconds since publication, as whole numbers, so that
comparisons with a cutoff are exact."""
