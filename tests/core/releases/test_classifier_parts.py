"""The classifier's parts of a release: what is written is read, and what was tampered with is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from foreview.errors import ReleaseCorrupt
from foreview.learners.classifier import Classifier, answers, fit_booster, questions
from foreview.learners.matrix import fit_encoder
from foreview.releases.models import KindModel, decode_model, encode_model, prior_model

RNG = np.random.default_rng(0)
ROWS = pl.DataFrame({"initial_views": RNG.uniform(0, 50, 400).round(), "category": RNG.choice(["a", "b"], 400)})
ASKED = questions(ROWS, RNG.uniform(1, 5, 400), high=True)


@pytest.fixture(scope="module")
def views() -> KindModel:
    passed = (RNG.uniform(size=400) < 0.4).astype(np.float64)
    encoder = fit_encoder(ASKED, passed)
    booster = fit_booster(encoder, ASKED, passed, seed=0, threads=1)
    pools = {"views_7d//0": (0.1 + 0.2, 0.0, -1.5)}
    return replace(prior_model("views"), classes=Classifier(encoder, booster, pools, frozenset({"views_7d/long/0"})))


def changed(views: KindModel, **changes: Any) -> dict[str, bytes]:
    """The parts with something else said of the classifier."""
    parts = encode_model(views)
    said = json.loads(parts["model.json"])
    said["classes"].update(changes)
    return {**parts, "model.json": json.dumps(said).encode()}


def test_what_was_written_is_read(views: KindModel):
    kept = decode_model(encode_model(views)).classes
    assert kept is not None
    assert views.classes is not None
    assert (kept.encoder, kept.pools, kept.slices) == (views.classes.encoder, views.classes.pools, views.classes.slices)
    said = [answers(c.encoder, c.booster, ASKED).tolist() for c in (kept, views.classes)]
    assert said[0] == said[1]


def test_written_again_it_is_the_same_bytes(views: KindModel):
    parts = encode_model(views)
    assert encode_model(decode_model(parts)) == parts


def test_a_model_without_a_classifier_has_no_part_of_one():
    parts = encode_model(prior_model("views"))
    assert sorted(parts) == ["model.json"]
    assert decode_model(parts).classes is None


def test_a_missing_booster_is_refused(views: KindModel):
    parts = encode_model(views)
    del parts["classes.json"]
    with pytest.raises(ReleaseCorrupt, match=r"classes\.json"):
        decode_model(parts)


@pytest.mark.parametrize("content", [b"", b"{}", b"\x80\x04N.", b'{"learner": {}}'])
def test_what_is_no_booster_is_refused(views: KindModel, content: bytes):
    with pytest.raises(ReleaseCorrupt, match="holds what this version"):
        decode_model({**encode_model(views), "classes.json": content})


@pytest.mark.parametrize(
    "pool", [[-0.1, 1.0, 0.0], [1.0, -0.1, 0.0], [1.0, float("nan"), 0.0], [1.0, 0.0, float("inf")], [1.0, 0.0], "abc"]
)
def test_a_pool_that_is_none_is_refused(views: KindModel, pool: Any):
    with pytest.raises(ReleaseCorrupt, match="holds what this version"):
        decode_model(changed(views, pools={"views_7d//0": pool}))


@pytest.mark.parametrize("changes", [{"pools": None}, {"slices": None}, {"encoder": {"columns": ["x"]}}])
def test_other_fields_are_refused(views: KindModel, changes: dict[str, Any]):
    with pytest.raises(ReleaseCorrupt, match="holds what this version"):
        decode_model(changed(views, **changes))
