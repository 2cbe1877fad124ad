"""The best time: that a channel without one is told so, that an effect is found, and what is said of times nobody tried."""

from __future__ import annotations

from dataclasses import replace
from math import tau

import numpy as np
import polars as pl
import pytest

from foreview.errors import UsageError
from foreview.forecasting.best_time import BestTime, _tested, _within, best_time
from foreview.forecasting.whatif import ASSOCIATION
from foreview.releases.prior import prior_release
from foreview.simulation.content import EFFECTS
from foreview.simulation.world import DEFAULT_END, simulate


def history(rng: np.random.Generator, effect: float, n: int = 80) -> BestTime:
    """A channel whose level walks and whose views peak at 18:00."""
    hour, weekday = rng.integers(0, 24, n).astype(float), rng.integers(0, 7, n).astype(float)
    level = np.cumsum(rng.normal(0, 0.1, n))
    left = level + effect * np.cos((hour - 17.5) * tau / 24) + rng.normal(0, 0.6, n)
    block = np.arange(n) // 20
    return _tested("one", _within(left, block), block, hour, weekday)


def test_without_an_effect_at_least_19_in_20_are_told_so():
    rng = np.random.default_rng(2)
    found = [history(rng, effect=0.0) for _ in range(200)]
    # At most 5 % by the test's own making; 8 % are two standard errors off on 200.
    assert np.mean([one.finding == "no effect" for one in found]) >= 0.92
    assert all(one.times == () for one in found if one.finding == "no effect")
    assert np.mean([one.p_value for one in found]) == pytest.approx(0.5, abs=0.06)


def test_a_strong_effect_is_found_at_its_hour():
    found = [history(np.random.default_rng(seed), effect=0.7) for seed in range(20)]
    assert sum(one.finding == "effect" for one in found) >= 18
    best = np.array([one.times[0].hour for one in found if one.times])
    assert np.median(np.abs((best - 18 + 12) % 24 - 12)) <= 2
    ratio = np.median([one.times[0].ratio for one in found if one.times])
    assert 1.4 < ratio < np.exp(0.7) * 1.3
    first = found[0].times[0]
    assert first.low < first.ratio < first.high
    assert found[0].says == ASSOCIATION


def test_worlds_whose_hours_do_nothing_are_told_so(monkeypatch):
    for name in ("evening", "weekend"):
        monkeypatch.setitem(EFFECTS, name, 0.0)
    found = []
    for seed in range(5):
        catalogue = simulate(channels=4, videos=400, seed=seed).catalogue
        channels = catalogue.videos["channel_id"].unique().sort().to_list()
        found += [best_time(catalogue, prior_release(), channel, DEFAULT_END) for channel in channels]
    asked = [one for one in found if one.finding != "too few"]
    assert len(asked) >= 15
    assert sum(one.finding == "effect" for one in asked) <= 2


def test_a_time_that_was_never_tried_is_not_told():
    rng = np.random.default_rng(0)
    hour, weekday = rng.integers(8, 20, 120).astype(float), rng.integers(0, 5, 120).astype(float)
    left = 2.0 * np.cos((hour - 17.5) * tau / 24) + rng.normal(0, 0.3, 120)
    block = np.arange(120) // 20
    found = _tested("one", _within(left, block), block, hour, weekday)
    assert {time.weekday for time in found.times} == {0, 1, 2, 3, 4}
    assert {time.hour for time in found.times} <= set(range(6, 22))


def test_few_videos_and_the_future_tell_nothing():
    catalogue = simulate(channels=2, videos=60, seed=1).catalogue
    channel = catalogue.videos["channel_id"][0]
    found = best_time(catalogue, prior_release(), channel, DEFAULT_END)
    assert (found.finding, found.p_value, found.times) == ("too few", None, ())
    assert "are too few, 40 are needed" in found.because
    moment = catalogue.videos["published_at"][45]
    assert best_time(catalogue, prior_release(), channel, moment) == best_time(
        catalogue.as_of(moment), prior_release(), channel, moment
    )


def test_a_channel_that_is_not_there_is_refused():
    catalogue = simulate(channels=2, videos=10, seed=1).catalogue
    empty = replace(catalogue, videos=catalogue.videos.with_columns(channel_id=pl.lit("other")))
    with pytest.raises(UsageError, match="'channel-000' has no video by then"):
        best_time(empty, prior_release(), "channel-000", DEFAULT_END)
