"""The fitted point for relative errors multiplies counts in the slices where it serves, and nowhere else."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from foreview.forecasting.distributions import relative_points
from foreview.learners.location import with_horizon
from foreview.learners.matrix import fit_encoder
from foreview.learners.relative import Relative, fit_relative, predict_relative
from foreview.releases.models import KindModel, decode_model, encode_model, prior_model


def table(*videos: tuple[float | None, float]) -> pl.DataFrame:
    """Long videos by the views counted and the age [d] at which they were."""
    counts, ages = zip(*videos, strict=True)
    shape = {"initial_views": pl.Float64, "observed_age_days": pl.Float64}
    found = pl.DataFrame({"initial_views": counts, "observed_age_days": ages}, schema_overrides=shape)
    return found.with_columns(is_short=pl.lit(0.0))


@pytest.fixture(scope="module")
def views() -> KindModel:
    """Whatever the count, growth is 3; it serves where a week was seen."""
    seen = with_horizon(table(*((float(count), 7.0) for count in range(1, 401))), "views_30d")
    encoder = fit_encoder(seen, np.zeros(400))
    booster = fit_relative(encoder.matrix(seen), np.full(400, 3.0), seed=0, threads=1)
    return replace(prior_model("views"), relative=Relative(encoder, booster, frozenset({"views_30d/long/7"})))


def test_a_count_is_multiplied_where_the_growth_serves_and_read_off_elsewhere(views: KindModel):
    rows = table((100.0, 7.0), (100.0, 3.0), (0.0, 7.0), (None, 0.0))
    values = np.tile(np.log1p(np.linspace(200.0, 250.0, 79)), (4, 1))
    read_off = relative_points(replace(views, relative=None), rows, "views_30d", values)
    found = relative_points(views, rows, "views_30d", values)
    assert found[0] == pytest.approx(300.0, rel=1e-3)
    assert found[1:].tolist() == read_off[1:].tolist()
    assert relative_points(views, rows, "views_7d", values).tolist() == read_off.tolist()


def test_it_survives_the_way_to_disk(views: KindModel):
    kept = decode_model(encode_model(views)).relative
    assert kept is not None
    assert views.relative is not None
    assert (kept.encoder, kept.slices) == (views.relative.encoder, views.relative.slices)
    rows = kept.encoder.matrix(with_horizon(table((5.0, 7.0), (800.0, 7.0)), "views_30d"))
    assert predict_relative(kept.booster, rows).tolist() == predict_relative(views.relative.booster, rows).tolist()
