"""What has been seen of a video decides which members learn from it and forecast it."""

import numpy as np
import polars as pl
import pytest

from foreview.features.spec import FEATURES
from foreview.learners.prior import prior_structure
from foreview.learners.slices import SEEN_DAYS, STAGES, in_stage
from foreview.options import Hyperparameters, TrainingOptions
from foreview.training.fitting import MIN_YOUNG, Problem, fit_out_of_time, locate_target, refit
from foreview.training.rows import Rows, mostly_told
from foreview.training.split import InnerSplit
from foreview.vocabulary import DAY_MS, WORDING

SLICES = np.array([f"views_7d/{kind}/{day}" for kind in ("short", "long") for day in SEEN_DAYS])
SMALLEST = Hyperparameters(forest_trees=2, boosting_size=0.02, xgb_size=0.01, spread_size=0.05)
RNG = np.random.default_rng(7)


@pytest.mark.parametrize("stages", [("unseen", "young", "older"), ("unseen", "seen")])
def test_each_slice_belongs_to_one_of_the_stages_that_are_learnt(stages):
    belongs = np.array([in_stage(SLICES, stage) for stage in stages])
    assert belongs.sum(axis=0).tolist() == [1] * SLICES.size


def test_all_that_is_seen_is_young_or_older():
    assert STAGES["seen"] == (*STAGES["young"], *STAGES["older"])


def problem(young: int) -> tuple[Problem, InnerSplit]:
    """Videos counted at one day and at three, a fifth of them after the inner origin, with a word that tells nothing."""
    shape = {f.name: pl.String if f.kind == "category" or f.name == WORDING else pl.Float64 for f in FEATURES}
    videos = young * 5 // 4
    day = np.tile([1.0, 3.0], videos)
    count = RNG.integers(10, 1_000, day.size).astype(np.float64)
    wording = [f"word{n % 400} told" for n in np.repeat(np.arange(videos), 2)]
    told = {"is_short": np.zeros(day.size), "observed_age_days": day, "initial_views": count, WORDING: wording}
    table = pl.DataFrame(
        {name: told.get(name, [None] * day.size) for name in shape} | {"horizon_days": [7.0] * day.size},
        schema=shape | {"horizon_days": pl.Float64},
    )
    actual = np.floor(2.0 * count)
    published = np.repeat(np.arange(videos, dtype=np.int64) * DAY_MS, 2)
    video = np.repeat(np.arange(videos, dtype=np.int64), 2)
    owner = (video % 10).astype(str)
    rows = Rows("views_7d", table, actual, np.full(day.size, np.nan), published, published, owner, video)
    origin = int(published[-1] * 4 // 5)
    split = InnerSplit(origin, (origin + int(published[-1])) // 2, embargoed=True)
    return Problem(rows, np.log1p(actual), np.log1p(actual), locate_target(rows)), split


@pytest.mark.parametrize(
    ("young", "learnt"), [(MIN_YOUNG + 10, ["young", "older"]), (MIN_YOUNG - 100, ["seen"])], ids=["many", "few"]
)
def test_the_young_are_learnt_apart_where_they_are_many_and_hear_the_words(young, learnt):
    asked, split = problem(young)
    options = TrainingOptions(hyperparameters=SMALLEST)
    judged = fit_out_of_time([asked], prior_structure(), [split], options)
    assert list(judged.location.ensembles) == learnt
    hears = {stage for stage, ensemble in judged.location.ensembles.items() if ensemble.encoder.words is not None}
    assert hears == {"young"} & set(learnt)
    final = refit([asked], prior_structure(), judged, options)
    assert list(final.location.ensembles) == learnt


def test_at_publication_a_tenth_as_many_videos_are_learnt_of_which_nothing_is_known():
    told = np.arange(1_000) < 200
    mine = np.arange(1_000) % 2 == 0
    learnt = mostly_told(mine, told, 0)
    assert [int((learnt & told).sum()), int((learnt & ~told).sum())] == [100, 10]
    assert not (learnt & ~mine).any()
    assert np.array_equal(learnt, mostly_told(mine, told, 0))
    assert np.array_equal(mostly_told(mine, np.zeros(1_000, dtype=np.bool_), 0), mine)
