"""A window whose truth is known: one planted effect, one feature that says nothing, and a fitted ensemble."""

from __future__ import annotations

import numpy as np
import polars as pl

from foreview.explain.placing import Locations
from foreview.explain.window import Window
from foreview.features.spec import Feature
from foreview.learners.ensemble import fit_members
from foreview.learners.location import LocationModel, with_horizon
from foreview.learners.prior import prior_structure
from foreview.learners.structure import baseline, slices_of

SLOPE = 0.8
FEATURES = (
    Feature("planted", "", "content", "number", "publication", ""),
    Feature("noise", "", "text", "number", "publication", ""),
    Feature("channel_median_30d", "ln(1+views)", "channel", "number", "publication", ""),
)


def window(n: int, seed: int) -> Window:
    """Videos at publication of twenty channels: ln views lie ``SLOPE · planted`` above what is typical, give or take 0.3."""
    rng = np.random.default_rng(seed)
    median = rng.normal(7.0, 1.0, n)
    table = pl.DataFrame(
        {
            "video_id": [f"v{i}" for i in range(n)],
            "is_short": np.zeros(n),
            "observed_age_days": np.zeros(n),
            "initial_views": [None] * n,
            "channel_median_7d": median - 1.0,
            "channel_n_7d": np.full(n, 20.0),
            "channel_median_30d": median,
            "channel_n_30d": np.full(n, 20.0),
            "planted": rng.normal(size=n),
            "noise": rng.normal(size=n),
        },
        schema_overrides={"initial_views": pl.Float64},
    )
    usual = baseline(prior_structure(), table, "views_30d")
    actual = usual + SLOPE * table["planted"].to_numpy() + 0.3 * rng.normal(size=n)
    channels = np.array([f"c{i % 20}" for i in range(n)])
    return Window("views_30d", table, actual, slices_of(table, "views_30d"), channels, "channels")


def fitted(past: Window) -> Locations:
    """Models of views that were fitted on ``past``."""
    structure = prior_structure()
    beyond = past.actual - baseline(structure, past.table, "views_30d")
    features = with_horizon(past.table, "views_30d").select("planted", "noise", "channel_median_30d", "horizon_days")
    ensemble = fit_members(features, beyond, past.slices, max_rows=2000, seed=0, threads=1)
    return {"views": LocationModel(structure, {"unseen": ensemble})}
