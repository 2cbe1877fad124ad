"""Differences and their intervals, against known truth."""

from __future__ import annotations

import numpy as np
import pytest

from foreview.errors import UsageError
from foreview.metrics.bootstrap import bootstrap_means


def _channels(rng: np.random.Generator, channels: int, each: int):
    """Losses of two methods whose true difference is 0, with shocks that a channel's videos share."""
    shock = np.repeat(rng.standard_normal(channels), each)
    first = shock + 0.1 * rng.standard_normal(channels * each)
    return np.column_stack([first, np.zeros(channels * each)]), np.repeat(np.arange(channels).astype(str), each)


def test_the_measured_difference_and_ratio_are_those_of_the_means():
    losses = np.array([[1.0, 2.0], [3.0, 6.0], [2.0, 4.0]])
    means = bootstrap_means(losses, np.array(["a", "b", "c"]))
    assert means.difference(0, 1).value == -2.0
    ratio = means.ratio(0, 1)
    assert (ratio.value, ratio.low, ratio.high, ratio.clusters) == (0.5, 0.5, 0.5, 3)


def test_there_is_no_ratio_to_a_method_that_lost_nothing():
    ratio = bootstrap_means(np.array([[1.0, 0.0], [3.0, 0.0]]), np.array(["a", "b"])).ratio(0, 1)
    assert np.isnan([ratio.value, ratio.low, ratio.high]).all()


def test_equal_seeds_give_equal_intervals():
    losses, channel = _channels(np.random.default_rng(0), 20, 3)
    one, again = (bootstrap_means(losses, channel, seed=7).difference(0, 1) for _ in range(2))
    assert one == again
    assert one != bootstrap_means(losses, channel, seed=8).difference(0, 1)


def test_the_interval_contains_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        found = bootstrap_means(*_channels(rng, 40, 5), draws=200).difference(0, 1)
        hits += found.low <= 0 <= found.high
    assert 180 <= hits <= 198


def test_drawing_videos_one_by_one_would_call_noise_a_difference():
    losses, channel = _channels(np.random.default_rng(2), 40, 25)
    by_channel = bootstrap_means(losses, channel).difference(0, 1)
    by_video = bootstrap_means(losses, np.arange(channel.size).astype(str)).difference(0, 1)
    assert by_channel.high - by_channel.low > 3 * (by_video.high - by_video.low)


def test_methods_share_their_draws():
    losses = np.random.default_rng(3).random((50, 1)) + np.array([[0.0, 1.0]])
    found = bootstrap_means(losses, np.arange(50).astype(str)).difference(1, 0)
    assert [found.low, found.high] == pytest.approx([1.0, 1.0])


def test_nothing_to_draw_from_is_refused():
    with pytest.raises(UsageError, match="rows, methods"):
        bootstrap_means(np.empty((0, 2)), np.array([]))
