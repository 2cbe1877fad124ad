"""The scores that a release keeps of each slice."""

from __future__ import annotations

import numpy as np
import pytest

from foreview.training.fitting import slice_score


def test_a_slice_keeps_both_errors_and_the_interval_of_their_ratio():
    errors = np.array([[0.1, 0.2], [0.3, 0.6], [0.2, 0.4], [0.4, 0.8]])
    score = slice_score(errors, np.array(["a", "a", "b", "b"]), np.array([1, 1, 2, 3]))
    assert score == pytest.approx(
        {
            "n": 4,
            "mae_ln": 0.25,
            "mae_ln_baseline": 0.5,
            "videos": 3,
            "mae_ln_ratio": 0.5,
            "mae_ln_ratio_low": 0.5,
            "mae_ln_ratio_high": 0.5,
        }
    )


def test_the_videos_of_few_channels_are_drawn_one_by_one():
    errors = np.array([[0.1, 0.1], [0.1, 0.2], [0.1, 0.4]])
    score = slice_score(errors, np.array(["a", "a", "a"]), np.array([1, 2, 3]))
    assert score["mae_ln_ratio_low"] == pytest.approx(0.25)
    assert score["mae_ln_ratio_high"] == pytest.approx(1.0)


def test_five_channels_are_drawn_whole():
    errors = np.array([[0.1, 0.2], [0.1, 0.2], [0.3, 0.2], [0.3, 0.2]] * 5)
    owner = np.repeat(["a", "b", "c", "d", "e"], 4)
    score = slice_score(errors, owner, np.arange(20))
    assert score["mae_ln_ratio_low"] == pytest.approx(score["mae_ln_ratio_high"]) == pytest.approx(1.0)


def test_a_single_video_has_no_interval():
    score = slice_score(np.array([[0.1, 0.2], [0.3, 0.2]]), np.array(["a", "a"]), np.array([1, 1]))
    assert score == pytest.approx({"n": 2, "mae_ln": 0.2, "mae_ln_baseline": 0.2, "videos": 1})


def test_a_baseline_without_error_has_no_ratio():
    score = slice_score(np.array([[0.1, 0.0], [0.3, 0.0]]), np.array(["a", "b"]), np.array([1, 2]))
    assert "mae_ln_ratio" not in score
