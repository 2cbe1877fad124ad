"""Totals of several videos: their dependence against a known one, and what a total never contradicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri

from foreview.errors import UsageError
from foreview.forecasting.forecaster import forecast, issues_as_of
from foreview.forecasting.portfolio import portfolio, published_in
from foreview.releases.models import models_of
from foreview.uncertainty.conformal import LEVELS, Calibration
from foreview.uncertainty.dependence import PRIOR, Dependence, dependence, drawn_sums
from foreview.uncertainty.record import Record, plain, record_from
from tests.core.forecasting.asked import CUTOFF, sealed

INDEPENDENT = Dependence(0.0, 0.0, 1)
SLICE = "views_30d/long/0"
NORMAL = Calibration({SLICE: ndtri(LEVELS)}, {SLICE: 1000})


def scores(rng: Any, channel: np.ndarray, month: np.ndarray, by: Dependence) -> Any:
    """Standard normal scores that are correlated so."""
    own = rng.normal(size=(channel.max() + 1, month.max() + 1))[channel, month]
    shared = rng.normal(size=month.max() + 1)[month]
    left = rng.normal(size=channel.size)
    return np.sqrt(by.month) * shared + np.sqrt(by.channel - by.month) * own + np.sqrt(1 - by.channel) * left


def record(score: np.ndarray, channel: np.ndarray, month: np.ndarray) -> Record:
    n = score.size
    return Record(np.full(n, SLICE), np.arange(n), channel, 31 * month + 3, score, np.zeros(n))


@pytest.mark.parametrize("true", [Dependence(0.0, 0.0, 0), Dependence(0.3, 0.0, 0), Dependence(0.4, 0.2, 0)])
def test_a_known_dependence_is_found(true):
    rng = np.random.default_rng(4)
    channel, month = (part.ravel() for part in np.indices((30, 40)))
    channel, month = np.repeat(channel, 4), np.repeat(month, 4)
    found = dependence(record(scores(rng, channel, month, true), channel, month), NORMAL)
    assert found.groups == 1200
    assert found.channel == pytest.approx(true.channel, abs=0.06)
    assert found.month == pytest.approx(true.month, abs=0.08)


def test_little_history_says_what_the_prior_says():
    nothing = np.zeros(0, dtype=np.int64)
    assert dependence(record(np.zeros(0), nothing, nothing), NORMAL) == PRIOR
    pair: Any = dependence(
        record(np.array([1.0, -1.0]), np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)), NORMAL
    )
    assert (pair.channel, pair.month) == (pytest.approx((10 * PRIOR.channel - 1) / 11, abs=0.02), PRIOR.month)


def test_totals_that_know_of_shared_shocks_cover_and_independent_ones_do_not():
    """Two hundred months of twenty videos of one channel, whose scores are correlated by 0.3; the dependence is estimated from other months."""
    true, rng = Dependence(0.3, 0.0, 0), np.random.default_rng(7)
    months, videos = 200, 20
    month = np.repeat(np.arange(2 * months), videos)
    channel = np.zeros_like(month)
    drawn = scores(rng, channel, month, true)
    past = month < months
    found = dependence(record(drawn[past], channel[past], month[past]), NORMAL)
    values = np.tile(7.0 + 0.6 * ndtri(LEVELS), (videos, 1))
    one = np.zeros(videos, dtype=np.int64)
    sums = np.expm1(7.0 + 0.6 * drawn[~past]).reshape(months, videos).sum(axis=1)
    covered = {}
    for name, by in (("shared", found), ("independent", INDEPENDENT)):
        low, high = np.quantile(drawn_sums(values, one, one, by), [0.1, 0.9])
        covered[name] = float(np.mean((sums >= low) & (sums <= high)))
    assert covered["shared"] == pytest.approx(0.8, abs=0.06)
    assert covered["independent"] < 0.55


@pytest.fixture(scope="module")
def april(asked_world):
    start = datetime(2026, 4, 1, tzinfo=UTC)
    return published_in(asked_world.catalogue, start, start + timedelta(days=30))


def issues_of(catalogue, moment, videos) -> pl.DataFrame:
    return issues_as_of(catalogue, moment).filter(pl.col("video_id").is_in(videos))


def test_a_total_of_one_video_is_its_forecast(asked_world, asked_release, april):
    issue = issues_of(asked_world.catalogue, datetime(2026, 4, 20, tzinfo=UTC), april[:1])
    (views, revenue) = portfolio(asked_world.catalogue, asked_release, issue)
    own = forecast(asked_world.catalogue, asked_release, issue)
    for total in (views, revenue):
        (row,) = own.filter(target=total.target).to_dicts()
        for name in ("p10", "p50", "p90"):
            assert getattr(total, name) == pytest.approx(row[name], rel=0.08, abs=0.01)


def test_a_total_is_the_same_each_time_and_in_any_order(asked_world, asked_release, april):
    issues = issues_of(asked_world.catalogue, datetime(2026, 5, 1, tzinfo=UTC), april)
    found = portfolio(asked_world.catalogue, asked_release, issues)
    assert portfolio(asked_world.catalogue, asked_release, issues.reverse()) == found
    assert found[0].correlation_from == "outcomes"
    assert found[1].correlation_from == "prior"


def test_a_total_is_wider_than_independence_and_narrower_than_the_sum_of_bounds(asked_world, asked_release, april):
    issues = issues_of(asked_world.catalogue, datetime(2026, 5, 1, tzinfo=UTC), april)
    views = portfolio(asked_world.catalogue, asked_release, issues)[0]
    alone = portfolio(asked_world.catalogue, asked_release, issues, given=INDEPENDENT)[0]
    bounds: Any = forecast(asked_world.catalogue, asked_release, issues).filter(target="views_30d")
    assert alone.p90 - alone.p10 < views.p90 - views.p10 < bounds["p90"].sum() - bounds["p10"].sum()
    assert views.p2_5 <= views.p10 <= views.p50 <= views.p90 <= views.p97_5
    assert views.p2_5 >= views.counted
    assert views.to_come == views.p50 - views.counted


def test_a_month_that_is_over_is_what_was_counted(asked_world, asked_release):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    videos = published_in(asked_world.catalogue, start, start + timedelta(days=31))
    issues = issues_of(asked_world.catalogue, datetime(2026, 6, 1, tzinfo=UTC), videos)
    views = portfolio(asked_world.catalogue, asked_release, issues)[0]
    true = asked_world.truth.filter(pl.col("video_id").is_in(videos))["views_30d"].sum()
    assert (views.videos, views.correlation_from) == (len(videos), "nothing open")
    assert views.p2_5 == views.p97_5 == views.counted == pytest.approx(true, rel=0.02)


def test_no_videos_come_to_nothing(asked_world, asked_release):
    issues = issues_of(asked_world.catalogue, datetime(2026, 6, 1, tzinfo=UTC), [])
    assert [(one.videos, one.p97_5) for one in portfolio(asked_world.catalogue, asked_release, issues)] == [
        (0, 0),
        (0, 0),
    ]


def test_what_cannot_be_meant_is_refused(asked_world, asked_release, april):
    issue = issues_of(asked_world.catalogue, datetime(2026, 6, 1, tzinfo=UTC), april[:1])
    with pytest.raises(UsageError, match="a video is counted once"):
        portfolio(asked_world.catalogue, asked_release, pl.concat([issue, issue]))
    with pytest.raises(UsageError, match="a window ends after it starts"):
        published_in(asked_world.catalogue, datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


def test_a_record_is_read_as_it_was_written(asked_release):
    kept: Any = models_of(asked_release)["views"].record
    again = record_from(plain(kept))
    for name in Record.__dataclass_fields__:
        assert getattr(again, name).tolist() == getattr(kept, name).tolist()


def test_a_record_whose_columns_do_not_fit_is_refused(asked_release):
    kept: Any = models_of(asked_release)["views"].record
    said = plain(kept)
    for wrong in ({"score": said["score"][1:]}, {"names": said["names"][:1]}):
        with pytest.raises(ValueError, match="a record"):
            record_from({**said, **wrong})


def test_without_a_record_the_documented_prior_serves(asked_world, asked_release, april):
    release = sealed(replace(models_of(asked_release)["views"], record=None), CUTOFF)
    issues = issues_of(asked_world.catalogue, datetime(2026, 5, 1, tzinfo=UTC), april)
    views: Any = portfolio(asked_world.catalogue, release, issues)[0]
    assert (views.correlation, views.correlation_from) == (pytest.approx(PRIOR.channel), "prior")
