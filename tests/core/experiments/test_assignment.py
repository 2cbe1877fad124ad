"""Who serves a video: the same for ever, and balanced."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from scipy.stats import chisquare

from foreview.errors import UsageError
from foreview.experiments.assignment import arm_of

SALT = "challenger of 2026-06"
ARMS_IN_A_NEW_PROCESS = """
from hashlib import sha256
from foreview.experiments.assignment import arm_of
arms = "".join(arm_of(f"video-{n}", salt="challenger of 2026-06")[:4] for n in range(100_000))
print(sha256(arms.encode()).hexdigest())
"""
"""Champion and challenger differ in their fourth letter."""


def test_the_arms_of_a_hundred_thousand_videos_are_those_of_the_first_day():
    """Computed once and written down: an experiment that runs must not be reshuffled by a new version."""
    expected = "f6658318094906af17bdcf3f0c089140f9940751decbf7e2f757c9ead7dfc3cf"
    ran = [
        subprocess.run([sys.executable, "-c", ARMS_IN_A_NEW_PROCESS], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [process.stdout.strip() for process in ran] == [expected] * 2


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_the_split_is_as_declared(share: float):
    found = Counter(arm_of(f"video-{n}", salt=SALT, share=share) for n in range(100_000))
    expected = [100_000 * share, 100_000 * (1 - share)]
    assert chisquare([found["challenger"], found["champion"]], expected).pvalue > 0.01


def test_two_experiments_split_independently():
    both = Counter((arm_of(f"video-{n}", salt="one"), arm_of(f"video-{n}", salt="two")) for n in range(100_000))
    assert chisquare(list(both.values())).pvalue > 0.01


def test_a_larger_share_moves_videos_to_the_challenger_only():
    served = [{n for n in range(2000) if arm_of(f"v{n}", salt=SALT, share=s) == "challenger"} for s in (0.1, 0.3, 0.9)]
    assert served[0] < served[1] < served[2]


def test_a_share_of_nothing_and_of_everything_is_exact():
    assert {arm_of(f"v{n}", salt=SALT, share=0.0) for n in range(1000)} == {"champion"}
    assert {arm_of(f"v{n}", salt=SALT, share=1.0) for n in range(1000)} == {"challenger"}


def test_salt_and_video_do_not_run_into_each_other():
    pairs = [(arm_of(f"b{n}", salt="a"), arm_of(str(n), salt="ab")) for n in range(1000)]
    assert 400 < sum(one == other for one, other in pairs) < 600


@pytest.mark.parametrize(("salt", "share"), [("", 0.5), (SALT, -0.1), (SALT, 1.1), (SALT, float("nan"))])
def test_what_cannot_be_an_experiment_is_refused(salt: str, share: float):
    with pytest.raises(UsageError, match="a salt, and a share"):
        arm_of("v1", salt=salt, share=share)
