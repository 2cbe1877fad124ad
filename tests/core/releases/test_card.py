"""The model card: everything in it follows from the release."""

from __future__ import annotations

from dataclasses import replace

from foreview.learners.ensemble import Ensemble
from foreview.learners.matrix import Encoder
from foreview.releases.card import card
from foreview.releases.manifest import Release, seal
from foreview.releases.models import encode_model, prior_model
from foreview.releases.prior import prior_release
from foreview.tables.schema import DeclaredColumn
from foreview.vocabulary import MODEL_KINDS
from tests.core.releases.examples import draft

SKILLED = {
    "n": 1200,
    "videos": 99,
    "mae_ln": 0.25,
    "mae_ln_baseline": 0.5,
    "mae_ln_ratio": 0.5,
    "mae_ln_ratio_low": 0.4,
    "mae_ln_ratio_high": 0.625,
    "skill": 1.0,
}
CLASSIFIED = {
    "classes_n": 700,
    "log_loss": 0.75,
    "log_loss_distribution": 1.0,
    "log_loss_ratio": 0.75,
    "log_loss_ratio_low": 0.7,
    "log_loss_ratio_high": 0.8,
    "classifier": 1.0,
}
DOUBTFUL = {"classes_n": 9, "log_loss": 0.9, "log_loss_distribution": 1.0, "classifier": 0.0}
SCORES = {
    "views_30d": {
        "views_30d/short/14": SKILLED,
        "views_30d/long/0": {"n": 30, "mae_ln": 0.7, "mae_ln_baseline": 0.7, "skill": 0.0},
    },
    "views_7d": {"views_7d/short/3": {**SKILLED, "mae_ln": 0.125}},
}


def trained(**changes) -> Release:
    """A release whose views have weights; no member is there, for the card asks none."""
    weights = {
        "": {"forest": 0.25, "xgb": 0.5},
        "views_30d/long/7": {"forest": 0.0, "xgb": 1.0},
        "views_30d/short/7": {"forest": 0.0, "xgb": 1.0},
        "views_7d/short/1": {"forest": 0.4, "xgb": 0.0},
    }
    models = {kind: prior_model(kind) for kind in MODEL_KINDS}
    location = replace(models["views"].location, ensembles={"seen": Ensemble(Encoder((), {}), {}, weights, {"": 1.0})})
    models["views"] = replace(models["views"], location=location)
    said = draft(**{"scores": SCORES, "catalogue_fingerprint": "card", **changes})
    return seal(said, {kind: encode_model(models[kind]) for kind in MODEL_KINDS})


def lines(title: str, **changes) -> list[str]:
    """The rows of the table below a heading, without head."""
    part = card(trained(**changes)).partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [line for line in part.splitlines() if line.startswith("| ")][2:]


def test_a_card_tells_version_window_cutoff_and_embargo():
    release = trained()
    text = card(release)
    assert text.startswith(f"# Model card: release {release.manifest.model_version}\n")
    assert "| videos | 100, published 2025-01-01 to 2026-03-01, replayed as 500 rows |" in text
    assert "| cutoff | 2026-05-01 00:00 UTC: nothing that became known later was used |" in text
    assert "| embargo | full |" in text
    assert "WITHOUT EMBARGO" not in text


def test_a_training_without_embargo_is_told_at_the_top():
    options = {"seed": 7, "embargo": "none"}
    assert "WITHOUT EMBARGO" in card(trained(options=options)).splitlines()[2]


def test_each_kind_says_what_serves_and_why():
    assert lines("What serves") == [
        "| engagement | typical | does not beat typical out of time |",
        "| revenue | prior | no revenue was ever seen |",
        "| views | ensemble | beats typical out of time by 0.2 |",
    ]


def test_errors_come_by_horizon_with_the_interval_of_their_ratio():
    assert lines("How far off it was") == [
        "| views_7d | short | 3 | 1,200 | 0.125 | 0.500 | 0.50 (0.40 – 0.62) | models |",
        "| views_30d | long | 0 | 30 | 0.700 | 0.700 | – | baseline: no skill |",
        "| views_30d | short | 14 | 1,200 | 0.250 | 0.500 | 0.50 (0.40 – 0.62) | models |",
    ]


def test_each_slice_tells_which_way_to_the_classes_serves_and_why():
    scores = {"views_7d": {"views_7d/long/3": {**SKILLED, **CLASSIFIED}, "views_7d/short/3": {**SKILLED, **DOUBTFUL}}}
    assert lines("Low, medium or high", scores=scores) == [
        "| views_7d | long | 3 | 700 | 1.000 | 0.750 | 0.75 (0.70 – 0.80) | classifier |",
        "| views_7d | short | 3 | 9 | 1.000 | 0.900 | – | distribution |",
    ]


def test_without_a_classifier_the_card_says_that_classes_are_read_off():
    assert "Read off the distribution. No classifier was fitted" in card(trained())


def test_a_promise_counts_videos_and_not_their_rows():
    promised = lines("What the intervals can promise")
    assert promised[0] == "| views_7d | short | 3 | 99 | 40 – 60 % | 72 – 87 % | 90 – 98 % |"
    assert promised[1].startswith("| views_30d | long | 0 | 30 | ")


def test_kinds_that_were_not_judged_promise_nothing():
    assert "The intervals of engagement and revenue are the documented prior's" in card(trained())


def test_formats_with_the_same_weights_share_a_line_and_the_rest_is_the_baseline():
    assert lines("Who has a say") == [
        "| views | all others | – | some | 0.25 | 0.50 | 0.25 |",
        "| views | views_7d | short | 1 | 0.40 | 0.00 | 0.60 |",
        "| views | views_30d | long, short | 7 | 0.00 | 1.00 | 0.00 |",
    ]


def test_notes_and_declared_features_are_told():
    declared = (DeclaredColumn("n7|likes", "likes", "number", 7.0),)
    text = card(trained(notes=("split by publication alone",), declared=declared))
    assert text.endswith("## Notes\n\n- split by publication alone\n")
    assert "| declared features | n7\\|likes |" in text


def test_the_prior_has_a_card_that_promises_nothing():
    text = card(prior_release())
    assert "It was not judged" in text
    assert "No model was fitted." in text
    assert "The intervals of views, engagement and revenue are the documented prior's" in text
    assert "| videos | 0, published –, replayed as 0 rows |" in text


def test_the_same_release_has_the_same_card():
    assert card(trained()) == card(trained())
