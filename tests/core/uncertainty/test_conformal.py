import numpy as np
import pytest

from foreview.uncertainty.conformal import (
    DAYS_DIFFER,
    DAYS_WEIGHT,
    FORMATS_WEIGHT,
    LEVELS,
    PARENT_WEIGHT,
    PRIOR_WEIGHT,
    fit_calibration,
    fit_to_prior,
    parents,
    score_quantiles,
)


def at(level: float) -> int:
    return int(np.flatnonzero(np.isclose(LEVELS, level))[0])


def named(name: str, n: int) -> np.ndarray:
    return np.full(n, name)


def test_all_served_quantiles_are_among_the_levels() -> None:
    for level in (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975):
        assert np.isclose(LEVELS, level).sum() == 1


def test_the_quantile_of_m_scores_is_the_order_statistic_m_plus_1_times_p() -> None:
    scores = np.arange(1.0, 80.0)  # 79 scores: level k / 80 is the k-th of them
    found = fit_calibration(scores, named("views_30d/short/3", 79), np.arange(79)).quantiles["views_30d"]
    assert found.tolist() == pytest.approx(scores.tolist())


def test_a_small_slice_is_mixed_with_its_parent_by_the_number_of_scores() -> None:
    scores = np.concatenate([np.zeros(1000), np.full(50, 8.0)])
    slices = np.concatenate([named("views_30d/long/3", 1000), named("views_30d/short/3", 50)])
    found = fit_calibration(scores, slices, np.arange(1050))
    middle = at(0.5)
    assert found.quantiles["views_30d//3"][middle] == 0.0
    assert found.quantiles["views_30d/short/3"][middle] == pytest.approx(50 * 8.0 / (50 + PARENT_WEIGHT))
    assert found.counts["views_30d/short/3"] == 50


def test_a_slice_without_scores_is_served_by_its_nearest_ancestor() -> None:
    found = fit_calibration(np.array([1.0, 1.0]), named("views_30d/long/3", 2), np.arange(2))
    served = score_quantiles(found, np.array(["views_30d/short/3", "views_30d/short/14"]))
    assert (served == 1.0).all()
    assert parents("views_30d/short/3") == ("views_30d//3", "views_30d")


@pytest.mark.parametrize(("days", "share"), [(1, 5 / 12), (5, 0.25), (95, 0.025)])
def test_at_publication_the_opposites_of_scores_count_the_less_the_more_days_there_are(days: int, share: float) -> None:
    assert share == DAYS_WEIGHT / (days + DAYS_WEIGHT) / 2
    scores = np.concatenate([np.zeros(59_000), np.full(41_000, 9.0)])  # of median 0: the opposites are -9
    found = fit_calibration(scores, named("views_30d/short/0", scores.size), np.arange(scores.size) % days).quantiles
    expected = np.where(share * 0.41 > LEVELS, -9.0, np.where(1 - (1 - share) * 0.41 > LEVELS, 0.0, 9.0))
    assert found["views_30d//0"].tolist() == pytest.approx(expected.tolist(), abs=0.01)  # its parent counts for 1/2,000
    alone = np.where(LEVELS < 0.59, 0.0, 9.0)  # all ages together are taken as they are
    assert found["views_30d"].tolist() == pytest.approx(alone.tolist(), abs=0.01)


ALIKE = DAYS_WEIGHT * DAYS_DIFFER**2  # what the squares of the differences between days sum to where days do not differ


@pytest.mark.parametrize("level", [1.0, 0.15, 0.05, 0.0, -0.15, -1.0])
@pytest.mark.parametrize(("days", "apart"), [(1, 0.0), (3, 0.0), (3, 0.3), (21, 0.0), (21, 0.6)])
def test_at_publication_a_level_is_believed_as_far_as_it_stands_out_of_how_much_days_differ(days, apart, level) -> None:
    of_days = level + np.resize([0.0, apart, -apart], days)
    scores = (of_days + np.linspace(-9, 9, 1_001)[:, None]).ravel()
    names = named("views_7d/long/0", scores.size)
    found = fit_calibration(scores, names, np.tile(np.arange(days), 1_001)).quantiles["views_7d//0"]
    doubt = (ALIKE + days * apart**2 * 2 / 3) / (days - 1 + DAYS_WEIGHT) / days
    believed = max(1 - doubt / level**2, 0.0) * level if level else 0.0
    mixed = (scores.size * believed + PARENT_WEIGHT * np.median(scores)) / (scores.size + PARENT_WEIGHT)
    assert found[at(0.5)] == pytest.approx(mixed, abs=1e-9)


