"""The evidence for the gate, against the same said slowly."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from foreview.curves.labels import labels
from foreview.errors import NotEnoughHistory
from foreview.forecasting.forecaster import forecast
from foreview.forecasting.inputs import inputs_table
from foreview.forecasting.judging import AGES, JUDGED, judged
from foreview.releases.manifest import Draft, Release, seal
from foreview.releases.models import encode_model, prior_model
from foreview.releases.prior import prior_release
from foreview.simulation.world import simulate
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import MODEL_KINDS, TARGETS

CUTOFF = datetime(2026, 4, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return simulate(channels=3, videos=40, seed=5, days=120).catalogue


def release(as_of: datetime, *, embargo: str = "full", shifted: float = 0.0) -> Release:
    """The prior with another cutoff; ``shifted`` moves where it expects every video [ln]."""
    said = {item.name: getattr(prior_release().manifest, item.name) for item in fields(Draft)}
    models = {kind: dict(prior_release().models[kind]) for kind in MODEL_KINDS}
    if shifted:
        model = prior_model("views")
        levels = {name: level + shifted for name, level in model.location.structure.level.items()}
        structure = replace(model.location.structure, level=levels)
        models["views"] = dict(encode_model(replace(model, location=replace(model.location, structure=structure))))
    return seal(Draft(**{**said, "as_of": as_of, "options": {"seed": 0, "embargo": embargo}}), models)


def slow_errors(catalogue: Catalogue, *releases: Release) -> dict[str, np.ndarray]:
    """Video by video and age by age: the mean errors of the first release, of the last, and of typical."""
    found: dict[str, list[float]] = {"candidate": [], "champion": [], "typical": []}
    for video in catalogue.videos.rows(named=True):
        ours = pl.col("video_id") == video["video_id"]
        learnt = [labels(catalogue.as_of(r.manifest.as_of)).filter(ours) for r in releases]
        if any(known.select(TARGETS).row(0) != (None,) * len(TARGETS) for known in learnt if known.height):
            continue
        label = labels(catalogue).filter(ours).row(0, named=True)
        errors: dict[str, list[float]] = {name: [] for name in found}
        for age in AGES:
            issue = pl.DataFrame(
                {"video_id": [video["video_id"]], "as_of": [video["published_at"] + timedelta(days=age)]}
            )
            said = [forecast(catalogue, r, issue) for r in releases]
            counted = inputs_table(catalogue, releases[0], issue).row(0, named=True)
            for target in JUDGED:
                rows = [frame.filter(target=target).row(0, named=True) for frame in said]
                if label[target] is None or rows[0]["model_type"] == "observed":
                    continue
                typical = max(rows[0]["typical"], counted[f"settled/{target}/lower"])
                points = {"candidate": rows[0]["point"], "champion": rows[-1]["point"], "typical": typical}
                for name, point in points.items():
                    errors[name].append(abs(np.log1p(point) - np.log1p(label[target])))
        if errors["candidate"]:
            for name, means in found.items():
                means.append(float(np.mean(errors[name])))
    return {name: np.array(values) for name, values in found.items()}


def test_the_evidence_is_what_the_slow_twin_finds(catalogue):
    candidate, champion = release(CUTOFF, shifted=0.4), release(CUTOFF - timedelta(days=9))
    expected = slow_errors(catalogue, candidate, champion)
    found = judged(catalogue, candidate, champion)
    assert found.videos == expected["candidate"].size > 8
    assert found.mae_ln == pytest.approx(expected["candidate"].mean(), rel=1e-12)
    assert found.against_champion is not None
    for ratio, other in ((found.against_champion, "champion"), (found.against_typical, "typical")):
        assert ratio.value == pytest.approx(expected["candidate"].mean() / expected[other].mean(), rel=1e-12)
    newest = labels(catalogue).select(pl.max_horizontal(f"{t}_matured_at" for t in TARGETS).max()).item()
    assert found.champion_age_days == (newest - champion.manifest.as_of) / timedelta(days=1)


def test_the_same_models_are_as_good_as_each_other(catalogue):
    found = judged(catalogue, release(CUTOFF), release(CUTOFF - timedelta(days=1)))
    assert found.against_champion is not None
    assert (found.against_champion.value, found.against_champion.low, found.against_champion.high) == (1, 1, 1)


def test_where_nothing_serves_typical_alone_is_beside_it(catalogue):
    found = judged(catalogue, release(CUTOFF), None)
    assert (found.against_champion, found.champion_age_days) == (None, 0.0)


def test_it_is_the_later_cutoff_of_the_two_that_counts(catalogue):
    early, late = release(CUTOFF - timedelta(days=20)), release(CUTOFF)
    both = {judged(catalogue, early, late).videos, judged(catalogue, late, early).videos}
    assert both == {judged(catalogue, late, None).videos}
    assert judged(catalogue, early, None).videos > judged(catalogue, late, None).videos


def test_what_was_trained_without_the_embargo_is_judged_on_videos_published_later(catalogue):
    published = catalogue.videos.filter(pl.col("published_at") > CUTOFF)["video_id"]
    with_views = labels(catalogue).filter(pl.any_horizontal(pl.col(target).is_not_null() for target in JUDGED))
    expected = with_views["video_id"].is_in(published.implode()).sum()
    found = judged(catalogue, release(CUTOFF, embargo="none"), None).videos
    assert found == expected < judged(catalogue, release(CUTOFF), None).videos


def test_a_release_just_trained_has_nothing_to_be_judged_on(catalogue):
    with pytest.raises(NotEnoughHistory, match="not trained on"):
        judged(catalogue, release(datetime(2026, 7, 1, tzinfo=UTC)), release(CUTOFF))
