import numpy as np
import polars as pl
import pytest

from foreview.features.spec import FEATURES
from foreview.learners.prior import prior_spread, prior_structure
from foreview.learners.structure import baseline, thirds, typical

PRIOR = prior_structure()


def row(**given: float | str | None) -> pl.DataFrame:
    blank: dict[str, float | str | None] = {f.name: None for f in FEATURES}
    schema = {f.name: pl.String if f.kind == "category" else pl.Float64 for f in FEATURES}
    return pl.DataFrame([blank | {"is_short": 0.0, "observed_age_days": 0.0} | given], schema=schema)


def test_typical_of_a_channel_without_history_is_the_level_of_its_format() -> None:
    assert typical(PRIOR, row(), "views_30d")[0] == PRIOR.level["views_30d/long"]
    assert typical(PRIOR, row(is_short=1.0), "views_30d")[0] == PRIOR.level["views_30d/short"]


def test_typical_is_shrunk_when_few_videos_exist() -> None:
    few = typical(PRIOR, row(channel_median_7d=8.0, channel_n_7d=1.0), "views_7d")[0]
    many = typical(PRIOR, row(channel_median_7d=8.0, channel_n_7d=20.0), "views_7d")[0]
    assert few == pytest.approx((8.0 + 3 * 4.7) / 4)
    assert many == pytest.approx((20 * 8.0 + 3 * 4.7) / 23)


def test_a_channel_median_of_zero_views_is_not_a_missing_one() -> None:
    found = typical(PRIOR, row(channel_median_7d=0.0, channel_n_7d=20.0), "views_7d")[0]
    assert found == pytest.approx(3 * 4.7 / 23)


def test_typical_at_thirty_days_is_never_below_typical_at_seven() -> None:
    ahead = row(channel_median_7d=9.0, channel_n_7d=20.0, channel_median_30d=2.0, channel_n_30d=1.0)
    assert typical(PRIOR, ahead, "views_30d")[0] == typical(PRIOR, ahead, "views_7d")[0]


def test_once_counts_are_seen_the_baseline_is_the_count_and_its_typical_growth() -> None:
    seen = row(observed_age_days=3.0, initial_views=100.0)
    assert baseline(PRIOR, seen, "views_30d")[0] == pytest.approx(
        np.log1p(100.0) + PRIOR.growth["views_30d/long/3"] * np.log(30 / 3)
    )


def test_zero_views_seen_is_not_nothing_seen() -> None:
    seen = row(observed_age_days=3.0, initial_views=0.0)
    assert baseline(PRIOR, seen, "views_30d")[0] == pytest.approx(PRIOR.growth["views_30d/long/3"] * np.log(30 / 3))


def test_the_rate_seen_weighs_as_much_as_the_views_behind_it() -> None:
    seen = row(initial_engagement=10.0, initial_views=200.0)
    usual = np.expm1(PRIOR.level["engagement_rate/long"])
    assert np.expm1(baseline(PRIOR, seen, "engagement_rate")[0]) == pytest.approx((10.0 + usual) / 2)


def test_thirds_lie_around_typical() -> None:
    low, high = thirds(PRIOR, row(), "views_30d")
    assert low[0] < typical(PRIOR, row(), "views_30d")[0] < high[0]


def test_the_prior_is_wide_before_anything_is_seen_and_narrows_with_every_bucket() -> None:
    widths = [sum(prior_spread(f"views_30d/long/{day}")) for day in (0, 1, 3, 7, 14)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(4.4)


def test_growth_ends_at_the_horizon() -> None:
    seen = row(observed_age_days=30.0, initial_views=100.0)
    assert baseline(PRIOR, seen, "views_30d")[0] == np.log1p(100.0)