def test_a_level_that_is_disbelieved_moves_the_whole_distribution() -> None:
    scores = np.random.default_rng(4).exponential(1.0, 1_001)
    scores -= np.median(scores)
    days, names = np.arange(1_001) % 3, named("views_7d/long/0", 1_001)
    still, moved = (fit_calibration(scores + by, names, days, 1e-9).quantiles["views_7d//0"] for by in (0.0, 0.05))
    assert moved == pytest.approx(still, abs=1e-9)


def test_the_more_days_there_are_the_nearer_is_the_calibration_at_publication_to_the_scores_alone() -> None:
    scores = np.random.default_rng(3).exponential(1.0, 500)
    (alone,) = (fit_calibration(scores, named("v/long/1", 500), np.arange(500)).quantiles[name] for name in ["v//1"])
    calibrations = [fit_calibration(scores, named("v/long/0", 500), np.arange(500) % n) for n in (2, 20, 500)]
    far = [float(np.abs(c.quantiles["v//0"] - alone).max()) for c in calibrations]
    assert far == sorted(far, reverse=True)
    assert far[-1] < 0.05


def test_once_a_video_is_seen_the_days_of_its_scores_do_not_matter() -> None:
    scores = np.random.default_rng(3).exponential(1.0, 100)
    slices = named("views_7d/long/1", 100)
    one, many = (fit_calibration(scores, slices, days).quantiles for days in (np.zeros(100), np.arange(100)))
    assert all(one[name].tolist() == many[name].tolist() for name in one)


@pytest.mark.parametrize(("days", "most"), [(1, 0.84), (5, 0.83), (60, 0.81)])
def test_at_publication_central_intervals_hold_what_they_say_though_scores_are_skewed(days: int, most: float) -> None:
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(300):
        scores = rng.exponential(1.0, 300) - np.log(2)
        found = fit_calibration(scores, named("views_7d/long/0", 300), np.arange(300) % days).quantiles[
            "views_7d/long/0"
        ]
        new = rng.exponential(1.0, 200) - np.log(2)
        inside.append(((found[at(0.1)] <= new) & (new <= found[at(0.9)])).mean())
    assert 0.8 <= np.mean(inside) < most


PRIOR = np.linspace(-2, 2, LEVELS.size)
PRIORS = {"views_7d/short/0": PRIOR, "views_7d/long/0": PRIOR}


def test_without_outcomes_the_prior_stands() -> None:
    none = np.zeros(0, dtype=np.str_)
    found = fit_to_prior(np.zeros(0), none, none, PRIORS)
    assert found.quantiles["views_7d/short/0"].tolist() == PRIOR.tolist()


def test_few_videos_are_mixed_with_both_formats_and_those_with_the_prior_by_the_number_of_videos() -> None:
    own = np.linspace(-1, 1, LEVELS.size)  # 79 scores: each is a quantile
    scores = np.concatenate([own, own])  # of each of the 79 videos two, at two ages
    found = fit_to_prior(scores, named("views_7d/short/0", 158), np.tile(np.arange(79), 2), PRIORS)
    pooled = (79 * own + PRIOR_WEIGHT * PRIOR) / (79 + PRIOR_WEIGHT)
    expected = (79 * own + FORMATS_WEIGHT * pooled) / (79 + FORMATS_WEIGHT)
    assert found.quantiles["views_7d/short/0"] == pytest.approx(expected, abs=0.02)  # doubled, they lie half a step off
    assert found.quantiles["views_7d/long/0"] == pytest.approx(pooled, abs=0.02)
    assert found.counts == {"views_7d/short/0": 158, "views_7d/long/0": 0}


@pytest.mark.parametrize("moved", [-3.0, 0.0, 5.0])
def test_few_videos_do_not_move_the_median(moved: float) -> None:
    scores = np.random.default_rng(1).normal(moved, 1.0, 9)
    found = fit_to_prior(scores, named("views_7d/short/0", 9), np.arange(9), PRIORS)
    assert found.quantiles["views_7d/short/0"][at(0.5)] == pytest.approx(0.0, abs=1e-12)


def test_new_scores_of_the_same_kind_fall_below_each_quantile_as_often_as_its_level_says() -> None:
    rng = np.random.default_rng(7)
    below = np.zeros(LEVELS.size)
    for _ in range(400):
        scores = rng.standard_t(3, size=200)
        quantiles = fit_calibration(scores, named("views_30d/long/0", 200), np.arange(200)).quantiles["views_30d"]
        below += (rng.standard_t(3, size=(50, 1)) <= quantiles).mean(axis=0)
    # 20,000 draws against 400 calibrations: four standard errors of a share are below 0.015 at every level.
    assert np.abs(below / 400 - LEVELS).max() < 0.015
