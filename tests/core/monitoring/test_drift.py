"""How far features moved, and how far they move anyway. Whole years: ``python -m benchmarks.drift_alarms``."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from foreview.errors import UsageError
from foreview.monitoring.drift import LEAST_EFFECT, YEARLY_ALARMS, input_drift, limits, repeats


def table(rng: np.random.Generator, n: int, shift: float = 0.0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "length": rng.normal(shift, 1, n),
            "views": np.exp(rng.normal(5, 2, n)),
            "asks": rng.random(n) < 0.3,
            "category": rng.choice(["music", "news", "sport"], n, p=[0.6, 0.3, 0.1]),
        }
    )


def effects(found: pl.DataFrame) -> dict[str, float]:
    return dict(found.select("feature", "effect").iter_rows())


def test_the_effect_of_a_normal_feature_is_its_shift_in_standard_deviations():
    rng = np.random.default_rng(0)
    found = input_drift(table(rng, 20_000), table(rng, 5_000, shift=0.5))
    assert effects(found)["length"] == pytest.approx(0.5, abs=0.03)
    assert found["feature"][0] == "length"
    assert found.filter("flagged")["feature"].to_list() == ["length"]


def test_features_are_ranked_by_effect():
    rng = np.random.default_rng(1)
    found = input_drift(table(rng, 600), table(rng, 50))
    sizes = found["effect"].abs().to_list()
    assert sizes == sorted(sizes, reverse=True)
    assert found.height == 6


def test_any_increasing_scale_of_a_feature_gives_the_same_effect():
    rng = np.random.default_rng(2)
    before, now = table(rng, 400), table(rng, 40)
    logs = [part.with_columns(pl.col("views").log()) for part in (before, now)]
    assert effects(input_drift(*logs))["views"] == effects(input_drift(before, now))["views"]


def test_one_freak_does_not_move_a_feature():
    rng = np.random.default_rng(3)
    before, now = table(rng, 400), table(rng, 40)
    freak = now.with_columns(views=pl.when(pl.int_range(pl.len()) == 0).then(1e15).otherwise("views"))
    assert effects(input_drift(before, freak))["views"] == pytest.approx(
        effects(input_drift(before, now))["views"], abs=0.15
    )


def test_the_effect_of_yes_or_no_is_the_difference_of_shares_in_standard_deviations():
    before = pl.DataFrame({"asks": [True, False, False, False] * 50})
    now = pl.DataFrame({"asks": [True] * 30 + [False] * 10})
    assert effects(input_drift(before, now))["asks"] == pytest.approx(0.5 / np.sqrt(0.25 * 0.75))


def test_each_frequent_value_of_a_category_is_a_feature_and_a_rare_one_is_not():
    before = pl.DataFrame({"category": ["music"] * 60 + ["news"] * 39 + ["sport"]})
    found = input_drift(before, pl.DataFrame({"category": ["news"] * 10}))
    assert set(found["feature"]) == {"category = music", "category = news"}
    assert effects(found)["category = music"] < 0 < effects(found)["category = news"]


def test_a_feature_that_is_suddenly_missing_is_found():
    rng = np.random.default_rng(4)
    before, now = table(rng, 600), table(rng, 60)
    found = input_drift(before, now.with_columns(length=pl.lit(None, pl.Float64)))
    assert found["feature"][0] == "length is missing"
    assert found["flagged"][0]
    assert effects(found)["length"] == pytest.approx(0.0, abs=1e-12)


def test_a_constant_that_changes_is_found_and_one_that_stays_is_not():
    before = pl.DataFrame({"platform_fee": [1.0] * 400, "version": [3] * 400})
    now = pl.DataFrame({"platform_fee": [2.0] * 40, "version": [3] * 40})
    assert input_drift(before, now).filter("flagged")["feature"].to_list() == ["platform_fee"]
    assert effects(input_drift(before, now))["version"] == 0.0


def test_what_cannot_be_compared_is_left_out():
    times = pl.DataFrame({"at": [0]}).cast(pl.Datetime("ms"))
    assert input_drift(times, times).is_empty()
    assert input_drift(times, times).columns == ["feature", "effect", "limit", "flagged"]


def test_of_a_reference_that_is_too_short_nothing_is_flagged():
    rng = np.random.default_rng(5)
    found = input_drift(table(rng, 70), table(rng, 30, shift=9.0))
    assert not found["flagged"].any()
    assert np.isinf(found["limit"].to_numpy()).all()


def test_nothing_small_is_flagged_however_sure_it_is():
    rng = np.random.default_rng(6)
    found = input_drift(table(rng, 40_000), table(rng, 10_000, shift=0.15)).filter(feature="length")
    assert found["limit"].item() == LEAST_EFFECT
    assert not found["flagged"].item()


def test_the_limit_of_single_draws_is_that_of_students_t():
    """By hand: 40 blocks of 10, none like its neighbour, so that each counts for one."""
    means = np.tile([1.0, -1.0], 20)
    before = np.repeat(means, 10)[:, None]
    variance = 1.0 / (1 - 1 / 40)
    expected = stats.t.isf(0.001 / 2, 39) * np.sqrt(variance * (10 / 30 + 1 / 40))
    assert limits(before, 30, 0.001, length=10, together=np.ones(1))[0] == pytest.approx(expected)


def test_blocks_that_resemble_their_neighbours_count_for_fewer():
    rng = np.random.default_rng(7)
    alone = rng.standard_normal((400, 1))
    wandering = np.zeros((400, 1))
    for row in range(1, 400):
        wandering[row] = 0.8 * wandering[row - 1] + 0.6 * alone[row]
    found = []
    for series in (alone, wandering):
        away = series - series.mean()
        found.append(float(repeats(away / np.sqrt((away**2).sum()))[0]))
    assert found[0] == pytest.approx(1.0, abs=0.5)
    # An autoregression of 0.8 repeats itself (1 + 0.8) / (1 - 0.8) = 9 times.
    assert found[1] == pytest.approx(9.0, rel=0.4)


def test_how_long_a_feature_resembles_itself_is_half_told_by_the_others():
    rng = np.random.default_rng(9)
    # Turned round in every second block of 20, so that it seems to forget at once; the others remember for long.
    forgets = np.tile(np.repeat([1.0, -1.0], 20), 20) + rng.normal(0, 0.1, 800)
    remembers = np.repeat(rng.standard_normal((8, 3)), 100, axis=0) + rng.normal(0, 0.1, (800, 3))
    before = pl.DataFrame({"forgets": forgets} | {f"remembers_{k}": remembers[:, k] for k in range(3)})
    alone = input_drift(before.select("forgets"), before.select("forgets").tail(60), looks_a_year=4)
    among = input_drift(before, before.tail(60), looks_a_year=1)
    limit = [found.filter(feature="forgets")["limit"].item() for found in (alone, among)]
    assert limit[1] > 1.4 * limit[0]


def test_of_a_reference_shorter_than_a_block_nothing_is_flagged():
    before, now = pl.DataFrame({"length": [1.0] * 5}), pl.DataFrame({"length": [9.0] * 60})
    assert input_drift(before, now)["limit"].to_list() == [np.inf]


def test_more_looks_and_more_features_raise_the_limit():
    rng = np.random.default_rng(8)
    before, now = table(rng, 900).select("length"), table(rng, 60).select("length")
    limit = [input_drift(before, now, looks_a_year=looks)["limit"].item() for looks in (1, 52, 365)]
    assert limit == sorted(limit)
    twice = [part.with_columns(more="length") for part in (before, now)]
    assert input_drift(*twice, looks_a_year=1)["limit"][0] == pytest.approx(
        input_drift(before, now, looks_a_year=2)["limit"].item()
    )


def test_a_year_of_weekly_looks_at_nothing_raises_no_more_alarms_than_budgeted():
    """Known truth: videos drawn alike for two years. Twenty years may raise two alarms in the mean."""
    alarms = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        reference = table(rng, 600)
        year = table(rng, 52 * 12)
        alarms += any(
            input_drift(reference, year[max(0, end - 60) : end])["flagged"].any() for end in range(60, 624, 36)
        )
    assert alarms <= 20 * YEARLY_ALARMS + 4


@pytest.mark.parametrize(
    ("before", "now"), [({"a": []}, {"a": [1]}), ({"a": [1]}, {"a": []}), ({"a": [1]}, {"b": [1]})]
)
def test_two_tables_of_the_same_features_are_compared(before: dict[str, list[int]], now: dict[str, list[int]]):
    with pytest.raises(UsageError, match="two tables of the same features"):
        input_drift(pl.DataFrame(before), pl.DataFrame(now))
