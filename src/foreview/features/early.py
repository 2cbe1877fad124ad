"""What has been seen of the video itself by the issue time."""

from __future__ import annotations

import numpy as np

from foreview.curves.curve import Curves, Floats, Ints, age_ms, take
from foreview.features.spec import CHANGE_DAYS, GRID_DAYS, STEP_DAYS
from foreview.vocabulary import DAY_MS


def early_features(views: Curves, revenue: Curves, video: Ints, issue_age: Ints) -> dict[str, Floats]:
    """Return the early group for n (video, issue age [ms]) pairs, each from the points known at its issue age alone."""
    last = views.last_known(video, issue_age)
    first = views.starts[video]
    seen = last >= first
    at = np.where(seen, last, 0)
    age = np.where(seen, take(views.age, at), 0)
    peak, counter = take(views.peak, at), take(views.values, at)
    interactions = take(views.interactions, at)
    earned_last = revenue.last_known(video, issue_age)
    earned = np.where(earned_last >= revenue.starts[video], take(revenue.values, np.maximum(earned_last, 0)), np.nan)
    columns = {
        "observed_age_days": age / DAY_MS,
        "observations": np.where(seen, last - first + 1, 0).astype(np.float64),
        "initial_views": np.where(seen, peak, np.nan),
        "initial_engagement": np.where(seen & (peak > 0), 100.0 * interactions / np.where(peak > 0, peak, 1.0), np.nan),
        "views_fall": np.where(seen, np.log1p(peak) - np.log1p(counter), np.nan),
        "initial_revenue": earned,
    }
    for day in GRID_DAYS:
        columns[f"views_ln_{day}d"] = _ln_at(views, video, np.full(age.shape, age_ms(day)), last)
    for day in STEP_DAYS:
        before = _ln_at(views, video, np.maximum(age - age_ms(day), 0), last)
        columns[f"growth_{day}d"] = np.where(seen & (age >= age_ms(day)), np.log1p(peak) - before, np.nan)
    for day in CHANGE_DAYS:
        newer = views.at(views.values, video, np.maximum(age - age_ms(day - 1), 0), last)
        older = views.at(views.values, video, np.maximum(age - age_ms(day), 0), last)
        change = np.sign(newer - older) * np.log1p(np.abs(newer - older))
        columns[f"change_{day}d"] = np.where(seen & (age >= age_ms(day)), change, np.nan)
    return columns


def _ln_at(views: Curves, video: Ints, age: Ints, last: Ints) -> Floats:
    return np.log1p(views.at(views.peak, video, age, last))
